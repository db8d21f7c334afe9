"""The public register: lists of products and producers, searched and had as files."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import partial
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities.rules import KIND_LABELS, Kind
from app.kit.clock import day_of
from app.kit.exports import AsFile, Cell, FileKind, every, file_of
from app.kit.i18n import N_, Language
from app.kit.paging import Cut, Page, Sorting, next_path, previous_path
from app.kit.web import site, translator
from app.lookup.access import answered, in_thread
from app.lookup.mark_queries import MARKS
from app.lookup.public_access import LISTS, PublicView, around, render, tagged
from app.lookup.register_queries import (
    EntityRow,
    ProductRow,
    Wanted,
    list_communes,
    list_entities,
    list_products,
)
from app.lookup.sheet import Place
from app.lookup.telling_access import not_now
from app.products.rules import ProductStatus
from app.rights.kinds import RightType

router = APIRouter(include_in_schema=False)

TEXT_CHARS: Final = 120
USUAL: Final = "name"
RIGHTS: Final = {"gi": frozenset({RightType.GI}), "mark": MARKS, "any": frozenset(RightType)}
RIGHT_LABELS: Final = {
    "gi": N_("With a geographical indication"),
    "mark": N_("With a mark"),
    "any": N_("With either"),
}
SORTS: Final = {
    "name": N_("By name"),
    "producer": N_("By producer"),
    "newest": N_("Newest first"),
}
_PRODUCT_HEADS: Final = (
    ("product", N_("Product")),
    ("producer", N_("Producer")),
    ("commune", N_("Commune")),
    ("gtin", "GTIN"),
    ("own_code", N_("Producer's own code")),
    ("net_content", N_("Net content")),
    ("stars", N_("OCOP stars")),
    ("rights", N_("Geographical indications and marks")),
    ("status", N_("Status")),
    ("address", N_("Page")),
)
_ENTITY_HEADS: Final = (
    ("producer", N_("Producer")),
    ("kind", N_("Kind")),
    ("commune", N_("Commune")),
    ("products", N_("Products")),
    ("status", N_("Status")),
    ("address", N_("Page")),
)
# What a name is sought by, or an order chosen, does not make another page for search engines.
PAGES_ASKED: Final = frozenset({"after", "back", "limit", "sort"})


@dataclass(frozen=True)
class Asked:
    """What of a list is asked for: words, filters, order and place."""

    q: Annotated[str, Query(max_length=TEXT_CHARS, description="Words of a name.")] = ""
    commune: Annotated[str, Query(pattern="^[0-9]{0,5}$")] = ""
    stars: Literal["", "3", "4", "5"] = ""
    right: Literal["", "gi", "mark", "any"] = ""
    kind: Kind | Literal[""] = ""
    all: Literal["", "1", "on"] = ""


@dataclass(frozen=True, kw_only=True)
class ListView(PublicView):
    """A page of a list of the register, its filters kept."""

    wanted: dict[str, str]
    communes: list[tuple[str, Place]]
    next: str | None
    previous: str | None
    filtered: bool

    @property
    def narrowed(self) -> bool:
        """Tell whether more was asked for than words in the order that is usual."""
        given = {name for name, value in self.wanted.items() if value} - {"q", "sort"}
        return bool(given) or self.wanted["sort"] != USUAL


@dataclass(frozen=True, kw_only=True)
class ProductsView(ListView):
    """A page of the products of the register."""

    products: list[ProductRow]
    sorts: dict[str, str]
    rights: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class EntitiesView(ListView):
    """A page of the producers of the register."""

    entities: list[EntityRow]
    sorts: dict[str, str]
    kinds: dict[str, str]


Asking = Annotated[Asked, Depends()]


@router.get("/products")
async def products(request: Request, asked: Asking, cut: Sorting, file: AsFile = None) -> Response:
    return await _read(request, partial(_products, asked=asked, cut=by_name(cut), file=file))


@router.get("/entities")
async def entities(request: Request, asked: Asking, cut: Sorting, file: AsFile = None) -> Response:
    return await _read(request, partial(_entities, asked=asked, cut=by_name(cut), file=file))


async def _read(request: Request, answer: Callable[[Request], Response]) -> Response:
    return await answered(request, partial(in_thread, answer=answer), not_now)


def by_name(cut: Cut) -> Cut:
    return replace(cut, sort=cut.sort or USUAL)


def printable(text: str) -> str:
    """Return words as they may be sought: a null character, which PostgreSQL takes in no text, is
    as good as a blank.
    """
    return "".join(one if one.isprintable() else " " for one in text)


def _wanted(asked: Asked) -> Wanted:
    return Wanted(
        text=printable(asked.q),
        commune=asked.commune,
        stars=int(asked.stars or 0),
        rights=RIGHTS.get(asked.right, frozenset()),
        all=bool(asked.all),
    )


def _products(request: Request, asked: Asked, cut: Cut, file: FileKind | None) -> Response:
    held, wanted = site(request), _wanted(asked)
    day = day_of(held.clock())
    with held.public.begin(write=False) as db:
        if file:
            return _products_file(request, db, day, cut, wanted, file)
        page = list_products(db, day=day, cut=cut, wanted=wanted)
        surroundings = _listing(request, db, asked, cut, page)
    view = ProductsView(**surroundings, products=list(page.items), sorts=SORTS, rights=RIGHT_LABELS)
    return _answer(request, "products", view)


def _entities(request: Request, asked: Asked, cut: Cut, file: FileKind | None) -> Response:
    wanted = _wanted(asked)
    with site(request).public.begin(write=False) as db:
        if file:
            return _entities_file(request, db, cut, wanted, asked.kind, file)
        page = list_entities(db, cut=cut, wanted=wanted, kind=asked.kind)
        surroundings = _listing(request, db, asked, cut, page)
    sorts = {name: label for name, label in SORTS.items() if name != "producer"}
    kinds = {kind.value: KIND_LABELS[kind] for kind in Kind}
    view = EntitiesView(**surroundings, entities=list(page.items), sorts=sorts, kinds=kinds)
    return _answer(request, "entities", view)


def _listing(
    request: Request, db: Session, asked: Asked, cut: Cut, page: Page[ProductRow] | Page[EntityRow]
) -> dict[str, Any]:
    """Return what a list of either kind shows around its rows."""
    wanted = {name: str(value) for name, value in asdict(asked).items()}
    filtered = any(wanted.values())
    return {
        **vars(around(request)),
        "indexed": not filtered and PAGES_ASKED.isdisjoint(request.query_params),
        "more_style": LISTS,
        "wanted": wanted | {"sort": cut.sort},
        "communes": list_communes(db),
        "next": next_path(request, page),
        "previous": previous_path(request, page),
        "filtered": filtered,
    }


def _answer(request: Request, name: str, view: ListView) -> Response:
    body = render(request, f"lookup/{name}.html", view, path=f"/{name}", asked=view.wanted)
    return tagged(request, body, indexed=view.indexed)


def _products_file(
    request: Request, db: Session, day: date, cut: Cut, wanted: Wanted, file: FileKind
) -> Response:
    words, base = translator(request), site(request).base_url

    def row(one: ProductRow) -> list[Cell]:
        rights = [f"{words.gettext(badge.type.label)}: {badge.sign}" for badge in one.badges]
        return [
            one.name,
            one.entity,
            named(one.place, words.language),
            one.gtin,
            one.own_code,
            one.net_content,
            one.stars,
            "; ".join(rights),
            words.gettext(ProductStatus("retired" if one.retired else "active").label),
            f"{base}/p/{one.id}",
        ]

    found = every(lambda part: list_products(db, day=day, cut=part, wanted=wanted), cut)
    return file_of(
        file,
        name="products",
        title=N_("Products"),
        heads=_PRODUCT_HEADS,
        rows=map(row, found),
        words=words,
    )


def _entities_file(
    request: Request, db: Session, cut: Cut, wanted: Wanted, kind: str, file: FileKind
) -> Response:
    words, base = translator(request), site(request).base_url

    def row(one: EntityRow) -> list[Cell]:
        return [
            one.name,
            words.gettext(KIND_LABELS[one.kind]),
            named(one.place, words.language),
            one.products,
            words.gettext(N_("dissolved") if one.dissolved else N_("in operation")),
            f"{base}/e/{one.id}",
        ]

    found = every(lambda part: list_entities(db, cut=part, wanted=wanted, kind=kind), cut)
    return file_of(
        file,
        name="producers",
        title=N_("Producers"),
        heads=_ENTITY_HEADS,
        rows=map(row, found),
        words=words,
    )


def named(place: Place | None, language: Language) -> str:
    if place is None:
        return ""
    return place.name_en if language == "en" else f"{place.kind.lower()} {place.name}"
