"""Lots that others may be made of: found as people name them, and those that are likely."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.diary.rules import LotState
from app.diary.trace_models import LotDispatch
from app.diary.trace_queries import live
from app.identity.rules import Actor
from app.kit.db import beyond_fence
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.products.models import Product

ON_SALE: Final = frozenset({LotState.RELEASED, LotState.DISTRIBUTED})
_PAGE: Final = re.compile(r"(?:^|/)l/([1-9][0-9]{0,17})(?:[/?#]|$)")
_LIKELY: Final = 30


class UnknownSource(Invalid):
    """There is no such lot to take from"""

    code: ClassVar[str] = "diary.unknown_source"
    detail: ClassVar[str] = N_(
        "Name a lot of your own, or one that its producer has released for sale, by the address "
        "of its page."
    )
    field = "source"


class SeveralSources(Conflict):
    """Several lots bear that number"""

    code: ClassVar[str] = "diary.several_sources"
    detail: ClassVar[str] = N_("Give the address of the right lot's page instead of {number}.")
    field = "source"

    def __init__(self, *, number: str) -> None:
        self.number = number


def find_source(db: Session, lot: Lot, text: str) -> int:
    """Return the lot that is meant by its public page's address or by its number.

    A number is looked for among the producer's own lots first, then among those sent to it, then
    among all on sale. Raises UnknownSource and SeveralSources.
    """
    page = _PAGE.search(text.strip())
    if page is not None:
        return int(page[1])
    number = text.strip()
    if not number:
        raise UnknownSource
    # What is on sale may be known of any producer.
    with beyond_fence(db):
        for among in (Lot.entity_id == lot.entity_id, _sent_to(lot.entity_id), _on_sale()):
            query = select(Lot.id).where(Lot.number == number, Lot.id != lot.id, among)
            found = db.scalars(query.limit(2)).all()
            if len(found) > 1:
                raise SeveralSources(number=number)
            if found:
                return found[0]
    raise UnknownSource


@dataclass(frozen=True, slots=True)
class Likely:
    """A lot that may go into another, with what it is a lot of."""

    id: int
    number: str
    name: str


def likely_sources(db: Session, lot: Lot) -> list[Likely]:
    """Return lots that may go into another: the producer's latest, and those sent to it."""
    own = and_(Lot.entity_id == lot.entity_id, Lot.state != LotState.DISTRIBUTED)
    sent = and_(_sent_to(lot.entity_id), _on_sale())
    query = (
        select(Lot.id, Lot.number, Lot.material, Product.name)
        .join(Product, Product.id == Lot.product_id)
        .where(or_(own, sent), Lot.id != lot.id)
        .order_by(Lot.id.desc())
    )
    # Who sends names the receiver, so that it can go on from there.
    with beyond_fence(db):
        rows = db.execute(query.limit(_LIKELY)).all()
    return [Likely(row.id, row.number, row.material or row.name) for row in rows]


def _sent_to(entity_id: int) -> ColumnElement[bool]:
    sent = select(LotDispatch.lot_id).where(
        LotDispatch.receiver_entity_id == entity_id, live(LotDispatch)
    )
    return Lot.id.in_(sent)


def _on_sale() -> ColumnElement[bool]:
    return Lot.state.in_(ON_SALE)


def own_sources(db: Session, *, actor: Actor) -> list[Likely]:
    """Return the lots of the actor's own that are still about, the latest first."""
    query = (
        select(Lot.id, Lot.number, Lot.material, Product.name)
        .join(Product, Product.id == Lot.product_id)
        .where(Lot.entity_id.in_(frozenset(actor.memberships)), Lot.state != LotState.DISTRIBUTED)
        .order_by(Lot.id.desc())
    )
    rows = db.execute(query.limit(_LIKELY)).all()
    return [Likely(row.id, row.number, row.material or row.name) for row in rows]
