"""An entity is dissolved, a product taken off the market: what it touches is shown first."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities.actions import dissolve_entity, revive_entity
from app.entities.models import Entity
from app.entities.queries import get_entity
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.forms import Filled, Form, In
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.saving import submit
from app.kit.web import Db, Edge, Id, Now, Words
from app.office.ending_queries import Touched, touched_by
from app.products.actions import change_product
from app.products.models import Product
from app.products.queries import get_product
from app.products.rules import ProductStatus

router = APIRouter(prefix="/office", route_class=Edge, include_in_schema=False)

DISSOLVED = sayable(N_("The dissolution was recorded."))
REVIVED = sayable(N_("The dissolution was undone. The entity is in operation."))
RETIRED = sayable(N_("The product is off the market."))
RESTORED = sayable(N_("The product is on the market again."))


@dataclass(frozen=True)
class DissolveView:
    """What the dissolution of an entity touches, or that it can be undone."""

    form: Filled
    entity: Entity
    touched: list[Touched]


@dataclass(frozen=True)
class RetireView:
    """What it touches that a product goes off the market, or that it can come back."""

    product: Product
    retired: bool
    touched: list[Touched]


class DissolutionIn(In):
    """The day an entity ended on."""

    dissolved_on: date
    past_is_meant: bool = False


@router.get("/entities/{entity_id}/dissolve")
def ask_dissolution(
    request: Request, db: Db, actor: CurrentActor, now: Now, entity_id: Id
) -> Response:
    entity = _entity(db, actor, entity_id)
    today = Filled({"dissolved_on": day_of(now).isoformat()})
    return _dissolve(request, db, entity, today, day_of(now))


@router.post("/entities/{entity_id}/dissolve")
def dissolve(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, entity_id: Id
) -> Response:
    entity = _entity(db, actor, entity_id)

    def save(given: DissolutionIn) -> None:
        facts = given.model_dump()
        dissolve_entity(db, actor=actor, now=now, entity_id=entity_id, **facts)

    wrong = submit(db, DissolutionIn, sent, words, save)
    if wrong is not None:
        return _dissolve(request, db, entity, wrong, day_of(now))
    return go(f"/office/entities/{entity_id}", say=DISSOLVED)


@router.post("/entities/{entity_id}/revive")
def revive(db: Db, actor: CurrentActor, now: Now, entity_id: Id) -> Response:
    revive_entity(db, actor=actor, now=now, entity_id=entity_id)
    return go(f"/office/entities/{entity_id}", say=REVIVED)


@router.get("/products/{product_id}/retire")
def ask_retirement(
    request: Request, db: Db, actor: CurrentActor, now: Now, product_id: Id
) -> Response:
    product = _product(db, actor, product_id)
    touched = touched_by(db, entity_id=product.entity_id, product_id=product.id, day=day_of(now))
    view = RetireView(product, product.status == ProductStatus.RETIRED, touched)
    return show(request, "office/retire.html", view)


@router.post("/products/{product_id}/retire")
def retire(db: Db, actor: CurrentActor, now: Now, product_id: Id) -> Response:
    _turn(db, actor, now, product_id, ProductStatus.RETIRED)
    return go(f"/office/products/{product_id}", say=RETIRED)


@router.post("/products/{product_id}/restore")
def restore(db: Db, actor: CurrentActor, now: Now, product_id: Id) -> Response:
    _turn(db, actor, now, product_id, ProductStatus.ACTIVE)
    return go(f"/office/products/{product_id}", say=RESTORED)


def _turn(db: Session, actor: Actor, now: Now, product_id: int, status: ProductStatus) -> None:
    """Set a product's status; one that has it already is left alone, for a second click."""
    product = _product(db, actor, product_id)
    if product.status != status:
        change_product(db, actor=actor, now=now, product_id=product_id, status=status)


def _entity(db: Session, actor: Actor, entity_id: int) -> Entity:
    entity = get_entity(db, entity_id, actor=actor)
    actor.require_officer()
    return entity


def _product(db: Session, actor: Actor, product_id: int) -> Product:
    product = get_product(db, product_id, actor=actor)
    actor.require_officer()
    return product


def _dissolve(request: Request, db: Session, entity: Entity, form: Filled, day: date) -> Response:
    touched = touched_by(db, entity_id=entity.id, product_id=None, day=day)
    view = DissolveView(form, entity, touched)
    return show(request, "office/dissolve.html", view, status=422 if form.wrong else 200)
