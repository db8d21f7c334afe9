"""The calendar of what ends: by month, kind and entity."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities.queries import get_entity
from app.identity.access import CurrentActor
from app.identity.rules import Actor, NotAllowed, Role
from app.kit.clock import day_of
from app.kit.exports import AsFile, Cell, FileKind, every, file_of
from app.kit.i18n import N_, Translator
from app.kit.pages import show
from app.kit.paging import Cut, Cutting, Page, next_path, previous_path, skipped
from app.kit.web import Db, Edge, Now, Words
from app.office.expiries import AHEAD, Expiry, ExpiryKind, month_of, months_from, notice_due
from app.office.expiry_queries import Wanted, count_ahead, count_by_day, list_expiries

router = APIRouter(prefix="/office/expiries", route_class=Edge, include_in_schema=False)

HEADS: Final = (
    ("last_day", N_("Last day")),
    ("kind", N_("Kind")),
    ("what", N_("What ends")),
    ("number", N_("Number")),
    ("entity", N_("Entity")),
    ("product", N_("Product")),
    ("path", N_("Page")),
)
_MONTHS: Final = 12
Month = Annotated[str, Query(pattern="^(20[0-9]{2}-(0[1-9]|1[0-2]))?$")]
Ahead = Annotated[int, Query(ge=0, le=366)]
Wished = Annotated[int, Query(ge=0, le=2**62)]


@dataclass(frozen=True)
class MonthLine:
    """A month with how many things end in it."""

    value: str
    first: date
    count: int
    chosen: bool


@dataclass(frozen=True)
class ExpiryRow:
    """Something that ends, with the notice that stands today."""

    one: Expiry
    label: str
    notice: int | None


@dataclass(frozen=True)
class ExpiriesView:
    """What ends in a month, or within some days from today."""

    page: Page[ExpiryRow]
    next: str | None
    previous: str | None
    months: list[MonthLine]
    ahead: dict[int, int]
    kinds: list[tuple[str, str]]
    kind: str
    month: str
    within: int
    entity_id: int
    entity: str
    of_department: bool


@router.get("")
def expiries(
    *,
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Cutting,
    file: AsFile = None,
    month: Month = "",
    within: Ahead = 0,
    kind: ExpiryKind | None = None,
    entity: Wished = 0,
) -> Response:
    if not actor.of_department and Role.MARK_MANAGER not in actor.roles:
        raise NotAllowed
    day = day_of(now)
    name = get_entity(db, entity, actor=actor).name if entity else ""
    first, last = _range(day, month, within)
    wanted = Wanted(first, last, {kind} if kind else frozenset(ExpiryKind), entity)
    if file:
        rows = every(lambda part: _page(db, wanted, actor, part), cut)
        return _file(file, rows, words)
    page = _page(db, wanted, actor, cut)
    view = ExpiriesView(
        page=page.map(lambda one: ExpiryRow(one, one.kind.label, notice_due(one.last_day, day))),
        next=next_path(request, page),
        previous=previous_path(request, page),
        months=_months(db, actor, day, wanted, month),
        ahead=count_ahead(db, actor=actor, day=day),
        kinds=[(one.value, one.label) for one in ExpiryKind],
        kind=kind or "",
        month=month,
        within=within,
        entity_id=entity,
        entity=name,
        of_department=actor.of_department,
    )
    return show(request, "office/expiries.html", view)


def _range(day: date, month: str, within: int) -> tuple[date, date]:
    """Return the days that are asked for: a month, the next days, or else the next 90."""
    if month:
        return month_of(date.fromisoformat(f"{month}-01"))
    return day, day + timedelta(days=within or max(AHEAD))


def _page(db: Session, wanted: Wanted, actor: Actor, cut: Cut) -> Page[Expiry]:
    def read(skip: int, most: int) -> list[Expiry]:
        return list_expiries(db, wanted, actor=actor, skip=skip, limit=most)

    return skipped(cut, read)


def _months(db: Session, actor: Actor, day: date, wanted: Wanted, chosen: str) -> list[MonthLine]:
    months = months_from(day, _MONTHS)
    year = Wanted(months[0], month_of(months[-1])[1], wanted.kinds, wanted.entity_id)
    counts: dict[str, int] = {}
    for last, count in count_by_day(db, year, actor=actor).items():
        counts[f"{last:%Y-%m}"] = counts.get(f"{last:%Y-%m}", 0) + count
    return [
        MonthLine(f"{one:%Y-%m}", one, counts.get(f"{one:%Y-%m}", 0), f"{one:%Y-%m}" == chosen)
        for one in months
    ]


def _file(kind: FileKind, rows: Iterable[Expiry], words: Translator) -> Response:
    lines = (_line(one, words) for one in rows)
    title = N_("Expiry calendar")
    return file_of(kind, name="expiries", title=title, heads=HEADS, rows=lines, words=words)


def _line(one: Expiry, words: Translator) -> list[Cell]:
    return [
        one.last_day,
        words.gettext(one.kind.label),
        words.gettext(one.what) if one.kind is ExpiryKind.CERTIFICATE else one.what,
        one.number,
        one.entity,
        one.product,
        one.path,
    ]
