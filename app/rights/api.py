from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy.orm import Session

from app.identity.access import ApiRoute, CurrentActor
from app.kit.clock import day_of
from app.kit.forms import In, Line, Note, Out
from app.kit.paging import Cutting, Listed, next_path
from app.kit.web import Db, Id, Now
from app.rights import actions, queries
from app.rights.kinds import RightType
from app.rights.models import IpRight
from app.rights.rules import is_confirmed, right_status

router = APIRouter(prefix="/api/v1/rights", tags=["rights"], route_class=ApiRoute)

# Nothing recorded here is older; the upper bound only keeps a slip of the pen out.
Day = Annotated[date, Field(ge=date(1980, 1, 1), le=date(2150, 12, 31))]
PartialDate = Annotated[
    Line, Field(max_length=20, description="A day, a month or a year: 2022-07-15, 2022-07, 2022.")
]
Key = Annotated[int, Field(ge=1, le=2**62)]
Wanted = Annotated[int, Query(ge=0, le=2**62)]


class RightIn(In):
    """An IP right as it is added; numbers as written on the document."""

    type: RightType
    sign: Annotated[Line, Field(min_length=1, max_length=200)]
    goods: Annotated[Line, Field(max_length=300)] = ""
    application_no: Annotated[Line, Field(max_length=40)] = ""
    registration_no: Annotated[Line, Field(max_length=40)] | None = None
    registration_date: PartialDate = ""
    decision_no: Annotated[Line, Field(max_length=60)] = ""
    decision_date: PartialDate = ""
    expires_on: Day | None = None
    owner: Annotated[Line, Field(max_length=200)] = ""
    owner_entity_id: Key | None = None
    managing_body: Annotated[Line, Field(max_length=200)] = ""
    area_as_written: Annotated[Note, Field(max_length=2000)] = ""
    source: Annotated[Line, Field(max_length=200)] = ""


class RightPatch(RightIn):
    """The fields to change; suspending, resuming and ending go with a `status_reason`."""

    type: RightType = RightType.GI
    sign: Annotated[Line, Field(min_length=1, max_length=200)] = ""
    suspended_on: Day | None = None
    resumed_on: Day | None = None
    ended_on: Day | None = None
    status_reason: Annotated[Note, Field(max_length=2000)] = ""


class CheckIn(In):
    """What the officer held the number against, such as the certificate in hand."""

    against: Annotated[Line, Field(min_length=1, max_length=200)]


class LinkIn(In):
    """A product that bears its entity's own trademark."""

    product_id: Key


class RightOut(Out):
    """An IP right. `status` is today's, by its dates; unless `confirmed` it gives no badge."""

    id: int
    type: str
    sign: str
    goods: str
    application_no: str
    registration_no: str | None
    registration_no_as_written: str
    registration_date: str
    decision_no: str
    decision_date: str
    expires_on: date | None
    owner: str
    owner_entity_id: int | None
    managing_body: str
    area_as_written: str
    source: str
    suspended_on: date | None
    resumed_on: date | None
    ended_on: date | None
    status_reason: str
    checked_on: date | None
    checked_by: str
    checked_against: str
    status: str = ""
    confirmed: bool = False
    product_ids: tuple[int, ...] = ()


@router.get("")
def list_rights(
    *,
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    cut: Cutting,
    q: Line = "",
    type: RightType | None = None,  # noqa: A002 - the name of the field it filters by
    owner_entity_id: Wanted = 0,
    checked: bool | None = None,
) -> Listed[RightOut]:
    """Return the rights, which everybody signed in may read; `q` is a part of sign or number."""
    del actor  # Only who is signed in.
    page = queries.list_rights(
        db, cut=cut, text=q, kind=type or "", owner_entity_id=owner_entity_id, checked=checked
    )
    return Listed(items=_shown(db, page.items, day_of(now)), next=next_path(request, page))


@router.post("", status_code=201)
def add_right(given: RightIn, db: Db, actor: CurrentActor, now: Now) -> RightOut:
    right = actions.add_right(db, actor=actor, now=now, **given.model_dump())
    return _shown(db, [right], day_of(now))[0]


@router.get("/{right_id}")
def get_right(right_id: Id, db: Db, actor: CurrentActor, now: Now) -> RightOut:
    del actor  # As in the list.
    return _shown(db, [queries.get_right(db, right_id)], day_of(now))[0]


@router.patch("/{right_id}")
def change_right(
    right_id: Id, given: RightPatch, db: Db, actor: CurrentActor, now: Now
) -> RightOut:
    """Change a right; with another number or type it has to be checked again."""
    facts = given.model_dump(exclude_unset=True)
    right = actions.change_right(db, actor=actor, now=now, right_id=right_id, **facts)
    return _shown(db, [right], day_of(now))[0]


@router.post("/{right_id}/check")
def check_right(right_id: Id, given: CheckIn, db: Db, actor: CurrentActor, now: Now) -> RightOut:
    """Mark the right as checked today against its certificate: from now on it gives badges."""
    right = actions.check_right(db, actor=actor, now=now, right_id=right_id, against=given.against)
    return _shown(db, [right], day_of(now))[0]


@router.post("/{right_id}/products", status_code=201)
def link_product(right_id: Id, given: LinkIn, db: Db, actor: CurrentActor, now: Now) -> RightOut:
    """Link an entity's own trademark to a product of that entity."""
    right = actions.link_product(
        db, actor=actor, now=now, right_id=right_id, product_id=given.product_id
    )
    return _shown(db, [right], day_of(now))[0]


@router.post("/{right_id}/products/{product_id}/unlink")
def unlink_product(right_id: Id, product_id: Id, db: Db, actor: CurrentActor, now: Now) -> RightOut:
    right = actions.unlink_product(
        db, actor=actor, now=now, right_id=right_id, product_id=product_id
    )
    return _shown(db, [right], day_of(now))[0]


def _shown(db: Session, rights: Sequence[IpRight], day: date) -> list[RightOut]:
    products = queries.products_of(db, [right.id for right in rights])
    shown = []
    for right in rights:
        facts = queries.right_facts(right)
        derived = {
            "status": right_status(facts, day).value,
            "confirmed": is_confirmed(facts),
            "product_ids": tuple(products[right.id]),
        }
        shown.append(RightOut.model_validate(right).model_copy(update=derived))
    return shown
