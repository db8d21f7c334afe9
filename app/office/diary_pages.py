"""What an officer should look at in producers' diaries: an overview, and a list of each kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.diary.rules import LotState
from app.identity.access import CurrentActor
from app.kit.errors import NotFound
from app.kit.exports import AsFile, Cell, every, file_of
from app.kit.i18n import N_, Translator
from app.kit.pages import show
from app.kit.paging import Cut, Cutting, Page, next_path, previous_path
from app.kit.web import Db, Edge, Now, Words
from app.office.diary_queries import (
    COUNTED,
    DiaryList,
    Line,
    Wanted,
    count_approvals,
    count_diaries,
    list_diaries,
)
from app.stamps.typed import typed_id

router = APIRouter(prefix="/office/diaries", route_class=Edge, include_in_schema=False)

STATES: Final = (LotState.CLOSED, LotState.RELEASED)


@dataclass(frozen=True)
class Told:
    """What a page says of a list: why to look, how long back at first, what an empty one means."""

    advice: str
    days: int
    label: str
    empty: str


TOLD: Final[Mapping[DiaryList, Told]] = {
    DiaryList.SILENT: Told(
        N_("Call the producer: is nothing done, or nothing written down?"),
        0,
        N_("Days without an entry"),
        N_("Every open lot has an entry within these days."),
    ),
    DiaryList.LATE: Told(
        N_("What was written down later than the lot's template allows, and its share of all."),
        30,
        N_("Received within days"),
        N_("Nobody recorded late within these days."),
    ),
    DiaryList.WAITING: Told(
        N_("The owner releases a closed lot for sale, and says where it went once it is sold."),
        7,
        N_("Waiting for days"),
        N_("No lot waits as long as that."),
    ),
    DiaryList.PHOTOS: Told(
        N_("They are still on the phone that took them: open it where it has a network."),
        1,
        N_("Waiting for days"),
        N_("Every photo has come."),
    ),
    DiaryList.CLOCKS: Told(
        N_("Off by more than 10 minutes when they sent. Set the time to come from the network."),
        30,
        N_("Received within days"),
        N_("Every phone's clock was right within these days."),
    ),
}


HEADS: Final = (
    ("lot_id", N_("Lot no.")),
    ("lot", N_("Lot")),
    ("product", N_("Product")),
    ("entity_id", N_("Entity no.")),
    ("entity", N_("Entity")),
    ("since", N_("Since")),
    ("days", N_("Days")),
    ("count", N_("Count")),
    ("of", N_("Of entries")),
    ("note", N_("Note")),
)


@dataclass(frozen=True)
class Asked:
    """The filters as they were sent."""

    q: str
    days: int | None
    entity: str
    state: str
    sort: str


@dataclass(frozen=True)
class OverviewView:
    """How much there is of each kind; where it is `most` there may be more."""

    counts: list[tuple[DiaryList, int]]
    approvals: int
    most: int


@dataclass(frozen=True)
class DiaryListView:
    """A page of a list."""

    which: DiaryList
    told: Told
    page: Page[Line]
    next: str | None
    previous: str | None
    asked: Asked
    days: int
    usual: int
    states: tuple[LotState, ...]
    now: datetime


def asked_of(
    q: Annotated[str, Query(max_length=200)] = "",
    days: Annotated[int | None, Query(ge=0, le=3660)] = None,
    entity: Annotated[str, Query(max_length=20)] = "",
    state: Annotated[str, Query(max_length=12)] = "",
    sort: Annotated[str, Query(max_length=10)] = "",
) -> Asked:
    return Asked(q.strip(), days, entity, state, sort)


Filters = Annotated[Asked, Depends(asked_of)]


def wanted_of(filters: Asked, *, days: int, now: datetime) -> Wanted:
    """Return what the filters ask for; without a number of days as many as are usual."""
    return Wanted(
        now=now,
        days=days if filters.days is None else filters.days,
        text=filters.q,
        entity_id=typed_id(filters.entity),
        state=LotState(filters.state) if filters.state in set(STATES) else None,
        by_name=filters.sort == "name",
    )


@router.get("")
def overview(request: Request, db: Db, actor: CurrentActor, now: Now) -> Response:
    actor.require_department()
    counts = [
        (which, count_diaries(db, which, wanted=Wanted(now=now, days=usual_days(request, which))))
        for which in DiaryList
    ]
    view = OverviewView(counts, count_approvals(db, now=now), COUNTED)
    return show(request, "office/diaries.html", view)


@router.get("/{which}")
def one_list(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Cutting,
    filters: Filters,
    which: str,
    file: AsFile = None,
) -> Response:
    actor.require_department()
    if which not in set(DiaryList):
        raise NotFound
    kind = DiaryList(which)
    days = usual_days(request, kind)
    wanted = wanted_of(filters, days=days, now=now)

    def read(part: Cut) -> Page[Line]:
        return list_diaries(db, kind, wanted=wanted, cut=part)

    if file:
        rows = (_cells(kind, one, words, now) for one in every(read))
        name = f"diaries-{kind}"
        return file_of(file, name=name, title=kind.label, heads=HEADS, rows=rows, words=words)
    page = read(cut)
    view = DiaryListView(
        which=kind,
        told=TOLD[kind],
        page=page,
        next=next_path(request, page),
        previous=previous_path(request, page),
        asked=filters,
        days=wanted.days,
        usual=days,
        states=STATES,
        now=now,
    )
    return show(request, "office/diary_list.html", view)


def usual_days(request: Request, which: DiaryList) -> int:
    """Return over how many days a list looks where nobody says otherwise."""
    if which is DiaryList.SILENT:
        return int(request.app.state.settings.diary_silent_days)
    return TOLD[which].days


def _cells(which: DiaryList, line: Line, words: Translator, now: datetime) -> list[Cell]:
    word = words.gettext(LotState(line.word).label) if which is DiaryList.WAITING else line.word
    days = (now - line.at).days
    of: list[Cell] = [line.lot_id, line.lot, line.product, line.entity_id, line.entity]
    return [*of, line.at, days, line.count or None, line.total or None, word]
