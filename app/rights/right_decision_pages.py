"""The forms that record a decision on a right, and annul one."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.kit.clock import day_of
from app.kit.forms import Filled
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.saving import as_of
from app.kit.web import Db, Id, Now
from app.rights import queries, right_decision_actions
from app.rights.dates import spoken
from app.rights.deciding import DecisionKind
from app.rights.holder_queries import get_part
from app.rights.models import IpRight
from app.rights.part_pages import Asked
from app.rights.right_decision_actions import OFFERED
from app.rights.right_models import RightDecision
from app.rights.right_part_api import AnnulIn, DecisionIn
from app.rights.right_renewal import grace_ends, renewal_opens, renewed_until
from app.rights.row_queries import State, right_row

router = APIRouter(
    prefix="/office/rights/{right_id}/decisions", route_class=OnceRoute, include_in_schema=False
)

DECIDED = sayable(N_("Recorded. Pages and badges follow at once."))
ANNULLED = sayable(N_("The decision is annulled. Pages and badges follow at once."))
_HEADINGS: Final = {
    DecisionKind.RENEWED: N_("Record a renewal"),
    DecisionKind.AMENDED: N_("Record an amendment"),
    DecisionKind.SUSPENDED: N_("Suspend the right"),
    DecisionKind.RESUMED: N_("Resume the right"),
    DecisionKind.ENDED: N_("End the right"),
}


@dataclass(frozen=True)
class DecisionView:
    """The form that records a decision of one kind."""

    form: Filled
    right: IpRight
    kind: str
    heading: str
    state: State
    users: int
    opens: date | None
    until: date | None
    next_last: date | None


@dataclass(frozen=True)
class AnnulView:
    """The form that annuls a decision."""

    form: Filled
    right: IpRight
    decision: RightDecision
    label: str
    decided: str


@router.get("/new")
def new_decision(
    request: Request, db: Db, actor: CurrentActor, now: Now, right_id: Id, kind: str = ""
) -> Response:
    actor.require_officer()
    found = queries.get_right(db, right_id)
    form = as_of(Filled({"kind": kind}), found.updated_at)
    return _form(request, db, found, form, day_of(now))


@router.post("/new")
def decide_right(asked: Asked) -> Response:
    wrong = asked.save(DecisionIn, right_decision_actions.decide_right)
    if wrong is not None:
        return _form(asked.request, asked.db, asked.right, wrong, asked.day)
    return go(f"/office/rights/{asked.right.id}", say=DECIDED)


@router.get("/{decision_id}/annul")
def ask_annulment(
    request: Request, db: Db, actor: CurrentActor, right_id: Id, decision_id: Id
) -> Response:
    actor.require_officer()
    found = queries.get_right(db, right_id)
    decision = get_part(db, RightDecision, decision_id, right_id=right_id)
    return _annulment(request, found, decision, as_of(Filled(), found.updated_at))


@router.post("/{decision_id}/annul")
def annul_decision(asked: Asked, decision_id: Id) -> Response:
    decision = get_part(asked.db, RightDecision, decision_id, right_id=asked.right.id)
    act = right_decision_actions.annul_decision
    wrong = asked.save(AnnulIn, act, decision_id=decision.id)
    if wrong is not None:
        return _annulment(asked.request, asked.right, decision, wrong)
    return go(f"/office/rights/{asked.right.id}", say=ANNULLED)


def _form(request: Request, db: Session, right: IpRight, form: Filled, day: date) -> Response:
    asked = form.value("kind")
    kind = DecisionKind(asked) if asked in set(OFFERED) else DecisionKind.AMENDED
    renewing = right.expires_on if kind is DecisionKind.RENEWED else None
    view = DecisionView(
        form=form,
        right=right,
        kind=kind.value,
        heading=_HEADINGS[kind],
        state=right_row(right, day).state,
        users=queries.count_users(db, right.id),
        opens=renewal_opens(renewing) if renewing else None,
        until=grace_ends(renewing) if renewing else None,
        next_last=renewed_until(renewing) if renewing else None,
    )
    return show(request, "rights/decision.html", view, status=422 if form.wrong else 200)


def _annulment(request: Request, right: IpRight, decision: RightDecision, form: Filled) -> Response:
    view = AnnulView(
        form=form,
        right=right,
        decision=decision,
        label=DecisionKind(decision.kind).label,
        decided=spoken(decision.decided_on),
    )
    return show(request, "rights/annul.html", view, status=422 if form.wrong else 200)
