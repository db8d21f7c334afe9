from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.actions import Author, record
from app.identity.rules import Actor
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.kit.saving import check_seen, touched
from app.kit.text import clean_note
from app.oversight.models import Report
from app.oversight.queries import belonging, get_report
from app.oversight.rules import (
    MIN_TEXT,
    About,
    NoSuchSubject,
    ReportOutcome,
    ReportState,
    TextTooShort,
    Traced,
    folded_words,
    links_to,
)

# What the audit trail keeps of a report: what the Department decided, not what somebody wrote.
_TOLD: Final = (
    *("state", "outcome", "answer", "reason", "taken_by"),
    *("subject", "batch_id", "entity_id", "product_id", "lot_id"),
)
_AT_ONCE: Final = 500


class ReportClosed(Conflict):
    """The report is closed"""

    code: ClassVar[str] = "oversight.report_closed"
    detail: ClassVar[str] = N_("Open it again first.")


class ReportOpen(Conflict):
    """The report is not closed"""

    code: ClassVar[str] = "oversight.report_open"
    detail: ClassVar[str] = N_("There is nothing to open again.")


class ReportTaken(Conflict):
    """Somebody else looks into this report"""

    code: ClassVar[str] = "oversight.report_taken"
    detail: ClassVar[str] = N_("{name} took it. Ask before you take it over.")

    def __init__(self, *, name: str) -> None:
        self.name = name


def take_report(
    db: Session, *, actor: Actor, now: datetime, report_id: int, seen: datetime | None = None
) -> Report:
    """Have the officer look into a report; of two who take it at once one does."""
    report, before = _open(db, actor, report_id, seen)
    if report.taken_by_id is not None and report.taken_by_id != actor.account_id and seen is None:
        raise ReportTaken(name=report.taken_by)
    report.state, report.taken_at = ReportState.TAKEN, now
    report.taken_by, report.taken_by_id = actor.label, actor.account_id
    return _changed(db, report, before, actor=actor, now=now, action="report.take")


def link_report(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    report_id: int,
    traced: Traced | None = None,
    lot_id: int | None = None,
    product_id: int | None = None,
    entity_id: int | None = None,
    seen: datetime | None = None,
) -> Report:
    """Say what a report is about: a stamp of ours, or else a lot, a product or an entity.

    The narrowest that is named decides; whose it is follows from it.
    """
    report, before = _open(db, actor, report_id, seen)
    found = traced or belonging(db, lot_id=lot_id, product_id=product_id, entity_id=entity_id)
    if traced is not None:
        if traced.entity_id is None:
            raise NoSuchSubject(field="code")
        report.about, report.subject = About.STAMP, traced.code
    for name, value in links_to(found).items():
        setattr(report, name, value)
    return _changed(db, report, before, actor=actor, now=now, action="report.link")


def close_report(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    report_id: int,
    outcome: ReportOutcome,
    answer: str,
    reason: str,
    seen: datetime | None = None,
) -> Report:
    """Close a report with an answer its reporter reads, and a reason the Department keeps."""
    report, before = _open(db, actor, report_id, seen)
    report.state, report.outcome = ReportState.CLOSED, outcome
    report.answer = clean_note(answer, field="answer")
    report.reason = clean_note(reason, field="reason")
    for name in ("answer", "reason"):
        if len(getattr(report, name)) < MIN_TEXT:
            raise TextTooShort(field=name)
    report.closed_at, report.closed_by = now, actor.label
    report.closed_by_id = actor.account_id
    return _changed(db, report, before, actor=actor, now=now, action="report.close")


def reopen_report(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    report_id: int,
    reason: str,
    seen: datetime | None = None,
) -> Report:
    """Open a closed report again; its earlier answer stays in its history."""
    actor.require_officer()
    report = get_report(db, report_id, actor=actor)
    check_seen(report.changed_at, seen)
    if report.state != ReportState.CLOSED:
        raise ReportOpen
    before = _facts(report)
    told = clean_note(reason, field="reason")
    if len(told) < MIN_TEXT:
        raise TextTooShort(field="reason")
    report.state = ReportState.TAKEN if report.taken_by_id else ReportState.NEW
    report.outcome, report.answer, report.reason = "", "", told
    report.closed_at, report.closed_by, report.closed_by_id = None, "", None
    return _changed(db, report, before, actor=actor, now=now, action="report.reopen")


def erase_told(db: Session, *, by: Author, now: datetime, after: timedelta) -> int:
    """Erase what reporters wrote of reports closed so long ago; return of how many, 500 at most.

    Their words, photo, place and position go; what the Department found and answered stays. The
    file of a photo that no row names any more goes with the next sweep.
    """
    query = select(Report).where(
        Report.state == ReportState.CLOSED, Report.closed_at < now - after, Report.text != ""
    )
    due = db.scalars(query.order_by(Report.id).limit(_AT_ONCE).with_for_update()).all()
    for report in due:
        before = _facts(report)
        report.text, report.place, report.photo = "", "", ""
        report.latitude, report.longitude = None, None
        report.folded = folded_words(report.subject)
        _changed(db, report, before, actor=by, now=now, action="report.erase")
    return len(due)


def _open(
    db: Session, actor: Actor, report_id: int, seen: datetime | None
) -> tuple[Report, dict[str, Any]]:
    """Return a report that may still be changed, held against others, with its facts."""
    actor.require_officer()
    report = get_report(db, report_id, actor=actor, lock=True)
    check_seen(report.changed_at, seen)
    if report.state == ReportState.CLOSED:
        raise ReportClosed
    return report, _facts(report)


def _facts(report: Report) -> dict[str, Any]:
    return {name: getattr(report, name) for name in _TOLD}


def _changed(
    db: Session,
    report: Report,
    before: dict[str, Any],
    *,
    actor: Author,
    now: datetime,
    action: str,
) -> Report:
    report.changed_at = touched(report.changed_at, now)
    db.flush()
    # Without the entity: its people read its events, and reports are not theirs to read.
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=report.id,
        before=before,
        after=_facts(report),
    )
    return report
