"""Certificates other than OCOP's, over the API."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BeforeValidator, Field

from app.certificates import actions, queries
from app.certificates.kinds import Kind
from app.certificates.models import Certificate
from app.certificates.rules import STATUSES, status
from app.identity.access import ApiRoute, CurrentActor
from app.kit.clock import day_of
from app.kit.forms import Flag, In, Line, Note, Out
from app.kit.paging import Cutting, Listed, listed
from app.kit.web import Db, Id, Now

router = APIRouter(prefix="/api/v1/certificates", tags=["certificates"], route_class=ApiRoute)

# The bounds only keep a slip of the pen out.
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2100, 12, 31))]
Wanted = Annotated[int, Query(ge=0, le=2**62)]
Key = Annotated[int, Field(ge=1, le=2**62)]
STATES = frozenset({value for value, _ in STATUSES} | {"expiring"})


def _none_of(text: object) -> object:
    return None if text == "" else text


Optional = BeforeValidator(_none_of)


class TermIn(In):
    """What a certificate says of itself; without `valid_to` it holds until it is revoked."""

    number: Annotated[Line, Field(min_length=1, max_length=60)]
    title: Annotated[Line, Field(max_length=200)] = ""
    issuer: Annotated[Line, Field(max_length=200)] = ""
    scope: Annotated[Note, Field(max_length=1000)] = ""
    issued_on: Annotated[Day | None, Optional] = None
    valid_from: Day
    valid_to: Annotated[Day | None, Optional] = None
    public: Flag = False


class CertificateIn(TermIn):
    """A certificate; without `product_id` it is for all that the entity makes."""

    entity_id: Key
    kind: Kind
    product_id: Annotated[Key | None, Optional] = None
    facility_id: Annotated[Key | None, Optional] = None


class CertificateChange(TermIn):
    """What is written of a certificate, whole; `seen` is the `updated_at` it was read with."""

    kind: Kind
    product_id: Annotated[Key | None, Optional] = None
    facility_id: Annotated[Key | None, Optional] = None
    # That a last day in the past is right, though pages said otherwise since.
    past_is_meant: Flag = False
    seen: datetime | None = None


class RevocationIn(In):
    """One decision for one or many certificates, from today unless it says another day."""

    decision_no: Annotated[Line, Field(min_length=1, max_length=60)]
    reason: Annotated[Note, Field(min_length=1, max_length=2000)]
    revoked_on: Annotated[Day | None, Optional] = None
    # That a day in the past is right, though pages said otherwise since.
    past_is_meant: Flag = False


class RevocationsIn(RevocationIn):
    """All of them are revoked or, where one can't be, none."""

    certificates: Annotated[list[Key], Field(min_length=1, max_length=200)]


class StrikeIn(In):
    """Why a certificate should never have been recorded."""

    reason: Annotated[Note, Field(min_length=1, max_length=500)]


class CertificateOut(Out):
    """A certificate; `status` is today's."""

    id: int
    entity_id: int
    product_id: int | None
    facility_id: int | None
    kind: Kind
    number: str
    title: str
    issuer: str
    scope: str
    issued_on: date | None
    valid_from: date
    valid_to: date | None
    revoked_on: date | None
    revocation_decision: str
    revocation_reason: str
    public: bool
    follows_id: int | None
    struck_reason: str
    recorded_at: datetime
    updated_at: datetime
    status: str = ""


@router.get("")
def list_certificates(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    cut: Cutting,
    q: Line = "",
    kind: Kind | None = None,
    state: Annotated[str, Query(max_length=10)] = "",
    entity_id: Wanted = 0,
    product_id: Wanted = 0,
) -> Listed[CertificateOut]:
    """Return the certificates the caller sees.

    `state` is a status, or `expiring` for what ends within 90 days and nothing follows.
    """
    page = queries.list_certificates(
        db,
        actor=actor,
        cut=cut,
        day=day_of(now),
        text=q,
        kind=kind or "",
        state=state,
        entity_id=entity_id,
        product_id=product_id,
    )
    return listed(request, page, lambda one: _shown(one, day_of(now)))


@router.post("", status_code=201)
def add_certificate(given: CertificateIn, db: Db, actor: CurrentActor, now: Now) -> CertificateOut:
    made = actions.add_certificate(db, actor=actor, now=now, **given.model_dump())
    return _shown(made, day_of(now))


@router.post("/revoke")
def revoke_certificates(
    given: RevocationsIn, db: Db, actor: CurrentActor, now: Now
) -> list[CertificateOut]:
    found = actions.revoke_certificates(db, actor=actor, now=now, **given.model_dump())
    return [_shown(one, day_of(now)) for one in found]


@router.get("/{paper_id}")
def get_certificate(paper_id: Id, db: Db, actor: CurrentActor, now: Now) -> CertificateOut:
    return _shown(queries.get_certificate(db, paper_id, actor=actor), day_of(now))


@router.put("/{paper_id}")
def change_certificate(
    paper_id: Id, given: CertificateChange, db: Db, actor: CurrentActor, now: Now
) -> CertificateOut:
    changed = actions.change_certificate(
        db, actor=actor, now=now, certificate_id=paper_id, **given.model_dump()
    )
    return _shown(changed, day_of(now))


@router.post("/{paper_id}/renew", status_code=201)
def renew_certificate(
    paper_id: Id, given: TermIn, db: Db, actor: CurrentActor, now: Now
) -> CertificateOut:
    """Record the certificate that follows this one, of the same kind and for the same product."""
    made = actions.renew_certificate(
        db, actor=actor, now=now, certificate_id=paper_id, **given.model_dump()
    )
    return _shown(made, day_of(now))


@router.post("/{paper_id}/strike")
def strike_certificate(
    paper_id: Id, given: StrikeIn, db: Db, actor: CurrentActor, now: Now
) -> CertificateOut:
    """Strike out a certificate that was entered by mistake."""
    struck = actions.strike_certificate(
        db, actor=actor, now=now, certificate_id=paper_id, reason=given.reason
    )
    return _shown(struck, day_of(now))


def _shown(one: Certificate, day: date) -> CertificateOut:
    today = status(queries.certificate_facts(one), day).value
    return CertificateOut.model_validate(one).model_copy(update={"status": today})
