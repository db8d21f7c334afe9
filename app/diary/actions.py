from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.diary.amounts import UnitNeeded
from app.diary.lot_queries import find_facility, propose_number
from app.diary.models import Lot
from app.diary.queries import NoSuchLot, get_lot
from app.diary.rules import LotState, check_lot_number, check_move
from app.diary.source_actions import weighed
from app.diary.standing_queries import standing_against
from app.diary.template_queries import version_in_force
from app.diary.trace_models import LotInput
from app.diary.trace_queries import list_inputs
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.text import clean_note, clean_text
from app.kit.units import read_unit
from app.products.queries import get_made_product, get_product, lock_product

# A lot may be planned ahead, and old stock may be entered: beyond that a year was mistyped.
PLANNED_AHEAD: Final = timedelta(days=366)
OLDEST: Final = timedelta(days=3660)
LONGEST_LIFE: Final = timedelta(days=36_525)
_CHECKED: Final = ("quantity", "unit", "production_date", "expiry_date")


class LotNumberTaken(Conflict):
    """The product has a lot of this number already"""

    code: ClassVar[str] = "diary.lot_number_taken"
    detail: ClassVar[str] = N_("Open that lot instead, or choose another number than {number}.")
    field = "number"

    def __init__(self, *, number: str) -> None:
        self.number = number


class LotClosed(Conflict):
    """The lot's diary is closed"""

    code: ClassVar[str] = "diary.lot_closed"
    detail: ClassVar[str] = N_("A closed lot takes only corrections of its entries, with a reason.")


class LotStopped(Conflict):
    """The lot is recalled or on hold"""

    code: ClassVar[str] = "diary.lot_stopped"
    detail: ClassVar[str] = N_("It can't be released for sale before that is lifted.")


class DateStopped(Conflict):
    """A recall or a hold goes by this date"""

    code: ClassVar[str] = "diary.date_stopped"
    detail: ClassVar[str] = N_(
        "The lot would no longer be among those made on the days that are recalled or on hold. "
        "Ask the Department."
    )


class DateOutOfRange(Invalid):
    """The date can't be right"""

    code: ClassVar[str] = "diary.date_out_of_range"
    detail: ClassVar[str] = N_("Use a day from {first} to {last}.")

    def __init__(self, *, field: str, first: date, last: date) -> None:
        self.field = field
        self.first = first
        self.last = last


class UnknownFacility(Invalid):
    """The place of production is not in use"""

    code: ClassVar[str] = "diary.unknown_facility"
    detail: ClassVar[str] = N_("Choose a place of the lot's own producer that was not given up.")
    field = "facility_id"


def open_lot(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    product_id: int,
    number: str | None = None,
    like: int | None = None,
    **facts: Any,  # noqa: ANN401 - the further columns of Lot
) -> Lot:
    """Open a production lot of one of the actor's products.

    Without a number the product's next one is taken. The expiry date is proposed from the
    product's shelf life where none is given. `like` is a lot of the same producer: what is not
    given is taken from it, and the material it had bought in comes along without a quantity.
    """
    product = get_product(db, product_id, actor=actor)
    actor.require_member(product.entity_id)
    get_made_product(db, product_id, actor=actor)
    other = None if like is None else get_lot(db, like, actor=actor)
    if other is not None:
        facts = _alike(db, other, product.entity_id) | _given(facts)
    if number is None:
        # Two who ask for the next number at once get two.
        lock_product(db, product.id)
        number = propose_number(db, product_id=product.id, day=day_of(now))
    lot = Lot(
        product_id=product.id, entity_id=product.entity_id, number="", state="open", opened_at=now
    )
    lot.template_version_id = version_in_force(db, product.id, day_of(now))
    _apply(db, lot, facts | {"number": number}, now)
    _propose_expiry(lot, product.shelf_life_days)
    db.add(lot)
    db.flush()
    _noted(db, actor, now, "lot.open", lot, None, facts | {"number": lot.number})
    if other is not None:
        _copy_inputs(db, actor, now, other, lot)
    return lot


def change_lot(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    lot_id: int,
    **facts: Any,  # noqa: ANN401 - as above
) -> Lot:
    """Change the given fields of an open lot; the old values go to the audit trail."""
    lot = lock_lot(db, lot_id, actor=actor)
    if lot.state != LotState.OPEN:
        raise LotClosed
    before = {name: getattr(lot, name) for name in facts}
    against = standing_against(db, lot.product_id, lot.id)
    _apply(db, lot, facts, now)
    db.flush()
    if not {"quantity", "unit"}.isdisjoint(facts):
        weighed(db, lot)
    after = standing_against(db, lot.product_id, lot.id)
    if (against.recall and not after.recall) or (against.hold and not after.hold):
        raise DateStopped
    _noted(db, actor, now, "lot.change", lot, before, facts)
    return lot


def close_lot(db: Session, *, actor: Actor, now: datetime, lot_id: int) -> Lot:
    """Close a lot's diary. A closed lot stays closed; the same again is accepted."""
    lot = lock_lot(db, lot_id, actor=actor)
    if move(db, actor, now, lot, LotState.CLOSED):
        lot.closed_at = now
        db.flush()
    return lot


def release_lot(db: Session, *, actor: Actor, now: datetime, lot_id: int) -> Lot:
    """Release a closed lot for sale. The owner's act; refused while recalled or on hold."""
    lot = lock_lot(db, lot_id, actor=actor)
    actor.require_member(lot.entity_id, owner=True)
    if standing_against(db, lot.product_id, lot.id):
        raise LotStopped
    if move(db, actor, now, lot, LotState.RELEASED):
        lot.released_at = now
        db.flush()
    return lot


def lock_lot(db: Session, lot_id: int, *, actor: Actor) -> Lot:
    """Return a lot of the actor's own entity, kept from other writers until the end.

    SQLite has one writer anyway and ignores the lock. What was read of the lot before is read
    again, since another writer may have changed it in between.
    """
    actor.require_member(get_lot(db, lot_id, actor=actor).entity_id)
    query = select(Lot).where(Lot.id == lot_id).with_for_update()
    return db.scalars(query.execution_options(populate_existing=True)).one()


def move(db: Session, actor: Actor, now: datetime, lot: Lot, wanted: LotState) -> bool:
    """Bring a lot the caller holds one state on, and tell whether it was not there already."""
    state = LotState(lot.state)
    if check_move(state, wanted) is state:
        return False
    lot.state = wanted
    db.flush()
    _noted(db, actor, now, f"lot.{wanted}", lot, {"state": state}, {"state": wanted})
    return True


def _apply(db: Session, lot: Lot, facts: dict[str, Any], now: datetime) -> None:
    """Put cleaned facts into the lot, all of them or, where one is refused, none."""
    if "number" in facts:
        facts["number"] = check_lot_number(facts["number"] or "")
        _refuse_number_of_other(db, lot, facts["number"])
    if "material" in facts:
        facts["material"] = clean_text(facts["material"] or "", limit=120, field="material")
    if facts.get("facility_id") not in {None, lot.facility_id}:
        _require_in_use(db, lot.entity_id, facts["facility_id"])
    if "note" in facts:
        facts["note"] = clean_note(facts["note"] or "", field="note")
    if "unit" in facts:
        written = (facts["unit"] or "").strip()
        facts["unit"] = read_unit(written).code if written else ""
        facts["unit_as_entered"] = written
    if facts.get("quantity") is not None:
        facts["quantity"] = round(facts["quantity"], 3)
    after = {name: facts.get(name, getattr(lot, name)) for name in _CHECKED}
    if after["quantity"] is not None and not after["unit"]:
        raise UnitNeeded
    _check_dates(after["production_date"], after["expiry_date"], today=day_of(now))
    for name, value in facts.items():
        setattr(lot, name, value)


def _propose_expiry(lot: Lot, days: int | None) -> None:
    if lot.expiry_date is None and lot.production_date and days:
        lot.expiry_date = lot.production_date + min(timedelta(days=days), LONGEST_LIFE)


def _alike(db: Session, other: Lot, entity_id: int) -> dict[str, Any]:
    """Return what a lot takes from another of the same producer."""
    if other.entity_id != entity_id:
        raise NoSuchLot
    place = find_facility(db, other.facility_id, entity_id=entity_id)
    return {
        "material": other.material,
        "unit": other.unit_as_entered or other.unit,
        "facility_id": place.id if place else None,
    }


def _given(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value not in {None, ""}}


def _copy_inputs(db: Session, actor: Actor, now: datetime, other: Lot, lot: Lot) -> None:
    """Take along what another lot had bought in, of whom; how much is still to be written."""
    rows = (one for one in list_inputs(db, other.id) if one.source_lot_id is None)
    bought = dict.fromkeys((one.material, one.supplier) for one in rows)
    db.add_all(
        LotInput(
            lot_id=lot.id,
            material=material,
            supplier=supplier,
            added_at=now,
            added_by=actor.label,
        )
        for material, supplier in bought
    )
    db.flush()


def _require_in_use(db: Session, entity_id: int, facility_id: int) -> None:
    if find_facility(db, facility_id, entity_id=entity_id) is None:
        raise UnknownFacility


def _check_dates(produced: date | None, expires: date | None, *, today: date) -> None:
    first, last = today - OLDEST, today + PLANNED_AHEAD
    if produced and not first <= produced <= last:
        raise DateOutOfRange(field="production_date", first=first, last=last)
    first = produced or first
    last = first + LONGEST_LIFE
    if expires and not first <= expires <= last:
        raise DateOutOfRange(field="expiry_date", first=first, last=last)


def _refuse_number_of_other(db: Session, lot: Lot, number: str) -> None:
    with db.no_autoflush:
        query = select(Lot).where(Lot.product_id == lot.product_id, Lot.number == number)
        other = db.scalars(query).one_or_none()
    if other is not None and other is not lot:
        raise LotNumberTaken(number=number)


def _noted(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    lot: Lot,
    before: dict[str, Any] | None,
    after: dict[str, Any],
) -> None:
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=lot.id,
        entity_id=lot.entity_id,
        before=before,
        after=after,
    )
