"""The figures of a year for programs of the Department and other agencies."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from app.identity.access import ApiRoute, CurrentActor
from app.kit.clock import day_of
from app.kit.forms import Out
from app.kit.web import Db, Now, Words
from app.office.figure_queries import count_by_platform, read_figures
from app.office.figures import FIRST_YEAR, Counted, Year

router = APIRouter(prefix="/api/v1/figures", route_class=ApiRoute, tags=["figures"])


class FigureOut(Out):
    """One figure of a year, what it counts, and last year's."""

    code: str
    label: str
    definition: str
    unit: Counted
    value: int
    before: int


class PlatformOut(Out):
    """How many products are sold on one online shop."""

    platform: str
    products: int


class FiguresOut(Out):
    """The figures of a year."""

    year: int
    figures: list[FigureOut]
    platforms: Annotated[list[PlatformOut], Field(description="Products with a shop link by shop.")]


@router.get("")
def get_figures(
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    year: Annotated[int | None, Query(ge=FIRST_YEAR, le=9998)] = None,
) -> FiguresOut:
    """Return the figures of a year, this one where none is said; the Department only."""
    actor.require_department()
    asked = Year(year or day_of(now).year)
    return FiguresOut(
        year=asked.number,
        figures=[
            FigureOut(
                code=one.meaning.code,
                label=words.gettext(one.meaning.label),
                definition=words.gettext(one.meaning.definition),
                unit=one.meaning.counted,
                value=one.value,
                before=one.before,
            )
            for one in read_figures(db, asked).values()
        ],
        platforms=[
            PlatformOut(platform=name, products=count)
            for name, count in count_by_platform(db, asked)
        ],
    )
