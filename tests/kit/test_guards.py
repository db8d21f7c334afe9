"""What the database itself refuses, tried as the role the application has."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import CursorResult, Table, Uuid, delete, insert, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator, TypeEngine

from app.config import Settings
from app.kit.db import Database
from app.tables import metadata

GUARDED = sorted(table.name for table in metadata.tables.values() if "guard" in table.info)
INSERT_ONLY = [name for name in GUARDED if metadata.tables[name].info["guard"] == "insert_only"]
ERASABLE = sorted(set(GUARDED) - set(INSERT_ONLY))
DISJOINT = sorted(table.name for table in metadata.tables.values() if "disjoint" in table.info)
SAMPLES: dict[type, Any] = {
    int: 7,
    str: "x",
    bool: True,
    bytes: b"x" * 16,
    date: date(2026, 3, 10),
    datetime: datetime(2026, 3, 10, tzinfo=UTC),
    object: {},
    float: 1.0,
}
# Values a CHECK asks for, where no default gives one.
GIVEN: dict[str, dict[str, Any]] = {
    "stamp_batch": {"state": "requested"},
    "stamp_span": {"state": "issued", "last": 7},
    "place": {"level": "commune"},
}


def row(db: Session, table: Table) -> dict[str, Any]:
    """Insert a row of sample values, and rows for what it refers to; return its key."""
    values: dict[str, Any] = dict(GIVEN.get(table.name, {}))
    for column in table.columns:
        own_key = column.autoincrement is True or column is table.autoincrement_column
        if column.nullable or column.default or own_key or column.name in values:
            continue
        if column.foreign_keys:
            parent = next(iter(column.foreign_keys)).column
            values[column.name] = row(db, parent.table)[parent.name]
        else:
            values[column.name] = sample(column.type)
    made = changed(db, insert(table).values(values)).inserted_primary_key
    return dict(zip([column.name for column in table.primary_key], made or (), strict=True))


def sample(kind: TypeEngine[Any]) -> Any:  # noqa: ANN401 - any column's value
    plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    return uuid4() if isinstance(plain, Uuid) else SAMPLES[plain.python_type]


def changed(db: Session, statement: Any) -> CursorResult[Any]:  # noqa: ANN401 - any kind of statement
    result = db.execute(statement)
    assert isinstance(result, CursorResult)
    return result


def refused(db: Session, statement: Any) -> str:  # noqa: ANN401 - any kind of statement
    """Run a statement the database must refuse, and return what it says."""
    with pytest.raises(DBAPIError) as caught, db.begin_nested():
        db.execute(statement)
    return str(caught.value.orig)


def test_the_tables_that_are_kept_ask_for_their_guard() -> None:
    assert {"audit_event", "diary_entry", "stamp_movement"} <= set(INSERT_ONLY)
    assert {"diary_content"} <= set(ERASABLE)
    assert DISJOINT == ["stamp_span"]


@pytest.mark.parametrize("name", GUARDED)
def test_a_kept_row_is_never_changed(db: Session, name: str) -> None:
    table = metadata.tables[name]
    row(db, table)
    column = next(iter(table.primary_key))
    assert f"UPDATE of {name} is refused" in refused(db, update(table).values({column: column}))


@pytest.mark.parametrize("name", INSERT_ONLY)
def test_a_kept_row_is_never_deleted(db: Session, name: str) -> None:
    table = metadata.tables[name]
    row(db, table)
    assert f"DELETE of {name} is refused" in refused(db, delete(table))


@pytest.mark.parametrize("name", ERASABLE)
def test_what_the_law_lets_erase_can_be_erased(db: Session, name: str) -> None:
    table = metadata.tables[name]
    row(db, table)
    assert changed(db, delete(table)).rowcount == 1


@pytest.mark.parametrize("name", GUARDED)
def test_a_kept_table_is_never_emptied(settings: Settings, dialect: str, name: str) -> None:
    if dialect == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    database, owner = Database(settings.database_url), Database(settings.owner_url)
    statement = text(f"TRUNCATE {name} CASCADE")
    with pytest.raises(ProgrammingError, match="permission denied"), database.begin() as db:
        db.execute(statement)
    # Not even by the owner, who has to drop the guard first, and is seen doing it.
    with pytest.raises(IntegrityError, match="TRUNCATE of"), owner.begin() as db:
        db.execute(statement)
    database.close()
    owner.close()


def test_replacing_a_row_of_sqlite_is_no_way_around_its_guard(db: Session, dialect: str) -> None:
    if dialect == "postgresql":
        pytest.skip("only SQLite has REPLACE")
    table = metadata.tables["audit_event"]
    row(db, table)
    told = refused(db, text("INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event"))
    assert "DELETE of audit_event is refused" in told


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "DROP TRIGGER guard_audit_event_update ON audit_event",
        "ALTER TABLE stamp_span DROP CONSTRAINT ex_stamp_span_disjoint",
        "DROP FUNCTION ocop_refuse_change() CASCADE",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_can_not_take_a_guard_away(
    db: Session, dialect: str, statement: str
) -> None:
    if dialect == "sqlite":
        pytest.skip("SQLite has no roles")
    told = refused(db, text(statement))
    assert "must be owner" in told or "permission denied" in told


@pytest.fixture
def spans(db: Session) -> dict[str, Any]:
    """The facts of a span, with a batch; stamps 100 to 199 and 300 to 399 are taken."""
    batch = row(db, metadata.tables["stamp_batch"])["id"]
    facts = {"batch_id": batch, "state": "issued"}
    span = metadata.tables["stamp_span"]
    for first in (100, 300):
        db.execute(insert(span).values(first=first, last=first + 99, **facts))
    return facts


OVERLAPS = [(100, 199), (100, 100), (199, 199), (150, 160), (50, 100), (199, 250), (1, 999)]


@pytest.mark.parametrize(("first", "last"), OVERLAPS)
def test_a_span_over_another_is_refused(
    db: Session, spans: dict[str, Any], first: int, last: int
) -> None:
    span = metadata.tables["stamp_span"]
    told = refused(db, insert(span).values(first=first, last=last, **spans))
    assert "ex_stamp_span_disjoint" in told or "must not overlap" in told or "first" in told


@pytest.mark.parametrize(("first", "last"), OVERLAPS)
def test_a_span_moved_over_another_is_refused(
    db: Session, spans: dict[str, Any], first: int, last: int
) -> None:
    assert spans
    span = metadata.tables["stamp_span"]
    change = update(span).where(span.c.first == 300)
    told = refused(db, change.values(first=first, last=last))
    assert "ex_stamp_span_disjoint" in told or "must not overlap" in told or "first" in told


@pytest.mark.parametrize(("first", "last"), [(1, 99), (200, 299), (200, 200), (400, 2**62)])
def test_a_span_beside_others_is_taken(
    db: Session, spans: dict[str, Any], first: int, last: int
) -> None:
    span = metadata.tables["stamp_span"]
    db.execute(insert(span).values(first=first, last=last, **spans))
    change = update(span).where(span.c.first == first)
    assert changed(db, change.values(state="void")).rowcount == 1


def test_a_span_that_ends_before_it_starts_is_refused(db: Session, spans: dict[str, Any]) -> None:
    span = metadata.tables["stamp_span"]
    refused(db, insert(span).values(first=20, last=10, **spans))
