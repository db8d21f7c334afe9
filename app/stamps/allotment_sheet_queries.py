"""Products by what people call them: to find those a sheet names, and to offer more."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.entities.part_models import Facility
from app.kit.headings import ReadRow
from app.kit.text import fold
from app.products.models import Product
from app.stamps.allotment_models import Allotment, AllotmentRow
from app.stamps.allotment_sheet import Catalogue, Known
from app.stamps.allotting import Given
from app.stamps.allotting_queries import given_in, list_waiting, still_made

MOST_OFFERS = 50


def catalogue_for(db: Session, read: Sequence[ReadRow]) -> Catalogue:
    """Return the products and facilities that the rows of a sheet may mean, in two queries."""
    facts = [row.facts for row in read]
    ids = {one["product_id"] for one in facts if 0 < one.get("product_id", 0) < 2**62}
    gtins = {one["gtin"].zfill(14) for one in facts if "gtin" in one}
    names = {fold(one["product"]) for one in facts if "product" in one}
    query = (
        select(Product.id, Product.gtin, Product.name, Entity.id, Entity.name)
        .join(Entity, Entity.id == Product.entity_id)
        .where(or_(Product.id.in_(ids), Product.gtin.in_(gtins), Product.folded.in_(names)))
        .where(Entity.practice.is_(False))
    )
    known = [
        Known(product_id, gtin or "", name, entity_id, entity)
        for product_id, gtin, name, entity_id, entity in db.execute(query)
    ]
    places = facilities_of(db, {one.entity_id for one in known})
    named = {
        (entity_id, fold(name)): facility_id
        for entity_id, found in places.items()
        for facility_id, name in reversed(found)
    }
    return Catalogue(known, named)


def facilities_of(db: Session, entities: Iterable[int]) -> Mapping[int, list[tuple[int, str]]]:
    """Return the facilities in use of each entity, by name."""
    query = (
        select(Facility.entity_id, Facility.id, Facility.name)
        .where(Facility.entity_id.in_(set(entities)), Facility.retired_on.is_(None))
        .order_by(Facility.folded, Facility.id)
    )
    found: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for entity_id, facility_id, name in db.execute(query):
        found[entity_id].append((facility_id, name))
    return found


@dataclass(frozen=True, slots=True)
class Offer:
    """A product that may be added to a plan, at one of its facilities or as a whole.

    `asked` is the request of the producer that it would answer.
    """

    product_id: int
    product: str
    gtin: str
    entity: str
    facilities: list[tuple[int, str]]
    facility_id: int | None = None
    last: Given = Given()  # noqa: RUF009 - frozen, and nothing in it
    request_id: int | None = None
    asked: int | None = None


def list_offers(db: Session, allotment: Allotment, text: str) -> list[Offer]:
    """Return what a draft may take in: the products sought by name or GTIN.

    Without a text, the requests that wait, and what got stamps last year and is not in it.
    """
    if text:
        folded = fold(text)
        sought = (
            Product.folded.contains(folded, autoescape=True)
            | Entity.folded.contains(folded, autoescape=True)
            | (Product.gtin == text.strip().zfill(14))
        )
        last = given_in(db, allotment.year - 1)
        return [
            Offer(*one, last=last.get((one[0], None), Given()))
            for one in _offered(db, sought, MOST_OFFERS).values()
        ]
    return [*_asked(db), *_left_out(db, allotment)]


def _asked(db: Session) -> list[Offer]:
    waiting = list_waiting(db)[:MOST_OFFERS]
    found = _offered(db, Product.id.in_({batch.product_id for batch in waiting}))
    return [
        Offer(
            *found[batch.product_id],
            facility_id=batch.facility_id,
            request_id=batch.id,
            asked=batch.requested,
        )
        for batch in waiting
        if batch.product_id in found
    ]


def _left_out(db: Session, allotment: Allotment) -> list[Offer]:
    inside = select(AllotmentRow.product_id, AllotmentRow.facility_id).where(
        AllotmentRow.allotment_id == allotment.id
    )
    here = {(product_id, facility_id) for product_id, facility_id in db.execute(inside)}
    last = given_in(db, allotment.year - 1)
    places = [place for place in still_made(db, last) if place not in here][:MOST_OFFERS]
    found = _offered(db, Product.id.in_({product_id for product_id, _ in places}))
    return [
        Offer(*found[product_id], facility_id=facility_id, last=last[product_id, facility_id])
        for product_id, facility_id in places
    ]


_Base = tuple[int, str, str, str, list[tuple[int, str]]]


def _offered(db: Session, sought: ColumnElement[bool], most: int | None = None) -> dict[int, _Base]:
    query = (
        select(Product.id, Product.name, Product.gtin, Entity.id, Entity.name)
        .join(Entity, Entity.id == Product.entity_id)
        .where(sought, Product.status == "active", Entity.status == "active")
        .order_by(Product.folded, Product.id)
        .limit(most)
    )
    rows = db.execute(query).all()
    places = facilities_of(db, {row[3] for row in rows})
    return {
        product_id: (product_id, product, gtin or "", entity, list(places.get(entity_id, [])))
        for product_id, product, gtin, entity_id, entity in rows
    }
