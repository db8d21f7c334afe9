from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Out
from app.kit.web import Db, Now
from app.stamps.policy_actions import set_policy
from app.stamps.policy_queries import get_policy

router = APIRouter(prefix="/api/v1/stamp-policy", tags=["stamps"], route_class=ApiRoute)


class PolicyIn(In):
    """The province's rules on stamps. Without `lapse_months` stamps never lapse.

    Without `recall_two_from` that rule stays as it is.
    """

    two_people_from: Annotated[int, Field(ge=1, le=2**62)]
    recall_two_from: Annotated[int, Field(ge=1, le=2**62)] | None = None
    undo_days: Annotated[int, Field(ge=0, le=10)]
    lapse_months: Annotated[int, Field(ge=1, le=120)] | None = None
    tolerance_percent: Annotated[float, Field(ge=0, le=100)]


class PolicyOut(Out):
    """The rules that hold now."""

    two_people_from: int
    recall_two_from: int
    undo_days: int
    lapse_months: int | None
    tolerance_percent: float


@router.get("")
def read_policy(db: Db, actor: CurrentActor) -> PolicyOut:
    """Return the province's rules on stamps. Officers only."""
    actor.require_officer()
    return PolicyOut.model_validate(get_policy(db))


@router.put("")
def write_policy(given: PolicyIn, db: Db, actor: CurrentActor, now: Now) -> PolicyOut:
    """Set the province's rules on stamps. Administrators only."""
    policy = set_policy(db, actor=actor, now=now, **given.model_dump())
    return PolicyOut.model_validate(policy)
