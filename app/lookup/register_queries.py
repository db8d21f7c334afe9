"""The public register: products and producers, to be listed, searched and had as files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Bundle, Session

from app.entities.models import Entity
from app.kit.paging import Cut, Page, take, trimmed
from app.kit.text import fold
from app.lookup.mark_queries import badges_of, may_bear
from app.lookup.register_place_queries import communes_named
from app.lookup.sheet import Place
from app.places import models as places
from app.products.models import OcopCertificate, Product, ProductPack
from app.rights.kinds import RightType
from app.rights.rules import Badge

# More words than a name has would only make the search slow.
MOST_WORDS: Final = 8
_GTIN_DIGITS: Final = 14
# Rows read at a time where some of them may turn out not to be meant.
_STEP: Final = 100


class Numbered(Protocol):
    """A row of a list, told apart by its id."""

    @property
    def id(self) -> int: ...


Row = TypeVar("Row", bound=Numbered)

PRODUCT_SORTS: Final = {
    "name": (Product.folded,),
    "producer": (Entity.folded, Product.folded),
}
ENTITY_SORTS: Final = {"name": (Entity.folded,)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows of the register are asked for; `all` is also what is made no longer."""

    text: str = ""
    commune: str = ""
    stars: int = 0
    rights: frozenset[RightType] = frozenset()
    all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRow:
    """A product in the register. `stars` and `badges` are those in force on the day."""

    id: int
    name: str
    gtin: str
    own_code: str
    net_content: str
    retired: bool
    entity_id: int
    entity: str
    place: Place | None
    stars: int | None
    badges: tuple[Badge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityRow:
    """A producer in the register, with how many products it has on the market."""

    id: int
    name: str
    kind: str
    place: Place | None
    products: int
    dissolved: bool


def list_products(db: Session, *, day: date, cut: Cut, wanted: Wanted) -> Page[ProductRow]:
    """Return products of the register; `text` is words of names, or a whole GTIN or own code."""
    query = _products(day).where(*_sought(db, wanted))
    if wanted.stars:
        query = query.where(stars_on(day) == wanted.stars)
    if wanted.rights:
        query = query.where(may_bear(wanted.rights, day=day))

    def read(part: Cut) -> Page[ProductRow]:
        page = take(db, query, Product.id, part, PRODUCT_SORTS)
        return page.having(_product_rows(db, page.items, day))

    def bears(row: ProductRow) -> bool:
        return any(badge.type in wanted.rights for badge in row.badges)

    return full_of(read, cut, bears) if wanted.rights else read(cut)


def full_of(read: Callable[[Cut], Page[Row]], cut: Cut, fits: Callable[[Row], bool]) -> Page[Row]:
    """Return the rows that fit by what the database can't tell: read on until the page is full."""
    found: list[Row] = []
    part = replace(cut, limit=max(cut.limit, _STEP))
    while len(found) <= cut.limit:
        page = read(part)
        rows = page.items[::-1] if cut.back else page.items
        found += [row for row in rows if fits(row)]
        onward = page.before if cut.back else page.after
        if onward is None:
            break
        part = replace(part, after=onward)
    return trimmed(found, cut, lambda row: row.id)


def list_products_of(db: Session, entity_id: int, *, day: date, most: int) -> list[ProductRow]:
    """Return the products of a producer by name, those it makes no longer at the end."""
    query = _products(day).where(Product.entity_id == entity_id)
    order = Product.status, Product.folded, Product.id
    return _product_rows(db, db.scalars(query.order_by(*order).limit(most)).all(), day)


def list_entities(db: Session, *, cut: Cut, wanted: Wanted, kind: str = "") -> Page[EntityRow]:
    """Return producers who have products; `text` is words of their names or communes."""
    made = Product.entity_id == Entity.id
    on_market = (
        select(func.count(Product.id)).where(made, Product.status == "active").scalar_subquery()
    )
    facts = Entity.id, Entity.name, Entity.kind, Entity.status, on_market.label("products")
    query: Select[Any] = (
        select(Bundle("one", *facts, *PLACE))
        .select_from(Entity)
        .outerjoin(places.Place, places.Place.code == Entity.commune_code)
        .where(exists().where(made), Entity.practice.is_(False))
    )
    if words := words_of(wanted.text):
        names = [contains(word, Entity.folded, places.Place.folded) for word in words]
        placed = Entity.commune_code.in_(communes_named(db, wanted.text))
        query = query.where(all_of(names) | placed)
    if wanted.commune:
        query = query.where(Entity.commune_code == wanted.commune)
    if kind:
        query = query.where(Entity.kind == kind)
    if not wanted.all:
        query = query.where(Entity.status == "active")
    return take(db, query, Entity.id, cut, ENTITY_SORTS).map(_entity_row)


def list_communes(db: Session) -> list[tuple[str, Place]]:
    """Return the communes that products of the register come from, by name."""
    found = (
        select(places.Place.code, places.Place.kind, places.Place.name, places.Place.name_en)
        .where(
            # Of entities some columns only may be read, and a bare EXISTS asks for all.
            select(Entity.id)
            .where(
                Entity.commune_code == places.Place.code,
                Entity.practice.is_(False),
                exists().where(Product.entity_id == Entity.id),
            )
            .exists()
        )
        .order_by(places.Place.folded, places.Place.code)
    )
    return [
        (row.code, Place(kind=row.kind, name=row.name, name_en=row.name_en))
        for row in db.execute(found)
    ]


PLACE: Final = (
    places.Place.kind.label("place_kind"),
    places.Place.name.label("place_name"),
    places.Place.name_en.label("place_name_en"),
)


def stars_on(day: date) -> Any:  # noqa: ANN401 - a scalar query
    """Return the stars that may be shown on a day: those of the latest certificate in force."""
    made = OcopCertificate
    return (
        select(made.stars)
        .where(
            made.product_id == Product.id,
            made.struck_at.is_(None),
            made.valid_from <= day,
            made.valid_to >= day,
            made.revoked_on.is_(None) | (made.revoked_on > day),
        )
        .order_by(made.valid_from.desc(), made.id.desc())
        .limit(1)
        .correlate(Product)
        .scalar_subquery()
    )


def _products(day: date) -> Select[Any]:
    facts = (
        *(Product.id, Product.name, Product.gtin, Product.own_code, Product.net_content),
        *(Product.status, Product.entity_id, Entity.name.label("entity")),
        stars_on(day).label("stars"),
    )
    return (
        select(Bundle("one", *facts, *PLACE))
        .select_from(Product)
        .join(Entity, Entity.id == Product.entity_id)
        .outerjoin(places.Place, places.Place.code == Entity.commune_code)
        .where(Entity.practice.is_(False))
    )


def _sought(db: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.text.strip():
        names = [
            contains(word, Product.folded, Entity.folded, places.Place.folded)
            for word in words_of(wanted.text)
        ]
        placed = Entity.commune_code.in_(communes_named(db, wanted.text))
        found.append(or_(_coded(wanted.text.strip()), placed, *([all_of(names)] if names else [])))
    if wanted.commune:
        found.append(Entity.commune_code == wanted.commune)
    if not wanted.all:
        found += [Product.status == "active", Entity.status == "active"]
    return found


def _coded(text: str) -> ColumnElement[bool]:
    gtin = text.replace(" ", "").zfill(_GTIN_DIGITS)
    packs = select(ProductPack.product_id).where(ProductPack.gtin == gtin)
    return (Product.own_code == text) | (Product.gtin == gtin) | Product.id.in_(packs)


def all_of(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    first, *others = conditions
    for one in others:
        first &= one
    return first


def words_of(text: str) -> list[str]:
    return fold(text).split()[:MOST_WORDS]


def contains(word: str, *columns: Any) -> ColumnElement[bool]:  # noqa: ANN401 - mapped columns
    return or_(*(column.contains(word, autoescape=True) for column in columns))


def _product_rows(db: Session, rows: Sequence[Any], day: date) -> list[ProductRow]:
    held = badges_of(db, {row.id: row.entity_id for row in rows}, day=day)
    return [
        ProductRow(
            id=row.id,
            name=row.name,
            gtin=row.gtin or "",
            own_code=row.own_code,
            net_content=row.net_content,
            retired=row.status == "retired",
            entity_id=row.entity_id,
            entity=row.entity,
            place=place_of(row),
            stars=row.stars,
            badges=held.get(row.id, ()),
        )
        for row in rows
    ]


def _entity_row(row: Any) -> EntityRow:  # noqa: ANN401 - a bundle of the statement above
    return EntityRow(
        id=row.id,
        name=row.name,
        kind=row.kind,
        place=place_of(row),
        products=row.products,
        dissolved=row.status == "dissolved",
    )


def place_of(row: Any) -> Place | None:  # noqa: ANN401 - as above
    if row.place_name is None:
        return None
    return Place(kind=row.place_kind, name=row.place_name, name_en=row.place_name_en)
