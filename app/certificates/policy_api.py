"""Which certificates products need before stamps are activated, by JSON."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import Field

from app.certificates.kinds import Kind
from app.certificates.need_queries import touched_by
from app.certificates.policy import PolicyFacts
from app.certificates.policy_actions import set_certificate_policy
from app.certificates.queries import list_policies
from app.identity.access import ApiRoute, CurrentActor
from app.identity.rules import Role
from app.kit.forms import In, Line, Out
from app.kit.web import Db, Now
from app.products.rules import OcopGroup

router = APIRouter(prefix="/api/v1/certificate-policy", tags=["certificates"], route_class=ApiRoute)

SHOWN: Final = 50
Day = Annotated[date, Field(ge=date(2020, 1, 1), le=date(2100, 12, 31))]
Kinds = Annotated[list[Kind], Field(default_factory=list, max_length=len(Kind))]


class PolicyIn(In):
    """From which day on products of a group are asked for something.

    Without `group` all products without a rule of their own group are meant.
    """

    group: OcopGroup | None = None
    in_force_from: Day
    source: Annotated[Line, Field(max_length=200)] = ""


class AskedIn(PolicyIn):
    """All of `all_of` are needed, and one of `any_of`; neither lifts what was asked for."""

    all_of: Kinds
    any_of: Kinds

    def facts(self) -> PolicyFacts:
        """Return it as what is recorded last, which wins over another from the same day."""
        return PolicyFacts(
            id=2**62,
            group=self.group or "",
            all_of=frozenset(self.all_of),
            any_of=frozenset(self.any_of),
            in_force_from=self.in_force_from,
        )


class PolicyOut(Out):
    """What was asked for of a group from a day on; of one group the latest day that came counts."""

    id: int
    ocop_group: str
    all_of: list[Kind]
    any_of: list[Kind]
    in_force_from: date
    source: str
    recorded_at: datetime
    recorded_by: str


class TouchedOut(Out):
    """A product that would be kept from activation, and what it lacks: one of each would do."""

    product_id: int
    product: str
    entity_id: int
    lacks: Sequence[Sequence[Kind]]


class PreviewOut(Out):
    """How many products a change would keep from activation on its first day, and the first 50."""

    count: int
    products: Sequence[TouchedOut]


@router.get("")
def get_certificate_policy(db: Db, actor: CurrentActor) -> list[PolicyOut]:
    """Return all that was ever asked for, what lies ahead too; the Department only."""
    actor.require_department()
    return [PolicyOut.model_validate(one) for one in list_policies(db)]


@router.post("", status_code=201)
def set_policy(given: AskedIn, db: Db, actor: CurrentActor, now: Now) -> PolicyOut:
    """Ask for certificates from a day on, today at the earliest; administrators only."""
    facts = given.model_dump(exclude={"group"})
    made = set_certificate_policy(db, actor=actor, now=now, group=given.group or "", **facts)
    return PolicyOut.model_validate(made)


@router.post("/preview")
def preview_policy(given: AskedIn, db: Db, actor: CurrentActor) -> PreviewOut:
    """Return which products a change would keep from activation; nothing is changed."""
    actor.require_role(Role.ADMINISTRATOR)
    count, first = touched_by(db, given.facts(), day=given.in_force_from, most=SHOWN)
    return PreviewOut(
        count=count,
        products=[
            TouchedOut(
                product_id=one.product_id,
                product=one.product,
                entity_id=one.entity_id,
                lacks=[lack.kinds for lack in one.lacks],
            )
            for one in first
        ],
    )
