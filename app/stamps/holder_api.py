from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from app.kit.clock import day_of
from app.kit.forms import Out
from app.kit.web import site
from app.stamps.holder_pages import tagged
from app.stamps.holder_queries import ROWS, list_holder_years, list_holders, sum_holders

router = APIRouter(prefix="/api/v1/holders", tags=["stamps"])


class HolderOut(Out):
    """The stamps of a product that an entity was granted in the year."""

    entity_id: int
    entity: str
    commune_code: str | None
    commune: str
    product_id: int
    product: str
    granted: int
    handed_over: int
    active: int


class HolderTotalsOut(Out):
    """What all holders of the year, or those sought, come to."""

    rows: int
    entities: int
    granted: int
    handed_over: int
    active: int


class HoldersOut(Out):
    """A page of the public list of holders; `next` is the path of the following page, or null."""

    year: int
    years: list[int]
    totals: HolderTotalsOut
    items: list[HolderOut]
    next: str | None


@router.get("", response_model=HoldersOut)
async def holders(
    request: Request,
    year: Annotated[int | None, Query(ge=2000, le=2200)] = None,
    q: Annotated[str, Query(max_length=120, description="Part of a name.")] = "",
    page: Annotated[int, Query(ge=1, le=100_000, description="Page of 200 rows.")] = 1,
) -> Response:
    """Return who holds stamps of a year, the latest if none is named. It needs no key."""
    async with site(request).readers:
        return await run_in_threadpool(_answer, request, year, q, page)


def _answer(request: Request, year: int | None, text: str, page: int) -> Response:
    held = site(request)
    with held.public.begin(write=False) as db:
        years = list_holder_years(db)
        wanted = year or (years[0] if years else day_of(held.clock()).year)
        first = (page - 1) * ROWS
        found = list_holders(db, year=wanted, text=text, first=first, most=ROWS + 1)
        totals = sum_holders(db, year=wanted, text=text)
    following = request.url.include_query_params(year=wanted, page=page + 1)
    out = HoldersOut(
        year=wanted,
        years=years,
        totals=HolderTotalsOut.model_validate(totals),
        items=[HolderOut.model_validate(one) for one in found[:ROWS]],
        next=f"{following.path}?{following.query}" if len(found) > ROWS else None,
    )
    answer = tagged(request, Response(out.model_dump_json(), media_type=JSONResponse.media_type))
    # Any page may show the list.
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
