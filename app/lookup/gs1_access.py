"""Whether the GS1 form of a stamp's address names the product that the stamp is for."""

from typing import Final

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from app.kit.fences import EVERYTHING
from app.kit.web import site
from app.lookup.shelf import Kept
from app.stamps.export_queries import gtins_of

_DIGITS: Final = 14


async def names_product(request: Request, batch_id: int, kept: Kept | None) -> bool:
    """Tell whether the path's GTIN, if there is one, stands for the stamps of a batch.

    Almost always it is the product's own, which is at hand. A pack's, or one that was printed
    before the product got another, is read.
    """
    gtin = request.path_params.get("gtin")
    if gtin is None:
        return True
    asked = gtin.zfill(_DIGITS)
    own = kept.sheet.product.gtin if kept else ""
    if own and own.zfill(_DIGITS) == asked:
        return True
    held = site(request)
    # Packs and files are not for the public's role; all it learns here is yes or no.
    whole = held.database.scoped(EVERYTHING)

    def known() -> bool:
        with whole.begin(write=False) as db:
            return asked in gtins_of(db, batch_id)

    async with held.readers:
        return await run_in_threadpool(known)
