from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BeforeValidator, Field
from sqlalchemy.orm import Session

from app.identity.access import ApiRoute, CurrentActor
from app.kit.clock import day_of
from app.kit.forms import In, Line, Note, Out
from app.kit.paging import Listed, Sorting, next_path
from app.kit.web import Db, Id, Now, site
from app.products import actions, queries
from app.products.forms import ProductForm
from app.products.models import Product
from app.products.pack_api import PackOut, Quantity
from app.products.part_api import CertificateOut, Day, PictureOut, StandardOut, picture_out
from app.products.queries import CERTIFICATE_STATES, CertificateFilter
from app.products.rules import OcopGroup, ProductStatus

router = APIRouter(prefix="/api/v1/products", tags=["products"], route_class=ApiRoute)

Passage = Annotated[Note, Field(max_length=2000)]


def _given(text: object) -> object:
    return None if text == "" else text


class ProductFacts(In):
    """What is said of a product.

    `net_quantity` in `net_unit` is what one stamped piece holds: active stamps are weighed by it
    against a lot's output. `net_content` is what the label says.
    """

    name: Annotated[Line, Field(min_length=1, max_length=200)]
    gtin: Annotated[Line, Field(max_length=40)] | None = None
    own_code: Annotated[Line, Field(max_length=40)] = ""
    brand: Annotated[Line, Field(max_length=120)] = ""
    model: Annotated[Line, Field(max_length=120)] = ""
    ocop_group: Annotated[OcopGroup | None, BeforeValidator(_given)] = None
    net_content: Annotated[Line, Field(max_length=60)] = ""
    form: ProductForm | Literal[""] = ""
    net_quantity: Quantity | None = None
    net_unit: Annotated[Line, Field(max_length=20)] = ""
    ingredients: Passage = ""
    usage: Passage = ""
    storage: Passage = ""
    warnings: Passage = ""
    shelf_life: Annotated[Line, Field(max_length=120)] = ""
    shelf_life_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    origin: Annotated[Line, Field(max_length=300)] = ""
    story: Passage = ""
    self_declaration_no: Annotated[Line, Field(max_length=60)] = ""
    self_declared_on: Day | None = None


class ProductIn(ProductFacts):
    """A product as it is added, to an entity it belongs to for good."""

    entity_id: Annotated[int, Field(ge=1, le=2**62)]


class ProductPatch(ProductFacts):
    """The fields of a product to change; what is not named stays.

    With `seen`, the `updated_at` that was read, a change by somebody else since is a conflict.
    """

    name: Annotated[Line, Field(min_length=1, max_length=200)] = ""
    status: ProductStatus = ProductStatus.ACTIVE
    seen: datetime | None = None


class ProductOut(Out):
    """A product with its packs, pictures, standards and certificates; `url` is public."""

    id: int
    entity_id: int
    name: str
    gtin: str | None
    own_code: str
    brand: str
    model: str
    ocop_group: str
    net_content: str
    form: str
    net_quantity: float | None
    net_unit: str
    ingredients: str
    usage: str
    storage: str
    warnings: str
    shelf_life: str
    shelf_life_days: int | None
    origin: str
    story: str
    self_declaration_no: str
    self_declared_on: date | None
    status: str
    updated_at: datetime
    url: str = ""
    packs: tuple[PackOut, ...] = ()
    pictures: tuple[PictureOut, ...] = ()
    standards: tuple[StandardOut, ...] = ()
    certificates: tuple[CertificateOut, ...] = ()


@router.get("")
def list_products(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    cut: Sorting,
    q: Line = "",
    entity_id: Annotated[int, Field(ge=0, le=2**62)] = 0,
    status: ProductStatus | None = None,
    group: OcopGroup | None = None,
    certificate: Annotated[str, Query(pattern=f"^({'|'.join(CERTIFICATE_STATES)})?$")] = "",
) -> Listed[ProductOut]:
    """Return the products the caller sees; `q` searches names without diacritics, or a GTIN.

    `certificate` is the state of the OCOP certificate today: `expiring` within 90 days,
    `stars_4` for four stars. `sort` may be `name` or `newest`.
    """
    page = queries.list_products(
        db,
        actor=actor,
        cut=cut,
        text=q,
        entity_id=entity_id,
        status=status or "",
        group=group or "",
        certificate=CertificateFilter(certificate, day_of(now)) if certificate else None,
    )
    return Listed(items=_shown(request, db, page.items), next=next_path(request, page))


@router.post("", status_code=201)
def add_product(
    request: Request, given: ProductIn, db: Db, actor: CurrentActor, now: Now
) -> ProductOut:
    product = actions.add_product(db, actor=actor, now=now, **given.model_dump())
    return _shown(request, db, [product])[0]


@router.get("/{product_id}")
def get_product(request: Request, product_id: Id, db: Db, actor: CurrentActor) -> ProductOut:
    return _shown(request, db, [queries.get_product(db, product_id, actor=actor)])[0]


@router.patch("/{product_id}")
def change_product(
    request: Request, product_id: Id, given: ProductPatch, db: Db, actor: CurrentActor, now: Now
) -> ProductOut:
    """Change a product; `{"status": "retired"}` takes it off the market, nothing deletes it."""
    facts = given.model_dump(exclude_unset=True)
    product = actions.change_product(db, actor=actor, now=now, product_id=product_id, **facts)
    return _shown(request, db, [product])[0]


def _shown(request: Request, db: Session, products: Sequence[Product]) -> list[ProductOut]:
    ids = [product.id for product in products]
    pictures = queries.pictures_of(db, ids)
    standards, certificates = queries.standards_of(db, ids), queries.certificates_of(db, ids)
    packs = queries.packs_of(db, ids)
    base = site(request).base_url
    return [
        ProductOut.model_validate(product).model_copy(
            update={
                "url": f"{base}/p/{product.id}",
                "packs": tuple(PackOut.model_validate(one) for one in packs[product.id]),
                "pictures": tuple(picture_out(one) for one in pictures[product.id]),
                "standards": tuple(
                    StandardOut.model_validate(one) for one in standards[product.id]
                ),
                "certificates": tuple(
                    CertificateOut.model_validate(one) for one in certificates[product.id]
                ),
            }
        )
        for product in products
    ]
