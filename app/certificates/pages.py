"""The office's list of certificates, one certificate, and the papers attached to it."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.history import Happened, tell
from app.audit.queries import list_events
from app.certificates import queries
from app.certificates.file_pages import certificates_file
from app.certificates.kinds import RECORDED
from app.certificates.models import Certificate
from app.certificates.paper_access import Received, attach_to
from app.certificates.row_queries import CertificateRow, certificate_rows
from app.certificates.rules import STATUSES
from app.certificates.terms import CERTIFICATE_TERMS
from app.documents.models import Document
from app.documents.queries import documents_of
from app.documents.rules import KINDS as DOCUMENT_KINDS
from app.entities.queries import get_entity
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.exports import AsFile, every
from app.kit.files import Store
from app.kit.forms import Filled, Form, Line
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Page, Sorting, next_path, previous_path
from app.kit.web import Db, Edge, Id, Now, Words
from app.products.queries import get_product

router = APIRouter(prefix="/office/certificates", route_class=Edge, include_in_schema=False)

ATTACHED = sayable(N_("The document was attached."))
SHOWN_EVENTS: Final = 50
STATES: Final = [
    ("in_force", N_("In force")),
    ("expiring", N_("Ends within 90 days")),
    ("expired", N_("Expired")),
    ("revoked", N_("Revoked")),
    ("not_yet", N_("Not yet in force")),
    ("struck", N_("Struck out")),
]
_STATES: Final = frozenset({one for one, _ in STATES} | {one for one, _ in STATUSES})
_RECORDED: Final = [(kind.value, kind.label) for kind in RECORDED]
Wanted = Annotated[int, Query(ge=0, le=2**62)]


@dataclass(frozen=True)
class CertificatesView:
    """A page of the list of certificates, perhaps of one entity or product."""

    page: Page[CertificateRow]
    next: str | None
    previous: str | None
    wanted: dict[str, str]
    kinds: list[tuple[str, str]]
    states: list[tuple[str, str]]
    of: tuple[str, str] | None
    unlisted: int
    may_change: bool


@dataclass(frozen=True)
class CertificateView:
    """One certificate: what it says, what it renews and is renewed by, papers, history."""

    row: CertificateRow
    certificate: Certificate
    before: Certificate | None
    after: Certificate | None
    documents: list[Document]
    upload: Filled
    document_kinds: list[tuple[str, str]]
    happened: list[Happened]
    may_change: bool


@router.get("")
def certificates(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Sorting,
    file: AsFile = None,
    q: Line = "",
    kind: Annotated[str, Query(max_length=20)] = "",
    state: Annotated[str, Query(max_length=10)] = "",
    entity: Wanted = 0,
    product: Wanted = 0,
) -> Response:
    day = day_of(now)

    def read(part: Cut) -> Page[CertificateRow]:
        page = queries.list_certificates(
            db,
            actor=actor,
            cut=part,
            day=day,
            text=q,
            kind=kind,
            state=state,
            entity_id=entity,
            product_id=product,
        )
        return page.having(certificate_rows(db, page.items, day))

    if file:
        return certificates_file(file, every(read, cut), words)
    page = read(cut)
    view = CertificatesView(
        page=page,
        next=next_path(request, page),
        previous=previous_path(request, page),
        wanted={"q": q, "kind": kind, "state": state if state in _STATES else ""},
        kinds=_RECORDED,
        states=STATES,
        of=_of(db, actor, entity, product),
        unlisted=len(queries.unlisted(db)) if actor.officer else 0,
        may_change=actor.officer,
    )
    return show(request, "certificates/list.html", view)


def _of(db: Session, actor: Actor, entity: int, product: int) -> tuple[str, str] | None:
    """Return whose certificates alone are listed: a path and a name."""
    if product:
        return f"/office/products/{product}", get_product(db, product, actor=actor).name
    if entity:
        return f"/office/entities/{entity}", get_entity(db, entity, actor=actor).name
    return None


@router.get("/{paper_id}")
def certificate(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, paper_id: Id
) -> Response:
    found = queries.get_certificate(db, paper_id, actor=actor)
    return _show(request, db, actor, words, day_of(now), found)


@router.post("/{paper_id}/documents")
def attach(
    request: Request,
    received: Received,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    files: Store,
    paper_id: Id,
) -> Response:
    found = queries.get_certificate(db, paper_id, actor=actor)
    actor.require_officer()
    subject = ("certificate", found.id, found.entity_id)
    wrong = attach_to(
        db, subject, actor=actor, now=now, files=files, received=received, sent=sent, words=words
    )
    if wrong is not None:
        return _show(request, db, actor, words, day_of(now), found, wrong)
    return go(f"/office/certificates/{found.id}", say=ATTACHED)


def _show(
    request: Request,
    db: Session,
    actor: Actor,
    words: Translator,
    day: date,
    found: Certificate,
    upload: Filled | None = None,
) -> Response:
    follows = queries.certificates_by_id(db, [found.follows_id or 0])
    events = list_events(
        db, cut=Cut(limit=SHOWN_EVENTS), subject_kind="certificate", subject_id=found.id
    )
    view = CertificateView(
        row=certificate_rows(db, [found], day)[0],
        certificate=found,
        before=follows.get(found.follows_id or 0),
        after=queries.find_follower(db, found.id),
        documents=documents_of(db, "certificate", [found.id])[found.id],
        upload=upload or Filled(),
        document_kinds=DOCUMENT_KINDS,
        happened=[tell(event, CERTIFICATE_TERMS, words) for event in events.items],
        may_change=actor.officer,
    )
    return show(request, "certificates/one.html", view, status=422 if upload else 200)
