"""What a search of the register of rights finds: by the right, its bodies, its area, its users."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache
from typing import Final

from sqlalchemy import ColumnElement, exists, false, or_, select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.kit.errors import Invalid
from app.kit.text import fold
from app.lookup.register_place_queries import communes_named
from app.lookup.register_queries import all_of, contains, words_of
from app.lookup.right_parts import owner_shown
from app.products.models import Product
from app.rights.kinds import RightType
from app.rights.models import IpRight, RightProduct, UseRight
from app.rights.numbers import application_number, registration_number
from app.rights.right_models import RightArea, RightHolder

# An officer held it against its certificate: what else is on record is nobody's fact yet.
CONFIRMED: Final = (IpRight.registration_no.is_not(None), IpRight.checked_on.is_not(None))

# The same few texts are folded again at every search.
_folded: Final = lru_cache(maxsize=16_384)(fold)
# As many producers or products are followed to their rights one by one.
_FEW: Final = 200


def sought(db: Session, text: str, day: date) -> list[ColumnElement[bool]]:
    """Return the conditions that rights found by words, a number or a commune's name meet.

    All words stand in what is told of the right, or all in one name of a user or a product.
    """
    words = words_of(text)
    if not words:
        return [false()] if text.strip() else []
    named = [right_id for right_id, told in _told(db) if all(word in told for word in words)]
    makers = all_of([contains(word, Entity.folded) for word in words])
    products = all_of([contains(word, Product.folded) for word in words])
    found = [
        IpRight.id.in_(named),
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
    return (
        UseRight.listed.is_(True),
        UseRight.valid_from <= day,
        UseRight.valid_to.is_(None) | (UseRight.valid_to >= day),
        UseRight.ended_on.is_(None) | (UseRight.ended_on > day),
        UseRight.suspended_on.is_(None)
        | (UseRight.suspended_on > day)
        | (UseRight.resumed_on <= day),
    )


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
    meant = products & Entity.practice.is_(False)
    query = select(Product.id).join(Entity, Entity.id == Product.entity_id).where(meant)
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


def _told(db: Session) -> Iterator[tuple[int, str]]:
    """Yield the words of each right, folded: rights are few, their users many."""
    found: dict[int, list[str]] = {}
    for right_id, text in _texts(db):
        found.setdefault(right_id, []).append(_folded(text))
    return ((right_id, " ".join(told)) for right_id, told in found.items())


def _texts(db: Session) -> Iterator[tuple[int, str]]:
    """Yield what may be read of each right: what is not shown must not be found either."""
    columns = (
        *(IpRight.id, IpRight.type, IpRight.owner, IpRight.managing_body, IpRight.sign),
        *(IpRight.goods, IpRight.registration_no_as_written, IpRight.area_as_written),
    )
    for right_id, kind, owner, manager, *texts in db.execute(select(*columns).where(*CONFIRMED)):
        shown = (owner_shown(RightType(kind), one, "") for one in (owner, manager))
        for text in (*shown, *texts):
            yield right_id, text
    bodies = (
        select(RightHolder.right_id, IpRight.type, RightHolder.name)
        .join(IpRight, IpRight.id == RightHolder.right_id)
        .where(*CONFIRMED, RightHolder.struck_at.is_(None))
    )
    for right_id, kind, name in db.execute(bodies):
        yield right_id, owner_shown(RightType(kind), name, "")
    areas = (
        select(RightArea.right_id, RightArea.as_written)
        .join(IpRight, IpRight.id == RightArea.right_id)
        .where(*CONFIRMED, RightArea.struck_at.is_(None))
    )
    for right_id, written in db.execute(areas):
        yield right_id, written
