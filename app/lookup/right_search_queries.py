"""What a search of the register of rights finds: by the right, its bodies, its area, its users."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, exists, false, or_, select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.kit.errors import Invalid
from app.lookup.register_place_queries import communes_named
from app.lookup.register_queries import all_of, contains, words_of
from app.lookup.right_words_queries import RightWords
from app.products.models import Product
from app.rights.kinds import RightType
from app.rights.models import IpRight, RightProduct, UseRight
from app.rights.numbers import application_number, registration_number
from app.rights.right_models import RightArea
from app.rights.use_queries import holds_on

# As many producers or products are followed to their rights one by one.
_FEW: Final = 200


def sought(db: Session, text: str, day: date, told: RightWords) -> list[ColumnElement[bool]]:
    """Return the conditions that rights found by words, a number or a commune's name meet.

    All words stand in what is told of the right, or all in one name of a user or a product.
    """
    words = words_of(text)
    if not words:
        return [false()] if text.strip() else []
    makers = all_of([contains(word, Entity.folded) for word in words])
    products = all_of([contains(word, Product.folded) for word in words])
    found = [
        IpRight.id.in_(told.naming(db, words)),
        _numbered(text),
        _of_makers(db, makers, day),
        _of_products(db, products, day),
    ]
    if communes := communes_named(db, text):
        found.append(in_communes(db, communes, day))
    return [or_(*found)]


def in_communes(db: Session, codes: Sequence[str], day: date) -> ColumnElement[bool]:
    """Return the condition that a right's area, owner or users are in one of the communes."""
    areas = select(RightArea.right_id).where(
        RightArea.place_code.in_(codes),
        RightArea.struck_at.is_(None),
        RightArea.from_day.is_(None) | (RightArea.from_day <= day),
        RightArea.to_day.is_(None) | (RightArea.to_day >= day),
    )
    return IpRight.id.in_(areas) | _of_makers(db, Entity.commune_code.in_(codes), day)


def may_use(day: date) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that whoever may use a right on a day, and is listed, meets.

    Suspensions before the last one are for the rules to judge.
    """
    return (UseRight.listed.is_(True), *holds_on(day))


def _numbered(text: str) -> ColumnElement[bool]:
    registered, applied = set[str](), set[str]()
    for kind in (RightType.GI, RightType.TRADEMARK):
        with suppress(Invalid):
            registered.add(registration_number(kind, text).normal)
        with suppress(Invalid):
            applied.add(application_number(kind, text).normal)
    return IpRight.registration_no.in_(registered) | IpRight.application_no.in_(applied)


def _of_makers(db: Session, makers: ColumnElement[bool], day: date) -> ColumnElement[bool]:
    """Return the condition that one of some producers owns or may use a right.

    Of a few their rights are sought; of many each right is asked for one of them, and the first
    that is met will do. One way alone would take half a second among 100,000 use rights.
    """
    meant = makers & Entity.practice.is_(False)
    ids = db.scalars(select(Entity.id).where(meant).limit(_FEW + 1)).all()
    if len(ids) <= _FEW:
        used = select(UseRight.right_id).where(UseRight.entity_id.in_(ids), *may_use(day))
        return IpRight.owner_entity_id.in_(ids) | IpRight.id.in_(used)
    owner = select(Entity.id).where(Entity.id == IpRight.owner_entity_id, meant)
    user = select(Entity.id).join(UseRight, UseRight.entity_id == Entity.id)
    return exists(owner) | exists(user.where(UseRight.right_id == IpRight.id, meant, *may_use(day)))


def _of_products(db: Session, products: ColumnElement[bool], day: date) -> ColumnElement[bool]:
    """Return the condition that one of some products bears a right; see `_of_makers`."""
    # Few entities are practice: a join would begin with all the others, and take six times as long.
    practice = select(Entity.id).where(Entity.practice.is_(True))
    query = select(Product.id).where(products, Product.entity_id.not_in(practice))
    ids = db.scalars(query.limit(_FEW + 1)).all()
    if len(ids) <= _FEW:
        used = select(UseRight.right_id).where(UseRight.product_id.in_(ids), *may_use(day))
        bearing = select(RightProduct.right_id).where(RightProduct.product_id.in_(ids))
        return IpRight.id.in_(used) | IpRight.id.in_(bearing)
    user = query.join(UseRight, UseRight.product_id == Product.id)
    bearer = query.join(RightProduct, RightProduct.product_id == Product.id)
    return exists(user.where(UseRight.right_id == IpRight.id, *may_use(day))) | exists(
        bearer.where(RightProduct.right_id == IpRight.id)
    )
