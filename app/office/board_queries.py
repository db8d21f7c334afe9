"""The onboarding board: how far each entity has come, and what it lacks at each step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Exists, ScalarSelect, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from app.diary.models import DiaryEntry, Lot, ProductionProcess
from app.diary.rules import EntryKind, LotState
from app.entities.models import Entity
from app.entities.part_models import Training
from app.identity.rules import Actor
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, skipped
from app.kit.text import fold
from app.products.models import Product, ProductPicture
from app.stamps.models import Batch, Movement
from app.stamps.rules import Move


@dataclass(frozen=True)
class Demand:
    """Something an entity must have; `path` leads to where it is mended."""

    name: str
    label: str
    path: str
    met: ColumnElement[bool]


@dataclass(frozen=True)
class Step:
    """A column of the board: its demands, and the day it was reached where there is one."""

    name: str
    label: str
    demands: tuple[Demand, ...]
    day: ScalarSelect[Any] | None = None

    @property
    def met(self) -> ColumnElement[bool]:
        return and_(*(demand.met for demand in self.demands))


def _active_product(*more: ColumnElement[bool]) -> Exists:
    return exists().where(Product.entity_id == Entity.id, Product.status == "active", *more)


def _first(column: Any, *where: ColumnElement[bool]) -> ScalarSelect[Any]:  # noqa: ANN401 - a date or a time
    return select(func.min(column)).where(*where).correlate(Entity).scalar_subquery()


def _moved(kind: Move) -> tuple[ColumnElement[bool], ...]:
    return (
        Movement.batch_id == Batch.id,
        Batch.entity_id == Entity.id,
        Movement.kind == kind,
    )


_ENTITY, _PRODUCTS = "/office/entities/{id}/edit", "/office/products?entity={id}"
_PICTURED = exists().where(ProductPicture.product_id == Product.id)
_DESCRIBED = and_(Product.ingredients != "", Product.net_content != "", Product.shelf_life != "")
_APPROVED = exists().where(
    ProductionProcess.product_id == Product.id, ProductionProcess.approved_at.is_not(None)
)
_TRAINED = and_(Training.entity_id == Entity.id, Training.struck_at.is_(None))
_SHIPPED = and_(DiaryEntry.entity_id == Entity.id, DiaryEntry.kind == EntryKind.SHIPPING)
_DONE = exists().where(Lot.entity_id == Entity.id, Lot.state == LotState.DISTRIBUTED)

STEPS: Final = (
    Step(
        "records",
        N_("Data complete"),
        (
            Demand("address", N_("Address and commune"), _ENTITY,
                   and_(Entity.address != "", Entity.commune_code.is_not(None))),
            Demand("number", N_("Tax or registration number"), _ENTITY,
                   or_(Entity.tax_no.is_not(None), Entity.registration_no != "")),
            Demand("person", N_("Representative and phone"), _ENTITY,
                   and_(Entity.representative != "", Entity.phone != "")),
            Demand("product", N_("A product"), _PRODUCTS, _active_product()),
            Demand("picture", N_("A picture of every product"), _PRODUCTS,
                   ~_active_product(~_PICTURED)),
            Demand("facts", N_("Ingredients, net content and shelf life of every product"),
                   _PRODUCTS, ~_active_product(~_DESCRIBED)),
        ),
    ),
    Step(
        "process",
        N_("Process approved"),
        (
            Demand("process", N_("An approved process for every product"), _PRODUCTS,
                   and_(_active_product(), ~_active_product(~_APPROVED))),
        ),
    ),
    Step(
        "training",
        N_("Trained"),
        (
            Demand("training", N_("A training"), "/office/entities/{id}", exists().where(_TRAINED)),
        ),
        _first(Training.held_on, _TRAINED),
    ),
    Step(
        "diary",
        N_("First diary entry"),
        (
            Demand("entry", N_("A diary entry"), "/office/lots?entity={id}",
                   exists().where(DiaryEntry.entity_id == Entity.id)),
        ),
        _first(DiaryEntry.received_at, DiaryEntry.entity_id == Entity.id),
    ),
    Step(
        "stamps",
        N_("Stamps received"),
        (
            Demand("stamps", N_("Stamps handed over"), "/office/batches?entity={id}",
                   exists().where(*_moved(Move.HANDOVER))),
        ),
        _first(Movement.at, *_moved(Move.HANDOVER)),
    ),
    Step(
        "activation",
        N_("First activation"),
        (
            Demand("activation", N_("Stamps activated"), "/office/batches?entity={id}",
                   exists().where(*_moved(Move.ACTIVATE))),
        ),
        _first(Movement.at, *_moved(Move.ACTIVATE)),
    ),
    Step(
        "distribution",
        N_("Distribution completed"),
        (
            Demand("distribution", N_("A lot sent out, with its receiver"),
                   "/office/lots?entity={id}", or_(_DONE, exists().where(_SHIPPED))),
        ),
        _first(DiaryEntry.performed_at, _SHIPPED),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class BoardCell:
    """One step of one entity: done, since when where a day is known, and what is lacking."""

    step: Step
    done: bool
    day: date | datetime | None
    lacking: tuple[Demand, ...]


@dataclass(frozen=True)
class BoardRow:
    """An entity and how far it has come."""

    id: int
    name: str
    cells: tuple[BoardCell, ...]
    training: Training | None


def list_board(
    db: Session, *, actor: Actor, cut: Cut, text: str = "", step: str = "", commune: str = ""
) -> Page[BoardRow]:
    """Return the entities at work by name; `step` keeps those that have not reached it.

    `cut.after` is how many rows to skip: the order is by name.
    """
    query = _scoped(select(Entity.id).where(Entity.status == "active"), actor)
    if text:
        query = query.where(Entity.folded.contains(fold(text), autoescape=True))
    if commune:
        query = query.where(Entity.commune_code == commune)
    for one in STEPS:
        if one.name == step:
            query = query.where(~one.met)
    query = query.order_by(Entity.folded, Entity.id)
    page = skipped(cut, lambda start, most: db.scalars(query.offset(start).limit(most)).all())
    return page.having(list_rows(db, page.items))


def count_reached(db: Session, *, actor: Actor) -> tuple[int, dict[str, int]]:
    """Return how many entities are at work, and how many of them have reached each step."""
    counts = [func.count().filter(step.met).label(step.name) for step in STEPS]
    query = select(func.count(), *counts).select_from(Entity).where(Entity.status == "active")
    total, *reached = db.execute(_scoped(query, actor)).one()
    return total, dict(zip((step.name for step in STEPS), reached, strict=True))


def _scoped(query: Any, actor: Actor) -> Any:  # noqa: ANN401 - a select of any columns
    scope = actor.scope()
    query = query.where(Entity.practice.is_(False))
    return query if scope is None else query.where(Entity.id.in_(scope))


def list_rows(db: Session, ids: Sequence[int]) -> list[BoardRow]:
    """Return the rows of these entities by name: only they pay for the seven steps."""
    columns: list[Any] = [Entity.id, Entity.name]
    for step in STEPS:
        columns += [demand.met for demand in step.demands]
        columns += [step.day] if step.day is not None else []
    query = select(*columns).where(Entity.id.in_(ids)).order_by(Entity.folded, Entity.id)
    trainings = _last_trainings(db, ids)
    rows = []
    for entity_id, name, *values in db.execute(query):
        rest = iter(values)
        cells = tuple(_cell(step, rest) for step in STEPS)
        rows.append(BoardRow(entity_id, name, cells, trainings.get(entity_id)))
    return rows


def _cell(step: Step, values: Any) -> BoardCell:  # noqa: ANN401 - an iterator over a row's values
    lacking = tuple(demand for demand in step.demands if not next(values))
    day = next(values) if step.day is not None else None
    return BoardCell(step, not lacking, day, lacking)


def _last_trainings(db: Session, ids: Sequence[int]) -> dict[int, Training]:
    query = select(Training).where(Training.entity_id.in_(ids), Training.struck_at.is_(None))
    return {one.entity_id: one for one in db.scalars(query.order_by(Training.held_on, Training.id))}
