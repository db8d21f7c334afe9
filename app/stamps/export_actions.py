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
from app.stamps.export_queries import (
    Form,
    facts_of,
    find_same_export,
    gtin_of,
    out_alone,
    spec_of,
)
from app.stamps.job import SUFFIXES, most_codes
from app.stamps.layout import JobSpec
from app.stamps.models import Batch, Export
from app.stamps.policy import require_two_people
from app.stamps.policy_queries import get_policy
from app.stamps.preset_checks import check_symbols_fit
from app.stamps.preset_queries import ANY_PRESET, choose_preset
from app.stamps.print_actions import Press, recorded_facts
from app.stamps.qr import UnprintableUrlError

FORMATS: Final = tuple(SUFFIXES)
# Lists have no grid: whichever preset was named, the file is the same.
LISTS: Final = frozenset({"csv", "xlsx"})
_FORMS: Final[tuple[Form, ...]] = ("short", "gs1")
_REASON_CHARS: Final = 300


class NotIssued(Conflict):
    """The batch has not been issued yet"""

    code: ClassVar[str] = "stamps.not_issued"
    detail: ClassVar[str] = N_("Its stamps have no codes before it is issued. Issue it first.")


class NoSuchFormat(Invalid):
    """There is no such format"""

    code: ClassVar[str] = "stamps.no_such_format"
    detail: ClassVar[str] = N_("Choose one of: {expected}.")
    field = "format"

    def __init__(self, *, expected: str) -> None:
        self.expected = expected


class NoSuchForm(Invalid):
    """There is no such form of the code"""

    code: ClassVar[str] = "stamps.no_such_form"
    detail: ClassVar[str] = N_("Choose short or gs1, or leave it empty.")
    field = "form"


class NoGtin(Invalid):
    """The product has no GTIN"""

    code: ClassVar[str] = "stamps.no_gtin"
    detail: ClassVar[str] = N_(
        "The GS1 form needs one, and none may be made up. Enter it on the product's page if it "
        "has one, or choose the short form."
    )
    field = "form"


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


class AddressUnprintable(Conflict):
    """The address can't be printed"""

    code: ClassVar[str] = "stamps.address_unprintable"
    detail: ClassVar[str] = N_(
        "The site's address has characters that a stamp's code can't carry. Set another one."
    )


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A file that is asked for; `first` and `count` are running numbers, by default the whole.

    Without a form, codes take the GS1 form where the product has a GTIN.
    """

    batch_id: int
    format: str
    reason: str
    preset: str = ANY_PRESET
    form: str = ""
    first: int = 1
    count: int | None = None


def ask_export(db: Session, *, actor: Actor, now: datetime, press: Press, wanted: Wanted) -> Export:
    """Return the record of the file, waiting to be made where it is new or had failed.

    The same batch, format, form, preset, range and reason is the same record. So many codes that
    two people are needed wait for the other one first.
    """
    batch, asked = _planned(db, actor=actor, press=press, wanted=wanted)
    alone = out_alone(db, asked, allotment_id=batch.allotment_id)
    return asked_for(db, actor=actor, now=now, wanted=asked, codes=alone, entity_id=batch.entity_id)


def asked_for(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    wanted: Export,
    codes: int,
    entity_id: int | None,
) -> Export:
    """Return the record of a planned file; so many `codes` are out by one person's word."""
    needs_two = codes >= get_policy(db).two_people_from
    wanted.state = "asked" if needs_two else "waiting"
    wanted.asked_at, wanted.asked_by, wanted.asked_by_id = now, actor.label, actor.account_id
    export = find_same_export(db, wanted) or _added(db, wanted, actor, entity_id)
    if export.state == "failed":
        export.state, export.problem, export.done = "waiting", "", 0
        db.flush()
    return export


def confirm_export(db: Session, *, actor: Actor, now: datetime, export: Export) -> Export:
    """Let a file be made that one person asked for, by the word of another."""
    actor.require_officer()
    # Of two who confirm at once the second must see that it is done.
    db.refresh(export, with_for_update=True)
    if export.state != "asked":
        return export
    limit = get_policy(db).two_people_from
    require_two_people(
        quantity=limit, policy_from=limit, first_id=export.asked_by_id, second_id=actor.account_id
    )
    export.state, export.confirmed_at, export.confirmed_by = "waiting", now, actor.label
    db.flush()
    noted(db, actor, now, "export.confirm", entity_of(db, export), export)
    return export


def find_export(db: Session, *, actor: Actor, press: Press, wanted: Wanted) -> Export | None:
    """Return the record if the same file was asked for before; refuses as `ask_export` does."""
    return find_same_export(db, _planned(db, actor=actor, press=press, wanted=wanted)[1])


def record_fetch(db: Session, *, actor: Actor, now: datetime, export: Export) -> None:
    """Record who takes the file out, before its first byte leaves."""
    noted(db, actor, now, "export.fetch", entity_of(db, export), export)


def entity_of(db: Session, export: Export) -> int | None:
    """Return whose stamps a file holds; None for the many of an allotment."""
    return db.get_one(Batch, export.batch_id).entity_id if export.batch_id else None


def check_layout(spec: JobSpec) -> None:
    """Refuse, in words, stamps whose symbol would not fit or can't be written."""
    try:
        check_symbols_fit(spec.preset, spec.prefix, spec.base_url, field="preset")
    except UnprintableUrlError as error:
        raise AddressUnprintable from error


def checked_reason(text: str) -> str:
    reason = clean_text(text, limit=_REASON_CHARS, field="reason")
    if not reason:
        raise ExportReasonNeeded
    return reason


def checked_form(wanted: str, gtin: str | None) -> Form:
    """Return the form of the codes: the GS1 form only where there is a GTIN."""
    if wanted not in {"", *_FORMS}:
        raise NoSuchForm
    if wanted == "gs1" and gtin is None:
        raise NoGtin
    return "gs1" if gtin is not None and wanted != "short" else "short"


def _planned(db: Session, *, actor: Actor, press: Press, wanted: Wanted) -> tuple[Batch, Export]:
    """Return the batch and the record of a file that may be made, not yet added."""
    batch = get_batch(db, wanted.batch_id, actor=actor)
    actor.require_officer()
    if wanted.format not in FORMATS:
        raise NoSuchFormat(expected=", ".join(FORMATS))
    chosen = choose_preset(db, wanted.preset)
    if wanted.format in LISTS:
        chosen = choose_preset(db, ANY_PRESET)
    form = checked_form(wanted.form, gtin_of(db, batch))
    facts = facts_of(
        db, batch, base_url=press.base_url, words=press.words, chosen=chosen, form=form
    )
    export = Export(
        batch_id=batch.id,
        format=wanted.format,
        form=form,
        preset="" if wanted.format in LISTS else chosen.key,
        reason=checked_reason(wanted.reason),
        first=wanted.first,
        count=_checked_count(batch, wanted),
        facts=facts,
    )
    check_layout(spec_of(export.facts, preset=export.preset, first=export.first))
    return batch, export


def _checked_count(batch: Batch, wanted: Wanted) -> int:
    if batch.granted is None or batch.first is None:
        raise NotIssued
    first, count = wanted.first, wanted.count
    if count is None:
        count = batch.granted - first + 1
    if first < 1 or count < 1 or first + count - 1 > batch.granted:
        raise RangeOutside(granted=batch.granted)
    if count > most_codes(wanted.format):
        raise TooManyCodes(most=most_codes(wanted.format))
    return count


def _added(db: Session, wanted: Export, actor: Actor, entity_id: int | None) -> Export:
    """Add the record; where somebody asked for the same at the same moment, it is theirs."""
    try:
        with db.begin_nested():
            db.add(wanted)
    except IntegrityError:
        found = find_same_export(db, wanted)
        if found is None:
            raise
        return found
    noted(db, actor, wanted.asked_at, "export.ask", entity_id, wanted)
    return wanted


def noted(
    db: Session, actor: Actor, now: datetime, action: str, entity_id: int | None, export: Export
) -> None:
    """Record what was done with a file."""
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=export.id,
        entity_id=entity_id,
        after=recorded_facts(export),
    )
