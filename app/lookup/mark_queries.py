"""Which products bear a right in force: told by the rules of rights, for many products at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.entities.queries import dissolutions_of
from app.products.models import Product
from app.rights.kinds import RightType
from app.rights.models import IpRight, RightProduct, UseRight
from app.rights.queries import right_facts, rights_by_id, use_right_facts
from app.rights.rules import Badge, UseRightFacts, badges
from app.rights.use_queries import granted_on

MARKS: Final = frozenset(RightType) - {RightType.GI}


def badges_of(db: Session, makers: Mapping[int, int], *, day: date) -> dict[int, tuple[Badge, ...]]:
    """Return the badges of products on a day, where they have any; `makers` by product."""
    granted = db.execute(
        select(UseRight, Product.form, Entity.dissolved_on)
        .join(Product, Product.id == UseRight.product_id)
        .join(Entity, Entity.id == UseRight.entity_id)
        .where(UseRight.product_id.in_(makers))
        .order_by(UseRight.id)
    ).all()
    linked = db.execute(
        select(RightProduct.product_id, RightProduct.right_id).where(
            RightProduct.product_id.in_(makers)
        )
    ).all()
    facts = [use_right_facts(*row) for row in granted]
    return _judged(db, makers, facts, [(row.product_id, row.right_id) for row in linked], day)


def may_bear(types: Collection[RightType], *, day: date) -> ColumnElement[bool]:
    """Return the condition that a product could bear a right of one of the types on a day.

    Whoever does bear one meets it; dates that are known in part are for the rules to judge.
    """
    confirmed = (
        IpRight.type.in_(types),
        IpRight.registration_no.is_not(None),
        IpRight.checked_on.is_not(None),
    )
    granted = exists().where(
        UseRight.product_id == Product.id,
        UseRight.right_id == IpRight.id,
        *granted_on(day),
        *confirmed,
    )
    owned = exists().where(
        RightProduct.product_id == Product.id, RightProduct.right_id == IpRight.id, *confirmed
    )
    return granted | owned if RightType.TRADEMARK in types else granted


def _judged(
    db: Session,
    makers: Mapping[int, int],
    granted: Sequence[UseRightFacts],
    linked: Sequence[tuple[int, int]],
    day: date,
) -> dict[int, tuple[Badge, ...]]:
    of_product: dict[int, tuple[list[UseRightFacts], set[int]]] = {}
    bearers: dict[int, set[int]] = {}
    for one in granted:
        use_rights, rights = of_product.setdefault(one.product_id, ([], set()))
        use_rights.append(one)
        rights.add(one.right_id)
    for product_id, right_id in linked:
        of_product.setdefault(product_id, ([], set()))[1].add(right_id)
        bearers.setdefault(right_id, set()).add(product_id)
    named = {right_id for _, rights in of_product.values() for right_id in rights}
    found = rights_by_id(db, named) if named else {}
    gone = dissolutions_of(db, set(makers.values())) if bearers else {}
    known = {
        key: right_facts(one, bearers.get(key, ()), gone.get(one.owner_entity_id or 0))
        for key, one in found.items()
    }
    held = {
        product_id: badges(
            [known[one] for one in sorted(rights)], use_rights, makers[product_id], product_id, day
        )
        for product_id, (use_rights, rights) in of_product.items()
    }
    return {product_id: shown for product_id, shown in held.items() if shown}
