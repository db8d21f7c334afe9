"""The producer's own products and details on the phone, and what was proposed of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import FileResponse, Response

from app.entities import proposal_actions
from app.entities.models import Entity
from app.entities.part_models import Proposal
from app.entities.proposal_queries import get_proposal, latest_of
from app.entities.queries import get_entity
from app.identity.access import CurrentActor
from app.identity.rules import Actor, Belonging
from app.kit.errors import NotFound
from app.kit.exports import AsFile
from app.kit.files import Store
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Id, Now, Words
from app.places.queries import place_text
from app.products.against_access import Against, against
from app.products.file_pages import own_products_file
from app.products.models import Product
from app.products.own_queries import list_own
from app.products.part_api import PictureOut, picture_out
from app.products.pictures import MEDIA_TYPES
from app.products.proposal_queries import entity_values, values_now
from app.products.proposing import (
    CONTACT,
    PRODUCT_FIELDS,
    Line,
    lacking,
    lines,
    pictures_named,
)
from app.products.queries import get_product, list_pictures, pictures_of
from app.products.rules import ProductStatus

router = APIRouter(prefix="/app", route_class=Edge, include_in_schema=False)
picture_router = APIRouter(prefix="/proposals", route_class=Edge, include_in_schema=False)

WITHDRAWN = sayable(N_("The proposal was taken back."))
_NAME: Final = re.compile(r"([0-9a-f]{64})-[0-9]{2,4}\.(webp|jpg)")


@dataclass(frozen=True)
class OwnRow:
    """An own product in the list, with its first picture and its last proposal."""

    product: Product
    picture: str
    retired: bool
    proposal: Proposal | None


@dataclass(frozen=True)
class OwnProductsView:
    """Own products, and the own entities they belong to."""

    rows: list[OwnRow]
    entities: list[Entity]


@dataclass(frozen=True)
class OwnProductView:
    """An own product as buyers see it, what its page lacks, and its last proposal."""

    product: Product
    against: Sequence[Against]
    pictures: list[PictureOut]
    facts: list[tuple[str, str]]
    lacking: list[str]
    proposal: Proposal | None
    lines: list[Line]
    owner: bool
    # Nothing of a practice farm's product is public.
    practice: bool


@dataclass(frozen=True)
class OwnEntityView:
    """How an own entity is reached, and its last proposal."""

    entity: Entity
    place: str
    contacts: list[dict[str, str]]
    proposal: Proposal | None
    lines: list[Line]
    owner: bool


@router.get("/products")
def own_products(
    request: Request, db: Db, actor: CurrentActor, words: Words, file: AsFile = None
) -> Response:
    products = list_own(db, actor=actor)
    ids = [one.id for one in products]
    pictures, proposals = pictures_of(db, ids), latest_of(db, kind="product", subject_ids=ids)
    if file:
        told = ((one, bool(pictures[one.id]), proposals.get(one.id)) for one in products)
        return own_products_file(file, told, words)
    rows = [
        OwnRow(
            product=one,
            picture=picture_out(pictures[one.id][0]).webp[160] if pictures[one.id] else "",
            retired=one.status == ProductStatus.RETIRED,
            proposal=proposals.get(one.id),
        )
        for one in products
    ]
    entities = [get_entity(db, key, actor=actor) for key in sorted(actor.memberships)]
    return show(request, "products/own_list.html", OwnProductsView(rows, entities))


@router.get("/products/{product_id}")
def own_product(request: Request, db: Db, actor: CurrentActor, product_id: Id) -> Response:
    product = get_product(db, product_id, actor=actor)
    actor.require_member(product.entity_id)
    pictures = [picture_out(one) for one in list_pictures(db, product.id)]
    proposal, told = _last(db, "product", product.id)
    facts = [(label, str(getattr(product, name))) for name, label in PRODUCT_FIELDS.items()]
    view = OwnProductView(
        product=product,
        against=against(request, db, product.id),
        pictures=pictures,
        facts=[(label, text) for label, text in facts[1:] if text],
        lacking=lacking(product, pictured=bool(pictures)),
        proposal=proposal,
        lines=told,
        owner=_owns(actor, product.entity_id),
        practice=get_entity(db, product.entity_id, actor=actor).practice,
    )
    return show(request, "products/own_one.html", view)


@router.get("/entities/{entity_id}")
def own_entity(request: Request, db: Db, actor: CurrentActor, entity_id: Id) -> Response:
    entity = get_entity(db, entity_id, actor=actor)
    actor.require_member(entity.id)
    proposal, told = _last(db, "entity", entity.id)
    owner = _owns(actor, entity.id)
    values = entity_values(db, entity) if owner else {}
    view = OwnEntityView(
        entity=entity,
        place=place_text(db, entity.commune_code),
        contacts=[value for key, value in values.items() if key.startswith(CONTACT)],
        proposal=proposal if owner else None,
        lines=told,
        owner=owner,
    )
    return show(request, "products/own_entity.html", view)


@router.post("/proposals/{proposal_id}/withdraw")
def withdraw(db: Db, actor: CurrentActor, now: Now, proposal_id: Id) -> Response:
    found = proposal_actions.withdraw_proposal(db, actor=actor, now=now, proposal_id=proposal_id)
    area = "products" if found.subject_kind == "product" else "entities"
    return go(f"/app/{area}/{found.subject_id}", say=WITHDRAWN)


@picture_router.get("/{proposal_id}/{shown}")
def picture(db: Db, actor: CurrentActor, files: Store, proposal_id: Id, shown: str) -> Response:
    """Return a picture that a proposal would add, to those who may see the proposal."""
    found, match = get_proposal(db, proposal_id, actor=actor), _NAME.fullmatch(shown)
    if match is None or match[1] not in pictures_named([found.after]):
        raise NotFound
    media_type = MEDIA_TYPES["webp" if shown.endswith(".webp") else "jpeg"]
    headers = {"Cache-Control": "private, max-age=3600"}
    return FileResponse(files.find(shown), media_type=media_type, headers=headers)


def _last(db: Session, kind: str, subject_id: int) -> tuple[Proposal | None, list[Line]]:
    """Return the last proposal of a record and what it changes."""
    found = latest_of(db, kind=kind, subject_ids=[subject_id]).get(subject_id)
    if found is None:
        return None, []
    return found, lines(found.before, found.after, values_now(db, found))


def _owns(actor: Actor, entity_id: int) -> bool:
    return actor.memberships.get(entity_id) is Belonging.OWNER
