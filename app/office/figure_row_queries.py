"""The rows that each figure of a year is counted from: one statement a figure."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from app.diary.models import DiaryEntry
from app.entities.models import Entity
from app.entities.part_models import Facility, Training
from app.office.figures import Year
from app.oversight.inspection_models import Inspection
from app.oversight.quality_models import QualityTest
from app.partners.models import Listing, Partner
from app.products.link_models import ProductLink
from app.products.models import Product
from app.rights.kinds import RightType
from app.rights.models import IpRight, UseRight
from app.rights.use_models import UseObservation
from app.rights.use_queries import granted_on
from app.stamps.allotting_queries import of_year
from app.stamps.ledger_models import Handover
from app.stamps.models import Batch, Movement
from app.stamps.rules import Move

# A link of a product that leads to where it is sold.
_SHOP_LINK: Final = "hasRetailers"

Rows = Select[Any]


def _shown(
    kind: str,
    key: Any,  # noqa: ANN401 - a mapped column, as those below
    *,
    what: Any,  # noqa: ANN401
    whose: Any = "",  # noqa: ANN401
    detail: Any = "",  # noqa: ANN401
    day: Any = None,  # noqa: ANN401
    quantity: Any = None,  # noqa: ANN401
    order: Any = None,  # noqa: ANN401
) -> Rows:
    def said(value: Any) -> Any:  # noqa: ANN401
        return literal(value, String) if isinstance(value, str) else value

    return select(
        literal(kind, String).label("kind"),
        key.label("id"),
        said(what).label("what"),
        said(whose).label("whose"),
        said(detail).label("detail"),
        (null() if day is None else day).label("day"),
        (func.count() if quantity is None else quantity).label("quantity"),
        (func.min(Entity.folded) if order is None else order).label("order"),
    )


_REAL: Final = Entity.practice.is_(False)


def _entities_traced(year: Year) -> Rows:
    return (
        _shown("entity", Entity.id, what=Entity.name, quantity=func.sum(Batch.granted),
               day=func.min(Batch.decided_at))
        .join(Batch, Batch.entity_id == Entity.id)
        .where(of_year(year.number), _REAL)
        .group_by(Entity.id, Entity.name)
    )  # fmt: skip


def _products_traced(year: Year) -> Rows:
    return (
        _shown("product", Product.id, what=Product.name, whose=Entity.name,
               quantity=func.sum(Batch.granted), day=func.min(Batch.decided_at))
        .join(Entity, Entity.id == Product.entity_id)
        .join(Batch, Batch.product_id == Product.id)
        .where(of_year(year.number), _REAL)
        .group_by(Product.id, Product.name, Entity.name)
    )  # fmt: skip


def _with_diary(year: Year) -> Rows:
    return (
        _shown("entity", Entity.id, what=Entity.name, day=func.min(DiaryEntry.received_at))
        .join(DiaryEntry, DiaryEntry.entity_id == Entity.id)
        .where(DiaryEntry.received_at >= year.begin, DiaryEntry.received_at < year.end, _REAL)
        .group_by(Entity.id, Entity.name)
    )


def _trained(year: Year) -> Rows:
    return (
        _shown("entity", Entity.id, what=Entity.name, day=func.min(Training.held_on),
               detail=func.max(Training.topic), quantity=func.sum(Training.people))
        .join(Training, Training.entity_id == Entity.id)
        .where(Training.held_on.between(year.first, year.last))
        .where(Training.struck_at.is_(None), _REAL)
        .group_by(Entity.id, Entity.name)
    )  # fmt: skip


def _granted(year: Year) -> Rows:
    return (
        _shown("batch", Batch.id, what=Product.name, whose=Entity.name, detail=Batch.decision_no,
               day=Batch.decided_at, quantity=Batch.granted, order=Entity.folded)
        .join(Product, Product.id == Batch.product_id)
        .join(Entity, Entity.id == Batch.entity_id)
        .where(of_year(year.number), _REAL)
    )  # fmt: skip


def _handed_over(year: Year) -> Rows:
    return (
        _shown("batch", Batch.id, what=Product.name, whose=Entity.name,
               detail=Handover.document_no, day=Handover.at,
               quantity=Handover.quantity, order=Entity.folded)
        .join(Handover, Handover.batch_id == Batch.id)
        .join(Product, Product.id == Batch.product_id)
        .join(Entity, Entity.id == Batch.entity_id)
        .where(Handover.at >= year.begin, Handover.at < year.end)
        .where(Handover.again.is_(False), _REAL)
    )  # fmt: skip


def _activated(year: Year) -> Rows:
    count = Movement.last - Movement.first + 1
    signed = case((Movement.kind == Move.UNDO, -count), else_=count)
    return (
        _shown("batch", Batch.id, what=Product.name, whose=Entity.name, day=func.max(Movement.at),
               quantity=func.sum(signed))
        .join(Movement, Movement.batch_id == Batch.id)
        .join(Product, Product.id == Batch.product_id)
        .join(Entity, Entity.id == Batch.entity_id)
        .where(Movement.kind.in_((Move.ACTIVATE, Move.UNDO)))
        .where(Movement.at >= year.begin, Movement.at < year.end, _REAL)
        .group_by(Batch.id, Product.name, Entity.name)
    )  # fmt: skip


def _visited(year: Year) -> ColumnElement[bool]:
    """Tell the inspections of a right that took place in the year."""
    return and_(
        Inspection.right_id.is_not(None),
        Inspection.state.in_(("held", "signed")),
        Inspection.held_on.between(year.first, year.last),
    )


def _inspected(*kinds: RightType) -> Callable[[Year], Rows]:
    def rows(year: Year) -> Rows:
        return (
            _shown("right", IpRight.id, what=IpRight.sign, whose=IpRight.managing_body,
                   detail=func.coalesce(IpRight.registration_no, ""),
                   day=func.min(Inspection.held_on), order=IpRight.folded)
            .join(Inspection, Inspection.right_id == IpRight.id)
            .where(IpRight.type.in_(kinds), _visited(year))
            .group_by(IpRight.id, IpRight.sign, IpRight.folded, IpRight.managing_body)
            .group_by(IpRight.registration_no)
        )  # fmt: skip

    return rows


def _registered(year: Year) -> Rows:
    """Return the entities with a use right that held when its right was inspected.

    By its recorded dates: what was suspended meanwhile is registered still.
    """
    day = Inspection.held_on
    return (
        _shown("entity", Entity.id, what=Entity.name, detail=func.min(IpRight.sign),
               day=func.min(day), quantity=func.count(UseRight.right_id.distinct()))
        .join(UseRight, UseRight.entity_id == Entity.id)
        .join(IpRight, IpRight.id == UseRight.right_id)
        .join(Inspection, Inspection.right_id == UseRight.right_id)
        .where(_visited(year), _REAL, *granted_on(day))
        .group_by(Entity.id, Entity.name)
    )  # fmt: skip


def _found_using(year: Year) -> Rows:
    registered = _registered(year).subquery()
    seen = exists().where(Inspection.right_id == UseObservation.right_id, _visited(year))
    return (
        _shown("entity", Entity.id, what=Entity.name, detail=func.min(IpRight.sign),
               day=func.min(UseObservation.seen_on),
               quantity=func.count(UseObservation.right_id.distinct()))
        .join(UseObservation, UseObservation.entity_id == Entity.id)
        .join(IpRight, IpRight.id == UseObservation.right_id)
        .where(UseObservation.in_use, UseObservation.seen_on.between(year.first, year.last))
        .where(seen, Entity.id.in_(select(registered.c.id)))
        .group_by(Entity.id, Entity.name)
    )  # fmt: skip


def _sampled(year: Year) -> ColumnElement[bool]:
    return and_(
        QualityTest.sampled_on.between(year.first, year.last),
        QualityTest.struck_at.is_(None),
        _REAL,
    )


def _tested(year: Year) -> Rows:
    return (
        _shown("product", Product.id, what=Product.name, whose=Entity.name,
               detail=func.max(QualityTest.laboratory), day=func.min(QualityTest.sampled_on))
        .join(QualityTest, QualityTest.product_id == Product.id)
        .join(Entity, Entity.id == Product.entity_id)
        .where(_sampled(year))
        .group_by(Product.id, Product.name, Entity.name)
    )  # fmt: skip


def _failed(year: Year) -> Rows:
    return _tested(year).where(QualityTest.verdict == "failed")


def _places_tested(year: Year) -> Rows:
    place = func.coalesce(Facility.name, Entity.name)
    return (
        _shown("entity", Entity.id, what=place, whose=Entity.name,
               day=func.min(QualityTest.sampled_on))
        .join(QualityTest, QualityTest.entity_id == Entity.id)
        .outerjoin(Facility, Facility.id == QualityTest.facility_id)
        .where(_sampled(year))
        .group_by(Entity.id, Entity.name, Facility.id, Facility.name)
    )  # fmt: skip


def sold_in(year: Year) -> Subquery:
    """Return products and the platforms they were sold on at the end of a year.

    Of an offer that was withdrawn since it is not kept when, so it counts for no year.
    """
    offers = (
        select(Listing.product_id.label("product_id"), Partner.name.label("platform"))
        .join(Partner, Partner.id == Listing.partner_id)
        .where(Listing.state == "confirmed", Listing.decided_at < year.end)
    )
    links = select(
        ProductLink.product_id.label("product_id"), ProductLink.host.label("platform")
    ).where(
        ProductLink.rel == _SHOP_LINK,
        ProductLink.made_at < year.end,
        or_(ProductLink.retired_on.is_(None), ProductLink.retired_on > year.last),
    )
    return union_all(offers, links).subquery()


def in_shops(year: Year, platform: str = "") -> Rows:
    sold = sold_in(year)
    query = (
        _shown("product", Product.id, what=Product.name, whose=Entity.name,
               detail=func.min(sold.c.platform),
               quantity=func.count(sold.c.platform.distinct()))
        .join(sold, sold.c.product_id == Product.id)
        .join(Entity, Entity.id == Product.entity_id)
        .where(_REAL)
        .group_by(Product.id, Product.name, Entity.name)
    )  # fmt: skip
    return query.where(sold.c.platform == platform) if platform else query


ROWS: Final[Mapping[str, Callable[[Year], Rows]]] = {
    "entities_traced": _entities_traced,
    "products_traced": _products_traced,
    "entities_with_diary": _with_diary,
    "entities_trained": _trained,
    "stamps_granted": _granted,
    "stamps_handed_over": _handed_over,
    "stamps_activated": _activated,
    "inspected_gi": _inspected(RightType.GI),
    "inspected_marks": _inspected(*(set(RightType) - {RightType.GI})),
    "inspected_certification": _inspected(RightType.CERTIFICATION_MARK),
    "inspected_collective": _inspected(RightType.COLLECTIVE_MARK),
    "users_registered": _registered,
    "users_found": _found_using,
    "products_tested": _tested,
    "places_tested": _places_tested,
    "products_failed": _failed,
    "products_in_shops": in_shops,
}
