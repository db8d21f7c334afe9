import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import FileResponse, Response

from app.audit.history import Happened, tell
from app.audit.listing import HEADS, history_rows
from app.audit.queries import list_events
from app.entities.certified_access import Certified, certified
from app.entities.queries import get_entity
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import NotFound
from app.kit.exports import AsFile, every, file_of
from app.kit.files import Store
from app.kit.forms import Filled
from app.kit.i18n import N_, Translator
from app.kit.pages import show
from app.kit.paging import Cut, Cutting, Page, next_path, previous_path
from app.kit.units import find_unit
from app.kit.web import Db, Edge, Id, Now, Words, as_public, site
from app.products import queries
from app.products.against_access import Against, against
from app.products.forms import ProductForm
from app.products.models import OcopCertificate, OcopSubgroup, Product, ProductPack, ProductStandard
from app.products.part_api import PictureOut, picture_out
from app.products.pictures import MEDIA_TYPES, WEBP_WIDTHS
from app.products.rules import CertificateStatus, OcopGroup, ProductStatus, certificate_status
from app.products.standards import StandardKind
from app.products.subgroup_queries import subgroups_by
from app.products.terms import PRODUCT_TERMS

router = APIRouter(prefix="/office/products", route_class=Edge, include_in_schema=False)
public_router = APIRouter(route_class=Edge, include_in_schema=False)

SHOWN_EVENTS: Final = 5
_PICTURE: Final = re.compile(
    rf"[0-9a-f]{{64}}-({'|'.join(str(width) for width in WEBP_WIDTHS)})\.(webp|jpg)"
)


@dataclass(frozen=True)
class CertificateRow:
    """An OCOP certificate with its status today; `since` is the day that made it so."""

    certificate: OcopCertificate
    status: str
    label: str
    since: date
    subgroup: OcopSubgroup | None = None


@dataclass(frozen=True)
class HistoryView:
    """A page of the history of a product."""

    product: Product
    rows: list[Happened]
    next: str | None
    previous: str | None


@dataclass(frozen=True)
class ProductView:
    """One product, with all that hangs on it."""

    product: Product
    against: Sequence[Against]
    entity: str
    dissolved_on: date | None
    group: str
    made_as: str
    unit: str
    packs: list[tuple[ProductPack, str]]
    status: str
    url: str
    pictures: list[PictureOut]
    standards: list[tuple[ProductStandard, str]]
    certificates: list[CertificateRow]
    held: Sequence[Certified]
    upload: Filled
    happened: list[Happened]
    may_change: bool


@router.get("/{product_id}")
def product(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, product_id: Id
) -> Response:
    found = queries.get_product(db, product_id, actor=actor)
    return show_product(request, db, actor, words, day_of(now), found)


@router.get("/{product_id}/history")
def product_history(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: Cutting,
    product_id: Id,
    file: AsFile = None,
) -> Response:
    found = queries.get_product(db, product_id, actor=actor)
    if file:
        happened = every(lambda part: history(db, words, found, part, hide=True), cut)
        name, title, rows = f"product-{found.id}", N_("History"), history_rows(happened)
        return file_of(file, name=name, title=title, heads=HEADS, rows=rows, words=words)
    page = history(db, words, found, cut)
    view = HistoryView(
        found, list(page.items), next_path(request, page), previous_path(request, page)
    )
    return show(request, "products/history.html", view)


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
    words: Translator,
    day: date,
    product: Product,
    upload: Filled | None = None,
) -> Response:
    """Show a product's page; `upload` is a picture form that was refused."""
    entity = get_entity(db, product.entity_id, actor=actor)
    view = ProductView(
        product=product,
        against=against(request, db, product.id),
        entity=entity.name,
        dissolved_on=entity.dissolved_on,
        group=OcopGroup(product.ocop_group).label if product.ocop_group else "",
        made_as=ProductForm(product.form).label if product.form else "",
        unit=_unit(product.net_unit),
        packs=[(one, _unit(one.net_unit)) for one in queries.list_packs(db, product.id)],
        status=ProductStatus(product.status).label,
        url=f"{site(request).base_url}/p/{product.id}",
        pictures=[picture_out(one) for one in queries.list_pictures(db, product.id)],
        standards=[
            (one, StandardKind(one.kind).label) for one in queries.list_standards(db, product.id)
        ],
        certificates=_certificates(db, product, day),
        held=certified(request, db, entity_id=product.entity_id, product_id=product.id, day=day),
        upload=upload or Filled(),
        happened=list(history(db, words, product, Cut(limit=SHOWN_EVENTS)).items),
        may_change=actor.officer,
    )
    return show(request, "products/one.html", view, status=422 if upload else 200)


def history(
    db: Session, words: Translator, product: Product, cut: Cut, *, hide: bool = False
) -> Page[Happened]:
    """Return the history of a product and of what hangs on it, newest first."""
    page = list_events(db, cut=cut, subject_kind="product", subject_id=product.id)
    return page.map(lambda event: tell(event, PRODUCT_TERMS, words, hide=hide))


def certificate_row(certificate: OcopCertificate, day: date) -> CertificateRow:
    status = certificate_status(queries.certificate_facts(certificate), day)
    turned = {
        CertificateStatus.REVOKED: certificate.revoked_on,
        CertificateStatus.EXPIRED: certificate.valid_to,
    }
    since = turned.get(status) or certificate.valid_from
    return CertificateRow(certificate, status.value, status.label, since)


def _certificates(db: Session, product: Product, day: date) -> list[CertificateRow]:
    found = queries.list_certificates(db, product.id)
    subgroups = subgroups_by(db, [one.subgroup for one in found])
    return [
        replace(certificate_row(one, day), subgroup=subgroups.get(one.subgroup)) for one in found
    ]


def _unit(code: str) -> str:
    unit = find_unit(code) if code else None
    return unit.label if unit else ""
