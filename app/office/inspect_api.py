"""Findings by JSON: recorded by inspectors, read by the Department."""

import secrets
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from sqlalchemy.orm import Session

from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import Line, Out
from app.kit.paging import Cutting, Listed, listed
from app.kit.web import Db, Id, Now
from app.office.inspect_access import look_up_as_public
from app.oversight import finding_actions, finding_closing_actions, finding_queries
from app.oversight.access import Trace
from app.oversight.closings import Ending
from app.oversight.finding_actions import INSPECTORS, Seen
from app.oversight.finding_queries import FindingFilter
from app.oversight.models import Finding
from app.oversight.queries import belonging
from app.oversight.row_queries import FindingRow, finding_rows
from app.oversight.rules import CODE_CHARS, FindingOutcome, Subject, SubjectNeeded, sent_hash
from app.oversight.told import ClosingIn, RecordId, SeenIn

router = APIRouter(prefix="/api/v1/findings", tags=["findings"], route_class=ApiRoute)


class FindingIn(SeenIn):
    """What was seen of a stamp, named by its code, or of what that stamp belongs to.

    Without a code a lot, a product or an entity is named by its own id. A code that is not ours
    can be reported on as a stamp.
    """

    subject: Subject
    code: Annotated[Line, Field(max_length=CODE_CHARS)] = ""
    lot_id: RecordId | None = None
    product_id: RecordId | None = None
    entity_id: RecordId | None = None


class ClosingOut(Out):
    """How a finding ended."""

    outcome: Ending
    reason: str
    closed_at: datetime
    closed_by: str


class FindingOut(Out):
    """A finding. `verdict` is what a look-up of the code said at that moment, in English.

    `closing` is how one that was not in order ended, once somebody has closed it.
    """

    id: int
    subject: Subject
    key: str
    batch_id: int | None
    entity_id: int | None
    product_id: int | None
    lot_id: int | None
    verdict: str
    outcome: FindingOutcome
    text: str
    measure: str
    place: str
    latitude: float | None
    longitude: float | None
    photos: int
    at: datetime
    actor_label: str
    inspection_id: int | None
    closing: ClosingOut | None


def _verdict(request: Request, given: FindingIn, actor: CurrentActor, now: Now) -> str:
    """Return what the public is told of the code, read before the transaction."""
    actor.require_role(*INSPECTORS)
    if not given.code:
        return ""
    return look_up_as_public(request, given.code, now).answer.judgement.label


@router.post("", status_code=201)
def record_finding(
    given: FindingIn,
    verdict: Annotated[str, Depends(_verdict)],
    db: Db,
    actor: CurrentActor,
    now: Now,
    trace: Trace,
) -> FindingOut:
    """Record a finding for good. Photos are sent by the inspector's page only."""
    if given.code:
        belongs = trace(db, given.code)
    elif given.subject in {Subject.STAMP, Subject.BATCH}:
        raise SubjectNeeded(field="code")
    else:
        named = f"{given.subject}_id"
        # Of rights findings are made in inspections alone.
        if getattr(given, named, None) is None:
            raise SubjectNeeded(field=named)
        belongs = belonging(db, **{named: getattr(given, named)})
    seen = Seen(**given.model_dump(include=set(SeenIn.model_fields)))
    finding = finding_actions.record_finding(
        db,
        actor=actor,
        now=now,
        subject=given.subject,
        belongs=belongs,
        seen=seen.checked(),
        verdict=verdict,
        sent_hash=sent_hash((secrets.token_urlsafe(16),)),
    )
    return _one(db, finding)


@router.get("")
def list_findings(
    request: Request,
    db: Db,
    actor: CurrentActor,
    cut: Cutting,
    outcome: FindingOutcome | None = None,
    subject: Subject | None = None,
    entity_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    q: Annotated[str, Query(max_length=100)] = "",
) -> Listed[FindingOut]:
    """Return the findings of inspectors, for the Department."""
    wanted = FindingFilter(outcome=outcome, subject=subject, entity_id=entity_id, text=q)
    page = finding_queries.list_findings(db, actor=actor, cut=cut, wanted=wanted)
    return listed(request, page.having(finding_rows(db, page.items)), _out)


@router.get("/{finding_id}")
def get_finding(finding_id: Id, db: Db, actor: CurrentActor) -> FindingOut:
    return _one(db, finding_queries.get_finding(db, finding_id, actor=actor))


@router.post("/{finding_id}/close")
def close_finding(
    finding_id: Id, given: ClosingIn, db: Db, actor: CurrentActor, now: Now
) -> FindingOut:
    """Say how a finding ended, once and for good; one that a measure follows ends with that."""
    finding_closing_actions.close_finding(
        db, actor=actor, now=now, finding_id=finding_id, **given.model_dump()
    )
    return _one(db, finding_queries.get_finding(db, finding_id, actor=actor))


def _one(db: Session, finding: Finding) -> FindingOut:
    [row] = finding_rows(db, [finding])
    return _out(row)


def _out(row: FindingRow) -> FindingOut:
    own = FindingOut.model_fields.keys() - {"photos", "closing"}
    facts = {name: getattr(row.finding, name) for name in own}
    closing = ClosingOut.model_validate(row.closing) if row.closing else None
    return FindingOut(**facts, photos=row.photos, closing=closing)
