from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.diary.standing_queries import standing_against
from app.kit.clock import day_of
from app.kit.web import site
from app.lookup.access import answered, in_thread, shelf_of
from app.lookup.lot_queries import find_product_of
from app.lookup.parts_access import SheetView, parts_of
from app.lookup.product_pages import id_of
from app.lookup.public_access import around, render, tagged
from app.lookup.queries import keep_sheet
from app.lookup.sheet import LotPart
from app.lookup.shelf import Rendered
from app.lookup.telling_access import not_here, not_now
from app.lookup.verdict import Notice, Verdict

router = APIRouter()


@dataclass(frozen=True, kw_only=True)
class LotView(SheetView):
    """The public page of a lot; `against` is the worst that stands against it."""

    lot: LotPart
    parts: Rendered
    against: Verdict | None
    notice: Notice | None


async def lot_page(request: Request) -> Response:
    """Answer what the public may read of a lot that is or was on sale."""
    return await answered(request, partial(in_thread, answer=_lot_page), not_now)


router.add_route("/l/{lot_id:anything}", lot_page, methods=["GET"], include_in_schema=False)


def _lot_page(request: Request) -> Response:
    held, lot_id = site(request), id_of(request.path_params["lot_id"])
    now = held.clock()
    with held.public.begin(write=False) as db:
        product_id = find_product_of(db, lot_id) if lot_id else None
        if product_id is None:
            return not_here(request)
        standing = standing_against(db, product_id, lot_id)
        shelf = shelf_of(request)
        kept = keep_sheet(db, product_id=product_id, lot_id=lot_id, now=now, shelf=shelf)
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
        lot=lot,
        parts=parts_of(request, kept),
        against=against,
        notice=Notice(notice.reason, notice.since, notice.advice) if notice else None,
    )
    return tagged(request, render(request, "lookup/lot_page.html", view, path=f"/l/{lot.id}"))
