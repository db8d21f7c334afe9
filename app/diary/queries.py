import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    bindparam,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.diary.decision_models import EntryDecision
from app.diary.decisions import approval_of
from app.diary.entries import Decision, EntryRow, PhotoRow
from app.diary.models import DiaryContent, DiaryEntry, DiaryPhoto, Lot
from app.diary.rules import EntryKind, LateMark, late_mark
from app.diary.upload_models import PhotoPromise
from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, trimmed


class NoSuchLot(NotFound):
    """There is no such lot"""

    code = "diary.lot_not_found"
    detail = N_("It may belong to somebody else, or the address is mistyped.")


class NoSuchEntry(NotFound):
    """There is no such diary entry"""

    code = "diary.entry_not_found"
    detail = N_("The lot's diary has no entry of that id.")


_later = aliased(DiaryEntry)
_later_decision = aliased(EntryDecision)
_LATEST_WORK: Final = (DiaryEntry.performed_at.desc(), DiaryEntry.sequence.desc())


def entry_stands(
    entry: type[DiaryEntry] = DiaryEntry, decision: type[EntryDecision] = EntryDecision
) -> ColumnElement[bool]:
    """Return the condition on entries, outer-joined with their decisions, that count."""
    return or_(entry.mark != LateMark.NEEDS_APPROVAL, decision.accepted)


def _entries(*more: ColumnElement[Any] | InstrumentedAttribute[Any]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            DiaryEntry.id,
            DiaryEntry.lot_id,
            DiaryEntry.sequence,
            DiaryEntry.kind,
            DiaryEntry.stage,
            DiaryEntry.performed_at,
            DiaryEntry.received_at,
            DiaryEntry.recorded_at,
            DiaryEntry.mark,
            DiaryEntry.location_code,
            DiaryEntry.public,
            DiaryEntry.amends,
            DiaryContent.entry_id.label("content_of"),
            DiaryContent.facts,
            DiaryContent.note,
            DiaryContent.reason,
            EntryDecision.accepted,
            _later.id.label("amended_by"),
            *more,
        )
        .select_from(DiaryEntry)
        .outerjoin(DiaryContent, DiaryContent.entry_id == DiaryEntry.id)
        .outerjoin(EntryDecision, EntryDecision.entry_id == DiaryEntry.id)
        .outerjoin(_later, _later.amends == DiaryEntry.id)
    )


_due = (
    select(func.count())
    .where(PhotoPromise.entry_id == DiaryEntry.id, PhotoPromise.received_at.is_(None))
    .scalar_subquery()
)
# Columns, and statements built once: the scan page reads by them, and to build a statement or to
# make mapped objects takes several times as long as to run it.
_ENTRIES: Final = _entries(
    DiaryEntry.recorder_label.label("recorder"),
    DiaryEntry.on_behalf,
    DiaryContent.performer,
    EntryDecision.reason.label("decision_reason"),
    EntryDecision.decided_at,
    EntryDecision.decided_by,
    _due.label("photos_due"),
)
_ranked = (
    select(
        DiaryEntry.id,
        func.row_number()
        .over(partition_by=DiaryEntry.lot_id, order_by=_LATEST_WORK)
        .label("place"),
    )
    .outerjoin(EntryDecision, EntryDecision.entry_id == DiaryEntry.id)
    .where(
        DiaryEntry.lot_id.in_(bindparam("lots", expanding=True)),
        DiaryEntry.public,
        entry_stands(),
    )
    .subquery()
)
_PUBLIC: Final = (
    _entries(entry_stands(_later, _later_decision).label("later_stands"))
    .outerjoin(_later_decision, _later_decision.entry_id == _later.id)
    .join(_ranked, _ranked.c.id == DiaryEntry.id)
    .where(_ranked.c.place <= bindparam("most", type_=BigInteger))
    .order_by(*_LATEST_WORK)
)
_PHOTOS: Final = (
    select(DiaryPhoto.entry_id, DiaryPhoto.sha256, DiaryPhoto.width, DiaryPhoto.height)
    .where(DiaryPhoto.entry_id.in_(bindparam("entries", expanding=True)))
    .order_by(DiaryPhoto.position)
)


def find_lot(db: Session, lot_id: int) -> Lot | None:
    """Return a lot whoever asks; the caller answers for who may see it."""
    return db.get(Lot, lot_id)


def get_lot(db: Session, lot_id: int, *, actor: Actor) -> Lot:
    """Return a lot the actor sees, or raise NoSuchLot."""
    lot = db.get(Lot, lot_id)
    if lot is None or not actor.sees(lot.entity_id):
        raise NoSuchLot
    return lot


def count_entries(db: Session, lot_id: int) -> int:
    """Return how many entries tell something: they stand, none that does amends them, and they
    are not erased.
    """
    return entry_counts(db, [lot_id]).get(lot_id, 0)


def entry_counts(db: Session, ids: Sequence[int]) -> dict[int, int]:
    later = aliased(DiaryEntry)
    decided = aliased(EntryDecision)
    corrected = exists().where(
        later.amends == DiaryEntry.id,
        or_(
            later.mark != LateMark.NEEDS_APPROVAL,
            exists().where(decided.entry_id == later.id, decided.accepted),
        ),
    )
    query = (
        select(DiaryEntry.lot_id, func.count())
        .join(DiaryContent, DiaryContent.entry_id == DiaryEntry.id)
        .outerjoin(EntryDecision, EntryDecision.entry_id == DiaryEntry.id)
        .where(DiaryEntry.lot_id.in_(ids), entry_stands(), ~corrected)
        .group_by(DiaryEntry.lot_id)
    )
    return {lot_id: count for lot_id, count in db.execute(query)}  # noqa: C416 - a Row is no plain pair to dict()


def public_entries(db: Session, lot_id: int, *, limit: int | None = None) -> tuple[EntryRow, ...]:
    """Return what the public may read of a lot's diary, the latest work first.

    Corrected entries stay in it, beside those that correct them. `recorder` is a person's name
    and no part of what may be shown: it is empty here.
    """
    return public_entries_of(db, [lot_id], limit=limit).get(lot_id, ())


def public_entries_of(
    db: Session, ids: Collection[int], *, limit: int | None = None
) -> dict[int, tuple[EntryRow, ...]]:
    """Return the public entries of several lots, at most `limit` of each; see `public_entries`."""
    asked = {"lots": ids, "most": sys.maxsize if limit is None else limit}
    found: dict[int, list[EntryRow]] = {}
    for row in _rows(db, _PUBLIC, asked, public=True):
        found.setdefault(row.lot_id, []).append(row)
    return {lot_id: tuple(rows) for lot_id, rows in found.items()}


def list_timeline(db: Session, lot_id: int, *, limit: int, skip: int = 0) -> tuple[EntryRow, ...]:
    """Return a part of a lot's diary for those who keep or check it, the latest work first."""
    query = _ENTRIES.where(DiaryEntry.lot_id == lot_id).order_by(*_LATEST_WORK)
    return _rows(db, query.offset(skip).limit(limit))


def list_recent(db: Session, *, actor: Actor, limit: int) -> tuple[EntryRow, ...]:
    """Return the entries last received of the actor's own entities, without those corrected."""
    own = DiaryEntry.entity_id.in_(frozenset(actor.memberships))
    latest = (DiaryEntry.received_at.desc(), DiaryEntry.sequence.desc())
    query = _ENTRIES.where(own, _later.id.is_(None)).order_by(*latest)
    return _rows(db, query.limit(limit))


def list_since(db: Session, *, actor: Actor, since: datetime, limit: int) -> tuple[EntryRow, ...]:
    """Return what was received since then of the actor's own entities, the last first."""
    own = DiaryEntry.entity_id.in_(frozenset(actor.memberships))
    query = _ENTRIES.where(own, DiaryEntry.received_at >= since)
    latest = (DiaryEntry.received_at.desc(), DiaryEntry.sequence.desc())
    return _rows(db, query.order_by(*latest).limit(limit))


def rows_where(
    db: Session,
    *wanted: ColumnElement[bool],
    order: Sequence[InstrumentedAttribute[Any]],
    limit: int,
) -> tuple[EntryRow, ...]:
    """Return entries by conditions on them and on what was decided of them."""
    return _rows(db, _ENTRIES.where(*wanted).order_by(*order).limit(limit))


def list_entries(db: Session, lot_id: int, *, actor: Actor, cut: Cut) -> Page[EntryRow]:
    """Return a page of a lot's diary in the order of receipt; `after` is a sequence number."""
    lot = get_lot(db, lot_id, actor=actor)
    key = DiaryEntry.sequence
    query = _ENTRIES.where(DiaryEntry.lot_id == lot.id)
    query = query.where(key < cut.after if cut.back else key > cut.after)
    rows = _rows(db, query.order_by(key.desc() if cut.back else key).limit(cut.limit + 1))
    return trimmed(rows, cut, lambda row: row.sequence)


def get_entry(db: Session, lot_id: int, entry_id: UUID, *, actor: Actor) -> EntryRow:
    """Return an entry of a lot the actor sees, or raise NoSuchLot or NoSuchEntry."""
    lot = get_lot(db, lot_id, actor=actor)
    found = entry_row(db, entry_id)
    if found is None or found.lot_id != lot.id:
        raise NoSuchEntry
    return found


def entry_row(db: Session, entry_id: UUID) -> EntryRow | None:
    rows = _rows(db, _ENTRIES.where(DiaryEntry.id == entry_id))
    return rows[0] if rows else None


def entry_rows(db: Session, ids: Collection[UUID]) -> dict[UUID, EntryRow]:
    rows = _rows(db, _ENTRIES.where(DiaryEntry.id.in_(ids))) if ids else ()
    return {one.id: one for one in rows}


def _rows(
    db: Session,
    query: Select[Any],
    asked: Mapping[str, object] | None = None,
    *,
    public: bool = False,
) -> tuple[EntryRow, ...]:
    found = db.execute(query, asked).all()
    photos = _photos(db, [entry.id for entry in found])
    rows = (_row(entry, photos.get(entry.id, ()), public=public) for entry in found)
    if not public:
        return tuple(rows)
    # The public reads on until a correction is approved, and where one never is.
    return tuple(
        row if row.amended_by is None or entry.later_stands else _corrected_on(db, row)
        for row, entry in zip(rows, found, strict=True)
    )


def _corrected_on(db: Session, row: EntryRow) -> EntryRow:
    """Return the entry as amended by the next of its corrections that stands, or by none."""
    later, decision = aliased(DiaryEntry), aliased(EntryDecision)
    query = (
        select(later.id, entry_stands(later, decision).label("stands"))
        .outerjoin(decision, decision.entry_id == later.id)
        .where(later.amends == bindparam("amended"))
    )
    amended: UUID | None = row.id
    while amended is not None:
        next_one = db.execute(query, {"amended": amended}).first()
        amended = next_one.id if next_one else None
        if next_one is not None and next_one.stands:
            break
    return replace(row, amended_by=amended)


def _row(entry: Row[Any], photos: tuple[PhotoRow, ...], *, public: bool) -> EntryRow:
    erased = entry.content_of is None
    return EntryRow(
        id=entry.id,
        lot_id=entry.lot_id,
        sequence=entry.sequence,
        kind=EntryKind(entry.kind),
        stage=entry.stage,
        performed_at=entry.performed_at,
        received_at=entry.received_at,
        recorded_at=entry.recorded_at or entry.received_at,
        late=LateMark(entry.mark or late_mark(entry.performed_at, entry.received_at)),
        approval=approval_of(entry.mark, accepted=entry.accepted),
        recorder="" if public else entry.recorder,
        performer="" if public else entry.performer or "",
        on_behalf=not public and entry.on_behalf,
        location_code=entry.location_code,
        public=entry.public,
        facts={} if erased else entry.facts,
        note=entry.note or "",
        reason=entry.reason or "",
        photos=photos,
        amends=entry.amends,
        amended_by=entry.amended_by,
        erased=erased,
        photos_due=0 if public else entry.photos_due,
        decision=None if public or entry.accepted is None else _decision(entry),
    )


def _decision(entry: Row[Any]) -> Decision:
    return Decision(entry.decision_reason, entry.decided_at, entry.decided_by)


def _photos(db: Session, ids: list[UUID]) -> dict[UUID, tuple[PhotoRow, ...]]:
    found: dict[UUID, tuple[PhotoRow, ...]] = {}
    for photo in db.execute(_PHOTOS, {"entries": ids}) if ids else ():
        row = PhotoRow(photo.sha256, photo.width, photo.height)
        found[photo.entry_id] = (*found.get(photo.entry_id, ()), row)
    return found
