"""The figures of a year, each opening its rows; from records alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Final

from fastapi import APIRouter, Request
from openpyxl import Workbook
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.clock import day_of
from app.kit.errors import NotFound
from app.kit.exports import MEDIA, AsFile, Cell, FileKind, every, file_of
from app.kit.i18n import N_, Translator
from app.kit.pages import show
from app.kit.paging import Cut, Cutting, Page, next_path, previous_path
from app.kit.sheets import add_sheet
from app.kit.web import Db, Edge, Now, Words
from app.office.figure_queries import (
    Figure,
    FigureRow,
    count_by_platform,
    list_figure_rows,
    read_figures,
)
from app.office.figures import FIRST_YEAR, GROUPS, MEANINGS, Meaning, Year, year_of

router = APIRouter(prefix="/office/figures", route_class=Edge, include_in_schema=False)

Heads = Sequence[tuple[str, str]]
TITLE: Final = N_("Figures of the year")
_HEADS: Final = (
    ("code", N_("Code")),
    ("figure", N_("Figure")),
    ("unit", N_("Unit")),
    ("value", N_("This year")),
    ("before", N_("Year before")),
    ("change", N_("Against last year")),
    ("definition", N_("What is counted")),
)
_ROW_HEADS: Final = (
    ("what", N_("Which")),
    ("whose", N_("Whose")),
    ("detail", N_("Details")),
    ("day", N_("Day")),
    ("quantity", N_("Quantity")),
    ("id", N_("No.")),
)


@dataclass(frozen=True)
class FiguresView:
    """The figures of a year by subject, and the years that can be chosen."""

    year: Year
    years: list[int]
    groups: list[tuple[str, list[Figure]]]
    platforms: list[tuple[str, int]]
    whole: bool


@dataclass(frozen=True)
class FigureView:
    """The rows of one figure."""

    year: Year
    meaning: Meaning
    platform: str
    page: Page[FigureRow]
    next: str | None
    previous: str | None


@router.get("")
def figures(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    year: str = "",
    file: AsFile = None,
) -> Response:
    actor.require_department()
    today = day_of(now)
    asked = Year(year_of(year, usual=today.year))
    found = read_figures(db, asked)
    if file is FileKind.XLSX:
        return _workbook(db, asked, found, words)
    if file:
        lines = (_line(one, words) for one in found.values())
        name = f"figures-{asked.number}"
        return file_of(file, name=name, title=TITLE, heads=_HEADS, rows=lines, words=words)
    view = FiguresView(
        year=asked,
        years=sorted({*range(today.year, max(today.year - 6, FIRST_YEAR), -1), asked.number})[::-1],
        groups=[(label, [found[one.code] for one in meanings]) for label, meanings in GROUPS],
        platforms=count_by_platform(db, asked),
        whole=asked.number < today.year,
    )
    return show(request, "office/figures.html", view)


@router.get("/{figure}")
def figure(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Cutting,
    figure: str,
    year: str = "",
    platform: str = "",
    file: AsFile = None,
) -> Response:
    actor.require_department()
    meaning = MEANINGS.get(figure)
    if meaning is None or (platform and figure != "products_in_shops"):
        raise NotFound
    asked = Year(year_of(year, usual=day_of(now).year))
    if file:
        rows = every(lambda part: list_figure_rows(db, figure, asked, cut=part, platform=platform))
        return file_of(
            file,
            name=f"{figure.replace('_', '-')}-{asked.number}",
            title=meaning.label,
            heads=_ROW_HEADS,
            rows=_cells(rows),
            words=words,
        )
    page = list_figure_rows(db, figure, asked, cut=cut, platform=platform)
    view = FigureView(
        asked, meaning, platform, page, next_path(request, page), previous_path(request, page)
    )
    return show(request, "office/figure.html", view)


def _part(db: Session, code: str, year: Year, cut: Cut) -> Page[FigureRow]:
    return list_figure_rows(db, code, year, cut=cut)


def _line(one: Figure, words: Translator) -> list[Cell]:
    meaning = one.meaning
    told = [meaning.code, words.gettext(meaning.label), words.gettext(meaning.counted.label)]
    return [*told, one.value, one.before, one.change, words.gettext(meaning.definition)]


def _cells(rows: Iterable[FigureRow]) -> Iterator[list[Cell]]:
    for row in rows:
        yield [row.what, row.whose, row.detail, row.day, row.quantity, row.id]


def _workbook(db: Session, year: Year, found: dict[str, Figure], words: Translator) -> Response:
    """Return a workbook of the figures, and a sheet of the rows of each."""
    book = Workbook(write_only=True)

    def sheet(title: str, heads: Heads, rows: Iterable[list[Cell]]) -> None:
        labels = [words.gettext(label) for _, label in heads]
        add_sheet(book, title=title, header=labels, rows=rows, width=24)

    title = f"{words.gettext(TITLE)} {year.number}"
    sheet(title, _HEADS, (_line(one, words) for one in found.values()))
    for number, (code, one) in enumerate(found.items(), start=1):
        rows = every(partial(_part, db, code, year))
        label = words.gettext(one.meaning.label)
        sheet(f"{number} {label}", _ROW_HEADS, _cells(rows))
    out = BytesIO()
    book.save(out)
    headers = {
        "Content-Disposition": f'attachment; filename="figures-{year.number}.xlsx"',
        "Cache-Control": "private, no-store",
    }
    return Response(out.getvalue(), media_type=MEDIA[FileKind.XLSX], headers=headers)
