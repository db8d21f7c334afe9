"""What stands beside the ids of inspections: names, addresses, and where their pages are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.entities.models import Entity
from app.kit.i18n import N_, Translator
from app.oversight.inspection_models import Inspection
from app.oversight.inspections import Cause, InspectionState
from app.oversight.rules import FindingOutcome, Subject
from app.places.text_queries import place_texts
from app.products.models import Product
from app.rights.models import IpRight, UseRight


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What an inspection is of, in words."""

    kind: Subject
    record_id: int
    label: str
    address: str = ""
    entity: str = ""
    right: str = ""
    product: str = ""
    lot: str = ""

    @property
    def path(self) -> str:
        """Return where the office has a page of it."""
        return f"/office/{_PATHS[self.kind]}/{self.record_id}"


_PATHS: Mapping[Subject, str] = {
    Subject.RIGHT: "rights",
    Subject.ENTITY: "entities",
    Subject.PRODUCT: "products",
    Subject.LOT: "lots",
    Subject.BATCH: "batches",
}


@dataclass(frozen=True, slots=True)
class InspectionRow:
    """An inspection as lists show it."""

    one: Inspection
    seen: Seen

    @property
    def state(self) -> InspectionState:
        return InspectionState(self.one.state)

    @property
    def cause(self) -> Cause:
        return Cause(self.one.cause)

    @property
    def outcome(self) -> str:
        return FindingOutcome(self.one.outcome).label if self.one.outcome else ""


def inspection_rows(
    db: Session, found: Sequence[Inspection], words: Translator
) -> list[InspectionRow]:
    seen = subjects_of(db, found, words)
    return [InspectionRow(one, seen[one.id]) for one in found]


def subjects_of(db: Session, found: Sequence[Inspection], words: Translator) -> dict[int, Seen]:
    """Return what each inspection is of, in five queries."""
    known = _Known(db, found)
    return {one.id: known.of(one, words) for one in found}


def users_of(db: Session, right_ids: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """Return who has ever been granted the use of each right: their ids and names."""
    found: dict[int, list[tuple[int, str]]] = {one: [] for one in set(right_ids)}
    query = (
        select(UseRight.right_id, Entity.id, Entity.name)
        .join(Entity, Entity.id == UseRight.entity_id)
        .where(UseRight.right_id.in_(found), Entity.practice.is_(False))
        .distinct()
        .order_by(Entity.name, Entity.id)
    )
    for right_id, entity_id, name in db.execute(query):
        found[right_id].append((entity_id, name))
    return found


class _Known:
    """The names of a page of inspections, read together."""

    def __init__(self, db: Session, found: Sequence[Inspection]) -> None:
        entities = Entity.id.in_({one.entity_id for one in found})
        products = Product.id.in_({one.product_id for one in found})
        lots = Lot.id.in_({one.lot_id for one in found})
        rights = IpRight.id.in_({one.right_id for one in found})
        self._entities = {one.id: one for one in db.scalars(select(Entity).where(entities))}
        self._products: dict[int, str] = {
            row[0]: row[1] for row in db.execute(select(Product.id, Product.name).where(products))
        }
        self._lots: dict[int, str] = {
            row[0]: row[1] for row in db.execute(select(Lot.id, Lot.number).where(lots))
        }
        self._rights: dict[int, str] = {
            row[0]: row[1] for row in db.execute(select(IpRight.id, IpRight.sign).where(rights))
        }
        self._places = place_texts(db, [one.commune_code for one in self._entities.values()])

    def of(self, one: Inspection, words: Translator) -> Seen:
        kind = Subject(one.subject)
        entity = self._entities.get(one.entity_id or 0)
        right = self._rights.get(one.right_id or 0, "")
        product = self._products.get(one.product_id or 0, "")
        lot = self._lots.get(one.lot_id or 0, "")
        batch = words.gettext(N_("Batch %(number)s")) % {"number": one.batch_id}
        labels = {
            Subject.RIGHT: right,
            Subject.ENTITY: entity.name if entity else "",
            Subject.PRODUCT: product,
            Subject.LOT: ", ".join(filter(None, (product, lot))),
            Subject.BATCH: ", ".join(filter(None, (product, batch))),
        }
        return Seen(
            kind=kind,
            record_id=getattr(one, f"{kind}_id") or 0,
            label=labels[kind],
            address=self._address(entity),
            entity=entity.name if entity else "",
            right=right,
            product=product,
            lot=lot,
        )

    def _address(self, entity: Entity | None) -> str:
        if entity is None:
            return ""
        return ", ".join(filter(None, (entity.address, self._places.get(entity.commune_code))))
