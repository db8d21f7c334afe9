"""What a shopper sees whose GS1 address bears a serial that is no stamp of its product."""

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from app.kit.web import site
from app.lookup.asking_access import asker_of, guarded, guessed, keyring_of, read
from app.lookup.level_queries import NotRegistered
from app.lookup.public_access import PublicView, around, dressed, render
from app.lookup.queries import keep_sheet
from app.lookup.resolver_access import BY_ACCEPT, redirected
from app.lookup.sheet import ProductPart, Sheet
from app.lookup.verdict import Facts, Judgement, judge
from app.stamps.queries import Stamp, find_stamp

router = APIRouter()

SERIAL_CHARS = 120
ID_DIGITS = 18


@dataclass(frozen=True, kw_only=True)
class SerialView(PublicView):
    """The verdict on an unknown serial; the product is only what the address says."""

    judgement: Judgement
    serial: str
    product: ProductPart


async def serial_page(request: Request) -> Response:
    """Answer that the serial is not known, whatever product its address names."""
    return await guarded(request, _serial_page)


router.add_route(
    "/p/{product_id}/serial/{serial:anything}",
    serial_page,
    methods=["GET"],
    include_in_schema=False,
)


async def _serial_page(request: Request) -> Response:
    text: str = request.path_params["product_id"]
    serial: str = request.path_params["serial"].encode("utf-8", "replace").decode()
    if not (text.isascii() and text.isdecimal() and len(text) <= ID_DIGITS):
        raise NotRegistered
    keyring, asker = keyring_of(request), asker_of(request)

    def find_sheet(db: Session) -> Sheet:
        kept = keep_sheet(db, product_id=int(text), now=asker.now, shelf=asker.shelf)
        if kept is None:
            raise NotRegistered
        return kept.sheet

    async def finding() -> Stamp | None:
        return await read(
            request, lambda db: find_stamp(db, keyring=keyring, text=serial.rstrip("/"))
        )

    sheet = await read(request, find_sheet)
    stamp = await guessed(request, serial, finding)
    if stamp is not None and stamp.product_id == sheet.product.id:
        here = f"{site(request).base_url}/t/{stamp.code}"
        return redirected(request, here, here, BY_ACCEPT)
    return _shown(request, sheet.product, serial, judge(Facts(), asker.now))


def _shown(request: Request, product: ProductPart, serial: str, judgement: Judgement) -> Response:
    shown = serial[:SERIAL_CHARS]
    view = SerialView(**vars(around(request)), judgement=judgement, serial=shown, product=product)
    path = f"/p/{product.id}/serial/{quote(shown, safe='')}"
    body = render(request, "lookup/serial.html", view, path=path)
    return dressed(request, HTMLResponse(body, status_code=judgement.status))
