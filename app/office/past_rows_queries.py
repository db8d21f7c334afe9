"""The records behind a page as they were known at an instant: read as they are, then undone."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from app.audit.models import AuditEvent
from app.kit.db import Base
from app.office.past_trace_queries import Lots
from app.office.past_undo import Columns, Gap, Records, Row

# When a row was recorded, and when it ended. A row of a later time was not there yet; an end of a
# later time had not come. Of a table that bears no such time the audit trail tells.
RECORDED: Final[Mapping[str, tuple[str, str]]] = {
    "product": ("created_at", ""),
    "entity": ("created_at", ""),
    "contact": ("created_at", ""),
    "consent": ("recorded_at", "withdrawn_at"),
    "product_picture": ("created_at", ""),
    "product_link": ("made_at", ""),
    "ocop_certificate": ("recorded_at", "struck_at"),
    "certificate": ("recorded_at", "struck_at"),
    "ip_right": ("created_at", ""),
    "use_right": ("created_at", ""),
    "use_right_decision": ("recorded_at", ""),
    "right_decision": ("recorded_at", ""),
    "partner": ("created_at", ""),
    "lot": ("opened_at", ""),
    "lot_notice": ("set_at", "lifted_at"),
    "product_notice": ("set_at", "lifted_at"),
    "lot_input": ("added_at", "withdrawn_at"),
    "diary_entry": ("received_at", ""),
    "entry_decision": ("decided_at", ""),
    "quality_test": ("recorded_at", "struck_at"),
    "test_criterion": ("recorded_at", ""),
    "test_lift": ("lifted_at", ""),
    "document": ("added_at", "withdrawn_at"),
}
# The kinds of records whose events an answer may have changed by, with the table of their rows.
_SUBJECTS: Final[Mapping[str, str]] = {
    "product": "product",
    "entity": "entity",
    "lot": "lot",
    "entry": "diary_entry",
    "right": "ip_right",
    "use_right": "use_right",
    "listing": "partner_listing",
    "partner": "partner",
    "certificate": "certificate",
    "test": "quality_test",
    "document": "document",
}
_CHUNK: Final = 500


@cache
def _columns() -> Columns:
    return {
        name: {column.name: _kind(column.type) for column in table.columns}
        for name, table in Base.metadata.tables.items()
    }


def _kind(of: Any) -> type:  # noqa: ANN401 - SQLAlchemy's types have no common name here
    plain = of.impl if isinstance(of, TypeDecorator) else of
    return cast("type", plain.python_type)


@dataclass(frozen=True)
class Withheld:
    """A personal field that was public then, and whose consent was withdrawn since."""

    subject: str
    withdrawn_at: datetime


@dataclass(frozen=True)
class Rebuilt:
    """Records as of an instant, with the events since and what these do not tell.

    `erased` counts the diary entries whose content was erased, whenever that was.
    """

    records: Records
    events: Sequence[AuditEvent]
    gaps: Sequence[Gap]
    withheld: Sequence[Withheld]
    entity_id: int
    erased: int


def rebuild(
    db: Session, *, at: datetime, product_id: int, lots: Lots, subjects: Mapping[str, set[str]]
) -> Rebuilt:
    """Return what a page tells of a product, and of lots, as it was recorded at an instant.

    `lots.told` is whose diary is told; `subjects` are further records whose events count.
    """
    records = Records(_columns())
    entity_id = _read_product(db, records, product_id, at)
    _read_lots(db, records, lots)
    asked = {
        kind: {str(row["id"]) for row in records.of(table)} for kind, table in _SUBJECTS.items()
    }
    events = _events(db, at, asked, subjects)
    gaps = records.undo(events)
    withheld = _withhold(records, at)
    _as_of(records, at)
    for entity in records.of("entity"):
        entity["status"] = "dissolved" if entity["dissolved_on"] else "active"
    codes = {row["commune_code"] for row in records.of("entity")}
    records.rows["place"] = _places(db, codes)
    told = {row["entry_id"] for row in records.of("diary_content")}
    erased = sum(
        row["lot_id"] in lots.told and row["id"] not in told for row in records.of("diary_entry")
    )
    return Rebuilt(records, events, gaps, withheld, entity_id, erased)


def rows(db: Session, table: str, *where: ColumnElement[bool]) -> list[Row]:
    found = db.execute(select(Base.metadata.tables[table]).where(*where))
    return [dict(row._mapping) for row in found]  # noqa: SLF001 - a row's own public name for it


def _column(table: str, name: str) -> ColumnElement[Any]:
    return Base.metadata.tables[table].c[name]


def _by(
    db: Session, records: Records, table: str, column: str, ids: Collection[object]
) -> list[Row]:
    """Read the rows of a table whose column is one of some values."""
    found, wanted = [], list(ids)
    for start in range(0, len(wanted), _CHUNK):
        found += rows(db, table, _column(table, column).in_(wanted[start : start + _CHUNK]))
    records.of(table).extend(found)
    return found


def _read_product(db: Session, records: Records, product_id: int, at: datetime) -> int:
    [product] = _by(db, records, "product", "id", [product_id])
    entity_id: int = product["entity_id"]
    _by(db, records, "entity", "id", [entity_id])
    for table in ("product_picture", "product_standard", "ocop_certificate", "product_link"):
        _by(db, records, table, "product_id", [product_id])
    for table in ("consent", "contact", "certificate"):
        _by(db, records, table, "entity_id", [entity_id])
    records.rows["link_host"] = rows(db, "link_host")
    _read_rights(db, records, product_id, at)
    _read_listings(db, records, product_id, entity_id)
    _read_tests(db, records, entity_id)
    return entity_id


def _read_rights(db: Session, records: Records, product_id: int, at: datetime) -> None:
    granted = _by(db, records, "use_right", "product_id", [product_id])
    _by(db, records, "use_right_decision", "use_right_id", [row["id"] for row in granted])
    linked = _by(db, records, "right_product", "product_id", [product_id])
    unlinked = db.execute(
        select(AuditEvent.subject_id, AuditEvent.before).where(
            AuditEvent.action == "right.unlink", AuditEvent.at > at
        )
    )
    ids = {row["right_id"] for row in [*granted, *linked]}
    ids |= {
        int(one.subject_id)
        for one in unlinked
        if (one.before or {}).get("product_id") == product_id
    }
    _by(db, records, "ip_right", "id", ids)
    _by(db, records, "right_decision", "right_id", ids)


def _read_listings(db: Session, records: Records, product_id: int, entity_id: int) -> None:
    """Read a product's offers, and those that were once said to be of its producer."""
    now = rows(db, "partner_listing", _column("partner_listing", "product_id") == product_id)
    ids = _once(db, "listing", entity_id) | {row["id"] for row in now}
    found = _by(db, records, "partner_listing", "id", ids)
    _by(db, records, "partner", "id", {row["partner_id"] for row in found})


def _once(db: Session, kind: str, entity_id: int) -> set[int]:
    """Return the records of a kind that were ever told to be an entity's, whosever they are now."""
    said = select(AuditEvent.subject_id).where(
        AuditEvent.entity_id == entity_id, AuditEvent.subject_kind == kind
    )
    return {int(found) for found in db.scalars(said)}


def _read_tests(db: Session, records: Records, entity_id: int) -> None:
    now = rows(db, "quality_test", _column("quality_test", "entity_id") == entity_id)
    ids = _once(db, "test", entity_id) | {row["id"] for row in now}
    _by(db, records, "quality_test", "id", ids)
    for table in ("test_criterion", "test_lift"):
        _by(db, records, table, "test_id", ids)


def _read_lots(db: Session, records: Records, lots: Lots) -> None:
    """Read lots, what they were made from and what was said against that, and one diary."""
    found = _by(db, records, "lot", "id", lots.ids)
    known = {row["id"] for row in records.of("product")}
    products = {row["product_id"] for row in found} - known
    made = _by(db, records, "product", "id", products)
    owners = {row["entity_id"] for row in made} - {row["id"] for row in records.of("entity")}
    _by(db, records, "entity", "id", owners)
    _by(db, records, "lot_notice", "lot_id", lots.ids)
    _by(db, records, "product_notice", "product_id", known | products)
    _by(db, records, "lot_input", "lot_id", lots.ids)
    versions = {row["template_version_id"] for row in found} - {None}
    _by(db, records, "process_template_version", "id", versions)
    entries = _by(db, records, "diary_entry", "lot_id", lots.told)
    entries += _of_inputs(db, records)
    ids = [row["id"] for row in entries]
    for table in ("diary_content", "diary_photo", "diary_photo_promise", "entry_decision"):
        _by(db, records, table, "entry_id", ids)


def _of_inputs(db: Session, records: Records) -> list[Row]:
    """Read the entries that say what went into a lot, where they are not read yet."""
    known = {row["id"] for row in records.of("diary_entry")}
    named = {row["entry_id"] for row in records.of("lot_input")} - known - {None}
    return _by(db, records, "diary_entry", "id", named)


def _events(
    db: Session, at: datetime, asked: Mapping[str, set[str]], more: Mapping[str, set[str]]
) -> list[AuditEvent]:
    """Return the events since of some records, by kind and number, in their order."""
    found: list[AuditEvent] = []
    for kind in dict.fromkeys([*asked, *more]):
        ids = sorted(asked.get(kind, set()) | more.get(kind, set()))
        for start in range(0, len(ids), _CHUNK):
            query = select(AuditEvent).where(
                AuditEvent.subject_kind == kind,
                AuditEvent.subject_id.in_(ids[start : start + _CHUNK]),
                AuditEvent.at > at,
            )
            found += db.scalars(query)
    hosts = select(AuditEvent).where(
        AuditEvent.action.in_(("link_host.allow", "link_host.refuse")), AuditEvent.at > at
    )
    return sorted([*found, *db.scalars(hosts)], key=lambda one: one.seq)


def _as_of(records: Records, at: datetime) -> None:
    """Drop what was recorded later, and take back what ended later."""
    for table, (made, ended) in RECORDED.items():
        kept = [row for row in records.of(table) if row[made] is None or row[made] <= at]
        for row in kept:
            if ended and row[ended] is not None and row[ended] > at:
                row[ended] = None
        records.rows[table] = kept
    entries = {row["id"] for row in records.of("diary_entry")}
    late = {
        (row["entry_id"], row["source_sha256"])
        for row in records.of("diary_photo_promise")
        if row["received_at"] is None or row["received_at"] > at
    }
    records.rows["diary_photo"] = [
        row
        for row in records.of("diary_photo")
        if row["entry_id"] in entries and (row["entry_id"], row["source_sha256"]) not in late
    ]
    for table in ("diary_content", "entry_decision"):
        records.rows[table] = [row for row in records.of(table) if row["entry_id"] in entries]


def _withhold(records: Records, at: datetime) -> list[Withheld]:
    """Take out the consents that stood then and do not now: what they published stays private."""
    ended = [
        row
        for row in records.of("consent")
        if row["recorded_at"] <= at and row["withdrawn_at"] and row["withdrawn_at"] > at
    ]
    records.rows["consent"] = [row for row in records.of("consent") if row not in ended]
    return [Withheld(row["subject"], row["withdrawn_at"]) for row in ended]


def _places(db: Session, codes: Iterable[str | None]) -> list[Row]:
    wanted = {code for code in codes if code}
    communes = rows(db, "place", _column("place", "code").in_(wanted))
    parents = {row["parent_code"] for row in communes} - {None} - wanted
    return communes + rows(db, "place", _column("place", "code").in_(parents))
