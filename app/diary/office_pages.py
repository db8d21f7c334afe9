from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.diary import gate_queries, lot_queries, queries
from app.diary.checklist import Line
from app.diary.fields import said_unit
from app.diary.file_pages import lots_file
from app.diary.goods import GoodsPart, part_of
from app.diary.goods_queries import goods_of
from app.diary.items import CLEARABLE
from app.diary.lot_queries import LotFilter, LotRow
from app.diary.models import Lot
from app.diary.notice_queries import AnyNotice, list_notices, subject_of_lot
from app.diary.pages import SHOWN_GOODS, Part, Timeline, check_lines, timeline_of
from app.diary.rules import LotState
from app.diary.standing_queries import Standing, standing_against
from app.entities.models import Entity
from app.identity.access import CurrentActor
from app.kit.exports import AsFile, every
from app.kit.pages import show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.web import Db, Edge, Id, Now, Words
from app.products.models import Product

router = APIRouter(prefix="/office/lots", route_class=Edge, include_in_schema=False)


@dataclass(frozen=True)
class OfficeLotsView:
    """A page of the list of lots."""

    rows: Sequence[LotRow]
    next: str | None
    previous: str | None
    states: list[LotState]
    state: str
    text: str
    recalled: bool


@dataclass(frozen=True)
class OfficeLotView:
    """One lot for the Department: its diary and its notices."""

    lot: Lot
    state: LotState
    product: Product
    entity: Entity
    unit: str
    timeline: Timeline
    checks: list[Line]
    clearable: bool
    standing: Standing
    notices: Sequence[AnyNotice]
    goods: GoodsPart
    place: str
    may_act: bool


@router.get("")
def lots(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: NewestFirst,
    file: AsFile = None,
    state: str = "",
    q: Annotated[str, Query(max_length=100)] = "",
    recalled: str = "",
    product: Annotated[int, Query(ge=0, le=2**62)] = 0,
    entity: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> Response:
    wanted = LotFilter(
        product_id=product or None,
        entity_id=entity or None,
        state=LotState(state) if state in set(LotState) else None,
        text=q,
        recalled=bool(recalled),
    )

    def read(part: Cut) -> Page[LotRow]:
        page = lot_queries.list_lots(db, actor=actor, cut=part, wanted=wanted)
        return page.having(lot_queries.lot_rows(db, page.items))

    if file:
        return lots_file(file, every(read, cut), words)
    page = read(cut)
    view = OfficeLotsView(
        rows=page.items,
        next=next_path(request, page),
        previous=previous_path(request, page),
        states=list(LotState),
        state=state,
        text=q,
        recalled=bool(recalled),
    )
    return show(request, "diary/office_lots.html", view)


@router.get("/{lot_id}")
def lot(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    lot_id: Id,
    part: Part = 1,
) -> Response:
    found = queries.get_lot(db, lot_id, actor=actor)
    failed = request.app.state.failed_checks(db, [found]).get(found.id, ())
    checks = (*gate_queries.checks_for(db, found, now=now), *failed)
    view = OfficeLotView(
        lot=found,
        state=LotState(found.state),
        product=db.get_one(Product, found.product_id),
        entity=db.get_one(Entity, found.entity_id),
        unit=said_unit(found.unit, words),
        timeline=timeline_of(db, found, words, part),
        checks=check_lines(checks, found, words),
        clearable=any(one.item in CLEARABLE for one in checks if not one.done),
        standing=standing_against(db, found.product_id, found.id),
        notices=list_notices(db, subject_of_lot(found)),
        goods=part_of(
            goods_of(db, found, actor=actor, most=SHOWN_GOODS), found.id, words, area="/office"
        ),
        place=lot_queries.place_of(db, found),
        may_act=actor.officer,
    )
    return show(request, "diary/office_lot.html", view)
