"""Row level security on PostgreSQL, tried as the roles that serve: nobody here is a superuser."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, and_, delete, func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.config import Settings
from app.doctor import examine
from app.fences import FENCES, READINGS
from app.kit import fences
from app.kit.db import Database, beyond_fence
from app.kit.fences import EVERYTHING, NOTHING, REGISTER, STAFF, Scope
from app.migrate import migrate
from app.tables import metadata
from tests.conftest import migrated_settings
from tests.rows import Rows

DENIED = "42501"
TABLES = list(metadata.sorted_tables)
REGISTERS = {name for name, fence in FENCES.items() if fence == REGISTER}
CLOSED = {name for name, fence in FENCES.items() if fence == STAFF}
Known = dict[str, dict[str, Any]]


def test_every_table_has_its_fence_said_once() -> None:
    unsaid = sorted(metadata.tables.keys() ^ FENCES.keys())
    assert not unsaid, f"say in app/fences.py whose the rows of these are: {unsaid}"
    assert {"entity", "product", "lot", "stamp_batch", "account"}.isdisjoint(REGISTERS | CLOSED)


@pytest.fixture(autouse=True)
def _postgresql(request: pytest.FixtureRequest) -> None:
    if "dialect" in request.fixturenames and request.getfixturevalue("dialect") == "sqlite":
        pytest.skip("SQLite has no row level security")


def test_every_fence_stands_before_the_owner_of_its_table_too(db: Session) -> None:
    assert fences.list_unfenced(db.connection(), FENCES) == []


def filled(db: Session, number: int) -> Known:
    """Insert a row of one tenant into every table, and return the keys."""
    rows = Rows(db, number=number)
    for table in TABLES:
        if table.name not in rows.known and (table.name != "stamp_policy" or number == 3):
            rows.make(table, **_hung(rows, table, number))
    return rows.known


def _hung(rows: Rows, table: Table, number: int) -> dict[str, Any]:
    """Return what ties a row to its tenant where the column may be empty."""
    ties: dict[str, Callable[[], dict[str, Any]]] = {
        "audit_event": lambda: {"entity_id": rows.key_of(metadata.tables["entity"])["id"]},
        "inspection": lambda: {
            "entity_id": rows.key_of(metadata.tables["entity"])["id"],
            "state": "signed",
            "signed_at": datetime(2026, 3, number, tzinfo=UTC),
            "outcome": "doubt",
            "held_on": date(2026, 3, number),
        },
        "measure": lambda: {"entity_id": rows.key_of(metadata.tables["entity"])["id"]},
        "document": lambda: {"entity_id": rows.key_of(metadata.tables["entity"])["id"]},
        "scan_month": lambda: {"product_id": rows.key_of(metadata.tables["product"])["id"]},
        "stamp_batch": lambda: {"granted": 1, "first": number, "last": number},
        "stamp_export": lambda: {"batch_id": rows.key_of(metadata.tables["stamp_batch"])["id"]},
        "stamp_refusal": lambda: {"batch_id": rows.key_of(metadata.tables["stamp_batch"])["id"]},
        "suspicion": lambda: {"line": number},
        "display_pack": lambda: {"line": number},
    }
    return ties[table.name]() if table.name in ties else {}


@pytest.fixture
def tenants(db: Session) -> tuple[Known, Known]:
    """Two tenants, each with a row in every table."""
    return filled(db, 3), filled(db, 4)


def scope_for(known: Known) -> Scope:
    return Scope(frozenset({known["entity"]["id"]}), known["account"]["id"])


def seen(database: Database, scope: Scope) -> dict[str, int]:
    with database.scoped(scope).begin() as db:
        counts = {table: db.scalar(select(func.count()).select_from(table)) for table in TABLES}
    return {table.name: count or 0 for table, count in counts.items()}


def test_a_transaction_sees_the_rows_of_its_scope_and_no_others(
    database: Database, tenants: tuple[Known, Known]
) -> None:
    everything, nothing = seen(database, EVERYTHING), seen(database, NOTHING)
    fenced = FENCES.keys() - REGISTERS
    assert {name: everything[name] for name in fenced} == dict.fromkeys(fenced, 2)
    assert {name for name, count in nothing.items() if count} == REGISTERS
    for known in tenants:
        own = seen(database, scope_for(known))
        assert {name: own[name] for name in fenced} == {
            name: 0 if name in CLOSED else 1 for name in fenced
        }


def refused(db: Session, statement: Any) -> str:  # noqa: ANN401 - any kind of statement
    """Run a statement and return the code PostgreSQL refuses it with, or none."""
    try:
        with db.begin_nested():
            db.execute(statement)
    except DBAPIError as error:
        return getattr(error.orig, "sqlstate", None) or ""
    return ""


def test_nobody_writes_a_row_of_somebody_else(
    database: Database, tenants: tuple[Known, Known]
) -> None:
    ours, theirs = tenants
    for scope in (NOTHING, scope_for(ours)):
        with database.scoped(scope).begin() as db:
            for name, key in theirs.items():
                table = metadata.tables[name]
                row = and_(*(table.c[column] == value for column, value in key.items()))
                for change in (update(table).values(**key), delete(table)):
                    assert touched(db, change.where(row)) == 0, name


def touched(db: Session, statement: Any) -> int:  # noqa: ANN401 - any kind of statement
    return db.connection().execute(statement).rowcount


def test_nobody_adds_a_row_for_somebody_else(
    database: Database, tenants: tuple[Known, Known]
) -> None:
    ours, theirs = tenants
    for scope in (NOTHING, scope_for(ours)):
        with database.scoped(scope).begin() as db:
            for table in TABLES:
                rows = Rows(db, number=5, known=dict(theirs))
                given = _hung(rows, table, 5)
                with pytest.raises(DBAPIError) as caught, db.begin_nested():
                    rows.make(table, **given)
                assert getattr(caught.value.orig, "sqlstate", "") == DENIED, table.name


def test_nobody_gives_a_row_away(database: Database, tenants: tuple[Known, Known]) -> None:
    ours, theirs = tenants
    product, other = metadata.tables["product"], theirs["entity"]["id"]
    with database.scoped(scope_for(ours)).begin() as db:
        assert refused(db, update(product).values(entity_id=other)) == DENIED
        assert refused(db, update(product).values(name="Cua")) == ""


def test_the_scope_of_what_surrounds_a_transaction_comes_back(
    database: Database, tenants: tuple[Known, Known]
) -> None:
    ours, _ = tenants
    count = select(func.count()).select_from(metadata.tables["product"])
    with database.scoped(scope_for(ours)).begin() as db:
        assert db.scalar(count) == 1
        with database.scoped(NOTHING).begin() as inner:
            assert inner.scalar(count) == 0
        with database.begin() as inner:
            assert inner.scalar(count) == 2
            inner.rollback()
        assert db.scalar(count) == 1
        with beyond_fence(db):
            assert db.scalar(count) == 2
        with pytest.raises(DBAPIError), db.begin_nested(), beyond_fence(db):
            db.execute(text("SELECT 1 / 0"))
        assert db.scalar(count) == 1


def test_a_connection_keeps_no_scope_for_the_next(settings: Settings) -> None:
    database = Database(settings.database_url)
    try:
        for write in (True, False):
            with database.begin(write=write) as db:
                assert db.scalar(text("SHOW fence.tenants")) == "all"
            with database.engine.connect() as plain:
                assert plain.scalar(text("SELECT current_setting('fence.tenants', true)")) == ""
    finally:
        database.close()


def test_look_ups_read_what_is_public_and_write_nothing(
    public: Database, tenants: tuple[Known, Known]
) -> None:
    assert tenants
    with public.scoped(NOTHING).begin() as reading:
        for table in TABLES:
            granted = READINGS[table.name].columns if table.name in READINGS else ()
            for column in table.columns:
                told = refused(reading, select(column))
                assert told == ("" if column.name in granted else DENIED), column
            values = text(f"INSERT INTO {table.name} DEFAULT VALUES")
            assert refused(reading, values) == DENIED
            assert refused(reading, delete(table)) == DENIED
    assert READINGS.keys().isdisjoint(
        {"account", "session_token", "membership", "report", "finding", "finding_photo"}
        | {"partner_key", "partner_use", "webhook_endpoint", "webhook_delivery", "public_event"}
    )
    assert "recorder_label" not in READINGS["diary_entry"].columns


def test_look_ups_read_no_contact_without_consent_and_no_diary_that_is_not_public(
    public: Database, db: Session, tenants: tuple[Known, Known]
) -> None:
    ours, _ = tenants
    contact, entry = metadata.tables["contact"], metadata.tables["diary_entry"]
    content, consent = metadata.tables["diary_content"], metadata.tables["consent"]
    facts = {"subject": "contact", "contact_id": ours["contact"]["id"]}
    Rows(db, known=dict(ours)).make(consent, **facts)
    hidden = Rows(db, known={"diary_entry": Rows(db, known=dict(ours)).make(entry, public=False)})
    hidden.make(content)
    for scope in (NOTHING, EVERYTHING):
        with public.scoped(scope).begin() as reading:
            assert reading.scalars(select(contact.c.id)).all() == [ours["contact"]["id"]]
            shown = set(reading.scalars(select(content.c.entry_id)))
        assert hidden.known["diary_entry"]["id"] not in shown
        assert len(shown) == 2


@pytest.fixture
def apart(dialect: str, tmp_path: Path, worker_id: str) -> Settings:
    """Settings of a database of this test's own, with keys."""
    return migrated_settings(dialect, tmp_path, f"ocop_fences_{worker_id}")


def test_the_doctor_sees_a_fence_that_is_down_and_a_role_no_fence_holds(apart: Settings) -> None:
    def wrong(**urls: str) -> dict[str, str]:
        found = examine(replace(apart, **urls))  # type: ignore[arg-type] # texts, all of them
        return {one.check: one.detail for one in found if not one.ok}

    assert wrong() == {}
    assert set(wrong(database_url=apart.owner_url)) == {"role"}
    assert set(wrong(scan_url=apart.owner_url)) == {"look-ups"}
    owner = Database(apart.owner_url)
    with owner.begin() as db:
        db.execute(text("DROP POLICY fence ON lot"))
        db.execute(text("ALTER TABLE product NO FORCE ROW LEVEL SECURITY"))
    assert "['product', 'lot']" in wrong()["fences"]
    migrate(apart)
    assert wrong() == {}
    owner.close()
