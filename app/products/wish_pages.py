"""The forms by which a producer proposes changes of own products and of how it is reached."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities import proposal_actions
from app.entities.models import Entity
from app.entities.part_models import Proposal
from app.entities.proposal_queries import WAITING, latest_of
from app.entities.queries import get_entity
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.files import Store
from app.kit.forms import Filled, Form, Sent, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.web import Databases, Db, Id, Now, Words
from app.products.models import Product
from app.products.part_api import PictureOut, picture_out
from app.products.proposal_actions import get_own, receive_proposed
from app.products.proposal_queries import entity_values, product_values
from app.products.proposing import ADDED, CONTACT, SHOWN, differences
from app.products.queries import list_pictures
from app.products.wishes import filled_in, read_entity, read_product

router = APIRouter(prefix="/app", route_class=OnceRoute, include_in_schema=False)

PROPOSED = sayable(N_("Sent to the Department. It goes live once an officer accepts it."))
PICTURE_SLOTS: Final = ("picture_1", "picture_2", "picture_3")


@dataclass(frozen=True)
class ProductWishView:
    """The form that proposes changes of a product; `offered` are pictures that wait already."""

    form: Filled
    product: Product
    pictures: list[PictureOut]
    offered: list[str]
    proposal: Proposal | None
    slots: tuple[str, ...]


@dataclass(frozen=True)
class EntityWishView:
    """The form that proposes how an entity is reached."""

    form: Filled
    entity: Entity
    contacts: list[str]
    proposal: Proposal | None


@router.get("/products/{product_id}/propose")
def product_wish(request: Request, db: Db, actor: CurrentActor, product_id: Id) -> Response:
    product = get_own(db, product_id, actor=actor)
    waiting = _waiting(db, "product", product.id)
    return _product_form(request, db, product, _begun(product_values(db, product), waiting))


def offered(
    actor: CurrentActor, database: Databases, product_id: Id, sent: Form, files: Store
) -> dict[str, Any] | Invalid:
    """Take in the pictures of the form before a transaction is begun."""
    found = {}
    for slot in PICTURE_SLOTS:
        if slot not in sent.files:
            continue
        raw = sent.files[slot][1]
        try:
            picture = receive_proposed(
                database, files, raw, actor=actor, product_id=product_id, field=slot
            )
        except Invalid as error:
            return error
        found[f"{ADDED}{picture['sha256']}"] = picture
    return found


Offered = Annotated[dict[str, Any] | Invalid, Depends(offered)]


@router.post("/products/{product_id}/propose")
def propose_for_product(
    request: Request,
    pictures: Offered,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    product_id: Id,
) -> Response:
    product = get_own(db, product_id, actor=actor)
    if isinstance(pictures, Invalid):
        return _product_form(request, db, product, refused(sent, pictures, words))
    fields = read_product(sent, words)
    if isinstance(fields, Filled):
        return _product_form(request, db, product, fields)
    note, there = fields.pop("note"), product_values(db, product)
    kept = _kept(_waiting(db, "product", product.id), sent)
    gone = {key: None for key in there if key.startswith(SHOWN) and sent.text(key)}
    before, after = differences(there, fields | kept | pictures | gone)
    try:
        with db.begin_nested():
            proposal_actions.propose_change(
                db,
                actor=actor,
                now=now,
                entity_id=product.entity_id,
                subject=("product", product.id),
                before=before,
                after=after,
                note=note,
            )
    except (Conflict, Invalid) as error:
        return _product_form(request, db, product, refused(sent, error, words))
    return go(f"/app/products/{product_id}", say=PROPOSED)


@router.get("/entities/{entity_id}/propose")
def entity_wish(request: Request, db: Db, actor: CurrentActor, entity_id: Id) -> Response:
    entity = _own_entity(db, actor, entity_id)
    waiting = _waiting(db, "entity", entity.id)
    return _entity_form(request, db, entity, _begun(entity_values(db, entity), waiting))


@router.post("/entities/{entity_id}/propose")
def propose_for_entity(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, entity_id: Id
) -> Response:
    entity = _own_entity(db, actor, entity_id)
    there = entity_values(db, entity)
    wanted = read_entity(sent, words, [key for key in there if key.startswith(CONTACT)])
    if isinstance(wanted, Filled):
        return _entity_form(request, db, entity, wanted)
    note = wanted.pop("note")
    before, after = differences(there, wanted)
    try:
        with db.begin_nested():
            proposal_actions.propose_change(
                db,
                actor=actor,
                now=now,
                entity_id=entity.id,
                subject=("entity", entity.id),
                before=before,
                after=after,
                note=note,
            )
    except (Conflict, Invalid) as error:
        return _entity_form(request, db, entity, refused(sent, error, words))
    return go(f"/app/entities/{entity_id}", say=PROPOSED)


def _begun(there: dict[str, Any], waiting: Proposal | None) -> Filled:
    return filled_in(there, waiting.after if waiting else {}, waiting.note if waiting else "")


def _kept(waiting: Proposal | None, sent: Sent) -> dict[str, Any]:
    """Return the pictures that wait already and were not struck from the form."""
    after = waiting.after if waiting else {}
    return {
        key: value
        for key, value in after.items()
        if key.startswith(ADDED) and not sent.text(f"drop.{key}")
    }


def _own_entity(db: Session, actor: Actor, entity_id: int) -> Entity:
    entity = get_entity(db, entity_id, actor=actor)
    actor.require_member(entity.id, owner=True)
    return entity


def _waiting(db: Session, kind: str, subject_id: int) -> Proposal | None:
    found = latest_of(db, kind=kind, subject_ids=[subject_id]).get(subject_id)
    return found if found is not None and found.state == WAITING else None


def _product_form(request: Request, db: Session, product: Product, form: Filled) -> Response:
    waiting = _waiting(db, "product", product.id)
    view = ProductWishView(
        form=form,
        product=product,
        pictures=[picture_out(one) for one in list_pictures(db, product.id)],
        offered=[key for key in waiting.after if key.startswith(ADDED)] if waiting else [],
        proposal=waiting,
        slots=PICTURE_SLOTS,
    )
    return show(request, "products/own_propose.html", view, status=422 if form.wrong else 200)


def _entity_form(request: Request, db: Session, entity: Entity, form: Filled) -> Response:
    there = entity_values(db, entity)
    view = EntityWishView(
        form=form,
        entity=entity,
        contacts=[key for key in there if key.startswith(CONTACT)],
        proposal=_waiting(db, "entity", entity.id),
    )
    return show(request, "products/entity_propose.html", view, status=422 if form.wrong else 200)
