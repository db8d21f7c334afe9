"""What the database itself refuses, tried as the role the application has."""

from typing import Any

import pytest
from sqlalchemy import CursorResult, Table, delete, insert, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from app.config import Settings
from app.kit.db import Database
from app.tables import metadata
from tests.rows import Rows

GUARDED = sorted(table.name for table in metadata.tables.values() if "guard" in table.info)
INSERT_ONLY = [name for name in GUARDED if metadata.tables[name].info["guard"] == "insert_only"]
ERASABLE = sorted(set(GUARDED) - set(INSERT_ONLY))
DISJOINT = sorted(table.name for table in metadata.tables.values() if "disjoint" in table.info)


def row(db: Session, table: Table) -> dict[str, Any]:
    return Rows(db).make(table)


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
