from datetime import date
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BeforeValidator, Field

from app.identity.access import ApiRoute, CurrentActor
from app.kit.clock import day_of
from app.kit.forms import In, Line, Note, Out
from app.kit.paging import Cutting, Listed, listed
from app.kit.web import Db, Id, Now
from app.products.forms import ProductForm
from app.rights import queries, use_right_actions
from app.rights.api import Day, Key, Wanted
from app.rights.models import UseRight

router = APIRouter(prefix="/api/v1/use-rights", tags=["rights"], route_class=ApiRoute)


def _given(text: object) -> object:
    return None if text == "" else text


class UseRightBody(In):
    """What is said of a use right; without `valid_to` it holds until it is ended."""

    form: Annotated[ProductForm | None, BeforeValidator(_given)] = None
    certificate_no: Annotated[Line, Field(max_length=60)] = ""
    decision_no: Annotated[Line, Field(max_length=60)] = ""
    issuer: Annotated[Line, Field(max_length=200)] = ""
    valid_from: Day
    valid_to: Day | None = None


class UseRightIn(UseRightBody):
    """A use right as it is added; its entity is the product's."""

    right_id: Key
    product_id: Key


class UseRightPatch(UseRightBody):
    """The fields to change; suspending, resuming and ending go with a `status_reason`."""

    valid_from: Day = date(2000, 1, 1)
    suspended_on: Day | None = None
    resumed_on: Day | None = None
    ended_on: Day | None = None
    status_reason: Annotated[Note, Field(max_length=2000)] = ""


class UseRightOut(Out):
    """A use right. `status` is today's by its own dates: the right above it has its own."""

    id: int
    right_id: int
    entity_id: int
    product_id: int
    form: str
    certificate_no: str
    decision_no: str
    issuer: str
    valid_from: date
    valid_to: date | None
    suspended_on: date | None
    resumed_on: date | None
    ended_on: date | None
    status_reason: str
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
    return listed(request, page, lambda one: _shown(one, day_of(now)))


@router.post("", status_code=201)
def add_use_right(given: UseRightIn, db: Db, actor: CurrentActor, now: Now) -> UseRightOut:
    """Record a right to use; it may not outlast the right itself."""
    use_right = use_right_actions.add_use_right(db, actor=actor, now=now, **given.model_dump())
    return _shown(use_right, day_of(now))


@router.get("/{use_right_id}")
def get_use_right(use_right_id: Id, db: Db, actor: CurrentActor, now: Now) -> UseRightOut:
    return _shown(queries.get_use_right(db, use_right_id, actor=actor), day_of(now))


@router.patch("/{use_right_id}")
def change_use_right(
    use_right_id: Id, given: UseRightPatch, db: Db, actor: CurrentActor, now: Now
) -> UseRightOut:
    facts = given.model_dump(exclude_unset=True)
    use_right = use_right_actions.change_use_right(
        db, actor=actor, now=now, use_right_id=use_right_id, **facts
    )
    return _shown(use_right, day_of(now))


def _shown(use_right: UseRight, day: date) -> UseRightOut:
    status = queries.use_right_standing(use_right, day).value
    return UseRightOut.model_validate(use_right).model_copy(update={"status": status})
