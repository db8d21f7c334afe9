"""What a public page said at an instant, beside what it says today, for officers and inspectors."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from markupsafe import escape
from starlette.responses import HTMLResponse, Response

from app.kit.errors import Invalid
from app.kit.forms import Filled, Sent, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, show
from app.kit.web import Db, Edge, Id, Now, Words, translator
from app.lookup.product_access import product_body
from app.lookup.public_access import dressed
from app.office.past_access import (
    Asking,
    Past,
    PastReader,
    ProductToday,
    StampNow,
    past_of_product,
    past_of_stamp,
    stamp_html,
    then_of_product,
    then_of_stamp,
)
from app.office.past_moment import Asked, moment_of, shown, usual
from app.office.past_queries import NoPageThen
from app.products.queries import get_product
from app.stamps.codes import grouped, parse
from app.stamps.typed import typed_code, typed_id

router = APIRouter(prefix="/office/past", route_class=Edge, include_in_schema=False)

_AS_OF: Final = N_("As of {when}, from records. This is not the page of today.")


@dataclass(frozen=True)
class FindView:
    """The form for a code or a product's number, and a day."""

    form: Filled


@dataclass(frozen=True)
class PastView:
    """A page as it was beside the page as it is; nothing is compared for a moment that is none."""

    name: str
    path: str
    about: str
    today: str
    form: Filled
    at: datetime
    now: datetime
    past: Past | None

    @property
    def seen(self) -> str:
        """Return where the page stands as it looked."""
        return f"{self.path}/page?{urlencode({'at': self.at.isoformat()})}"


@router.get("")
def find(request: Request, _reader: PastReader, asked: Asking, about: str = "") -> Response:
    """Lead from a code, an address or a product's number to its page of the past."""
    text = typed_code(about)
    if not text:
        return show(request, "office/past_find.html", FindView(Filled()))
    when = {name: value for name, value in vars(asked).items() if value}
    kept = f"?{urlencode(when)}" if when else ""
    product_id = typed_id(text)
    if parse(text) is None and product_id is not None:
        return go(f"/office/past/products/{product_id}{kept}")
    return go(f"/office/past/stamps/{quote(text, safe='')}{kept}")


@router.get("/stamps/{code}")
def stamp(
    request: Request,
    today: StampNow,
    db: Db,
    actor: PastReader,
    now: Now,
    words: Words,
    asked: Asking,
    code: str,
) -> Response:
    at, form = _asked(asked, now, words)
    parsed = parse(code)
    past = None
    if not form.wrong:
        past = past_of_stamp(request, db, today, code=code, at=at, actor=actor)
    view = PastView(
        name=grouped(parsed.code) if parsed else code,
        path=f"/office/past/stamps/{quote(code, safe='')}",
        about=f"/inspect/{quote(code, safe='')}",
        today=f"/t/{quote(code, safe='')}",
        form=form,
        at=at,
        now=now,
        past=past,
    )
    return show(request, "office/past.html", view, status=422 if form.wrong else 200)


@router.get("/products/{product_id}")
def product(
    request: Request,
    today: ProductToday,
    db: Db,
    actor: PastReader,
    now: Now,
    words: Words,
    asked: Asking,
    product_id: Id,
) -> Response:
    at, form = _asked(asked, now, words)
    found = get_product(db, product_id, actor=actor)
    past = None
    if not form.wrong:
        past = past_of_product(request, db, today, product_id=product_id, at=at, actor=actor)
    view = PastView(
        name=found.name,
        path=f"/office/past/products/{product_id}",
        about=f"/office/products/{product_id}",
        today=f"/p/{product_id}",
        form=form,
        at=at,
        now=now,
        past=past,
    )
    return show(request, "office/past.html", view, status=422 if form.wrong else 200)


@router.get("/stamps/{code}/page")
def stamp_seen(
    request: Request, db: Db, _reader: PastReader, now: Now, asked: Asking, code: str
) -> Response:
    """Show the page of a code as it looked, with a mark that it is of the past."""
    at = moment_of(asked, now) or usual(now)
    then = then_of_stamp(request, db, code=code, at=at)
    return _marked(request, stamp_html(request, then.found), at)


@router.get("/products/{product_id}/page")
def product_seen(
    request: Request, db: Db, _reader: PastReader, now: Now, asked: Asking, product_id: Id
) -> Response:
    at = moment_of(asked, now) or usual(now)
    then = then_of_product(request, db, product_id=product_id, at=at)
    if then.kept is None:
        raise NoPageThen
    return _marked(request, product_body(request, then.kept, then.against), at)


def _asked(asked: Asked, now: datetime, words: Translator) -> tuple[datetime, Filled]:
    """Return the moment asked for, or the usual one, and the form that names it."""
    try:
        at = moment_of(asked, now) or usual(now)
    except Invalid as error:
        wrong = refused(Sent(vars(asked), {}), error, words)
        told = wrong.errors.get("at")
        return usual(now), Filled(wrong.values, {"day": told} if told else wrong.errors)
    return at, Filled(vars(shown(at)))


def _marked(request: Request, html: str, at: datetime) -> Response:
    words = translator(request)
    told = escape(words.gettext(_AS_OF).format(when=words.datetime(at)))
    marked = html.replace("<header>", f'<header>\n<p class="sample">{told}</p>', 1)
    response = dressed(request, HTMLResponse(marked))
    response.headers["Cache-Control"] = "private, no-store"
    # Nobody else's page reads what stands here, as it may what everybody may read.
    del response.headers["Access-Control-Allow-Origin"]
    return response
