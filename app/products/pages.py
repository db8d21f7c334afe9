import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import FileResponse, Response

from app.entities.queries import get_entity, list_entities
from app.entities.queries import names_of as entity_names_of
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.files import Store
from app.kit.forms import Filled, Form, Line, filled_from, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Cutting, Page, next_path
from app.kit.web import Db, Edge, Id, Now, Words, as_public, site
from app.products import actions, queries
from app.products.api import ProductFacts, ProductIn
from app.products.models import OcopCertificate, Product, ProductStandard
from app.products.part_api import PictureOut, picture_out
from app.products.pictures import MEDIA_TYPES, WEBP_WIDTHS
from app.products.rules import (
    CertificateStatus,
    OcopGroup,
    ProductStatus,
    certificate_status,
    current_certificate,
)
from app.products.standards import StandardKind

router = APIRouter(prefix="/office/products", route_class=Edge, include_in_schema=False)
public_router = APIRouter(route_class=Edge, include_in_schema=False)

ADDED = sayable(N_("The product was added. Now add a picture."))
CHANGED = sayable(N_("The product was changed."))
GROUPS: Final = [(one.value, one.label) for one in OcopGroup]
STATUSES: Final = [(one.value, one.label) for one in ProductStatus]
MAX_CHOICES: Final = 2000
_PICTURE: Final = re.compile(
    rf"[0-9a-f]{{64}}-({'|'.join(str(width) for width in WEBP_WIDTHS)})\.(webp|jpg)"
)


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
    text: str
    status: str
    statuses: list[tuple[str, str]]
    entity_id: int
    entity: str
    may_add: bool


@dataclass(frozen=True)
class CertificateRow:
    """An OCOP certificate with its status today; `since` is the day that made it so."""

    certificate: OcopCertificate
    status: str
    label: str
    since: date


@dataclass(frozen=True)
class ProductView:
    """One product, with all that hangs on it."""

    product: Product
    entity: str
    group: str
    status: str
    url: str
    pictures: list[PictureOut]
    standards: list[tuple[ProductStandard, str]]
    certificates: list[CertificateRow]
    upload: Filled
    may_change: bool
    may_add_picture: bool


@dataclass(frozen=True)
class ProductFormView:
    """The form that adds or changes a product."""

    form: Filled
    groups: list[tuple[str, str]]
    statuses: list[tuple[str, str]]
    entities: list[tuple[str, str]]
    product: Product | None


class ProductEdit(ProductFacts):
    """The form that changes a product: all its fields at once."""

    status: ProductStatus


@router.get("")
def products(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    cut: Cutting,
    q: Line = "",
    entity: Annotated[int | None, Field(ge=1, le=2**62)] = None,
    status: str = "",
) -> Response:
    page = queries.list_products(
        db, actor=actor, cut=cut, text=q, entity_id=entity or 0, status=status
    )
    view = ProductsView(
        page=Page(_rows(db, page, day_of(now)), page.after),
        next=next_path(request, page),
        text=q,
        status=status,
        statuses=STATUSES,
        entity_id=entity or 0,
        entity=get_entity(db, entity, actor=actor).name if entity else "",
        may_add=actor.officer,
    )
    return show(request, "products/list.html", view)


@router.get("/new")
def new_product(
    request: Request,
    db: Db,
    actor: CurrentActor,
    entity: Annotated[int | None, Field(ge=1, le=2**62)] = None,
) -> Response:
    actor.require_officer()
    return _form(request, db, actor, Filled({"entity_id": str(entity or "")}))


@router.post("/new")
def add_product(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    actor.require_officer()
    given = read_form(ProductIn, sent, words)
    if isinstance(given, Filled):
        return _form(request, db, actor, given)
    try:
        product = actions.add_product(db, actor=actor, now=now, **given.model_dump())
    except (Conflict, Invalid) as error:
        return _form(request, db, actor, refused(sent, error, words))
    return go(f"/office/products/{product.id}", say=ADDED)


@router.get("/{product_id}")
def product(request: Request, db: Db, actor: CurrentActor, now: Now, product_id: Id) -> Response:
    found = queries.get_product(db, product_id, actor=actor)
    return show_product(request, db, actor, day_of(now), found)


@router.get("/{product_id}/edit")
def edit_product(request: Request, db: Db, actor: CurrentActor, product_id: Id) -> Response:
    found = queries.get_product(db, product_id, actor=actor)
    actor.require_officer()
    return _form(request, db, actor, filled_from(found, ProductEdit.model_fields), found)


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
    given = read_form(ProductEdit, sent, words)
    if isinstance(given, Filled):
        return _form(request, db, actor, given, found)
    try:
        actions.change_product(
            db, actor=actor, now=now, product_id=product_id, **given.model_dump()
        )
    except (Conflict, Invalid) as error:
        return _form(request, db, actor, refused(sent, error, words), found)
    return go(f"/office/products/{product_id}", say=CHANGED)


@public_router.get("/pictures/{name}", dependencies=[Depends(as_public)])
def picture(name: str, db: Db, files: Store) -> Response:
    """Return a product's picture by the name of its content, which never changes.

    The store holds diary photos too: what is no product's picture is not shown here.
    """
    if not _PICTURE.fullmatch(name) or not queries.is_pictured(db, name.partition("-")[0]):
        raise NotFound
    form = MEDIA_TYPES["webp" if name.endswith(".webp") else "jpeg"]
    lasting = {"Cache-Control": "public, max-age=31536000, immutable"}
    return FileResponse(files.find(name), media_type=form, headers=lasting)


def show_product(
    request: Request,
    db: Session,
    actor: Actor,
    day: date,
    product: Product,
    upload: Filled | None = None,
) -> Response:
    """Show a product's page; `upload` is a picture form that was refused."""
    view = ProductView(
        product=product,
        entity=entity_names_of(db, [product.entity_id])[product.entity_id],
        group=OcopGroup(product.ocop_group).label if product.ocop_group else "",
        status=ProductStatus(product.status).label,
        url=f"{site(request).base_url}/p/{product.id}",
        pictures=[picture_out(one) for one in queries.list_pictures(db, product.id)],
        standards=[
            (one, StandardKind(one.kind).label) for one in queries.list_standards(db, product.id)
        ],
        certificates=[
            certificate_row(one, day) for one in queries.list_certificates(db, product.id)
        ],
        upload=upload or Filled(),
        may_change=actor.officer,
        may_add_picture=actor.officer,
    )
    return show(request, "products/one.html", view, status=422 if upload else 200)


def certificate_row(certificate: OcopCertificate, day: date) -> CertificateRow:
    status = certificate_status(queries.certificate_facts(certificate), day)
    turned = {
        CertificateStatus.REVOKED: certificate.revoked_on,
        CertificateStatus.EXPIRED: certificate.valid_to,
    }
    since = turned.get(status) or certificate.valid_from
    return CertificateRow(certificate, status.value, status.label, since)


def _rows(db: Session, page: Page[Product], day: date) -> list[ProductRow]:
    names = entity_names_of(db, [product.entity_id for product in page.items])
    ids = [product.id for product in page.items]
    certificates, pictures = queries.certificates_of(db, ids), queries.pictures_of(db, ids)
    rows = []
    for one in page.items:
        facts = [queries.certificate_facts(given) for given in certificates[one.id]]
        current = current_certificate(facts, day)
        first = picture_out(pictures[one.id][0]).webp[min(WEBP_WIDTHS)] if pictures[one.id] else ""
        rows.append(
            ProductRow(one, names[one.entity_id], current.stars if current else None, first)
        )
    return rows


def _form(
    request: Request, db: Session, actor: Actor, form: Filled, product: Product | None = None
) -> Response:
    entities: list[tuple[str, str]] = []
    if product is None:
        found = list_entities(db, actor=actor, cut=Cut(limit=MAX_CHOICES), status="active")
        entities = [(str(one.id), one.name) for one in sorted(found.items, key=lambda e: e.folded)]
    view = ProductFormView(
        form=form, groups=GROUPS, statuses=STATUSES, entities=entities, product=product
    )
    return show(request, "products/edit.html", view, status=422 if form.wrong else 200)
