from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.diary.notice_queries import stands
from app.diary.queries import entry_counts
from app.diary.rules import LotState
from app.diary.standing_queries import NOTHING, Standing, standing_of
from app.entities.part_models import Facility
from app.entities.practice_queries import real
from app.entities.queries import names_of
from app.identity.rules import Actor
from app.kit.db import beyond_fence
from app.kit.paging import Cut, Page, take
from app.kit.text import fold
from app.products.models import Product
from app.products.queries import names_of as product_names_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LotFilter:
    """Which lots of a list are wanted; what is left out does not narrow it."""

    product_id: int | None = None
    entity_id: int | None = None
    state: LotState | None = None
    text: str = ""
    recalled: bool = False
    # Only those of the actor's own entities, whatever else the actor may read.
    own: bool = False


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot with what a list says of it."""

    lot: Lot
    product: str
    entity: str
    standing: Standing
    entries: int

    @property
    def state(self) -> LotState:
        return LotState(self.lot.state)


def list_lots(db: Session, *, actor: Actor, cut: Cut, wanted: LotFilter) -> Page[Lot]:
    """Return a page of the lots the actor sees, oldest first."""
    scope = frozenset(actor.memberships) if wanted.own else actor.scope()
    query = _lots(scope, wanted)
    if wanted.recalled:
        query = query.where(_recalled(db, scope))
    return take(db, query, Lot.id, cut)


def _recalled(db: Session, scope: frozenset[int] | None) -> ColumnElement[bool]:
    if scope is None:
        return stands("recall")
    # What stands against a source may be of another producer's lot.
    with beyond_fence(db):
        ids = db.scalars(select(Lot.id).where(Lot.entity_id.in_(scope), stands("recall"))).all()
    return Lot.id.in_(ids)


def _lots(scope: frozenset[int] | None, wanted: LotFilter) -> Select[Lot]:
    narrowed: list[ColumnElement[bool]] = []
    if scope is not None:
        narrowed.append(Lot.entity_id.in_(scope))
    elif wanted.entity_id is None and wanted.product_id is None:
        # A practice farm stands apart: its lots are there where it is asked for.
        narrowed.append(real(Lot.entity_id))
    if wanted.product_id is not None:
        narrowed.append(Lot.product_id == wanted.product_id)
    if wanted.entity_id is not None:
        narrowed.append(Lot.entity_id == wanted.entity_id)
    if wanted.state is not None:
        narrowed.append(Lot.state == wanted.state)
    if wanted.text:
        named = select(Product.id).where(
            Product.folded.contains(fold(wanted.text), autoescape=True)
        )
        number = func.lower(Lot.number).contains(wanted.text.lower(), autoescape=True)
        narrowed.append(or_(number, Lot.product_id.in_(named)))
    return select(Lot).where(*narrowed)


def lot_rows(db: Session, lots: Sequence[Lot]) -> list[LotRow]:
    """Return lots with the names, notices and counts a list shows, in four queries."""
    ids = [lot.id for lot in lots]
    products = product_names_of(db, {lot.product_id for lot in lots})
    entities = names_of(db, {lot.entity_id for lot in lots})
    notices = standing_of(db, {(lot.product_id, lot.id) for lot in lots})
    counts = entry_counts(db, ids)
    return [
        LotRow(
            lot,
            products[lot.product_id],
            entities[lot.entity_id],
            notices.get((lot.product_id, lot.id), NOTHING),
            counts.get(lot.id, 0),
        )
        for lot in lots
    ]


def propose_number(db: Session, *, product_id: int, day: date) -> str:
    """Return the product's next number of the month, as L2603-01."""
    prefix = f"L{day:%y%m}-"
    query = select(Lot.number).where(
        Lot.product_id == product_id, Lot.number.startswith(prefix, autoescape=True)
    )
    endings = (number.removeprefix(prefix) for number in db.scalars(query))
    last = max((int(one) for one in endings if one.isascii() and one.isdecimal()), default=0)
    return f"{prefix}{last + 1:02d}"[:20]


def own_products(db: Session, *, actor: Actor) -> list[Product]:
    """Return the products in the market of the actor's own entities, by name."""
    query = select(Product).where(
        Product.entity_id.in_(frozenset(actor.memberships)), Product.status == "active"
    )
    return list(db.scalars(query.order_by(Product.folded, Product.id)))


def find_facility(db: Session, facility_id: int | None, *, entity_id: int) -> Facility | None:
    """Return a place of production of an entity that was not given up."""
    found = None if facility_id is None else db.get(Facility, facility_id)
    if found is None or found.entity_id != entity_id or found.retired_on is not None:
        return None
    return found


def places_of(db: Session, entity_id: int) -> list[Facility]:
    """Return an entity's places of production that are in use, by name."""
    query = select(Facility).where(Facility.entity_id == entity_id, Facility.retired_on.is_(None))
    return list(db.scalars(query.order_by(Facility.folded, Facility.id)))


def place_of(db: Session, lot: Lot) -> str:
    """Return the name of the place where a lot is made, where it is said."""
    return "" if lot.facility_id is None else db.get_one(Facility, lot.facility_id).name


def find_last(db: Session, *, actor: Actor) -> Lot | None:
    """Return the lot of the actor's own entities that was opened last."""
    own = Lot.entity_id.in_(frozenset(actor.memberships))
    return db.scalars(select(Lot).where(own).order_by(Lot.id.desc()).limit(1)).first()
