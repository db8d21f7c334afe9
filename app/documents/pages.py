"""Documents to be opened, and the form that withdraws one."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from app.documents import actions
from app.documents.file_access import file_answer
from app.documents.models import Document
from app.documents.queries import get_document
from app.documents.rules import DocumentKind
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.files import Store
from app.kit.forms import Filled, Form, In, Note, read_form
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Id, Now, Words

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


@router.get("/office/documents/{document_id}/file")
def document_file(document_id: Id, db: Db, actor: CurrentActor, files: Store) -> Response:
    return file_answer(get_document(db, document_id, actor=actor), files)


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
