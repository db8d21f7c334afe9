import hashlib
from typing import Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response

from app.kit.errors import NotFound
from app.kit.files import Files
from app.kit.i18n import N_
from app.kit.web import site, translator
from app.lookup.access import answered, shelf_of
from app.lookup.card import Card, draw
from app.lookup.lot_queries import list_standing
from app.lookup.product_pages import id_of
from app.lookup.public_access import has_tag
from app.lookup.queries import keep_sheet
from app.lookup.telling_access import not_here, not_now
from app.lookup.verdict import Verdict

router = APIRouter()

# Named in each card's tag: cards are drawn anew once they are drawn otherwise.
_DRAWN: Final = 1
_FRESH: Final = "public, max-age=300"
_PHOTO_SLOT: Final = 640


async def card(request: Request) -> Response:
    """Answer with a product's picture for links to it, drawn when it is first asked for."""
    return await answered(request, _card, not_now)


router.add_route("/p/{product_id}/card.png", card, methods=["GET"], include_in_schema=False)


async def _card(request: Request) -> Response:
    held = site(request)
    async with held.readers:
        found = await run_in_threadpool(_read, request)
    if found is None:
        return not_here(request)
    files: Files = request.app.state.files
    name = hashlib.sha256(repr((_DRAWN, found)).encode()).hexdigest()
    tag = f'"{name[:20]}"'
    headers = {"ETag": tag, "Cache-Control": _FRESH, "Vary": "Accept-Language"}
    if has_tag(request, tag):
        return Response(status_code=304, headers=headers)
    path = files.path(f"{name}.png")
    # One at a time: it is all computing, and nobody waits for it as for a look-up.
    async with request.app.state.drawing:
        if not path.is_file():
            await run_in_threadpool(_draw, files, found, path.name)
    return FileResponse(path, media_type="image/png", headers=headers)


def _read(request: Request) -> Card | None:
    held, words = site(request), translator(request)
    product_id = id_of(request.path_params["product_id"])
    if product_id is None:
        return None
    with held.public.begin(write=False) as db:
        shelf = shelf_of(request)
        kept = keep_sheet(db, product_id=product_id, now=held.clock(), shelf=shelf)
        against = [one for one in list_standing(db, product_id) if one.whole]
    if kept is None:
        return None
    sheet = kept.sheet
    stars = (sheet.stars.stars if sheet.stars else None) or 0
    told = words.ngettext("OCOP %(num)s star", "OCOP %(num)s stars", stars) % {"num": stars}
    warning = ""
    if against:
        verdict = Verdict.RECALLED if against[0].kind == "recall" else Verdict.ON_HOLD
        warning = words.gettext(verdict.label)
    elif sheet.product.retired:
        warning = words.gettext(N_("No longer made"))
    place = f"OCOP · {urlsplit(held.base_url).netloc}"
    if request.app.state.pages.sample:
        place = words.gettext(N_("SAMPLE DATA: nothing here is real"))
    return Card(
        site=place,
        name=sheet.product.name,
        maker=sheet.entity.name,
        stars=stars,
        stars_words=told,
        rights=tuple(f"{words.gettext(one.type.label)}: {one.sign}" for one in sheet.badges),
        warning=warning,
        photo=sheet.product.picture.sha256 if sheet.product.picture else "",
    )


def _draw(files: Files, found: Card, name: str) -> None:
    photo: bytes | None = None
    if found.photo:
        try:
            photo = files.find(f"{found.photo}-{_PHOTO_SLOT}.jpg").read_bytes()
        except NotFound:
            # The card is the better for its picture, and good without.
            photo = None
    files.save(name, draw(found, photo))
