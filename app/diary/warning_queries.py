"""What the recorder of an entry should know of it, though it was taken."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from sqlalchemy.orm import Session

from app.diary.checking import remarks_on
from app.diary.decisions import Approval
from app.diary.entries import EntryRow
from app.diary.gate_queries import early_takings
from app.diary.models import Lot
from app.diary.remarks import Remark
from app.diary.standing_queries import standing_of
from app.diary.template import Template
from app.diary.template_queries import templates_of
from app.diary.withdrawal import TAKING, Early, days_of
from app.kit.clock import day_of
from app.kit.i18n import N_

_EARLY = N_(
    "This was done before the withdrawal period of “{agent}” is over ({until}). It is in the "
    "diary; stamps can't be activated for the lot until the Department has checked it."
)
_TAKEN = N_(
    "The lot was harvested or packed on {taken}, before this withdrawal period is over ({until}). "
    "Stamps can't be activated for the lot until the Department has checked it."
)
_WAITS = N_(
    "It was recorded more than {days} days after the work: it counts once the owner or the "
    "Department approves it."
)
_STOPPED = N_("Lot {number} is recalled, or its sale is stopped.")


def warnings_of(db: Session, lot: Lot, entry: EntryRow) -> tuple[Remark, ...]:
    """Return the same for an entry that is new and for one that is sent again."""
    return warnings_of_each(db, [(lot, entry)])[0]


def warnings_of_each(db: Session, told: Sequence[tuple[Lot, EntryRow]]) -> list[tuple[Remark, ...]]:
    """Return the warnings of several entries, each with its lot, in their order."""
    lots = {lot.id: lot for lot, _ in told}
    templates = templates_of(db, lots.values())
    standing = standing_of(db, {(lot.product_id, lot.id) for lot in lots.values()})
    # To look for periods is to read the whole diary: only what opens or may break one asks.
    asking = {
        lot.id: lot
        for lot, one in told
        if one.kind in TAKING or days_of(one.kind, one.facts, templates[lot.id].stage(one.stage))
    }
    early = {lot_id: early_takings(db, lot) for lot_id, lot in asking.items()}
    found = []
    for lot, entry in told:
        stopped = (lot.product_id, lot.id) in standing
        found.append(
            tuple(_warnings(lot, templates[lot.id], entry, early.get(lot.id, ()), stopped=stopped))
        )
    return found


def _warnings(
    lot: Lot, template: Template, entry: EntryRow, early: Iterable[Early], *, stopped: bool
) -> Iterator[Remark]:
    if entry.approval is Approval.WAITING:
        days = template.approval_after_days
        yield Remark("diary.waits_for_approval", _WAITS, {"days": days})
    yield from _periods(early, entry)
    stage = None if lot.template_version_id is None else template.stage(entry.stage)
    yield from remarks_on(stage, photos=len(entry.photos) + entry.photos_due)
    if stopped:
        yield Remark("diary.lot_stopped_already", _STOPPED, {"number": lot.number})


def _periods(early: Iterable[Early], entry: EntryRow) -> list[Remark]:
    found = []
    for one in early:
        figures = {"agent": one.period.agent or "…", "until": _day(one.period.until)}
        if one.work.entry_id == entry.id:
            found.append(Remark("diary.harvested_early", _EARLY, figures))
        elif one.period.entry_id == entry.id:
            taken = _day(day_of(one.work.performed_at))
            found.append(Remark("diary.harvested_early", _TAKEN, {**figures, "taken": taken}))
    return found[:1]


def _day(day: date) -> str:
    # The same in both languages.
    return f"{day:%d/%m/%Y}"
