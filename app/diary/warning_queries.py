"""What the recorder of an entry should know of it, though it was taken."""

from datetime import date

from sqlalchemy.orm import Session

from app.diary.checking import remarks_on
from app.diary.decisions import Approval
from app.diary.entries import EntryRow
from app.diary.gate_queries import early_takings
from app.diary.models import Lot
from app.diary.remarks import Remark
from app.diary.standing_queries import standing_against
from app.diary.template_queries import template_of
from app.diary.withdrawal import TAKING, days_of
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
    template = template_of(db, lot)
    found = []
    if entry.approval is Approval.WAITING:
        days = template.approval_after_days
        found.append(Remark("diary.waits_for_approval", _WAITS, {"days": days}))
    # To look for periods is to read the whole diary: only what opens or may break one asks.
    if entry.kind in TAKING or days_of(entry.kind, entry.facts, template.stage(entry.stage)):
        found += _periods(db, lot, entry)
    stage = None if lot.template_version_id is None else template.stage(entry.stage)
    found += remarks_on(stage, photos=len(entry.photos) + entry.photos_due)
    if standing_against(db, lot.product_id, lot.id):
        found.append(Remark("diary.lot_stopped_already", _STOPPED, {"number": lot.number}))
    return tuple(found)


def _periods(db: Session, lot: Lot, entry: EntryRow) -> list[Remark]:
    found = []
    for one in early_takings(db, lot):
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
