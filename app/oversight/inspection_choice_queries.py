"""What somebody may choose to be inspected, found by its name or number."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.entities.models import Entity
from app.entities.practice_queries import real
from app.entities.queries import list_entities
from app.identity.rules import Actor
from app.kit.paging import Cut
from app.kit.text import fold
from app.oversight.rules import Subject
from app.products.models import Product
from app.products.queries import list_products
from app.rights.models import IpRight
from app.rights.queries import list_rights

MOST: Final = 10
# More rights than a province has; the form offers them all.
_RIGHTS: Final = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """A record that may be inspected, as people tell it from others."""

    subject: Subject
    id: int
    label: str
    more: str = ""
    entity_id: int | None = None
    product_id: int | None = None


# Batches, which are of a higher slice: of a text, or the one of a number.
FindBatches = Callable[[Session, str, int], Sequence[Choice]]


def find_choices(db: Session, *, actor: Actor, text: str) -> list[Choice]:
    """Return entities, products, lots and rights of that name or number, some of each."""
    actor.require_department()
    cut = Cut(limit=MOST)
    entities = list_entities(db, actor=actor, cut=cut, text=text).items
    rights = list_rights(db, cut=cut, text=text).items
    products = list_products(db, actor=actor, cut=cut, text=text).items
    owners = _names(db, {one.entity_id for one in products})
    return [
        *(Choice(Subject.ENTITY, one.id, one.name, one.tax_no or "") for one in entities),
        *(Choice(Subject.PRODUCT, one.id, one.name, owners[one.entity_id]) for one in products),
        *_lots(db, text),
        *(Choice(Subject.RIGHT, one.id, one.sign, one.registration_no or "") for one in rights),
    ]


def find_chosen(db: Session, subject: Subject, record_id: int) -> Choice | None:
    """Return a record that was chosen; None where there is none."""
    if subject is Subject.LOT:
        return next(_lots(db, "", record_id), None)
    if subject is Subject.PRODUCT:
        return _product(db, db.get(Product, record_id))
    if subject is Subject.RIGHT:
        right = db.get(IpRight, record_id)
        number = right.registration_no or "" if right else ""
        return Choice(subject, right.id, right.sign, number) if right else None
    entity = db.get(Entity, record_id) if subject is Subject.ENTITY else None
    return Choice(subject, entity.id, entity.name, entity.tax_no or "") if entity else None


def _product(db: Session, product: Product | None) -> Choice | None:
    if product is None:
        return None
    maker = _names(db, {product.entity_id})[product.entity_id]
    return Choice(Subject.PRODUCT, product.id, product.name, maker)


def rights_to_choose(db: Session) -> list[tuple[int, str]]:
    """Return the rights whose use may be looked at, by their sign."""
    query = select(IpRight.id, IpRight.sign, IpRight.registration_no)
    rows = db.execute(query.order_by(IpRight.folded, IpRight.id).limit(_RIGHTS))
    return [(one, " · ".join(filter(None, (sign, number)))) for one, sign, number in rows]


def _lots(db: Session, text: str, lot_id: int = 0) -> Iterator[Choice]:
    """Yield lots by a part of their number, or of what they are lots of; the newest first."""
    query = select(Lot.id, Lot.number, Product.name).join(Product, Product.id == Lot.product_id)
    query = query.where(real(Lot.entity_id))
    if lot_id:
        query = query.where(Lot.id == lot_id)
    else:
        in_name = Product.folded.contains(fold(text), autoescape=True)
        query = query.where(or_(Lot.number.icontains(text.strip(), autoescape=True), in_name))
    for one, number, product in db.execute(query.order_by(Lot.id.desc()).limit(MOST)):
        yield Choice(Subject.LOT, one, number, product)


def _names(db: Session, ids: set[int]) -> dict[int, str]:
    rows = db.execute(select(Entity.id, Entity.name).where(Entity.id.in_(ids)))
    return {row.id: row.name for row in rows}
