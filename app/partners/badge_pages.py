"""Where a producer or an officer takes a product's badge for a shop: lines to copy, pictures."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.clock import day_of
from app.kit.i18n import N_, Translator
from app.kit.pages import show
from app.kit.web import Db, Edge, Id, Now, Words, site
from app.partners.badge_drawing import HEIGHT, WIDTH
from app.partners.badge_queries import get_badge
from app.partners.badges import Face, face_of
from app.products.models import Product
from app.products.queries import get_product

router = APIRouter(route_class=Edge, include_in_schema=False)


@dataclass(frozen=True)
class Snippet:
    """A line to copy: `label` and `advice` are msgids."""

    name: str
    label: str
    advice: str
    text: str


@dataclass(frozen=True)
class BadgeView:
    """A product's badge as it is now, and how a shop shows it."""

    product: Product
    home: str
    face: Face
    size: tuple[int, int]
    language: str
    snippets: list[Snippet]


@router.get("/app/products/{product_id}/badge")
def own_badge(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, product_id: Id
) -> Response:
    product = get_product(db, product_id, actor=actor)
    actor.require_member(product.entity_id)
    view = _view(request, db, now=now, words=words, product=product, area="app")
    return show(request, "partners/own_badge.html", view)


@router.get("/office/products/{product_id}/badge")
def badge(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, product_id: Id
) -> Response:
    product = get_product(db, product_id, actor=actor)
    view = _view(request, db, now=now, words=words, product=product, area="office")
    return show(request, "partners/badge.html", view)


def _view(
    request: Request, db: Session, *, now: Now, words: Translator, product: Product, area: str
) -> BadgeView:
    day, base = day_of(now), site(request).base_url
    face = face_of(get_badge(db, str(product.id), day=day), day=day, words=words)
    return BadgeView(
        product=product,
        home=f"/{area}/products/{product.id}",
        face=face,
        size=(WIDTH, HEIGHT),
        language=words.language,
        snippets=_snippets(base, product.id, words.language, product.name),
    )


def _snippets(base: str, product_id: int, language: str, name: str) -> list[Snippet]:
    page, picture = f"{base}/p/{product_id}", f"{base}/badge/{product_id}.svg?lang={language}"
    alt = "OCOP, " + "".join(char for char in name if char not in '<>"&[]()')
    frame = f"{base}/badge/{product_id}?lang={language}"
    return [
        Snippet("link", N_("Link"), N_("For a chat, a post or a description"), page),
        Snippet(
            "html",
            N_("Picture with a link"),
            N_("For a page of your own"),
            f'<a href="{page}"><img src="{picture}" width="{WIDTH}" height="{HEIGHT}" '
            f'alt="{alt}"></a>',
        ),
        Snippet(
            "frame",
            N_("Frame"),
            N_("Where pictures from elsewhere are not allowed"),
            f'<iframe src="{frame}" width="{WIDTH + 16}" height="{HEIGHT + 16}" '
            f'title="{alt}" loading="lazy"></iframe>',
        ),
        Snippet(
            "markdown",
            N_("Markdown"),
            N_("For forums and documentation"),
            f"[![{alt}]({picture})]({page})",
        ),
        Snippet(
            "json",
            N_("Data for a badge of your own"),
            N_("In the shape of shields.io's endpoint"),
            f"{base}/badge/{product_id}.json?lang={language}",
        ),
    ]
