"""The rows of the open data: whole tables, read in parts, and nothing of a person."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.entities.models import Entity
from app.lookup.register_queries import stars_on
from app.lookup.right_parts import owner_shown
from app.lookup.right_queries import public_names
from app.lookup.right_search_queries import may_use
from app.lookup.right_words_queries import CONFIRMED
from app.places import models as places
from app.products.models import OcopCertificate, Product
from app.rights.kinds import RightType
from app.rights.models import IpRight, UseRight
from app.rights.queries import right_facts, use_right_standing
from app.rights.rules import in_force, right_status
from app.rights.standing import Standing
from app.stamps.holder_queries import list_holder_years, list_holders

Cell = str | int | date | None
Rows = Iterator[tuple[Cell, ...]]

# Rows held in memory at a time.
_STEP: Final = 1000
# What is recorded often and changes nothing that is published here.
_QUIET: Final = (
    *("account", "audit", "entry", "export", "finding", "lot", "policy", "report", "signal"),
    *("stamp", "webhook", "span", "batch", "inspection", "test", "measure"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The day the rows are of, and the address of the pages they name."""

    day: date
    site: str


@dataclass(frozen=True, slots=True)
class Trail:
    """How far the audit trail goes, and when it last told of something that is published."""

    seq: int
    changed_at: datetime | None


def read_trail(db: Session, *, after: int) -> Trail:
    """Return what the trail tells since an event."""
    newer = (
        select(AuditEvent.at)
        .where(AuditEvent.seq > after, AuditEvent.subject_kind.not_in(_QUIET))
        .order_by(AuditEvent.seq.desc())
        .limit(1)
    )
    last = db.scalar(select(func.max(AuditEvent.seq))) or 0
    return Trail(last, db.scalar(newer))


def rows_of(db: Session, name: str, asked: Asked) -> Rows:
    """Yield the rows of a table of the open data, in the order of its fields."""
    return _READERS[name](db, asked)


def _rights(db: Session, asked: Asked) -> Rows:
    rights = db.scalars(select(IpRight).where(*CONFIRMED).order_by(IpRight.id)).all()
    names = public_names(db, {one.owner_entity_id for one in rights})
    for one in rights:
        entity = names.get(one.owner_entity_id or 0, "")
        yield (
            one.id,
            one.type,
            one.sign,
            one.goods,
            one.registration_no,
            one.registration_no_as_written,
            one.registration_date,
            one.decision_no,
            one.decision_date,
            one.application_no,
            one.expires_on,
            owner_shown(RightType(one.type), one.owner, entity),
            one.owner_entity_id if entity else None,
            owner_shown(RightType(one.type), one.managing_body, ""),
            right_status(right_facts(one), asked.day).value,
            one.checked_on,
            f"{asked.site}/r/{one.id}",
        )


def _use_rights(db: Session, asked: Asked) -> Rows:
    held = {
        one.id: one
        for one in db.scalars(select(IpRight).where(*CONFIRMED))
        if in_force(right_facts(one), None, asked.day)
    }
    query = (
        select(
            *(UseRight.id, UseRight.right_id, UseRight.entity_id, UseRight.product_id),
            *(UseRight.form, UseRight.certificate_no, UseRight.decision_no, UseRight.issuer),
            *(UseRight.valid_from, UseRight.valid_to, UseRight.suspended_on, UseRight.resumed_on),
            *(UseRight.pauses, UseRight.ended_on, Entity.name.label("entity")),
            *(Entity.commune_code, Entity.dissolved_on, Product.name.label("product")),
        )
        .join(Entity, Entity.id == UseRight.entity_id)
        .join(Product, Product.id == UseRight.product_id)
        .where(*may_use(asked.day), Entity.practice.is_(False))
        .order_by(UseRight.id)
    )
    for row in _read(db, query):
        right = held.get(row.right_id)
        # Without earlier suspensions the statement has told already, in a tenth of the time.
        if right and (not row.pauses or _holds(row, asked.day)):
            yield (
                *(row.id, right.id, right.sign, right.registration_no),
                *(row.entity_id, row.entity, row.commune_code, row.product_id, row.product),
                *(row.form, row.certificate_no, row.decision_no, row.issuer),
                *(row.valid_from, row.valid_to),
            )


def _holds(row: Any, day: date) -> bool:  # noqa: ANN401 - a row of the statement above
    return use_right_standing(row, day, row.dissolved_on) is Standing.IN_FORCE


def _products(db: Session, asked: Asked) -> Rows:
    query = (
        select(
            *(Product.id, Product.name, Product.brand, Product.entity_id),
            *(Entity.name.label("entity"), Entity.commune_code, Product.gtin, Product.own_code),
            *(Product.net_content, stars_on(asked.day), Product.status),
        )
        .join(Entity, Entity.id == Product.entity_id)
        .where(Entity.practice.is_(False))
        .order_by(Product.id)
    )
    for row in _read(db, query):
        yield (*row, f"{asked.site}/p/{row.id}")


def _entities(db: Session, asked: Asked) -> Rows:
    made = Product.entity_id == Entity.id
    products = (
        select(func.count(Product.id)).where(made, Product.status == "active").scalar_subquery()
    )
    query = (
        select(
            *(Entity.id, Entity.name, Entity.kind, Entity.commune_code),
            *(places.Place.name.label("commune"), places.Place.parent_code, products),
            Entity.status,
        )
        .outerjoin(places.Place, places.Place.code == Entity.commune_code)
        .where(exists(select(Product.id).where(made)), Entity.practice.is_(False))
        .order_by(Entity.id)
    )
    for row in _read(db, query):
        yield (*row, f"{asked.site}/e/{row.id}")


def _certificates(db: Session, asked: Asked) -> Rows:
    one = OcopCertificate
    query = (
        select(
            *(one.id, one.product_id, Product.name, Product.entity_id, Entity.name),
            *(Entity.commune_code, one.stars, one.subgroup, one.certificate_no, one.decision_no),
            *(one.issuer, one.valid_from, one.valid_to, one.revoked_on, one.revocation_decision),
        )
        .join(Product, Product.id == one.product_id)
        .join(Entity, Entity.id == Product.entity_id)
        .where(Entity.practice.is_(False), one.struck_at.is_(None))
        .order_by(one.id)
    )
    for row in _read(db, query):
        yield (*row, _standing(row, asked.day))


def _standing(row: Any, day: date) -> str:  # noqa: ANN401 - a row of the statement above
    if row.revoked_on is not None and row.revoked_on <= day:
        return "revoked"
    if row.valid_to < day:
        return "expired"
    return "in_force" if row.valid_from <= day else "not_yet"


def _holders(db: Session, _asked: Asked) -> Rows:
    for year in list_holder_years(db):
        for one in list_holders(db, year=year, most=None):
            yield (
                *(year, one.entity_id, one.entity, one.commune_code),
                *(one.product_id, one.product, one.granted, one.handed_over, one.active),
            )


def _read(db: Session, query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    return iter(db.execute(query.execution_options(yield_per=_STEP)))


_READERS: Final[Mapping[str, Callable[[Session, Asked], Rows]]] = {
    "rights": _rights,
    "use-rights": _use_rights,
    "products": _products,
    "entities": _entities,
    "ocop-certificates": _certificates,
    "stamp-holders": _holders,
}
