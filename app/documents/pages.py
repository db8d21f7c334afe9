"""Documents to be opened, and the form that withdraws one."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from starlette.responses import FileResponse, Response

from app.documents import actions
from app.documents.models import Document
from app.documents.queries import Stored, get_document, get_public_file
from app.documents.rules import SUFFIXES, DocumentKind, file_name
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.files import Files, Store
from app.kit.forms import Filled, Form, In, Note, read_form
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Id, Now, Words, as_public

router = APIRouter(route_class=Edge, include_in_schema=False)

WITHDRAWN = sayable(N_("The document was withdrawn."))
# Where the page stands that lists the documents of a record.
_HOMES = {
    "right": "/office/rights/{id}",
    "use_right": "/office/use-rights/{id}",
    "certificate": "/office/certificates/{id}",
    "ocop_certificate": "/office/ocop-certificates/{id}",
    "product": "/office/products/{id}",
    "entity": "/office/entities/{id}",
    "inspection": "/office/inspections/{id}",
    "test": "/office/tests/{id}",
}


class WithdrawIn(In):
    """Why a document is withdrawn."""

    reason: Annotated[Note, Field(min_length=1, max_length=500)]


@dataclass(frozen=True)
class DocumentView:
    """A document and the form that withdraws it."""

    document: Document
    kind: str
    home: str
    may_withdraw: bool
    form: Filled


@router.get("/documents/{public_document_id}", dependencies=[Depends(as_public)])
def public_document(public_document_id: Id, db: Db, files: Store) -> Response:
    return _answer(get_public_file(db, public_document_id), files, cache="public, max-age=300")


@router.get("/office/documents/{document_id}/file")
def document_file(document_id: Id, db: Db, actor: CurrentActor, files: Store) -> Response:
    return _answer(get_document(db, document_id, actor=actor), files, cache="private, no-store")


@router.get("/office/documents/{document_id}")
def one_document(request: Request, document_id: Id, db: Db, actor: CurrentActor) -> Response:
    return _show(request, get_document(db, document_id, actor=actor), actor, Filled())


@router.post("/office/documents/{document_id}")
def withdraw_document(
    request: Request,
    document_id: Id,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
) -> Response:
    document = get_document(db, document_id, actor=actor)
    given = read_form(WithdrawIn, sent, words)
    if isinstance(given, Filled):
        return _show(request, document, actor, given)
    actions.withdraw(db, actor=actor, now=now, document_id=document_id, reason=given.reason)
    return go(_home(document), say=WITHDRAWN)


def _show(request: Request, document: Document, actor: Actor, form: Filled) -> Response:
    mine = document.added_by_id is not None and document.added_by_id == actor.account_id
    view = DocumentView(
        document=document,
        kind=DocumentKind(document.kind).label,
        home=_home(document),
        may_withdraw=document.withdrawn_at is None and (actor.officer or mine),
        form=form,
    )
    return show(request, "documents/one.html", view, status=422 if form.wrong else 200)


def _home(document: Document) -> str:
    return _HOMES.get(document.subject_kind, "/office").format(id=document.subject_id)


def _answer(document: Document | Stored, files: Files, *, cache: str) -> Response:
    """Answer with the file; a PDF may hold scripts, so it opens outside this site's pages."""
    suffix = SUFFIXES[document.media_type]
    return FileResponse(
        files.find(file_name(document.sha256, document.media_type)),
        media_type=document.media_type,
        filename=f"ocop-{document.id}.{suffix}",
        content_disposition_type="attachment" if suffix == "pdf" else "inline",
        headers={
            "Cache-Control": cache,
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
