"""The figures of a year beside last year's, and the rows of each."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kit.paging import Cut, Page, skipped
from app.office.figure_row_queries import ROWS, in_shops, sold_in
from app.office.figures import MEANINGS, Meaning, Year


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a year beside the one of the year before."""

    meaning: Meaning
    value: int
    before: int

    @property
    def change(self) -> int:
        return self.value - self.before


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One row that a figure is counted from, and where its record stands."""

    id: int
    what: str
    whose: str
    detail: str
    day: date | datetime | None
    quantity: int
    path: str


def read_figures(db: Session, year: Year) -> dict[str, Figure]:
    """Return every figure of a year by its code, beside last year's."""
    last = Year(year.number - 1)
    return {
        code: Figure(meaning, _value(db, meaning, year), _value(db, meaning, last))
        for code, meaning in MEANINGS.items()
    }


def count_by_platform(db: Session, year: Year) -> list[tuple[str, int]]:
    """Return how many products are sold on each platform, the most first."""
    sold = sold_in(year)
    count = func.count(sold.c.product_id.distinct())
    query = select(sold.c.platform, count).group_by(sold.c.platform)
    found = [(str(platform), int(number)) for platform, number in db.execute(query)]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def list_figure_rows(
    db: Session, code: str, year: Year, *, cut: Cut, platform: str = ""
) -> Page[FigureRow]:
    """Return the rows of a figure by entity or sign, then by name; `cut.after` is how many to skip.

    `platform` keeps those of one online shop.
    """
    query = in_shops(year, platform) if platform else ROWS[code](year)
    rows = query.subquery()
    order = rows.c.order, rows.c.what, rows.c.id, rows.c.detail
    part = select(rows).order_by(*order)

    def read(start: int, most: int) -> list[FigureRow]:
        return [_row(one) for one in db.execute(part.offset(start).limit(most))]

    return skipped(cut, read)


def _value(db: Session, meaning: Meaning, year: Year) -> int:
    rows = ROWS[meaning.code](year).subquery()
    counted = func.coalesce(func.sum(rows.c.quantity), 0) if meaning.summed else func.count()
    return int(db.scalar(select(counted).select_from(rows)) or 0)


def _row(row: Any) -> FigureRow:  # noqa: ANN401 - a row of any of the figures
    path = f"{_PATHS[row.kind]}/{row.id}"
    return FigureRow(row.id, row.what, row.whose, row.detail, row.day, int(row.quantity or 0), path)


_PATHS: Final = {
    "entity": "/office/entities",
    "product": "/office/products",
    "batch": "/office/batches",
    "right": "/office/rights",
}
