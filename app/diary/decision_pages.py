"""Pages of decisions: the owner on late entries, an officer on what a lot is let pass."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BeforeValidator, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.diary import decision_actions, decision_queries, gate_queries, queries
from app.diary.decision_models import LotClearance
from app.diary.items import CLEARABLE
from app.diary.models import Lot
from app.diary.pages import Told, check_lines, stranger, told
from app.identity.access import CurrentActor
from app.identity.rules import Actor, Belonging
from app.kit.forms import Filled, Form, In, Line, Note
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.saving import submit
from app.kit.web import Db, Edge, Id, Now, Words

router = APIRouter(prefix="/app/approvals", route_class=Edge, include_in_schema=False)
office_router = APIRouter(prefix="/office/lots", route_class=Edge, include_in_schema=False)

APPROVED = sayable(N_("The entry counts from now on."))
REFUSED = sayable(N_("The entry does not count. It stays in the diary."))
CLEARED = sayable(N_("It was let pass, with your reason."))

_Entry = Annotated[UUID | None, BeforeValidator(lambda value: value or None)]


class DecisionForm(In):
    """The owner's word on a late entry."""

    accepted: Literal["yes", "no"]
    reason: Annotated[Note, Field(max_length=1000)] = ""


class ClearanceForm(In):
    """What an officer lets pass."""

    item: Literal["harvested_early", "test", "photos"]
    entry_id: _Entry = None
    stage: Annotated[Line, Field(max_length=60)] = ""
    reason: Annotated[Note, Field(min_length=1, max_length=1000)]


@dataclass(frozen=True)
class WaitingView:
    """The late entries of own entities that wait for a word."""

    rows: list[tuple[Told, Lot, bool]]
    form: Filled
    wrong: UUID | None


@dataclass(frozen=True)
class Passable:
    """Something a lot lacks that an officer may let pass."""

    item: str
    text: str
    stage: str
    entry_id: str


@dataclass(frozen=True)
class ClearView:
    """What of a lot may be let pass, and what was."""

    lot: Lot
    passable: list[Passable]
    cleared: list[LotClearance]
    form: Filled


@router.get("")
def waiting(request: Request, db: Db, actor: CurrentActor, words: Words) -> Response:
    if not actor.memberships:
        return stranger(request, actor)
    return _waiting(request, db, actor, words, Filled(), None)


@router.post("/{entry_id}")
def decide(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    entry_id: UUID,
) -> Response:

    def save(given: DecisionForm) -> None:
        decision_actions.decide_entry(
            db,
            actor=actor,
            now=now,
            entry_id=entry_id,
            accepted=given.accepted == "yes",
            reason=given.reason,
        )

    wrong = submit(db, DecisionForm, sent, words, save)
    if wrong is not None:
        return _waiting(request, db, actor, words, wrong, entry_id)
    return go("/app/approvals", say=APPROVED if sent.text("accepted") == "yes" else REFUSED)


def _waiting(
    request: Request,
    db: Session,
    actor: Actor,
    words: Translator,
    form: Filled,
    wrong: UUID | None,
) -> Response:
    found = decision_queries.list_waiting(db, actor=actor, own=True)
    lots = decision_queries.lots_of(db, found)
    owned = {one for one, what in actor.memberships.items() if what is Belonging.OWNER}
    rows = [
        (one, lots[one.entry.lot_id], lots[one.entry.lot_id].entity_id in owned)
        for one in told(db, found, words)
    ]
    view = WaitingView(rows, form, wrong)
    return show(request, "diary/approvals.html", view, status=422 if form.wrong else 200)


@office_router.get("/{lot_id}/clear")
def clearing(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, lot_id: Id
) -> Response:
    lot = queries.get_lot(db, lot_id, actor=actor)
    actor.require_officer()
    return _clearing(request, db, words, now, lot, Filled())


@office_router.post("/{lot_id}/clear")
def clear(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, lot_id: Id
) -> Response:
    lot = queries.get_lot(db, lot_id, actor=actor)
    actor.require_officer()

    def save(given: ClearanceForm) -> None:
        decision_actions.clear_lot(db, actor=actor, now=now, lot_id=lot_id, **given.model_dump())

    wrong = submit(db, ClearanceForm, sent, words, save)
    if wrong is not None:
        return _clearing(request, db, words, now, lot, wrong)
    return go(f"/office/lots/{lot_id}", say=CLEARED)


def _clearing(
    request: Request, db: Session, words: Translator, now: datetime, lot: Lot, form: Filled
) -> Response:
    lacking = gate_queries.missing_for(db, lot, now=now)
    passable = [
        Passable(one.code, line.text, one.stage, str(one.entry_id or ""))
        for one, line in zip(lacking, check_lines(lacking, lot, words), strict=True)
        if one.item in CLEARABLE
    ]
    view = ClearView(lot, passable, gate_queries.list_clearances(db, lot.id), form)
    return show(request, "diary/clear.html", view, status=422 if form.wrong else 200)
