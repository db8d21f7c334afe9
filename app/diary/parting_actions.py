"""One lot parted into several, several put together into one: each in one act."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, ClassVar, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.diary.actions import open_lot
from app.diary.models import Lot
from app.diary.queries import get_lot
from app.diary.remarks import Remark
from app.diary.source_actions import hold_lots, take_lots
from app.diary.trace_actions import Added, add_inputs
from app.diary.trace_queries import balance_of
from app.diary.tracing import InputGiven
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.products.queries import get_product, lock_product

MOST_PARTS: Final = 50
LEAST_SOURCES: Final = 2
# What a part of a lot has in common with the whole.
_SAME: Final = ("material", "production_date", "expiry_date", "facility_id")


class PartsNeeded(Invalid):
    """A lot is parted into at least one part, each with its quantity"""

    code: ClassVar[str] = "diary.parts_needed"
    detail: ClassVar[str] = N_("Write the quantity of each part; at most {limit} at a time.")
    field = "quantity"

    def __init__(self) -> None:
        self.limit = MOST_PARTS


class SourcesNeeded(Invalid):
    """Several lots are needed"""

    code: ClassVar[str] = "diary.sources_needed"
    detail: ClassVar[str] = N_("Choose at least two lots to put together.")
    field = "sources"


class NothingLeft(Conflict):
    """Nothing is left of the lot"""

    code: ClassVar[str] = "diary.nothing_left"
    detail: ClassVar[str] = N_("All of lot {number} was used or sent. Check its figures.")
    field = "sources"

    def __init__(self, *, number: str) -> None:
        self.number = number


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a lot: its quantity in a unit, and its number or the next free one."""

    quantity: float
    unit: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A lot that goes into another; without a quantity all that is left of it does."""

    lot_id: int
    quantity: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Parted:
    """The lots an act opened, and what is told of them though it was done."""

    lots: tuple[Lot, ...]
    remarks: tuple[Remark, ...]


def split_lot(
    db: Session, *, actor: Actor, now: datetime, lot_id: int, parts: Sequence[Part]
) -> Parted:
    """Open a lot for each part of a lot of the actor's; all of them or, of one refused, none.

    The parts are of the same product and day as the whole, which keeps what is left of it.
    """
    lot = get_lot(db, lot_id, actor=actor)
    actor.require_member(lot.entity_id)
    lock_product(db, lot.product_id)
    hold_lots(db, [lot.id])
    if not parts or len(parts) > MOST_PARTS:
        raise PartsNeeded
    facts = {name: getattr(lot, name) for name in _SAME}
    numbers = _part_numbers(db, lot)
    made, remarks = [], []
    for part in parts:
        unit = part.unit or lot.unit_as_entered or lot.unit
        new = open_lot(
            db,
            actor=actor,
            now=now,
            product_id=lot.product_id,
            number=part.number or next(numbers),
            quantity=part.quantity,
            unit=unit,
            **facts,
        )
        new.template_version_id = lot.template_version_id
        given = InputGiven(source_lot_id=lot.id, quantity=part.quantity, unit=unit)
        added = add_inputs(db, actor=actor, now=now, lot=new, inputs=[given])
        made.append(new)
        remarks = list(added.remarks)
    _noted(db, actor, now, "lot.split", lot, {"into": [one.number for one in made]})
    return Parted(tuple(made), tuple(remarks))


def merge_lots(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    product_id: int,
    sources: Sequence[Taken],
    number: str | None = None,
    **facts: Any,  # noqa: ANN401 - the further columns of Lot
) -> Parted:
    """Open a lot of one of the actor's products, made of several lots.

    Each of them gives a quantity or all that is left of it.
    """
    actor.require_member(get_product(db, product_id, actor=actor).entity_id)
    if len({one.lot_id for one in sources}) < LEAST_SOURCES:
        raise SourcesNeeded
    lock_product(db, product_id)
    hold_lots(db, [one.lot_id for one in sources])
    lot = open_lot(db, actor=actor, now=now, product_id=product_id, number=number, **facts)
    take_lots(db, actor=actor, lot=lot, ids={one.lot_id for one in sources})
    given = [_given(db, one) for one in sources]
    added: Added = add_inputs(db, actor=actor, now=now, lot=lot, inputs=given)
    _noted(db, actor, now, "lot.merge", lot, {"from": [one.lot_id for one in sources]})
    return Parted((lot,), added.remarks)


def _given(db: Session, taken: Taken) -> InputGiven:
    if taken.quantity is not None:
        return InputGiven(source_lot_id=taken.lot_id, quantity=taken.quantity, unit=taken.unit)
    source = db.get_one(Lot, taken.lot_id)
    left = balance_of(db, source).left
    if left is not None and left <= 0:
        raise NothingLeft(number=source.number)
    unit = source.unit_as_entered or source.unit
    return InputGiven(source_lot_id=source.id, quantity=left, unit=unit if left else "")


def _part_numbers(db: Session, lot: Lot) -> Iterator[str]:
    """Yield free numbers for the parts of a lot: L2603-01.1, L2603-01.2 and so on."""
    query = select(Lot.number).where(Lot.product_id == lot.product_id)
    taken = set(db.scalars(query.where(Lot.number.startswith(lot.number[:16], autoescape=True))))
    for place in count(1):
        ending = f".{place}"
        proposed = f"{lot.number[: 20 - len(ending)]}{ending}"
        if proposed not in taken:
            yield proposed


def _noted(
    db: Session, actor: Actor, now: datetime, action: str, lot: Lot, after: dict[str, Any]
) -> None:
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=lot.id,
        entity_id=lot.entity_id,
        after=after,
    )
