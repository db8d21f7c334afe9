"""Forms about what an account belongs to."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities.queries import get_entity
from app.identity import actions, role_actions
from app.identity.access import CurrentActor
from app.identity.rules import Actor, Belonging
from app.kit.forms import Filled, Form, In, Sent, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Id, Now, Words
from app.office.account_actions import NothingToDo
from app.office.account_form_pages import BELONGINGS, EntityId, charged, duties, offer
from app.office.account_queries import AccountLine, EntityChoice

router = APIRouter(prefix="/office/accounts", route_class=Edge, include_in_schema=False)

JOINED = sayable(N_("The person belongs to the entity now."))
LEFT = sayable(N_("The person no longer belongs to the entity."))


class MembershipIn(In):
    """What an account shall be to an entity."""

    entity_id: EntityId
    belonging: Belonging


@dataclass(frozen=True)
class MembershipView:
    """The form that has an account belong to an entity."""

    account: AccountLine
    form: Filled
    choice: EntityChoice
    belongings: list[tuple[str, str]]
    duties: list[tuple[str, str]]


@router.get("/{account_id}/memberships/new")
def new_membership(
    request: Request, db: Db, actor: CurrentActor, account_id: Id, entity_id: str = ""
) -> Response:
    line = charged(db, actor, account_id)
    start = Filled({"belonging": Belonging.OWNER, "entity_id": entity_id})
    return _membership(request, db, actor, line, start)


@router.post("/{account_id}/memberships/new")
def join(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    account_id: Id,
) -> Response:
    line = charged(db, actor, account_id)
    if sent.text("find"):
        return _membership(request, db, actor, line, Filled(sent.fields))
    given = _read_membership(sent, words)
    if isinstance(given, Filled):
        return _membership(request, db, actor, line, given)
    get_entity(db, given.entity_id, actor=actor)
    actions.join_entity(
        db,
        actor=actor,
        now=now,
        account_id=account_id,
        entity_id=given.entity_id,
        belonging=given.belonging,
    )
    return go(f"/office/accounts/{account_id}", say=JOINED)


def _read_membership(sent: Sent, words: Translator) -> MembershipIn | Filled:
    if not sent.text("entity_id"):
        return refused(sent, NothingToDo(), words)
    return read_form(MembershipIn, sent, words)


def _membership(
    request: Request, db: Session, actor: Actor, line: AccountLine, form: Filled
) -> Response:
    view = MembershipView(line, form, offer(db, actor, form), BELONGINGS, duties())
    return show(request, "office/account_join.html", view, status=422 if form.wrong else 200)


@router.post("/{account_id}/memberships/{entity_id}/end")
def leave(db: Db, actor: CurrentActor, now: Now, account_id: Id, entity_id: Id) -> Response:
    role_actions.end_membership(
        db, actor=actor, now=now, account_id=account_id, entity_id=entity_id
    )
    return go(f"/office/accounts/{account_id}", say=LEFT)
