from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.diary.standing_queries import standing_against
from app.kit.clock import day_of
from app.kit.web import site, translator
from app.lookup.access import answered, in_thread, shelf_of
from app.lookup.diary_queries import Diary, older_entries
from app.lookup.lot_queries import find_product_of, told
from app.lookup.parts_access import SheetView, parts_of
from app.lookup.product_pages import id_of
from app.lookup.public_access import around, render, tagged
from app.lookup.queries import keep_sheet
from app.lookup.sheet import LotPart
from app.lookup.shelf import Rendered
from app.lookup.telling_access import not_here, not_now
from app.lookup.verdict import Notice, Verdict

router = APIRouter()

# A diary is not read on for ever by its page: its JSON, and the office, have no such end.
MOST_SKIPPED = 5_000


@dataclass(frozen=True, kw_only=True)
class LotView(SheetView):
    """The public page of a lot; `against` is the worst that stands against it.

    `older` are entries that the page leaves out at first, with the way to those after them.
    """

    lot: LotPart
    older: Diary | None
    next: int | None
    parts: Rendered
    against: Verdict | None
    notice: Notice | None


async def lot_page(request: Request) -> Response:
    """Answer what the public may read of a lot that is or was on sale."""
    return await answered(request, partial(in_thread, answer=_lot_page), not_now)


router.add_route("/l/{lot_id:anything}", lot_page, methods=["GET"], include_in_schema=False)


def _lot_page(request: Request) -> Response:
    held, lot_id = site(request), id_of(request.path_params["lot_id"])
    now, after = held.clock(), _after(request)
    older, following = None, None
    with held.public.begin(write=False) as db:
        product_id = find_product_of(db, lot_id) if lot_id else None
        if product_id is None:
            return not_here(request)
        standing = standing_against(db, product_id, lot_id)
        shelf = shelf_of(request)
        kept = keep_sheet(db, product_id=product_id, lot_id=lot_id, now=now, shelf=shelf)
        if after and lot_id:
            older, following = older_entries(db, lot_id, after=after, known=shelf.templates)
    if kept is None or kept.sheet.lot is None:
        return not_here(request)
    lot = kept.sheet.lot
    against, notice = None, standing.recall or standing.hold
    if notice is not None:
        against = Verdict.RECALLED if standing.recall else Verdict.ON_HOLD
    elif lot.expiry_date is not None and day_of(now) > lot.expiry_date:
        against = Verdict.PAST_DATE
    view = LotView(
        **vars(around(request)),
        sheet=kept.sheet,
        words=translator(request),
        lot=lot,
        older=older,
        next=following,
        parts=parts_of(request, kept),
        against=against,
        notice=told(notice),
    )
    asked = {"after": str(after)} if after else {}
    body = render(request, "lookup/lot_page.html", view, path=f"/l/{lot.id}", asked=asked)
    return tagged(request, body)


def _after(request: Request) -> int:
    """Return how many entries the reader has seen; anything but a number is the beginning."""
    return min(id_of(request.query_params.get("after", "")) or 0, MOST_SKIPPED)
