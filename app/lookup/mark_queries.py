"""Which products bear a right in force: told by the rules of rights, for many products at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.products.models import Product
from app.rights.kinds import RightType
from app.rights.models import IpRight, RightProduct, UseRight
from app.rights.queries import right_facts, use_right_facts
from app.rights.rules import Badge, UseRightFacts, badges

MARKS: Final = frozenset(RightType) - {RightType.GI}


def badges_of(db: Session, makers: Mapping[int, int], *, day: date) -> dict[int, tuple[Badge, ...]]:
    """Return the badges of products on a day, where they have any; `makers` by product."""
    granted = db.scalars(
        select(UseRight).where(UseRight.product_id.in_(makers)).order_by(UseRight.id)
    ).all()
    linked = db.execute(
        select(RightProduct.product_id, RightProduct.right_id).where(
            RightProduct.product_id.in_(makers)
        )
    ).all()
    return _judged(db, makers, granted, [(row.product_id, row.right_id) for row in linked], day)


def list_marked(db: Session, *, day: date, types: Collection[RightType]) -> list[int]:
    """Return the ids of all products that bear a right of one of the types on a day."""
    granted = db.execute(
        select(UseRight, Product.entity_id)
        .join(Product, Product.id == UseRight.product_id)
        .join(IpRight, IpRight.id == UseRight.right_id)
        .where(IpRight.type.in_(types))
        .order_by(UseRight.id)
    ).all()
    makers = {use_right.product_id: entity_id for use_right, entity_id in granted}
    linked: list[tuple[int, int]] = []
    if RightType.TRADEMARK in types:
        borne = select(RightProduct.product_id, RightProduct.right_id, Product.entity_id)
        for row in db.execute(borne.join(Product, Product.id == RightProduct.product_id)):
            linked.append((row.product_id, row.right_id))
            makers[row.product_id] = row.entity_id
    found = _judged(db, makers, [use_right for use_right, _ in granted], linked, day)
    return [one for one, held in found.items() if any(badge.type in types for badge in held)]


def _judged(
    db: Session,
    makers: Mapping[int, int],
    granted: Sequence[UseRight],
    linked: Sequence[tuple[int, int]],
    day: date,
) -> dict[int, tuple[Badge, ...]]:
    of_product: dict[int, tuple[list[UseRightFacts], set[int]]] = {}
    bearers: dict[int, set[int]] = {}
    for one in granted:
        use_rights, rights = of_product.setdefault(one.product_id, ([], set()))
        use_rights.append(use_right_facts(one))
        rights.add(one.right_id)
    for product_id, right_id in linked:
        of_product.setdefault(product_id, ([], set()))[1].add(right_id)
        bearers.setdefault(right_id, set()).add(product_id)
    named = {right_id for _, rights in of_product.values() for right_id in rights}
    known = (
        {
            right.id: right_facts(right, bearers.get(right.id, ()))
            for right in db.scalars(select(IpRight).where(IpRight.id.in_(named)))
        }
        if named
        else {}
    )
    found = {
        product_id: badges(
            [known[one] for one in sorted(rights)], use_rights, makers[product_id], product_id, day
        )
        for product_id, (use_rights, rights) in of_product.items()
    }
    return {product_id: held for product_id, held in found.items() if held}
