from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.history import say
from app.entities.queries import get_entity, list_by_ids, list_entities
from app.entities.queries import names_of as entity_names_of
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.exports import AsFile, Cell, FileKind, every, file_of
from app.kit.forms import Filled, Form, Line, filled_from
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Page, Sorting, next_path, previous_path
from app.kit.saving import as_of, beside, submit
from app.kit.web import Db, Id, Now, Words
from app.products import actions, queries
from app.products.api import ProductFacts, ProductIn
from app.products.forms import ProductForm
from app.products.measures import NET_UNITS
from app.products.models import Product
from app.products.part_api import picture_out
from app.products.pictures import WEBP_WIDTHS
from app.products.queries import CERTIFICATE_STATES, CertificateFilter
from app.products.rules import OcopGroup, ProductStatus, current_certificate
from app.products.terms import PRODUCT_TERMS

router = APIRouter(prefix="/office/products", route_class=OnceRoute, include_in_schema=False)

ADDED = sayable(N_("The product was added. Now add a picture."))
CHANGED = sayable(N_("The product was changed."))
GROUPS: Final = [(one.value, one.label) for one in OcopGroup]
STATUSES: Final = [(one.value, one.label) for one in ProductStatus]
UNITS: Final = [(one.code, one.label) for one in NET_UNITS]
FORMS: Final = [(one.value, one.label) for one in ProductForm]
CERTIFICATES: Final = [
    ("stars_5", N_("5 stars today")),
    ("stars_4", N_("4 stars today")),
    ("stars_3", N_("3 stars today")),
    ("valid", N_("With a valid OCOP certificate")),
    ("expiring", N_("OCOP certificate ends within 90 days")),
    ("expired", N_("OCOP certificate expired")),
    ("revoked", N_("OCOP certificate revoked")),
    ("none", N_("Without an OCOP certificate")),
]
MOST_CHOICES: Final = 200
Chosen = Annotated[int | None, Field(ge=1, le=2**62)]


@dataclass(frozen=True)
class ProductRow:
    """A product in a list, with the stars it may show today."""

    product: Product
    entity: str
    stars: int | None
    picture: str


@dataclass(frozen=True)
class ProductsView:
    """A page of the list of products."""

    page: Page[ProductRow]
    next: str | None
    previous: str | None
    wanted: Mapping[str, str]
    statuses: list[tuple[str, str]]
    groups: list[tuple[str, str]]
    certificates: list[tuple[str, str]]
    entity_id: int
    entity: str
    may_add: bool


@dataclass(frozen=True)
class ProductFormView:
    """The form that adds or changes a product; `entities` are those that match what is sought."""

    form: Filled
    groups: list[tuple[str, str]]
    units: list[tuple[str, str]]
    forms: list[tuple[str, str]]
    entities: list[tuple[str, str]]
    more: bool
    product: Product | None


class ProductEdit(ProductFacts):
    """The form that changes a product: all its fields at once, but for its status."""

    seen: datetime | None = None


@router.get("")
def products(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Sorting,
    file: AsFile = None,
    q: Line = "",
    entity: Chosen = None,
    status: str = "",
    group: str = "",
    certificate: str = "",
) -> Response:
    wanted = {"q": q, "status": status, "group": group, "certificate": certificate}
    state = certificate if certificate in CERTIFICATE_STATES else ""

    def read(part: Cut) -> Page[ProductRow]:
        found = queries.list_products(
            db,
            actor=actor,
            cut=part,
            text=q,
            entity_id=entity or 0,
            status=status,
            group=group,
            certificate=CertificateFilter(state, day_of(now)) if state else None,
        )
        return found.having(_rows(db, found.items, day_of(now)))

    named = cut if cut.sort else replace(cut, sort="name")
    if file:
        return _file(file, every(read, named), words)
    page = read(named)
    view = ProductsView(
        page=page,
        next=next_path(request, page),
        previous=previous_path(request, page),
        wanted=wanted | {"sort": cut.sort},
        statuses=STATUSES,
        groups=GROUPS,
        certificates=CERTIFICATES,
        entity_id=entity or 0,
        entity=get_entity(db, entity, actor=actor).name if entity else "",
        may_add=actor.officer,
    )
    return show(request, "products/list.html", view)


@router.get("/new")
def new_product(request: Request, db: Db, actor: CurrentActor, entity: Chosen = None) -> Response:
    actor.require_officer()
    given = {"entity_id": str(entity or ""), **request.query_params}
    return _form(request, db, actor, Filled(given))


@router.post("/new")
def add_product(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    actor.require_officer()
    added: list[Product] = []

    def save(given: ProductIn) -> None:
        added.append(actions.add_product(db, actor=actor, now=now, **given.model_dump()))

    wrong = submit(db, ProductIn, sent, words, save)
    if wrong is not None:
        return _form(request, db, actor, wrong)
    return go(f"/office/products/{added[0].id}", say=ADDED)


@router.get("/{product_id}/edit")
def edit_product(request: Request, db: Db, actor: CurrentActor, product_id: Id) -> Response:
    found = queries.get_product(db, product_id, actor=actor)
    actor.require_officer()
    return _form(request, db, actor, _kept(found), found)


@router.post("/{product_id}/edit")
def change_product(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    product_id: Id,
) -> Response:
    found = queries.get_product(db, product_id, actor=actor)
    actor.require_officer()

    def save(given: ProductEdit) -> None:
        facts = given.model_dump() | {"product_id": product_id}
        actions.change_product(db, actor=actor, now=now, **facts)

    wrong = submit(
        db,
        ProductEdit,
        sent,
        words,
        save,
        stale=lambda: beside(sent, _kept(found), words, _say(words)),
    )
    if wrong is not None:
        return _form(request, db, actor, wrong, found)
    return go(f"/office/products/{product_id}", say=CHANGED)


def _kept(product: Product) -> Filled:
    return as_of(filled_from(product, ProductFacts.model_fields), product.updated_at)


def _say(words: Translator) -> Callable[[str, str], str]:
    return lambda name, value: say(name, value, PRODUCT_TERMS, words) or ""


def _rows(db: Session, found: Sequence[Product], day: date) -> list[ProductRow]:
    names = entity_names_of(db, [product.entity_id for product in found])
    ids = [product.id for product in found]
    certificates, pictures = queries.certificates_of(db, ids), queries.pictures_of(db, ids)
    rows = []
    for one in found:
        facts = [queries.certificate_facts(given) for given in certificates[one.id]]
        current = current_certificate(facts, day)
        first = picture_out(pictures[one.id][0]).webp[min(WEBP_WIDTHS)] if pictures[one.id] else ""
        rows.append(
            ProductRow(one, names[one.entity_id], current.stars if current else None, first)
        )
    return rows


def _file(kind: FileKind, rows: Iterable[ProductRow], words: Translator) -> Response:
    heads = [("id", N_("Product no.")), *((name, PRODUCT_TERMS.fields[name]) for name in _TOLD)]
    heads += [("entity", N_("Entity")), ("stars_today", N_("OCOP stars today"))]
    lines = (_line(row, words) for row in rows)
    title = N_("Products")
    return file_of(kind, name="products", title=title, heads=heads, rows=lines, words=words)


_TOLD: Final = [*ProductFacts.model_fields, "status"]


def _line(row: ProductRow, words: Translator) -> list[Cell]:
    values = ((name, getattr(row.product, name)) for name in _TOLD)
    cells: list[Cell] = [
        words.gettext(PRODUCT_TERMS.values[name][value])
        if value in PRODUCT_TERMS.values.get(name, {})
        else value
        for name, value in values
    ]
    return [row.product.id, *cells, row.entity, row.stars]


def _form(
    request: Request, db: Session, actor: Actor, form: Filled, product: Product | None = None
) -> Response:
    entities, more = ([], False) if product else _choices(db, actor, form)
    view = ProductFormView(
        form=form,
        groups=GROUPS,
        units=UNITS,
        forms=FORMS,
        entities=entities,
        more=more,
        product=product,
    )
    return show(request, "products/edit.html", view, status=422 if form.wrong else 200)


def _choices(db: Session, actor: Actor, form: Filled) -> tuple[list[tuple[str, str]], bool]:
    """Return the entities to choose from: the chosen one, and those whose names match."""
    chosen = form.value("entity_id")
    kept = [int(chosen)] if chosen.isascii() and chosen.isdecimal() and len(chosen) < 19 else []  # noqa: PLR2004 - what surely fits the databases' 64 bits
    known = list_by_ids(db, kept, actor=actor)
    cut = Cut(limit=MOST_CHOICES, sort="name")
    page = list_entities(
        db, actor=actor, cut=cut, text=form.value("sought"), status="active", practice=None
    )
    found = {one.id: one.name for one in (*known, *page.items)}
    return [(str(entity_id), name) for entity_id, name in found.items()], page.after is not None
