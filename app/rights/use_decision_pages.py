"""Forms that suspend, resume, revoke and end use rights, and annul such a decision."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor, NotAllowed
from app.kit.clock import day_of
from app.kit.forms import Filled, Form
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.saving import as_of, overtaken, submit
from app.kit.web import Db, Id, Now, Words
from app.rights import use_decision_actions
from app.rights.deciding import TURNS, DecisionKind
from app.rights.manager_queries import keeps
from app.rights.models import UseRight
from app.rights.queries import get_right, get_use_right
from app.rights.row_queries import State, user_rows
from app.rights.use_decision_queries import get_use_decision
from app.rights.use_models import UseRightDecision
from app.rights.use_part_api import DecisionIn, PaperIn, paper_of

router = APIRouter(prefix="/office/use-rights", route_class=OnceRoute, include_in_schema=False)

DECIDED = sayable(N_("Recorded. Pages and badges follow at once."))
ANNULLED = sayable(N_("The decision is annulled. Pages and badges follow at once."))
KINDS: Final = [(one.value, one.label) for one in TURNS]


@dataclass(frozen=True)
class DecideView:
    """The form of a decision on a use right, or of the annulment of one."""

    form: Filled
    subject: str
    state: State
    back: str
    kinds: list[tuple[str, str]]
    annulled: UseRightDecision | None
    label: str


@router.get("/{use_right_id}/standing")
def ask_decision(
    request: Request, db: Db, actor: CurrentActor, now: Now, use_right_id: Id
) -> Response:
    found = _kept(db, actor, use_right_id)
    form = as_of(Filled({"effective_on": str(day_of(now))}), found.updated_at)
    return _form(request, db, found, day_of(now), form)


@router.post("/{use_right_id}/standing")
def decide(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    use_right_id: Id,
) -> Response:
    found = _kept(db, actor, use_right_id)

    def save(given: DecisionIn) -> None:
        use_decision_actions.decide_use_right(
            db,
            actor=actor,
            now=now,
            use_right_id=use_right_id,
            kind=DecisionKind(given.kind),
            paper=paper_of(given, given.effective_on),
            until=given.until,
            past_is_meant=given.past_is_meant,
            seen=given.seen,
        )

    stale = overtaken(sent, words, lambda: found.updated_at)
    wrong = submit(db, DecisionIn, sent, words, save, stale=stale)
    if wrong is not None:
        return _form(request, db, found, day_of(now), wrong)
    return go(f"/office/use-rights/{use_right_id}", say=DECIDED)


@router.get("/{use_right_id}/decisions/{use_decision_id}/annul")
def ask_annulment(
    request: Request, db: Db, actor: CurrentActor, now: Now, use_right_id: Id, use_decision_id: Id
) -> Response:
    found = _kept(db, actor, use_right_id)
    decision = get_use_decision(db, use_right_id=use_right_id, decision_id=use_decision_id)
    form = as_of(Filled(), found.updated_at)
    return _form(request, db, found, day_of(now), form, decision)


@router.post("/{use_right_id}/decisions/{use_decision_id}/annul")
def annul(
    *,
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    use_right_id: Id,
    use_decision_id: Id,
) -> Response:
    found = _kept(db, actor, use_right_id)
    decision = get_use_decision(db, use_right_id=use_right_id, decision_id=use_decision_id)

    def save(given: PaperIn) -> None:
        use_decision_actions.annul_use_decision(
            db,
            actor=actor,
            now=now,
            use_right_id=use_right_id,
            decision_id=use_decision_id,
            paper=paper_of(given, day_of(now)),
            past_is_meant=given.past_is_meant,
            seen=given.seen,
        )

    stale = overtaken(sent, words, lambda: found.updated_at)
    wrong = submit(db, PaperIn, sent, words, save, stale=stale)
    if wrong is not None:
        return _form(request, db, found, day_of(now), wrong, decision)
    return go(f"/office/use-rights/{use_right_id}", say=ANNULLED)


def _kept(db: Session, actor: Actor, use_right_id: int) -> UseRight:
    found = get_use_right(db, use_right_id, actor=actor)
    if not keeps(db, actor, found.right_id):
        raise NotAllowed
    return found


def _form(
    request: Request,
    db: Session,
    use_right: UseRight,
    day: date,
    form: Filled,
    annulled: UseRightDecision | None = None,
) -> Response:
    row = user_rows(db, [use_right], day)[0]
    view = DecideView(
        form=form,
        subject=f"{get_right(db, use_right.right_id).sign} · {row.product} · {row.entity}",
        state=row.state,
        back=f"/office/use-rights/{use_right.id}",
        kinds=KINDS,
        annulled=annulled,
        label=DecisionKind(annulled.kind).label if annulled else "",
    )
    return show(request, "rights/use_decide.html", view, status=422 if form.wrong else 200)
