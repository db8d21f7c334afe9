from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from app.diary import actions, lot_queries, queries
from app.diary.gate_queries import missing_for
from app.diary.models import Lot
from app.diary.rules import LotState
from app.diary.standing_queries import Notice, standing_against
from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Line, Measure, Note, Out
from app.kit.paging import Cutting, Listed, listed
from app.kit.web import Db, Id, Now, Words

router = APIRouter(prefix="/api/v1/lots", tags=["lots"], route_class=ApiRoute)

LOT_NUMBER = Field(
    description="1 to 20 characters of GS1 character set 82: no diacritics, no blanks."
)
UNIT = Field(
    max_length=30,
    description="A code of UN/ECE Recommendation 20 (KGM) or the Vietnamese word (kg, hộp).",
)
MATERIAL = Field(
    max_length=120,
    description="What it is a lot of where that is not yet the product; no stamps go onto it.",
)


Quantity = Annotated[Measure, Field(ge=0.001, le=1e10, allow_inf_nan=False)]


class LotPatch(In):
    """The fields of an open lot to change; what is not named stays."""

    number: Annotated[str, Field(max_length=40), LOT_NUMBER] | None = None
    production_date: date | None = None
    expiry_date: date | None = None
    quantity: Quantity | None = None
    unit: Annotated[Line, UNIT] = ""
    note: Annotated[Note, Field(max_length=2000)] = ""
    material: Annotated[Line, MATERIAL] = ""
    facility_id: Annotated[int, Field(ge=1, le=2**62)] | None = None


class LotIn(LotPatch):
    """A lot as it is opened. Without an expiry date the product's shelf life proposes one.

    `like` is a lot of the same producer: material, unit, place and what it had bought in are
    taken from it where they are not given. Without a number the product's next one is taken.
    """

    product_id: Annotated[int, Field(ge=1, le=2**62)]
    like: Annotated[int, Field(ge=1, le=2**62)] | None = None


class LotOut(Out):
    """A lot as its members and the Department see it."""

    id: int
    product_id: int
    entity_id: int
    number: str
    state: LotState
    production_date: date | None
    expiry_date: date | None
    quantity: float | None
    unit: str
    unit_as_entered: str
    note: str
    material: str
    facility_id: int | None
    opened_at: datetime
    closed_at: datetime | None
    released_at: datetime | None
    distributed_at: datetime | None
    left_quantity: float | None
    distribution_note: str


class MissingOut(Out):
    """One thing that keeps stamps from being activated onto the lot."""

    code: str
    words: str
    mend: str


class StandingOut(Out):
    """A recall or a hold that stands."""

    reason: str
    advice: str
    since: datetime
    by: str
    official: bool


class LotDetail(LotOut):
    """One lot with what its diary lacks and what stands against it."""

    missing: list[MissingOut]
    recall: StandingOut | None
    hold: StandingOut | None
    entries: int


def _telling(db: Db, request: Request, words: Words, now: Now) -> Callable[[Lot], LotDetail]:
    """Return what tells of a lot as it stands now; of failed tests a higher slice knows."""

    def told(lot: Lot) -> LotDetail:
        failed = request.app.state.failed_checks(db, [lot]).get(lot.id, ())
        standing = standing_against(db, lot.product_id, lot.id)
        return LotDetail(
            **LotOut.model_validate(lot).model_dump(),
            missing=[
                MissingOut(code=item.code, words=item.said(words), mend=item.mend(words))
                for item in (*missing_for(db, lot, now=now), *failed)
            ],
            recall=_standing(standing.recall),
            hold=_standing(standing.hold),
            entries=queries.count_entries(db, lot.id),
        )

    return told


Telling = Annotated[Callable[[Lot], LotDetail], Depends(_telling)]


def _standing(notice: Notice | None) -> StandingOut | None:
    return StandingOut.model_validate(notice) if notice else None


@router.get("")
def list_lots(
    request: Request,
    db: Db,
    actor: CurrentActor,
    cut: Cutting,
    product_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    entity_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    state: LotState | None = None,
    q: Annotated[str, Query(max_length=100)] = "",
) -> Listed[LotOut]:
    """Return the lots the caller sees; `q` is part of a lot number or of a product's name."""
    wanted = lot_queries.LotFilter(product_id=product_id, entity_id=entity_id, state=state, text=q)
    page = lot_queries.list_lots(db, actor=actor, cut=cut, wanted=wanted)
    return listed(request, page, LotOut.model_validate)


@router.post("", status_code=201)
def open_lot(given: LotIn, db: Db, actor: CurrentActor, now: Now, tell: Telling) -> LotDetail:
    """Open a lot of one of the caller's own products."""
    return tell(actions.open_lot(db, actor=actor, now=now, **given.model_dump()))


@router.get("/{lot_id}")
def get_lot(lot_id: Id, db: Db, actor: CurrentActor, tell: Telling) -> LotDetail:
    return tell(queries.get_lot(db, lot_id, actor=actor))


@router.patch("/{lot_id}")
def change_lot(
    lot_id: Id, given: LotPatch, db: Db, actor: CurrentActor, now: Now, tell: Telling
) -> LotDetail:
    """Change an open lot. Its state is changed by `close` and `release` alone."""
    facts: dict[str, Any] = given.model_dump(exclude_unset=True)
    lot = actions.change_lot(db, actor=actor, now=now, lot_id=lot_id, **facts)
    return tell(lot)


@router.post("/{lot_id}/close")
def close_lot(lot_id: Id, db: Db, actor: CurrentActor, now: Now, tell: Telling) -> LotDetail:
    """Close the lot's diary: from then on it takes only corrections, with a reason."""
    return tell(actions.close_lot(db, actor=actor, now=now, lot_id=lot_id))


@router.post("/{lot_id}/release")
def release_lot(lot_id: Id, db: Db, actor: CurrentActor, now: Now, tell: Telling) -> LotDetail:
    """Release a closed lot for sale. The owner's act."""
    return tell(actions.release_lot(db, actor=actor, now=now, lot_id=lot_id))
