"""The rows of the open data: whole tables, read in parts, and nothing of a person."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Select, case, exists, func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.entities.models import Entity
from app.lookup.open_data_lines import Rows
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

# Rows held in memory at a time.
_STEP: Final = 1000
# What is recorded often and changes nothing that is published here.
_QUIET: Final = (
    *("account", "audit", "entry", "export", "finding", "lot", "policy", "report", "signal"),
    *("stamp", "webhook", "span", "batch", "inspection", "test", "measure"),
)
# What is told by some tables alone.
_TOLD_BY: Final[Mapping[str, frozenset[str]]] = {
    "right": frozenset({"rights", "use-rights"}),
    "use_right": frozenset({"use-rights"}),
}


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


def read_trail(db: Session, name: str, *, after: int) -> Trail:
    """Return what the trail tells of a table since an event."""
    elsewhere = [kind for kind, tables in _TOLD_BY.items() if name not in tables]
    newer = (
        select(AuditEvent.at)
        .where(AuditEvent.seq > after, AuditEvent.subject_kind.not_in([*_QUIET, *elsewhere]))
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
        one.id
        for one in db.scalars(select(IpRight).where(*CONFIRMED))
        if in_force(right_facts(one), None, asked.day)
    }
    told = (
        *(UseRight.id, UseRight.right_id, IpRight.sign, IpRight.registration_no),
        *(UseRight.entity_id, Entity.name, Entity.commune_code),
        *(UseRight.product_id, Product.name.label("product")),
        *(UseRight.form, UseRight.certificate_no, UseRight.decision_no, UseRight.issuer),
        *(UseRight.valid_from, UseRight.valid_to),
    )
    # Of most there are none, and to read each as JSON would take a fifth of the time.
    pauses = case((func.json_array_length(UseRight.pauses) > 0, UseRight.pauses)).label("pauses")
    facts = UseRight.suspended_on, UseRight.resumed_on, UseRight.ended_on, Entity.dissolved_on
    query = (
        select(*told, *facts, pauses)
        .join(IpRight, IpRight.id == UseRight.right_id)
        .join(Entity, Entity.id == UseRight.entity_id)
        .join(Product, Product.id == UseRight.product_id)
        .where(*may_use(asked.day), Entity.practice.is_(False))
        .order_by(UseRight.id)
    )
    count = len(told)
    for row in _read(db, query):
        # Without earlier suspensions the statement has told already, in a tenth of the time.
        if row[1] in held and (not row.pauses or _holds(row, asked.day)):
            yield row[:count]


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
    """Yield rows of columns, past the mapped classes, which would take longer than to read them."""
    return iter(db.connection().execute(query.execution_options(yield_per=_STEP)))


_READERS: Final[Mapping[str, Callable[[Session, Asked], Rows]]] = {
    "rights": _rights,
    "use-rights": _use_rights,
    "products": _products,
    "entities": _entities,
    "ocop-certificates": _certificates,
    "stamp-holders": _holders,
}
