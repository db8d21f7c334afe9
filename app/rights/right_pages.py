"""The page of one right, what is checked on it and what hangs on it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from starlette.responses import Response

from app.audit.listing import HEADS, history_rows
from app.documents import actions as document_actions
from app.documents.receive_actions import receive
from app.documents.rules import CheckedFile, DocumentKind
from app.identity.access import CurrentActor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.exports import AsFile, every, file_of
from app.kit.files import Store
from app.kit.forms import Filled, Form, In, Line, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.paging import Cutting, next_path, previous_path
from app.kit.saving import as_of, submit
from app.kit.web import Databases, Db, Edge, Id, Now, Words
from app.rights import actions, queries, right_link_actions
from app.rights.api import CheckIn, LinkIn, UncheckIn
from app.rights.file_pages import use_rights_file
from app.rights.part_pages import Sending
from app.rights.right_show_pages import (
    Forms,
    HistoryView,
    ReasonView,
    history,
    show_right,
    users_of,
)
from app.rights.row_queries import right_row

router = APIRouter(prefix="/office/rights", route_class=Edge, include_in_schema=False)

CHECKED = sayable(N_("The right is checked: from today it is shown as fact and gives badges."))
UNCHECKED = sayable(N_("The right counts as not checked. Its badges stop at once."))
LINKED = sayable(N_("The product bears this trademark now."))
UNLINKED = sayable(N_("The product no longer bears this trademark."))
ATTACHED = sayable(N_("The document is attached."))


class DocumentIn(In):
    """What a paper that is attached to a right is."""

    kind: DocumentKind
    title: Annotated[Line, Field(max_length=200)] = ""
    public: bool = False


def opened(
    actor: CurrentActor, database: Databases, right_id: Id, sent: Form
) -> CheckedFile | Invalid:
    """Open the file before a transaction is begun, and keep the refusal for the page."""
    with database.begin(write=False) as db:
        queries.get_right(db, right_id)
    actor.require_officer()
    name, raw = sent.files.get("document", ("", b""))
    try:
        return receive(raw, name)
    except Invalid as error:
        return error


Opened = Annotated[CheckedFile | Invalid, Depends(opened)]


@router.get("/{right_id}")
def right(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Cutting,
    right_id: Id,
    file: AsFile = None,
) -> Response:
    found, day = queries.get_right(db, right_id), day_of(now)
    if file:
        row = right_row(found, day)
        users = every(lambda part: users_of(db, actor, day, found, part), cut)
        return use_rights_file(file, ((user, row) for user in users), words)
    return show_right(request, db, actor, words, day, found, cut=cut)


@router.get("/{right_id}/history")
def right_history(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: Cutting,
    right_id: Id,
    file: AsFile = None,
) -> Response:
    found = queries.get_right(db, right_id)
    actor.require_department()
    if file:
        happened = every(lambda part: history(db, words, found, part), cut)
        name, title, rows = f"right-{found.id}", N_("History"), history_rows(happened)
        return file_of(file, name=name, title=title, heads=HEADS, rows=rows, words=words)
    page = history(db, words, found, cut)
    view = HistoryView(
        found, list(page.items), next_path(request, page), previous_path(request, page)
    )
    return show(request, "rights/history.html", view)


@router.post("/{right_id}/check")
def check_right(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, right_id: Id
) -> Response:
    asked = Sending(request, db, actor, now, words, sent, queries.get_right(db, right_id))
    actor.require_officer()
    wrong = asked.save(CheckIn, actions.check_right)
    if wrong is not None:
        forms = Forms(check=wrong)
        return show_right(request, db, actor, words, asked.day, asked.right, forms)
    return go(f"/office/rights/{right_id}", say=CHECKED)


@router.get("/{right_id}/uncheck")
def ask_uncheck(request: Request, db: Db, actor: CurrentActor, right_id: Id) -> Response:
    actor.require_officer()
    found = queries.get_right(db, right_id)
    view = ReasonView(as_of(Filled(), found.updated_at), found)
    return show(request, "rights/uncheck.html", view)


@router.post("/{right_id}/uncheck")
def uncheck_right(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, right_id: Id
) -> Response:
    asked = Sending(request, db, actor, now, words, sent, queries.get_right(db, right_id))
    actor.require_officer()
    wrong = asked.save(UncheckIn, actions.uncheck_right)
    if wrong is not None:
        view = ReasonView(wrong, asked.right)
        return show(request, "rights/uncheck.html", view, status=422)
    return go(f"/office/rights/{right_id}", say=UNCHECKED)


@router.post("/{right_id}/documents")
def attach_document(
    request: Request,
    checked: Opened,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    files: Store,
    right_id: Id,
) -> Response:
    found = queries.get_right(db, right_id)
    actor.require_officer()
    wrong: Filled | None = None
    given = read_form(DocumentIn, sent, words)
    if isinstance(given, Filled):
        wrong = given
    elif isinstance(checked, Invalid):
        wrong = refused(sent, checked, words)
    else:
        try:
            with db.begin_nested():
                document_actions.attach(
                    db,
                    actor=actor,
                    now=now,
                    files=files,
                    subject_kind="right",
                    subject_id=right_id,
                    entity_id=None,
                    checked=checked,
                    **given.model_dump(),
                )
        except Conflict as error:
            wrong = refused(sent, error, words)
    if wrong is not None:
        forms = Forms(document=wrong)
        return show_right(request, db, actor, words, day_of(now), found, forms)
    return go(f"/office/rights/{right_id}", say=ATTACHED)


@router.post("/{right_id}/products")
def link_product(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, right_id: Id
) -> Response:
    found = queries.get_right(db, right_id)
    actor.require_officer()

    def save(given: LinkIn) -> None:
        right_link_actions.link_product(
            db, actor=actor, now=now, right_id=right_id, product_id=given.product_id
        )

    wrong = submit(db, LinkIn, sent, words, save)
    if wrong is not None:
        forms = Forms(link=wrong)
        return show_right(request, db, actor, words, day_of(now), found, forms)
    return go(f"/office/rights/{right_id}", say=LINKED)


@router.post("/{right_id}/products/{product_id}/unlink")
def unlink_product(db: Db, actor: CurrentActor, now: Now, right_id: Id, product_id: Id) -> Response:
    right_link_actions.unlink_product(
        db, actor=actor, now=now, right_id=right_id, product_id=product_id
    )
    return go(f"/office/rights/{right_id}", say=UNLINKED)
