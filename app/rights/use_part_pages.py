"""One use right: its decisions, the Department's objections, and its use as it was seen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor, Role
from app.kit.clock import day_of
from app.kit.forms import Filled, Form, In, Note
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.saving import submit
from app.kit.web import Db, Id, Now, Words
from app.products.forms import ProductForm
from app.rights import objection_actions, use_right_actions
from app.rights.api import Day
from app.rights.deciding import TURNS, DecisionKind, standing_decisions
from app.rights.manager_queries import is_kept, keeps
from app.rights.objection_words import OUTCOMES
from app.rights.queries import get_right, get_use_right
from app.rights.row_queries import RightRow, UserRow, right_row, user_rows
from app.rights.use_decision_queries import (
    decision_facts,
    list_objections,
    observations_of,
    use_decisions,
)
from app.rights.use_models import UseObjection, UseObservation, UseRightDecision
from app.rights.use_part_api import AnswerIn, ClosingIn, ObjectionIn

router = APIRouter(prefix="/office/use-rights", route_class=OnceRoute, include_in_schema=False)

OBJECTED = sayable(N_("The objection was raised. Who keeps the users of the right answers it."))
ANSWERED = sayable(N_("The answer was recorded."))
CLOSED = sayable(N_("The objection is closed."))
SEEN = sayable(N_("What was seen was recorded."))
# What was recorded before forms were chosen from a list stays as it was written.
_FORMS: Final = {one.value: one.label for one in ProductForm}
_OUTCOMES: Final = [*OUTCOMES.items()]
IN_USE: Final = [("true", N_("The sign is used")), ("false", N_("The sign is not used"))]


@dataclass(frozen=True)
class DecisionRow:
    """A decision; `annulled` where another took it back, `turns` where one still can."""

    one: UseRightDecision
    label: str
    annulled: bool
    turns: bool


@dataclass(frozen=True)
class Forms:
    """The forms of the page, as they were refused; `about` is the objection one is of."""

    objecting: Filled = field(default_factory=Filled)
    answering: Filled = field(default_factory=Filled)
    seeing: Filled = field(default_factory=Filled)
    about: int = 0


@dataclass(frozen=True)
class UseRightView:
    """One use right under its right, with what was decided, held against it and seen of it."""

    row: UserRow
    right: RightRow
    form: str
    product_form: str
    decisions: list[DecisionRow]
    objections: Sequence[tuple[UseObjection, str]]
    seen: Sequence[UseObservation]
    forms: Forms
    outcomes: list[tuple[str, str]]
    in_use: list[tuple[str, str]]
    may_change: bool
    may_object: bool
    may_answer: bool
    may_see: bool
    of_department: bool


class ObservedIn(In):
    """What was seen of the use of a sign on a day."""

    seen_on: Day
    in_use: bool
    note: Annotated[Note, Field(max_length=2000)] = ""


@router.get("/{use_right_id}")
def use_right(
    request: Request, db: Db, actor: CurrentActor, now: Now, use_right_id: Id
) -> Response:
    return _show(request, db, actor, now, use_right_id, Forms())


@router.post("/{use_right_id}/objections")
def object_to(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    use_right_id: Id,
) -> Response:
    get_use_right(db, use_right_id, actor=actor)
    actor.require_officer()

    def save(given: ObjectionIn) -> None:
        objection_actions.raise_objection(
            db, actor=actor, now=now, use_right_id=use_right_id, reason=given.reason
        )

    wrong = submit(db, ObjectionIn, sent, words, save)
    if wrong is not None:
        return _show(request, db, actor, now, use_right_id, Forms(objecting=wrong))
    return go(f"/office/use-rights/{use_right_id}#objections", say=OBJECTED)


@router.post("/{use_right_id}/objections/{objection_id}/answer")
def answer(
    *,
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    use_right_id: Id,
    objection_id: Id,
) -> Response:
    def save(given: AnswerIn) -> None:
        objection_actions.answer_objection(
            db,
            actor=actor,
            now=now,
            use_right_id=use_right_id,
            objection_id=objection_id,
            answer=given.answer,
        )

    wrong = submit(db, AnswerIn, sent, words, save)
    if wrong is not None:
        forms = Forms(answering=wrong, about=objection_id)
        return _show(request, db, actor, now, use_right_id, forms)
    return go(f"/office/use-rights/{use_right_id}#objections", say=ANSWERED)


@router.post("/{use_right_id}/objections/{objection_id}/close")
def close(
    *,
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    use_right_id: Id,
    objection_id: Id,
) -> Response:
    get_use_right(db, use_right_id, actor=actor)
    actor.require_officer()

    def save(given: ClosingIn) -> None:
        objection_actions.close_objection(
            db,
            actor=actor,
            now=now,
            use_right_id=use_right_id,
            objection_id=objection_id,
            outcome=given.outcome,
            conclusion=given.conclusion,
        )

    wrong = submit(db, ClosingIn, sent, words, save)
    if wrong is not None:
        forms = Forms(answering=wrong, about=objection_id)
        return _show(request, db, actor, now, use_right_id, forms)
    return go(f"/office/use-rights/{use_right_id}#objections", say=CLOSED)


@router.post("/{use_right_id}/observations")
def observe(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    use_right_id: Id,
) -> Response:
    found = get_use_right(db, use_right_id, actor=actor)

    def save(given: ObservedIn) -> None:
        use_right_actions.observe_use(
            db,
            actor=actor,
            now=now,
            right_id=found.right_id,
            entity_id=found.entity_id,
            product_id=found.product_id,
            **given.model_dump(),
        )

    wrong = submit(db, ObservedIn, sent, words, save)
    if wrong is not None:
        return _show(request, db, actor, now, use_right_id, Forms(seeing=wrong))
    return go(f"/office/use-rights/{use_right_id}#seen", say=SEEN)


def _show(
    request: Request, db: Session, actor: Actor, now: datetime, use_right_id: int, forms: Forms
) -> Response:
    found, day = get_use_right(db, use_right_id, actor=actor), day_of(now)
    kept = is_kept(db, actor, found.right_id)
    inside = kept or actor.of_department
    row = user_rows(db, [found], day)[0]
    view = UseRightView(
        row=row,
        right=right_row(get_right(db, found.right_id), day),
        form=_FORMS.get(found.form, found.form),
        product_form=_FORMS.get(row.product_form, row.product_form),
        decisions=_decisions(db, found.id),
        objections=_objections(db, found.id) if inside else [],
        seen=observations_of(db, [found.right_id], entity_id=found.entity_id) if inside else [],
        forms=forms,
        outcomes=_OUTCOMES,
        in_use=IN_USE,
        may_change=keeps(db, actor, found.right_id),
        may_object=actor.officer,
        may_answer=kept,
        may_see=kept or actor.officer or Role.INSPECTOR in actor.roles,
        of_department=actor.of_department,
    )
    wrong = forms.objecting.wrong or forms.answering.wrong or forms.seeing.wrong
    return show(request, "rights/use_one.html", view, status=422 if wrong else 200)


def _decisions(db: Session, use_right_id: int) -> list[DecisionRow]:
    found = use_decisions(db, use_right_id)
    stand = {one.id for one in standing_decisions(map(decision_facts, found))}
    return [
        DecisionRow(
            one,
            DecisionKind(one.kind).label,
            annulled=one.id not in stand,
            turns=one.id in stand and DecisionKind(one.kind) in TURNS,
        )
        for one in reversed(found)
    ]


def _objections(db: Session, use_right_id: int) -> list[tuple[UseObjection, str]]:
    return [(one, OUTCOMES.get(one.outcome, "")) for one in list_objections(db, use_right_id)]
