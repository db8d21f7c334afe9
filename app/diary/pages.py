from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.diary import actions, decision_queries, gate_queries, lot_queries, queries
from app.diary.checklist import Line, lines
from app.diary.completeness import Check
from app.diary.entries import EntryRow
from app.diary.fields import OFFERED_UNITS, said_unit, said_values
from app.diary.file_pages import lots_file
from app.diary.goods import GoodsPart, part_of
from app.diary.goods_queries import goods_of
from app.diary.lot_queries import LotFilter, LotRow
from app.diary.models import Lot
from app.diary.rules import LotState
from app.diary.stage_queries import stages_of
from app.diary.standing_queries import Standing, standing_against
from app.diary.template import Stage
from app.identity.access import CurrentActor
from app.identity.rules import Actor, Belonging
from app.kit.clock import day_of
from app.kit.exports import AsFile, every
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.web import Db, Edge, Id, Now, Words
from app.products.models import Product

router = APIRouter(prefix="/app", route_class=Edge, include_in_schema=False)

CLOSED = sayable(N_("The diary was closed."))
SHOWN_LOTS = 6
SHOWN_ENTRIES = 4
SHOWN_GOODS = 5
# Entries of a diary on one page of it.
TIMELINE: Final = 100

Part = Annotated[int, Query(ge=1, le=100_000)]


@dataclass(frozen=True)
class Told:
    """An entry with its stage and its values in the reader's language."""

    entry: EntryRow
    name: str
    lines: list[tuple[str, str]]


@dataclass(frozen=True)
class Card:
    """An open lot on the first page, and what it still lacks."""

    row: LotRow
    missing: list[Line]


@dataclass(frozen=True)
class TodayView:
    """The producer's first page."""

    day: date
    cards: list[Card]
    more: bool
    recent: list[tuple[Told, Lot]]
    due: int
    waiting: int


@dataclass(frozen=True)
class StrangerView:
    """What an account without an entity is told."""

    office: bool


@dataclass(frozen=True)
class LotsView:
    """A page of the producer's lots; `last` is that which was opened last."""

    last: Lot | None
    rows: Sequence[LotRow]
    next: str | None
    previous: str | None


@dataclass(frozen=True)
class Timeline:
    """A part of a lot's diary, with the ways on and back where there is more."""

    entries: list[Told]
    next: str
    previous: str


@dataclass(frozen=True)
class LotView:
    """A lot with its diary, and what it lacks before stamps can be activated."""

    lot: Lot
    state: LotState
    product: Product
    unit: str
    timeline: Timeline
    checks: list[Line]
    standing: Standing
    goods: GoodsPart
    place: str
    member: bool
    owner: bool


def told(db: Session, entries: Sequence[EntryRow], words: Translator) -> list[Told]:
    stages = stages_of(db, entries)
    return [_told(entry, stages[entry.id], words) for entry in entries]


def timeline_of(db: Session, lot: Lot, words: Translator, part: int) -> Timeline:
    """Return one part of a lot's diary, the first with the latest work."""
    skip = (part - 1) * TIMELINE
    rows = queries.list_timeline(db, lot.id, limit=TIMELINE + 1, skip=skip)
    return Timeline(
        told(db, rows[:TIMELINE], words),
        next=f"?part={part + 1}" if len(rows) > TIMELINE else "",
        previous=f"?part={part - 1}" if part > 1 else "",
    )


def _told(entry: EntryRow, stage: Stage | None, words: Translator) -> Told:
    # Free words for a stage are what its recorder called it.
    name = stage.name_in(words.language) if stage else entry.stage
    lines = said_values(entry.facts, words, stage)
    return Told(entry, name or words.gettext(entry.kind.label), lines)


def check_lines(checks: Iterable[Check], lot: Lot, words: Translator) -> list[Line]:
    ids = {"lot": lot.id, "product": lot.product_id, "entity": lot.entity_id}
    return lines(checks, words, **ids, kept=lot.state == LotState.OPEN)


def units(words: Translator) -> list[tuple[str, str]]:
    return [(code, said_unit(code, words)) for code in OFFERED_UNITS]


def stranger(request: Request, actor: Actor) -> Response:
    """Tell somebody who belongs to no entity where to go instead."""
    office = bool(actor.roles)
    template = "diary/stranger_office.html" if office else "diary/stranger.html"
    return show(request, template, StrangerView(office))


@router.get("", status_code=308, response_class=RedirectResponse)
def start(_: CurrentActor) -> RedirectResponse:
    """Lead on into the scope of the phone's worker, which answers there without a network."""
    # Once a browser knows this, it needs no network for it either.
    kept = {"Cache-Control": "private, max-age=2592000"}
    return RedirectResponse("/app/today", status_code=308, headers=kept)


@router.get("/today")
def today(request: Request, db: Db, actor: CurrentActor, now: Now, words: Words) -> Response:
    if not actor.memberships:
        return stranger(request, actor)
    wanted = LotFilter(state=LotState.OPEN, own=True)
    page = lot_queries.list_lots(
        db, actor=actor, cut=Cut(limit=SHOWN_LOTS, newest=True), wanted=wanted
    )
    missing = gate_queries.missing_of(db, page.items, now=now)
    failed = request.app.state.failed_checks(db, page.items)
    cards = [
        Card(row, check_lines((*missing[row.lot.id], *failed.get(row.lot.id, ())), row.lot, words))
        for row in lot_queries.lot_rows(db, page.items)
    ]
    recent = told(db, queries.list_recent(db, actor=actor, limit=SHOWN_ENTRIES), words)
    view = TodayView(
        day=day_of(now),
        cards=cards,
        more=page.after is not None,
        recent=[(one, db.get_one(Lot, one.entry.lot_id)) for one in recent],
        due=request.app.state.count_due(db, actor=actor, now=now),
        waiting=decision_queries.count_waiting(db, actor=actor, own=True),
    )
    return show(request, "diary/today.html", view)


@router.get("/lots")
def lots(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: NewestFirst,
    file: AsFile = None,
) -> Response:
    if not actor.memberships:
        return stranger(request, actor)

    def read(part: Cut) -> Page[LotRow]:
        found = lot_queries.list_lots(db, actor=actor, cut=part, wanted=LotFilter(own=True))
        return found.having(lot_queries.lot_rows(db, found.items))

    if file:
        return lots_file(file, every(read, cut), words)
    page = read(cut)
    last = lot_queries.find_last(db, actor=actor)
    view = LotsView(last, page.items, next_path(request, page), previous_path(request, page))
    return show(request, "diary/lots.html", view)


@router.get("/lots/{lot_id}")
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
    view = LotView(
        lot=found,
        state=LotState(found.state),
        product=db.get_one(Product, found.product_id),
        unit=said_unit(found.unit, words),
        timeline=timeline_of(db, found, words, part),
        checks=check_lines(checks, found, words),
        standing=standing_against(db, found.product_id, found.id),
        goods=part_of(
            goods_of(db, found, actor=actor, most=SHOWN_GOODS), found.id, words, area="/app"
        ),
        place=lot_queries.place_of(db, found),
        member=found.entity_id in actor.memberships,
        owner=actor.memberships.get(found.entity_id) is Belonging.OWNER,
    )
    return show(request, "diary/lot.html", view)


@router.post("/lots/{lot_id}/close")
def close_lot(db: Db, actor: CurrentActor, now: Now, lot_id: Id) -> Response:
    actions.close_lot(db, actor=actor, now=now, lot_id=lot_id)
    return go(f"/app/lots/{lot_id}", say=CLOSED)
