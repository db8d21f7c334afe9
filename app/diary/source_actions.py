"""The lots an act takes from, kept from other writers; none may feed itself."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.diary.queries import get_lot
from app.diary.remarks import Remark
from app.diary.source_queries import ON_SALE, UnknownSource
from app.diary.standing_queries import standing_against
from app.diary.trace_models import LotInput
from app.diary.trace_queries import balance_of, leads_to, live
from app.diary.tracing import LotFeedsItself, TooMuchTaken, TooMuchTakenOfOther, remarks_on
from app.entities.models import Entity
from app.identity.rules import Actor
from app.kit.db import beyond_fence
from app.kit.i18n import N_
from app.kit.locks import Lock, alone


def hold_lots(db: Session, ids: Iterable[int]) -> dict[int, Lot]:
    """Keep lots from other writers until the end, and return them as they stand now.

    To be done before anything is written: who wrote holds the audit trail to the end, and must
    not wait for a lot whose holder waits for the trail.
    """
    # The lowest first, so that two who take the same lots don't wait for each other.
    query = select(Lot).where(Lot.id.in_(set(ids))).order_by(Lot.id).with_for_update()
    # A source may be another producer's, and is kept from other writers just the same.
    with beyond_fence(db):
        found = db.scalars(query.execution_options(populate_existing=True)).all()
    return {one.id: one for one in found}


def take_lots(db: Session, *, actor: Actor, lot: Lot, ids: set[int]) -> dict[int, Lot]:
    """Return the sources of a lot of the actor's, all kept from other writers until the end.

    A source is a lot of the actor's, or one that its producer has released for sale; a practice
    farm's and a real one never meet. Raises UnknownSource, and LotFeedsItself.
    """
    actor.require_member(get_lot(db, lot.id, actor=actor).entity_id)
    taken = hold_lots(db, ids | {lot.id})
    # Another producer's farm may be for practice too.
    with beyond_fence(db):
        practice = _practice(db, {one.entity_id for one in taken.values()})
    if lot.id in ids:
        raise LotFeedsItself(number=lot.number)
    taken.pop(lot.id)
    for lot_id in ids:
        one = taken.get(lot_id)
        if one is None or practice[one.entity_id] != practice[lot.entity_id]:
            raise UnknownSource
        if one.entity_id not in actor.memberships and one.state not in ON_SALE:
            raise UnknownSource
    return taken


def _practice(db: Session, ids: Iterable[int]) -> dict[int, bool]:
    query = select(Entity.id, Entity.practice).where(Entity.id.in_(ids))
    return {entity_id: practice for entity_id, practice in db.execute(query)}  # noqa: C416 - a Row is no plain pair to dict()


def refuse_circle(db: Session, lot: Lot, sources: Iterable[Lot]) -> None:
    """Refuse a source that is made of this lot; the lots are held by `take_lots`.

    A circle needs a way out of the lot and a way into a source. Who adds one of these holds the
    lot at that end, so where either is missing nobody can close a circle at the same time.
    """
    found = list(sources)
    leaves = _any_link(db, LotInput.source_lot_id, [lot.id])
    if not leaves or not _any_link(db, LotInput.lot_id, [one.id for one in found]):
        return
    # Held to the end by who could close a circle together with others.
    alone(db, Lock.LINKS)
    for source in found:
        if leads_to(db, lot.id, source.id):
            raise LotFeedsItself(number=source.number)


def weighed(db: Session, lot: Lot, *, own: bool = True) -> list[Remark]:
    """Refuse what takes more out of a lot than there is, and return what else is to be told.

    Of another producer's lot no figure is told.
    """
    balance = balance_of(db, lot)
    if balance.exceeded and not own:
        raise TooMuchTakenOfOther(number=lot.number)
    if balance.exceeded:
        raise TooMuchTaken(
            number=lot.number,
            has=balance.amount.quantity or 0,
            taken=balance.taken,
            unit=balance.unit,
        )
    told = list(remarks_on(balance, number=lot.number)) if own else []
    if standing_against(db, lot.product_id, lot.id):
        text = N_("Lot {number} is recalled, or its sale is stopped. What it went into is too.")
        told.append(Remark("diary.lot_stands", text, {"number": lot.number}))
    return told


def _any_link(db: Session, column: Any, ids: list[int]) -> bool:  # noqa: ANN401 - a mapped column of either type
    linked = exists().where(column.in_(ids), LotInput.source_lot_id.is_not(None), live())
    # The other end may be anybody's.
    with beyond_fence(db):
        return bool(db.scalar(select(linked)))
