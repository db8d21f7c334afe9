from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BeforeValidator, Field
from sqlalchemy.orm import Session

from app.identity.access import ApiRoute, CurrentActor
from app.kit.clock import day_of
from app.kit.forms import Flag, In, Line, Note, Out
from app.kit.paging import Cutting, Listed, listed
from app.kit.web import Db, Id, Now
from app.products.forms import ProductForm
from app.rights import queries, use_right_actions
from app.rights.api import Day, Key, Wanted
from app.rights.models import UseRight
from app.rights.turn_checks import Paper

router = APIRouter(prefix="/api/v1/use-rights", tags=["rights"], route_class=ApiRoute)


def _given(text: object) -> object:
    return None if text == "" else text


class UseRightBody(In):
    """What is said of a use right; without `valid_to` it holds until it is ended.

    It is granted for a `form` of the product, else for any. One that is not `listed` stands on no
    public list of the right's users; its badge is shown all the same.
    """

    form: Annotated[ProductForm | None, BeforeValidator(_given)] = None
    certificate_no: Annotated[Line, Field(max_length=60)] = ""
    decision_no: Annotated[Line, Field(max_length=60)] = ""
    issuer: Annotated[Line, Field(max_length=200)] = ""
    source_area: Annotated[Line, Field(max_length=300)] = ""
    listed: Flag = True
    valid_from: Day
    valid_to: Day | None = None


class UseRightIn(UseRightBody):
    """A use right as it is added; its entity is the product's."""

    right_id: Key
    product_id: Key
    decided_on: Day | None = None
    reason: Annotated[Note, Field(max_length=2000)] = ""


class AmendingIn(In):
    """The decision a use right is amended by."""

    decision_no: Annotated[Line, Field(max_length=60)] = ""
    decided_on: Day | None = None
    effective_on: Day
    reason: Annotated[Note, Field(max_length=2000)] = ""


class UseRightPatch(UseRightBody):
    """The fields to change, and the decision they are changed `by`, where there is one.

    With `seen`, the `updated_at` that was read, a change by somebody else since is a conflict.
    """

    valid_from: Day = date(2000, 1, 1)
    by: AmendingIn | None = None
    # That a last day in the past is right, though pages said otherwise since.
    past_is_meant: Flag = False
    seen: datetime | None = None


class UseRightOut(Out):
    """A use right. `status` is today's by its own dates: the right above it has its own.

    Its days of suspension and end are what its decisions come to; `pauses` are earlier
    suspensions, each from a day to the day before another.
    """

    id: int
    right_id: int
    entity_id: int
    product_id: int
    form: str
    certificate_no: str
    decision_no: str
    issuer: str
    source_area: str
    listed: bool
    valid_from: date
    valid_to: date | None
    suspended_on: date | None
    resumed_on: date | None
    pauses: list[Annotated[list[date], Field(min_length=2, max_length=2)]]
    ended_on: date | None
    revoked: bool
    status_reason: str
    updated_at: datetime
    # From this day its entity is dissolved: it holds no longer, whatever was decided.
    holder_dissolved_on: date | None = None
    status: str = ""


@router.get("")
def list_use_rights(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    cut: Cutting,
    q: Line = "",
    right_id: Wanted = 0,
    entity_id: Wanted = 0,
    product_id: Wanted = 0,
) -> Listed[UseRightOut]:
    """Return the use rights the caller sees; `q` searches entity, product and certificate."""
    page = queries.list_use_rights(
        db,
        actor=actor,
        cut=cut,
        text=q,
        right_id=right_id,
        entity_id=entity_id,
        product_id=product_id,
    )
    gone = queries.holders_gone(db, page.items)
    return listed(request, page, lambda one: _out(one, day_of(now), gone.get(one.entity_id)))


@router.post("", status_code=201)
def add_use_right(given: UseRightIn, db: Db, actor: CurrentActor, now: Now) -> UseRightOut:
    """Record a right to use, for who keeps the users of the right.

    It may not outlast the right itself, nor stand beside another of the product in that time.
    """
    use_right = use_right_actions.add_use_right(db, actor=actor, now=now, **given.model_dump())
    return shown(db, use_right, day_of(now))


@router.get("/{use_right_id}")
def get_use_right(use_right_id: Id, db: Db, actor: CurrentActor, now: Now) -> UseRightOut:
    return shown(db, queries.get_use_right(db, use_right_id, actor=actor), day_of(now))


@router.patch("/{use_right_id}")
def change_use_right(
    use_right_id: Id, given: UseRightPatch, db: Db, actor: CurrentActor, now: Now
) -> UseRightOut:
    facts = given.model_dump(exclude_unset=True, exclude={"by"})
    by = Paper(**given.by.model_dump()) if given.by else None
    use_right = use_right_actions.change_use_right(
        db, actor=actor, now=now, use_right_id=use_right_id, by=by, **facts
    )
    return shown(db, use_right, day_of(now))


def shown(db: Session, use_right: UseRight, day: date) -> UseRightOut:
    """Return a use right as programs read it."""
    return _out(use_right, day, queries.holders_gone(db, [use_right]).get(use_right.entity_id))


def _out(use_right: UseRight, day: date, gone_on: date | None) -> UseRightOut:
    status = queries.use_right_standing(use_right, day, gone_on).value
    more = {"status": status, "holder_dissolved_on": gone_on}
    return UseRightOut.model_validate(use_right).model_copy(update=more)
