from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.diary.decision_models import EntryDecision
from app.diary.models import DiaryEntry, DiaryPhoto, Lot, LotPhoto
from app.diary.queries import entry_stands
from app.entities.practice_queries import real
from app.identity.rules import Actor
from app.kit.db import beyond_fence


def sees_photo(db: Session, sha256: str, *, actor: Actor | None) -> bool:
    """Tell whether a photo is of a public entry, or of a lot the reader keeps or checks.

    Once its entry's content is erased nobody sees it.
    """
    scope = actor.scope() if actor else frozenset()
    named = (
        select(DiaryPhoto.sha256)
        .join(DiaryEntry, DiaryEntry.id == DiaryPhoto.entry_id)
        .outerjoin(EntryDecision, EntryDecision.entry_id == DiaryEntry.id)
        .where(DiaryPhoto.sha256 == sha256)
    )
    waiting = (
        select(LotPhoto.sha256)
        .join(Lot, Lot.id == LotPhoto.lot_id)
        .where(LotPhoto.sha256 == sha256)
    )
    shown = named.where(DiaryEntry.public, entry_stands(), real(DiaryEntry.entity_id))
    # A public entry is everybody's to read, whosever it is.
    with beyond_fence(db):
        if db.scalar(shown.limit(1)) is not None:
            return True
    if scope is not None:
        named = named.where(DiaryEntry.entity_id.in_(scope))
        waiting = waiting.where(Lot.entity_id.in_(scope))
    return db.scalar(named.union_all(waiting).limit(1)) is not None


def stored_names(db: Session, lot_id: int, names: Sequence[str]) -> list[str]:
    """Return what photos of a lot are stored as; a phone may know them only as it sent them."""
    query = (
        select(DiaryPhoto.source_sha256, DiaryPhoto.sha256)
        .join(DiaryEntry, DiaryEntry.id == DiaryPhoto.entry_id)
        .where(DiaryEntry.lot_id == lot_id, DiaryPhoto.source_sha256.in_(names))
    )
    stored = dict(db.execute(query).tuples().all())
    return [stored.get(name, name) for name in names]
