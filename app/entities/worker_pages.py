"""The people of an entity, on its owner's phone."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities import worker_actions
from app.entities.worker_actions import Added
from app.entities.worker_queries import People, list_people, owned_by
from app.identity.access import CurrentActor
from app.identity.actions import LINK_DAYS
from app.identity.rules import ROLE_LABELS, Actor, Belonging, NotAllowed, shown_phone
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, In, Line, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.symbols import in_fours, qr_image
from app.kit.web import Db, Edge, Id, Now, Words, site

HERE = "/app/workers"
router = APIRouter(prefix=HERE, route_class=Edge, include_in_schema=False)

JOINED = sayable(N_("The person works here now, and signs in with their own password as before."))
REMOVED = sayable(N_("Removed. Nothing here opens for them any more; what they recorded stays."))


class WorkerIn(In):
    """A worker as the owner adds one."""

    entity_id: Annotated[int, Field(ge=1, le=2**62)]
    name: Annotated[Line, Field(min_length=1, max_length=120)]
    phone: Annotated[Line, Field(min_length=1, max_length=20)]


@dataclass(frozen=True)
class WorkersView:
    """The people of one's own entities, and the form that adds one."""

    people: list[People]
    form: Filled
    worker: str


@dataclass(frozen=True)
class WorkerLinkView:
    """A worker's one-time link, shown this once, to scan from this screen."""

    name: str
    phone: str
    url: str
    code: str
    picture: str
    days: int


def _require_owner(actor: Actor) -> None:
    if not owned_by(actor):
        raise NotAllowed


@router.get("")
def workers(request: Request, db: Db, actor: CurrentActor) -> Response:
    _require_owner(actor)
    return _workers(request, db, actor, Filled({"entity_id": str(owned_by(actor)[0])}))


def _workers(request: Request, db: Session, actor: Actor, form: Filled) -> Response:
    view = WorkersView(list_people(db, actor=actor), form, ROLE_LABELS[Belonging.WORKER])
    return show(request, "entities/workers.html", view, status=422 if form.wrong else 200)


@router.post("")
def add_worker(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    _require_owner(actor)
    given = read_form(WorkerIn, sent, words)
    if isinstance(given, Filled):
        return _workers(request, db, actor, given)
    try:
        with db.begin_nested():
            added = worker_actions.add_worker(
                db,
                actor=actor,
                now=now,
                entity_id=given.entity_id,
                phone=given.phone,
                name=given.name,
            )
    except (Conflict, Invalid) as error:
        return _workers(request, db, actor, refused(sent, error, words))
    return _link(request, added) if added.token else go(HERE, say=JOINED)


def _link(request: Request, added: Added) -> Response:
    # No redirect: the code would have to travel in an address, and addresses are kept.
    url = f"{site(request).base_url}/enrol/{added.token}"
    view = WorkerLinkView(
        name=added.account.name,
        phone=shown_phone(added.account.phone),
        url=url,
        code=in_fours(added.token),
        picture=qr_image(url),
        days=LINK_DAYS,
    )
    return show(request, "entities/worker_link.html", view)


@router.post("/{entity_id}/{account_id}/link")
def make_link(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    entity_id: Id,
    account_id: Id,
) -> Response:
    try:
        with db.begin_nested():
            added = worker_actions.make_worker_link(
                db, actor=actor, now=now, entity_id=entity_id, account_id=account_id
            )
    except Conflict as error:
        text = ". ".join((error.title(words), error.explain(words)))
        return _workers(request, db, actor, Filled(problem=text))
    return _link(request, added)


@router.post("/{entity_id}/{account_id}/remove")
def remove_worker(db: Db, actor: CurrentActor, now: Now, entity_id: Id, account_id: Id) -> Response:
    worker_actions.remove_worker(
        db, actor=actor, now=now, entity_id=entity_id, account_id=account_id
    )
    return go(HERE, say=REMOVED)
