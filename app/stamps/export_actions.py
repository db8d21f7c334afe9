from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.text import clean_text
from app.stamps.batch_queries import get_batch
from app.stamps.export_queries import ANY_PRESET, facts_of, find_same_export, spec_of
from app.stamps.layout import JobSpec, lay_out
from app.stamps.models import Batch, Export
from app.stamps.presets import PRESETS, CellTooSmall
from app.stamps.print_actions import Press, recorded_facts
from app.stamps.qr import UnprintableUrlError
from app.stamps.queries import Stamp, get_stamp

FORMATS: Final = ("pdf", "csv")
MOST_CODES: Final = 1_000_000
_REASON_CHARS: Final = 300


class NotIssued(Conflict):
    """The batch has not been issued yet"""

    code: ClassVar[str] = "stamps.not_issued"
    detail: ClassVar[str] = N_("Its stamps have no codes before it is issued. Issue it first.")


class NoSuchFormat(Invalid):
    """There is no such format"""

    code: ClassVar[str] = "stamps.no_such_format"
    detail: ClassVar[str] = N_("Choose pdf or csv.")
    field = "format"


class NoSuchPreset(Invalid):
    """There is no such sheet"""

    code: ClassVar[str] = "stamps.no_such_preset"
    detail: ClassVar[str] = N_("Choose 24, 40 or 84 stamps a sheet.")
    field = "preset"


class ExportReasonNeeded(Invalid):
    """The reason is missing"""

    code: ClassVar[str] = "stamps.export_reason"
    detail: ClassVar[str] = N_("Write what the codes are for: it is kept with your name.")
    field = "reason"


class RangeOutside(Invalid):
    """The batch has no such stamps"""

    code: ClassVar[str] = "stamps.range_outside"
    detail: ClassVar[str] = N_("It has the stamps 1 to {granted}. Choose among these.")
    field = "first"

    def __init__(self, *, granted: int) -> None:
        self.granted = granted


class TooManyCodes(Invalid):
    """Too many codes for one file"""

    code: ClassVar[str] = "stamps.too_many_codes"
    detail: ClassVar[str] = N_("At most {most} fit. Choose a first stamp and how many.")
    field = "count"

    def __init__(self, *, most: int) -> None:
        self.most = most


class PresetTooSmall(Invalid):
    """The stamps of this sheet are too small"""

    code: ClassVar[str] = "stamps.preset_too_small"
    detail: ClassVar[str] = N_(
        "The code of this address needs {needed} mm, the stamp has {has} mm. Choose larger stamps."
    )
    field = "preset"

    def __init__(self, *, needed: str, has: str) -> None:
        self.needed = needed
        self.has = has


class AddressUnprintable(Conflict):
    """The address can't be printed"""

    code: ClassVar[str] = "stamps.address_unprintable"
    detail: ClassVar[str] = N_(
        "The site's address has characters that a stamp's code can't carry. Set another one."
    )


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A file that is asked for; `first` and `count` are running numbers, by default the whole."""

    batch_id: int
    format: str
    reason: str
    preset: str = ANY_PRESET
    first: int = 1
    count: int | None = None


def ask_export(db: Session, *, actor: Actor, now: datetime, press: Press, wanted: Wanted) -> Export:
    """Return the record of the file, waiting to be made where it is new or had failed.

    The same batch, format, preset, range and reason is the same record.
    """
    batch, asked = _planned(db, actor=actor, press=press, wanted=wanted)
    asked.asked_at, asked.asked_by = now, actor.label
    export = find_same_export(db, asked) or _added(db, asked, actor, batch)
    if export.state == "failed":
        export.state, export.problem, export.done = "waiting", "", 0
        db.flush()
    return export


def find_export(db: Session, *, actor: Actor, press: Press, wanted: Wanted) -> Export | None:
    """Return the record if the same file was asked for before; refuses as `ask_export` does."""
    return find_same_export(db, _planned(db, actor=actor, press=press, wanted=wanted)[1])


def record_fetch(db: Session, *, actor: Actor, now: datetime, export: Export) -> None:
    """Record who takes the file out, before its first byte leaves."""
    batch = db.get_one(Batch, export.batch_id)
    _noted(db, actor, now, "export.fetch", batch.entity_id, export.id, recorded_facts(export))


def picture_of(
    db: Session, *, actor: Actor, press: Press, text: str, preset: str
) -> tuple[Stamp, JobSpec]:
    """Return a stamp and what a picture of it shows.

    Officers only: a picture is a stamp that anyone can print.
    """
    actor.require_officer()
    _check_choice("pdf", preset)
    stamp = get_stamp(db, keyring=press.keyring, text=text)
    batch = get_batch(db, stamp.batch_id, actor=actor)
    facts = facts_of(db, batch, base_url=press.base_url, words=press.words)
    spec = spec_of(facts, preset=preset, first=stamp.number)
    check_layout(spec)
    return stamp, spec


def record_picture(db: Session, *, actor: Actor, now: datetime, stamp: Stamp) -> None:
    """Record who takes the picture of which stamp, before it leaves."""
    facts: dict[str, object] = {"batch": stamp.batch_id, "number": stamp.number}
    _noted(db, actor, now, "stamp.picture", stamp.entity_id, stamp.batch_id, facts)


def check_layout(spec: JobSpec) -> None:
    """Refuse, in words, stamps whose symbol would not fit or can't be written."""
    try:
        lay_out(spec)
    except CellTooSmall as error:
        needed, has = (f"{side:.1f}" for side in (error.needed_mm, error.has_mm))
        raise PresetTooSmall(needed=needed, has=has) from error
    except UnprintableUrlError as error:
        raise AddressUnprintable from error


def _planned(db: Session, *, actor: Actor, press: Press, wanted: Wanted) -> tuple[Batch, Export]:
    """Return the batch and the record of a file that may be made, not yet added."""
    batch = get_batch(db, wanted.batch_id, actor=actor)
    actor.require_officer()
    _check_choice(wanted.format, wanted.preset)
    reason = clean_text(wanted.reason, limit=_REASON_CHARS, field="reason")
    if not reason:
        raise ExportReasonNeeded
    export = Export(
        batch_id=batch.id,
        format=wanted.format,
        preset=wanted.preset if wanted.format == "pdf" else "",
        first=wanted.first,
        count=_checked_count(batch, wanted.first, wanted.count),
        reason=reason,
        facts=facts_of(db, batch, base_url=press.base_url, words=press.words),
        state="waiting",
    )
    check_layout(spec_of(export.facts, preset=export.preset, first=export.first))
    return batch, export


def _check_choice(file_format: str, preset: str) -> None:
    if file_format not in FORMATS:
        raise NoSuchFormat
    if preset not in PRESETS:
        raise NoSuchPreset


def _checked_count(batch: Batch, first: int, count: int | None) -> int:
    if batch.granted is None or batch.first is None:
        raise NotIssued
    if count is None:
        count = batch.granted - first + 1
    if first < 1 or count < 1 or first + count - 1 > batch.granted:
        raise RangeOutside(granted=batch.granted)
    if count > MOST_CODES:
        raise TooManyCodes(most=MOST_CODES)
    return count


def _added(db: Session, wanted: Export, actor: Actor, batch: Batch) -> Export:
    """Add the record; where somebody asked for the same at the same moment, it is theirs."""
    try:
        with db.begin_nested():
            db.add(wanted)
    except IntegrityError:
        found = find_same_export(db, wanted)
        if found is None:
            raise
        return found
    facts = recorded_facts(wanted)
    _noted(db, actor, wanted.asked_at, "export.ask", batch.entity_id, wanted.id, facts)
    return wanted


def _noted(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    entity_id: int,
    subject_id: int,
    after: dict[str, object],
) -> None:
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=subject_id,
        entity_id=entity_id,
        after=after,
    )
