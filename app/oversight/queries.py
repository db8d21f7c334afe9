from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, union
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.entities.models import Entity
from app.entities.practice_queries import real
from app.identity.rules import Actor, NotAllowed
from app.kit.db import beyond_fence
from app.kit.errors import NotFound
from app.kit.paging import Cut, Page, take
from app.kit.text import fold
from app.oversight.inspection_models import InspectionPhoto, MeasureAnswer
from app.oversight.models import FindingPhoto, Report
from app.oversight.rules import About, NoSuchSubject, ReportState, Traced, Trouble
from app.products.models import Product


@dataclass(frozen=True)
class ReportFilter:
    """Which reports are wanted; `open` are those that nobody has closed."""

    state: ReportState | None = None
    open: bool = False
    trouble: Trouble | None = None
    about: About | None = None
    entity_id: int | None = None
    text: str = ""
    mine: bool = False


@dataclass(frozen=True)
class Followed:
    """What everybody who knows a report's reference may read of it."""

    reference: str
    state: ReportState
    answer: str


def count_open_reports(db: Session) -> int:
    """Return how many reports from the public wait to be looked into or closed."""
    waiting = select(func.count()).select_from(Report).where(Report.state != ReportState.CLOSED)
    return db.scalar(waiting) or 0


def find_sent(db: Session, sent_hash: str) -> Report | None:
    """Return the report that the same form became before."""
    # Who holds the form sent it, and learns the reference alone.
    with beyond_fence(db):
        return db.scalars(select(Report).where(Report.sent_hash == sent_hash)).one_or_none()


def find_followed(db: Session, reference: str) -> Followed | None:
    """Return what is told to somebody who knows a report's reference."""
    named = select(Report.reference, Report.state, Report.answer)
    # The reference is the right to read these three columns.
    with beyond_fence(db):
        row = db.execute(named.where(Report.reference == reference)).one_or_none()
    return None if row is None else Followed(row.reference, ReportState(row.state), row.answer)


def find_product_name(db: Session, product_id: int) -> str | None:
    """Return a product's name, which is public, for whoever tells of it."""
    with beyond_fence(db):
        query = select(Product.name).where(Product.id == product_id, real(Product.entity_id))
        return db.scalar(query)


def get_report(db: Session, report_id: int, *, actor: Actor, lock: bool = False) -> Report:
    """Return a report to somebody of the Department; `lock` holds it to the end."""
    require_sight(actor)
    query = select(Report).where(Report.id == report_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    report = db.scalars(query).one_or_none()
    if report is None:
        raise NotFound
    return report


def list_reports(
    db: Session, *, actor: Actor, cut: Cut, wanted: ReportFilter | None = None
) -> Page[Report]:
    require_sight(actor)
    query = _narrowed(select(Report), actor, wanted or ReportFilter())
    return take(db, query, Report.id, cut)


def list_reports_about(
    db: Session, *, code: str = "", lot_id: int | None = None, entity_id: int | None = None
) -> list[Report]:
    """Return the latest reports of a stamp, of its lot and of its entity, the newest first."""
    near: list[ColumnElement[bool]] = []
    if code:
        near.append((Report.about == About.STAMP) & (Report.subject == code))
    if lot_id is not None:
        near.append(Report.lot_id == lot_id)
    if entity_id is not None:
        near.append(Report.entity_id == entity_id)
    if not near:
        return []
    query = select(Report).where(or_(*near)).order_by(Report.id.desc()).limit(20)
    return list(db.scalars(query))


def belonging(
    db: Session,
    *,
    lot_id: int | None = None,
    product_id: int | None = None,
    entity_id: int | None = None,
) -> Traced:
    """Return where the narrowest of these belongs. Raises NoSuchSubject."""
    if lot_id is not None:
        lot = db.get(Lot, lot_id)
        if lot is None:
            raise NoSuchSubject(field="lot_id")
        return Traced("", None, lot.entity_id, lot.product_id, lot.id)
    if product_id is not None:
        product = db.get(Product, product_id)
        if product is None:
            raise NoSuchSubject(field="product_id")
        return Traced("", None, product.entity_id, product.id)
    if entity_id is None or db.get(Entity, entity_id) is None:
        raise NoSuchSubject(field="entity_id")
    return Traced("", None, entity_id)


def named_photos(db: Session) -> set[str]:
    """Return the SHA-256 of every photo that oversight names."""
    named: tuple[Select[Any], ...] = (
        select(Report.photo).where(Report.photo != ""),
        select(FindingPhoto.sha256),
        select(InspectionPhoto.sha256).where(InspectionPhoto.sha256.is_not(None)),
        select(MeasureAnswer.sha256).where(MeasureAnswer.sha256 != ""),
    )
    return set(db.scalars(union(*named)))


def require_sight(actor: Actor) -> None:
    """Refuse who is not of the Department: reports are of people who trusted it."""
    if not actor.of_department:
        raise NotAllowed


def _narrowed(
    query: Select[tuple[Report]], actor: Actor, wanted: ReportFilter
) -> Select[tuple[Report]]:
    equal: tuple[tuple[Any, Any], ...] = (
        (Report.state, wanted.state),
        (Report.trouble, wanted.trouble),
        (Report.about, wanted.about),
        (Report.entity_id, wanted.entity_id),
        (Report.taken_by_id, actor.account_id if wanted.mine else None),
    )
    for column, value in equal:
        if value is not None:
            query = query.where(column == value)
    if wanted.open:
        query = query.where(Report.state != ReportState.CLOSED)
    for word in fold(wanted.text).split():
        sought = or_(
            Report.folded.contains(word, autoescape=True),
            Report.reference == word.replace("-", "").upper(),
            Report.entity_id.in_(
                select(Entity.id).where(Entity.folded.contains(word, autoescape=True))
            ),
        )
        query = query.where(sought)
    return query
