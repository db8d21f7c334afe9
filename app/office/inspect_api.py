"""Findings by JSON: recorded by inspectors, read by the Department."""

import secrets
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import Line, Out
from app.kit.paging import Cutting, Listed, listed
from app.kit.web import Db, Id, Now
from app.office.inspect_access import look_up_as_public
from app.oversight import finding_actions, finding_queries
from app.oversight.access import Trace
from app.oversight.finding_actions import INSPECTORS, Seen
from app.oversight.finding_queries import FindingFilter, count_photos
from app.oversight.models import Finding
from app.oversight.queries import belonging
from app.oversight.rules import CODE_CHARS, FindingOutcome, Subject, SubjectNeeded, sent_hash
from app.oversight.told import RecordId, SeenIn

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


class FindingOut(Out):
    """A finding. `verdict` is what a look-up of the code said at that moment, in English."""

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
    return _out(finding, 0)


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
    photos = count_photos(db, page.items)
    return listed(request, page, lambda one: _out(one, photos.get(one.id, 0)))


@router.get("/{finding_id}")
def get_finding(finding_id: Id, db: Db, actor: CurrentActor) -> FindingOut:
    found = finding_queries.get_finding(db, finding_id, actor=actor)
    return _out(found, count_photos(db, [found]).get(found.id, 0))


def _out(finding: Finding, photos: int) -> FindingOut:
    facts = {name: getattr(finding, name) for name in FindingOut.model_fields if name != "photos"}
    return FindingOut(**facts, photos=photos)
