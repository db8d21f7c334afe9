from datetime import datetime

from sqlalchemy.orm import Session

from app.entities.practice_queries import require_real
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.products.queries import get_product
from app.rights.kinds import RightType
from app.rights.models import IpRight, RightProduct
from app.rights.queries import get_right
from app.rights.right_trail_actions import note


class NotThisOwnersMark(Invalid):
    """Only an entity's own trademark is linked to its products"""

    code = "rights.not_this_owners_mark"
    detail = N_(
        "Link a trademark to products of the entity that owns it. For every other right, record "
        "a use right."
    )
    field = "product_id"


class ProductLinked(Conflict):
    """The product bears this trademark already"""

    code = "rights.product_linked"
    detail = N_("Nothing was changed.")
    field = "product_id"


class ProductNotLinked(Conflict):
    """The product does not bear this trademark"""

    code = "rights.product_not_linked"
    detail = N_("Nothing was changed.")
    field = "product_id"


def link_product(
    db: Session, *, actor: Actor, now: datetime, right_id: int, product_id: int
) -> IpRight:
    """Record that a product bears its entity's own trademark. Officers only."""
    right = get_right(db, right_id)
    product = get_product(db, product_id, actor=actor)
    actor.require_officer()
    require_real(db, product.entity_id)
    if right.type != RightType.TRADEMARK or right.owner_entity_id != product.entity_id:
        raise NotThisOwnersMark
    if db.get(RightProduct, (right.id, product.id)) is not None:
        raise ProductLinked
    db.add(RightProduct(right_id=right.id, product_id=product.id))
    db.flush()
    note(db, actor, now, "right.link", right, None, {"product_id": product.id})
    return right


def unlink_product(
    db: Session, *, actor: Actor, now: datetime, right_id: int, product_id: int
) -> IpRight:
    """Record that a product no longer bears the trademark."""
    right = get_right(db, right_id)
    actor.require_officer()
    link = db.get(RightProduct, (right.id, product_id))
    if link is None:
        raise ProductNotLinked
    db.delete(link)
    db.flush()
    note(db, actor, now, "right.unlink", right, {"product_id": product_id}, None)
    return right
