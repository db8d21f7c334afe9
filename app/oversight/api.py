"""Reports from the public by JSON: anybody sends one, the Department works on them."""

import secrets
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from app.identity.access import KEY_CHARS, ApiRoute, CurrentActor, NamelessRoute, check_origin
from app.kit.forms import In, Note, Out
from app.kit.paging import Cutting, Listed, listed
from app.kit.web import Databases, Db, Id, Now, Words
from app.oversight import queries, triage_actions
from app.oversight.access import Trace, as_nobody, limits_of, require_turn
from app.oversight.models import Report
from app.oversight.queries import ReportFilter
from app.oversight.report_actions import Told, send_report, told_of
from app.oversight.rules import (
    MAX_TEXT,
    REFERENCE_BYTES,
    About,
    ReportOutcome,
    ReportState,
    Traced,
    Trouble,
    grouped_reference,
    sent_hash,
)
from app.oversight.told import ReportIn

router = APIRouter(prefix="/api/v1/reports", tags=["reports"], route_class=ApiRoute)
public_router = APIRouter(
    prefix="/api/v1/reports",
    tags=["reports"],
    route_class=NamelessRoute,
    dependencies=[Depends(as_nobody)],
)


class SentOut(Out):
    """A report that was kept: its reference, and the page that tells what became of it."""

    reference: str
    url: str


class ReportOut(Out):
    """A report as the Department reads it."""

    id: int
    reference: str
    about: About
    subject: str
    trouble: Trouble
    text: str
    place: str
    latitude: float | None
    longitude: float | None
    has_photo: bool
    language: str
    batch_id: int | None
    entity_id: int | None
    product_id: int | None
    lot_id: int | None
    state: ReportState
    taken_by: str
    outcome: ReportOutcome | None
    answer: str
    reason: str
    sent_at: datetime
    closed_at: datetime | None
    closed_by: str


class CloseIn(In):
    """How a report ended: an answer for its reporter, a reason for the Department."""

    outcome: ReportOutcome
    answer: Annotated[Note, Field(max_length=MAX_TEXT)]
    reason: Annotated[Note, Field(max_length=MAX_TEXT)]


def _told(
    request: Request, given: ReportIn, database: Databases, now: Now
) -> tuple[Told, str] | Report:
    """Return the report checked and its mark, or the one it was sent as before."""
    check_origin(request)
    require_turn(limits_of(request).tried, request, now)
    told = told_of(given)
    token = given.token or request.headers.get("idempotency-key", "")[:KEY_CHARS]
    # Without a token of its own no two are the same.
    mark = sent_hash((token or secrets.token_urlsafe(16), told))
    if token:
        with database.begin(write=False) as db:
            first = queries.find_sent(db, mark)
        if first is not None:
            return first
    require_turn(limits_of(request).sent, request, now)
    return told, mark


@public_router.post("", status_code=201)
def report_problem(
    now: Now,
    words: Words,
    trace: Trace,
    checked: Annotated[tuple[Told, str] | Report, Depends(_told)],
    db: Db,
) -> SentOut:
    """Report a problem, without an account. At most five an hour from one network.

    A photo can be sent by the form on the web only. The reference is the one way to the answer.
    """
    if isinstance(checked, Report):
        return _sent(checked)
    told, mark = checked
    report = send_report(
        db,
        told=told,
        traced=trace(db, told.code) if told.code else Traced(""),
        photo="",
        language=words.language,
        sent_hash=mark,
        random=secrets.token_bytes(REFERENCE_BYTES),
        now=now,
    )
    return _sent(report)


@router.get("")
def list_reports(
    request: Request,
    db: Db,
    actor: CurrentActor,
    cut: Cutting,
    state: ReportState | None = None,
    trouble: Trouble | None = None,
    about: About | None = None,
    entity_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    q: Annotated[str, Query(max_length=100)] = "",
) -> Listed[ReportOut]:
    """Return the reports from the public, for the Department."""
    wanted = ReportFilter(state=state, trouble=trouble, about=about, entity_id=entity_id, text=q)
    page = queries.list_reports(db, actor=actor, cut=cut, wanted=wanted)
    return listed(request, page, _out)


@router.get("/{report_id}")
def get_report(report_id: Id, db: Db, actor: CurrentActor) -> ReportOut:
    return _out(queries.get_report(db, report_id, actor=actor))


@router.post("/{report_id}/take")
def take_report(report_id: Id, db: Db, actor: CurrentActor, now: Now) -> ReportOut:
    """Look into a report; 409 where somebody else does already."""
    return _out(triage_actions.take_report(db, actor=actor, now=now, report_id=report_id))


@router.post("/{report_id}/close")
def close_report(report_id: Id, given: CloseIn, db: Db, actor: CurrentActor, now: Now) -> ReportOut:
    """Close a report; its reporter reads the answer from now on."""
    done = triage_actions.close_report(
        db, actor=actor, now=now, report_id=report_id, **given.model_dump()
    )
    return _out(done)


def _sent(report: Report) -> SentOut:
    reference = grouped_reference(report.reference)
    return SentOut(reference=reference, url=f"/report/{reference}")


def _out(report: Report) -> ReportOut:
    facts = {
        name: getattr(report, name)
        for name in ReportOut.model_fields
        if name not in {"has_photo", "outcome", "reference"}
    }
    return ReportOut(
        **facts,
        reference=grouped_reference(report.reference),
        has_photo=bool(report.photo),
        outcome=ReportOutcome(report.outcome) if report.outcome else None,
    )
