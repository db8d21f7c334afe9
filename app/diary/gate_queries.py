"""What lots have and lack before stamps may be activated onto them: a few statements for any."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, exists, func, or_, select
from sqlalchemy.orm import Session

from app.certificates.need_queries import lacks_of
from app.diary.completeness import Check, EntryFacts, LotFacts, checks, missing
from app.diary.decision_models import EntryDecision, LotClearance
from app.diary.decisions import Approval, approval_of, awaiting, in_force
from app.diary.handing_down import Kin
from app.diary.lot_record_queries import records_of
from app.diary.models import DiaryContent, DiaryEntry, DiaryPhoto, Lot
from app.diary.rules import EntryKind
from app.diary.standing_queries import NOTHING, standing_of
from app.diary.template import Template
from app.diary.template_queries import templates_of
from app.diary.trace_models import LotInput
from app.diary.trace_queries import ancestors_of
from app.diary.upload_models import PhotoPromise
from app.diary.values import Value
from app.diary.withdrawal import (
    TAKING,
    TREATING,
    Early,
    Work,
    days_of,
    open_period,
    periods,
    taken_early,
)
from app.kit.clock import day_of
from app.kit.db import beyond_fence

# Of more lots of the same product that a lot is made of only the latest count.
MOST_KIN: Final = 200

# Of other lots that a lot is made of only these tell of periods; a correction may be of any kind.
_FAR: Final = tuple(sorted(TREATING | TAKING))


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry as the gate reads it."""

    id: UUID
    lot_id: int
    kind: EntryKind
    stage: str
    performed_at: datetime
    amends: UUID | None
    approval: Approval
    location_code: str
    # None once it was erased: what then stands says nothing.
    values: Mapping[str, Value] | None
    photos: int
    photos_due: int
    goods: bool


@dataclass(frozen=True, slots=True)
class _Diary:
    """What a lot's diary says of periods, whatever else it says."""

    works: Sequence[Work]
    early: Early | None


def missing_for(db: Session, lot: Lot, *, now: datetime) -> tuple[Check, ...]:
    """Return all that keeps stamps from being activated onto a lot."""
    return missing(checks_for(db, lot, now=now))


def missing_of(
    db: Session, lots: Collection[Lot], *, now: datetime
) -> dict[int, tuple[Check, ...]]:
    """Return by lot all that keeps stamps from being activated onto it."""
    return {lot_id: missing(found) for lot_id, found in checks_of(db, lots, now=now).items()}


def checks_for(db: Session, lot: Lot, *, now: datetime) -> tuple[Check, ...]:
    """Return what a lot has and what it lacks, in order."""
    return checks_of(db, [lot], now=now)[lot.id]


def checks_of(db: Session, lots: Collection[Lot], *, now: datetime) -> dict[int, tuple[Check, ...]]:
    """Return by lot what it has and what it lacks; the statements don't grow with the lots."""
    if not lots:
        return {}
    ids = [lot.id for lot in lots]
    above = ancestors_of(db, ids)
    sources = frozenset().union(*above.values()) - set(ids) if above else frozenset()
    # What is above a lot may be others', and whether it may be sold hangs on it all the same.
    with beyond_fence(db):
        far = list(db.scalars(select(Lot).where(Lot.id.in_(sources)))) if sources else []
        templates = templates_of(db, [*lots, *far])
        kin = _kin(lots, far)
        entries = _entries(db, [*ids, *kin], sources - kin)
        links = _links(db, [*ids, *kin], kin | set(ids)) if kin else {}
        cleared = _cleared(db, [*ids, *sources])
    standing = standing_of(db, {(lot.product_id, lot.id) for lot in lots})
    records = records_of(db, lots)
    lacks = lacks_of(db, {lot.product_id for lot in lots}, day=day_of(now))
    numbers = {lot.id: lot.number for lot in (*lots, *far)}
    diaries = {
        lot_id: _diary(entries.get(lot_id, ()), templates[lot_id], cleared.get(lot_id, ()))
        for lot_id in numbers
    }
    family = Kin(links, {lot_id: in_force(some) for lot_id, some in entries.items()})
    found = {}
    for lot in lots:
        said = [*family.handed_down(lot.id), *entries.get(lot.id, ())]
        told = _Told(said, cleared.get(lot.id, ()), templates[lot.id])
        against = standing.get((lot.product_id, lot.id), NOTHING)
        facts = LotFacts(
            **records[lot.id],
            **told.facts(plain=lot.template_version_id is None),
            **_periods(lot.id, above.get(lot.id, frozenset()), diaries, numbers, day_of(now)),
            lacks=lacks.get(lot.product_id),
            recalled=against.recall is not None,
            on_hold=against.hold is not None,
        )
        found[lot.id] = checks(facts)
    return found


def _kin(lots: Collection[Lot], far: Collection[Lot]) -> frozenset[int]:
    """Return the sources that are lots of the same product, kept by the same template."""
    same = {(lot.product_id, lot.template_version_id) for lot in lots}
    near = sorted(one.id for one in far if (one.product_id, one.template_version_id) in same)
    return frozenset(near[-MOST_KIN:])


def _links(db: Session, ids: Collection[int], kin: Collection[int]) -> dict[int, list[int]]:
    """Return by lot those of its sources that are its kin, whoever wrote the inputs down."""
    source_id = LotInput.source_lot_id
    query = select(LotInput.lot_id, source_id).where(
        LotInput.lot_id.in_(ids), source_id.in_(kin), LotInput.withdrawn_at.is_(None)
    )
    found: dict[int, list[int]] = {}
    for lot_id, kin_id in db.execute(query.order_by(LotInput.id)):
        if kin_id is not None:
            found.setdefault(lot_id, []).append(kin_id)
    return found


@dataclass(frozen=True, slots=True)
class _Told:
    """A lot's entries and clearances, by its template."""

    entries: Sequence[_Entry]
    cleared: Sequence[LotClearance]
    template: Template

    def facts(self, *, plain: bool) -> dict[str, Any]:
        return {
            "template": self.template,
            "plain": plain,
            "entries": [
                EntryFacts(
                    kind=one.kind,
                    stage=one.stage,
                    values=one.values,
                    located=bool(one.location_code),
                    photos=one.photos,
                    photos_due=one.photos_due,
                    goods=one.goods,
                )
                for one in in_force(self.entries)
                if one.values is not None
            ],
            "waiting": len(awaiting(self.entries)),
            "tests_passed": frozenset(one.stage for one in self.cleared if one.item == "test"),
            "photos_passed": frozenset(one.stage for one in self.cleared if one.item == "photos"),
        }


def early_takings(db: Session, lot: Lot) -> list[Early]:
    """Return each harvest and packing of a lot before its time, let pass or not."""
    entries = _entries(db, [lot.id], frozenset()).get(lot.id, ())
    return taken_early(_works(entries, templates_of(db, [lot])[lot.id]))


def list_clearances(db: Session, lot_id: int) -> list[LotClearance]:
    """Return what officers let pass of a lot; the caller answers for who may see it."""
    query = select(LotClearance).where(LotClearance.lot_id == lot_id)
    return list(db.scalars(query.order_by(LotClearance.id)))


def _periods(
    lot_id: int,
    above: frozenset[int],
    diaries: Mapping[int, _Diary],
    numbers: Mapping[int, str],
    today: date,
) -> dict[str, Any]:
    """Return what is open or was taken early, of the lot and of the worst of what is above it."""
    still = {
        one: period
        for one in (lot_id, *sorted(above))
        if (period := open_period(periods(diaries[one].works), today))
    }
    early = {one: found for one in (lot_id, *sorted(above)) if (found := diaries[one].early)}
    own = {"period": still.pop(lot_id, None), "early": early.pop(lot_id, None)}
    return {
        **own,
        "source_period": _first(still, numbers),
        "source_early": _first(early, numbers),
    }


def _first(found: Mapping[int, Any], numbers: Mapping[int, str]) -> tuple[str, Any] | None:
    return next(((numbers[lot_id], one) for lot_id, one in found.items()), None)


def _diary(
    entries: Sequence[_Entry], template: Template, cleared: Sequence[LotClearance]
) -> _Diary:
    works = _works(entries, template)
    standing = [one for one in taken_early(works) if not any(_passes(c, one) for c in cleared)]
    return _Diary(works, max(standing, key=lambda one: one.period.until, default=None))


def _passes(clearance: LotClearance, early: Early) -> bool:
    """Tell whether an officer let this pass: of that entry, and judged as hard as it is now."""
    return (
        clearance.entry_id == early.work.entry_id
        and clearance.until is not None
        and clearance.until >= early.period.until
    )


def _works(entries: Sequence[_Entry], template: Template) -> list[Work]:
    return [
        Work(
            entry_id=one.id,
            lot_id=one.lot_id,
            kind=one.kind,
            performed_at=one.performed_at,
            days=days_of(one.kind, one.values or {}, template.stage(one.stage)),
            agent=str((one.values or {}).get("agent") or (one.values or {}).get("feed") or ""),
        )
        for one in in_force(entries)
    ]


def _entries(db: Session, ids: Sequence[int], sources: frozenset[int]) -> dict[int, list[_Entry]]:
    far = DiaryEntry.kind.in_(_FAR) | DiaryEntry.amends.is_not(None)
    wanted = or_(DiaryEntry.lot_id.in_(ids), DiaryEntry.lot_id.in_(sources) & far)
    found: dict[int, list[_Entry]] = {}
    for row in db.execute(_ENTRIES.where(wanted)):
        found.setdefault(row.lot_id, []).append(_entry(row))
    return found


_photos = select(func.count()).where(DiaryPhoto.entry_id == DiaryEntry.id).scalar_subquery()
_due = (
    select(func.count())
    .where(PhotoPromise.entry_id == DiaryEntry.id, PhotoPromise.received_at.is_(None))
    .scalar_subquery()
)
_ENTRIES: Final = (
    select(
        DiaryEntry.id,
        DiaryEntry.lot_id,
        DiaryEntry.kind,
        DiaryEntry.stage,
        DiaryEntry.performed_at,
        DiaryEntry.amends,
        DiaryEntry.mark,
        DiaryEntry.location_code,
        DiaryContent.entry_id.label("content_of"),
        DiaryContent.facts,
        EntryDecision.accepted,
        _photos.label("photos"),
        _due.label("photos_due"),
        exists().where(LotInput.entry_id == DiaryEntry.id).label("goods"),
    )
    .outerjoin(DiaryContent, DiaryContent.entry_id == DiaryEntry.id)
    .outerjoin(EntryDecision, EntryDecision.entry_id == DiaryEntry.id)
    .order_by(DiaryEntry.performed_at, DiaryEntry.sequence)
)


def _entry(row: Row[Any]) -> _Entry:
    return _Entry(
        id=row.id,
        lot_id=row.lot_id,
        kind=EntryKind(row.kind),
        stage=row.stage,
        performed_at=row.performed_at,
        amends=row.amends,
        approval=approval_of(row.mark, accepted=row.accepted),
        location_code=row.location_code,
        values=None if row.content_of is None else row.facts,
        photos=row.photos,
        photos_due=row.photos_due,
        # A correction need not say again what went in.
        goods=row.goods or row.amends is not None,
    )


def _cleared(db: Session, ids: Sequence[int]) -> dict[int, list[LotClearance]]:
    found: dict[int, list[LotClearance]] = {}
    for one in db.scalars(select(LotClearance).where(LotClearance.lot_id.in_(ids))):
        found.setdefault(one.lot_id, []).append(one)
    return found
