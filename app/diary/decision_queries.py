"""Entries that wait for a decision."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.diary.decision_models import EntryDecision
from app.diary.entries import EntryRow
from app.diary.models import DiaryEntry, Lot
from app.diary.queries import rows_where
from app.diary.rules import LateMark
from app.identity.rules import Actor

MOST: int = 200


def list_waiting(
    db: Session, *, actor: Actor, own: bool = False, limit: int = MOST
) -> tuple[EntryRow, ...]:
    """Return the entries the actor sees that wait for a decision, the longest waiting first.

    `own` narrows to the actor's own entities, whatever else the actor may read.
    """
    return rows_where(
        db, *_waiting(actor, own=own), order=(DiaryEntry.received_at, DiaryEntry.id), limit=limit
    )


def count_waiting(db: Session, *, actor: Actor, own: bool = False) -> int:
    query = (
        select(func.count())
        .select_from(DiaryEntry)
        .outerjoin(EntryDecision, EntryDecision.entry_id == DiaryEntry.id)
        .where(*_waiting(actor, own=own))
    )
    return db.scalar(query) or 0


def lots_of(db: Session, entries: tuple[EntryRow, ...]) -> dict[int, Lot]:
    """Return the lots of entries by id."""
    ids = {one.lot_id for one in entries}
    return {lot.id: lot for lot in db.scalars(select(Lot).where(Lot.id.in_(ids)))}


def _waiting(actor: Actor, *, own: bool) -> list[ColumnElement[bool]]:
    scope = frozenset(actor.memberships) if own else actor.scope()
    wanted = [DiaryEntry.mark == LateMark.NEEDS_APPROVAL, EntryDecision.entry_id.is_(None)]
    return wanted if scope is None else [*wanted, DiaryEntry.entity_id.in_(scope)]
