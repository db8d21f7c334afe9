from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy.orm import Session

from app.identity.access import ApiRoute, CurrentActor
from app.kit.clock import day_of
from app.kit.forms import Flag, In, Line, Note, Out
from app.kit.paging import Cutting, Listed, next_path
from app.kit.web import Db, Id, Now
from app.rights import actions, holder_queries, queries, right_link_actions
from app.rights.kinds import RightType
from app.rights.models import IpRight
from app.rights.right_renewal import renewal_on
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
    classes: Annotated[Line, Field(max_length=120, description="Nice classes: 29, 31.")] = ""
    quality: Annotated[Note, Field(max_length=4000)] = ""
    rules_of_use: Annotated[Note, Field(max_length=4000)] = ""
    application_no: Annotated[Line, Field(max_length=40)] = ""
    application_date: PartialDate = ""
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
    """The fields to change; with `seen`, the `updated_at` that was read, nothing newer is lost.

    With another value of what its certificate says a right is no longer checked, unless it says
    what it was held `against`.
    """

    type: RightType = RightType.GI
    sign: Annotated[Line, Field(min_length=1, max_length=200)] = ""
    against: Annotated[Line, Field(max_length=200)] = ""
    # That a last day in the past is right, though pages said otherwise since.
    past_is_meant: Flag = False
    seen: datetime | None = None


class CheckIn(In):
    """What the officer held the right against, such as the certificate in hand.

    `seen` is the `updated_at` that was read: what somebody changed since is not what was checked.
    """

    against: Annotated[Line, Field(min_length=1, max_length=200)]
    seen: datetime | None = None


class UncheckIn(In):
    """Why a right counts as checked no more."""

    reason: Annotated[Note, Field(min_length=1, max_length=2000)]
    seen: datetime | None = None


class LinkIn(In):
    """A product that bears its entity's own trademark."""

    product_id: Key


class RightOut(Out):
    """An IP right. `status` is today's, by its dates; unless `confirmed` it is not yet a fact.

    Only what is confirmed gives a badge and stands in the public register. `renewal` says whether
    a mark can be renewed now. `same_name` are other rights of this name: one for each goods.
    """

    id: int
    type: str
    sign: str
    goods: str
    classes: str
    quality: str
    rules_of_use: str
    application_no: str
    application_date: str
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
    renewal: str = ""
    product_ids: tuple[int, ...] = ()
    updated_at: datetime


class HolderOut(Out):
    """An owner or managing body from a day to a day, both open where none is given."""

    id: int
    role: str
    name: str
    entity_id: int | None
    from_day: date | None
    to_day: date | None
    document: str


class AreaOut(Out):
    """A place as its document names it, and the commune of today it is, where one is known."""

    id: int
    as_written: str
    place_code: str | None
    from_day: date | None
    to_day: date | None
    document: str


class DecisionOut(Out):
    """A decision on the right. One that is named by another's `annuls_id` stands no longer."""

    id: int
    kind: str
    decision_no: str
    decided_on: str
    effective_on: date | None
    reason: str
    expires_on: date | None
    expired_on: date | None
    filed_on: date | None
    annuls_id: int | None
    recorded_at: datetime
    recorded_by: str


class RightDetail(RightOut):
    """A right with what is recorded of it over time."""

    holders: tuple[HolderOut, ...] = ()
    areas: tuple[AreaOut, ...] = ()
    decisions: tuple[DecisionOut, ...] = ()
    same_name: tuple[int, ...] = ()


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
def get_right(right_id: Id, db: Db, actor: CurrentActor, now: Now) -> RightDetail:
    del actor  # As in the list.
    return detail(db, queries.get_right(db, right_id), day_of(now))


@router.patch("/{right_id}")
def change_right(
    right_id: Id, given: RightPatch, db: Db, actor: CurrentActor, now: Now
) -> RightOut:
    facts = given.model_dump(exclude_unset=True)
    right = actions.change_right(db, actor=actor, now=now, right_id=right_id, **facts)
    return _shown(db, [right], day_of(now))[0]


@router.post("/{right_id}/check")
def check_right(right_id: Id, given: CheckIn, db: Db, actor: CurrentActor, now: Now) -> RightOut:
    """Mark the right as checked today against its certificate: from now on it is a fact."""
    facts = given.model_dump()
    right = actions.check_right(db, actor=actor, now=now, right_id=right_id, **facts)
    return _shown(db, [right], day_of(now))[0]


@router.post("/{right_id}/uncheck")
def uncheck_right(
    right_id: Id, given: UncheckIn, db: Db, actor: CurrentActor, now: Now
) -> RightOut:
    """Take back that the right was checked: from now on it is no fact and gives no badge."""
    facts = given.model_dump()
    right = actions.uncheck_right(db, actor=actor, now=now, right_id=right_id, **facts)
    return _shown(db, [right], day_of(now))[0]


@router.post("/{right_id}/products", status_code=201)
def link_product(right_id: Id, given: LinkIn, db: Db, actor: CurrentActor, now: Now) -> RightOut:
    """Link an entity's own trademark to a product of that entity."""
    right = right_link_actions.link_product(
        db, actor=actor, now=now, right_id=right_id, product_id=given.product_id
    )
    return _shown(db, [right], day_of(now))[0]


@router.post("/{right_id}/products/{product_id}/unlink")
def unlink_product(right_id: Id, product_id: Id, db: Db, actor: CurrentActor, now: Now) -> RightOut:
    right = right_link_actions.unlink_product(
        db, actor=actor, now=now, right_id=right_id, product_id=product_id
    )
    return _shown(db, [right], day_of(now))[0]


def detail(db: Session, right: IpRight, day: date) -> RightDetail:
    """Return a right with its lines over time."""
    known = holder_queries
    return RightDetail(
        **_shown(db, [right], day)[0].model_dump(),
        holders=[
            HolderOut.model_validate(one) for one in known.holders_of(db, [right.id])[right.id]
        ],
        areas=[AreaOut.model_validate(one) for one in known.areas_of(db, [right.id])[right.id]],
        decisions=[
            DecisionOut.model_validate(one) for one in known.decisions_of(db, [right.id])[right.id]
        ],
        same_name=[one.id for one in queries.same_sign(db, right)],
    )


def _shown(db: Session, rights: Sequence[IpRight], day: date) -> list[RightOut]:
    products = queries.products_of(db, [right.id for right in rights])
    shown = []
    for right in rights:
        facts = queries.right_facts(right)
        derived = {
            "status": right_status(facts, day).value,
            "confirmed": is_confirmed(facts),
            "renewal": renewal_on(RightType(right.type), right.expires_on, day).value,
            "product_ids": tuple(products[right.id]),
        }
        shown.append(RightOut.model_validate(right).model_copy(update=derived))
    return shown
