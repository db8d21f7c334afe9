"""The office's list of OCOP certificates, one with its papers, and one decision for many."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.certificates.api import RevocationIn, StrikeIn
from app.certificates.end_pages import ticked
from app.certificates.ocop_file_pages import ocop_file
from app.certificates.ocop_queries import OcopRow, get_ocop, list_ocop, ocop_rows
from app.certificates.paper_access import Received, attach_to
from app.documents.models import Document
from app.documents.queries import documents_of
from app.documents.rules import KINDS as DOCUMENT_KINDS
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.exports import AsFile, every
from app.kit.files import Store
from app.kit.forms import Filled, Form, Line
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Cutting, Page, next_path, previous_path
from app.kit.saving import submit
from app.kit.web import Db, Id, Now, Words
from app.products.certificate_end_actions import revoke_certificates, strike_certificate
from app.products.models import OcopCertificate

router = APIRouter(
    prefix="/office/ocop-certificates", route_class=OnceRoute, include_in_schema=False
)

REVOKED = sayable(N_("The certificates were revoked."))
STRUCK = sayable(N_("The certificate was struck out."))
ATTACHED = sayable(N_("The document was attached."))
MOST: Final = 200
STATES: Final = [
    ("valid", N_("In force")),
    ("expiring", N_("Ends within 90 days")),
    ("expired", N_("Expired")),
    ("revoked", N_("Revoked")),
    ("dissolved", N_("In force, but the entity is dissolved")),
    ("not_yet", N_("Not yet in force")),
    ("struck", N_("Struck out")),
]


@dataclass(frozen=True)
class OcopListView:
    """A page of the list of OCOP certificates."""

    page: Page[OcopRow]
    next: str | None
    previous: str | None
    wanted: dict[str, str]
    states: list[tuple[str, str]]
    may_change: bool


@dataclass(frozen=True)
class OcopView:
    """One OCOP certificate and its papers."""

    row: OcopRow
    documents: list[Document]
    upload: Filled
    document_kinds: list[tuple[str, str]]
    strike: Filled
    may_change: bool


@dataclass(frozen=True)
class OcopRevokeView:
    """The form that revokes some certificates by one decision."""

    form: Filled
    rows: list[OcopRow]


@router.get("")
def ocop_certificates(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Cutting,
    file: AsFile = None,
    q: Line = "",
    stars: Annotated[str, Query(pattern="^[345]?$")] = "",
    state: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    day = day_of(now)

    def read(part: Cut) -> Page[OcopRow]:
        page = list_ocop(
            db, actor=actor, cut=part, day=day, text=q, stars=int(stars or 0), state=state
        )
        return page.having(ocop_rows(db, page.items, day))

    if file:
        return ocop_file(file, every(read, cut), words)
    page = read(cut)
    view = OcopListView(
        page=page,
        next=next_path(request, page),
        previous=previous_path(request, page),
        wanted={"q": q, "stars": stars, "state": state},
        states=STATES,
        may_change=actor.officer,
    )
    return show(request, "certificates/ocop_list.html", view)


@router.get("/revoke")
def ask_revocations(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    one: Annotated[list[int] | None, Query(max_length=MOST)] = None,
) -> Response:
    actor.require_officer()
    today = Filled({"revoked_on": day_of(now).isoformat()})
    return _revoke_form(request, db, actor, day_of(now), one or [], today)


@router.post("/revoke")
def revoke_ocop(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    actor.require_officer()
    chosen = ticked(sent.fields)

    def save(given: RevocationIn) -> None:
        facts = given.model_dump()
        revoke_certificates(db, actor=actor, now=now, certificates=chosen, **facts)

    wrong = submit(db, RevocationIn, sent, words, save)
    if wrong is not None:
        return _revoke_form(request, db, actor, day_of(now), chosen, wrong)
    return go("/office/ocop-certificates?state=revoked", say=REVOKED)


@router.get("/{ocop_id}")
def ocop_certificate(
    request: Request, db: Db, actor: CurrentActor, now: Now, ocop_id: Id
) -> Response:
    return _show(request, db, actor, day_of(now), get_ocop(db, ocop_id, actor=actor))


@router.post("/{ocop_id}/documents")
def attach(
    request: Request,
    received: Received,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    files: Store,
    ocop_id: Id,
) -> Response:
    found = get_ocop(db, ocop_id, actor=actor)
    actor.require_officer()
    row = ocop_rows(db, [found], day_of(now))[0]
    subject = ("ocop_certificate", found.id, row.entity_id)
    wrong = attach_to(
        db, subject, actor=actor, now=now, files=files, received=received, sent=sent, words=words
    )
    if wrong is not None:
        return _show(request, db, actor, day_of(now), found, upload=wrong)
    return go(f"/office/ocop-certificates/{found.id}", say=ATTACHED)


@router.post("/{ocop_id}/strike")
def strike_ocop(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    ocop_id: Id,
) -> Response:
    found = get_ocop(db, ocop_id, actor=actor)
    actor.require_officer()

    def save(given: StrikeIn) -> None:
        strike_certificate(
            db,
            actor=actor,
            now=now,
            product_id=found.product_id,
            certificate_id=found.id,
            reason=given.reason,
        )

    wrong = submit(db, StrikeIn, sent, words, save)
    if wrong is not None:
        return _show(request, db, actor, day_of(now), found, strike=wrong)
    return go(f"/office/products/{found.product_id}", say=STRUCK)


def _show(
    request: Request,
    db: Session,
    actor: Actor,
    day: date,
    found: OcopCertificate,
    *,
    upload: Filled | None = None,
    strike: Filled | None = None,
) -> Response:
    view = OcopView(
        row=ocop_rows(db, [found], day)[0],
        documents=documents_of(db, "ocop_certificate", [found.id])[found.id],
        upload=upload or Filled(),
        document_kinds=DOCUMENT_KINDS,
        strike=strike or Filled(),
        may_change=actor.officer,
    )
    status = 422 if upload or strike else 200
    return show(request, "certificates/ocop_one.html", view, status=status)


def _revoke_form(
    request: Request, db: Session, actor: Actor, day: date, chosen: list[int], form: Filled
) -> Response:
    found = [get_ocop(db, one, actor=actor) for one in chosen]
    view = OcopRevokeView(form, ocop_rows(db, found, day))
    return show(request, "certificates/ocop_revoke.html", view, status=422 if form.wrong else 200)
