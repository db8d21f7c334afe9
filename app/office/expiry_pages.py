"""The calendar of what ends: by month, kind and entity."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities.queries import get_entity
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.exports import AsFile, Cell, FileKind, every, file_of
from app.kit.i18n import N_, Translator
from app.kit.pages import show
from app.kit.paging import Cutting, Page, next_path, previous_path
from app.kit.web import Db, Edge, Now, Words
from app.office.expiries import (
    Expiry,
    ExpiryKind,
    days_asked,
    month_of,
    months_from,
    notice_due,
)
from app.office.expiry_queries import (
    Wanted,
    count_ahead,
    count_by_day,
    page_of_expiries,
    require_reader,
)

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
    require_reader(actor)
    day = day_of(now)
    name = get_entity(db, entity, actor=actor).name if entity else ""
    wanted = Wanted(
        *days_asked(day, month, within), {kind} if kind else frozenset(ExpiryKind), entity
    )
    if file:
        rows = every(lambda part: page_of_expiries(db, wanted, actor=actor, cut=part), cut)
        return _file(file, rows, words)
    page = page_of_expiries(db, wanted, actor=actor, cut=cut)
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
