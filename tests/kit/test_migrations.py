from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import ProgrammingError

from app.config import Settings
from app.kit.db import Database
from app.migrate import configured, downgrade, migrate, protect, upgrade
from app.tables import metadata
from tests.conftest import new_settings

Catalogue = dict[str, Any]

POSTGRESQL = {
    "columns": """
        SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision,
          numeric_scale, is_nullable, column_default FROM information_schema.columns
        WHERE table_schema = 'public' ORDER BY 1, 2""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2""",
    "indexes": """
        SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2""",
    "fences": """
        SELECT tablename, policyname, roles, cmd, qual, with_check FROM pg_policies
        ORDER BY 1, 2""",
    "fenced": """
        SELECT relname, relforcerowsecurity FROM pg_class WHERE relrowsecurity ORDER BY 1""",
    "triggers": """
        SELECT tgrelid::regclass::text, pg_get_triggerdef(oid), tgenabled FROM pg_trigger
        WHERE NOT tgisinternal ORDER BY 1, 2""",
    "functions": """
        SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        ORDER BY 1""",
    "sequences": """
        SELECT sequencename, data_type::text FROM pg_sequences WHERE schemaname = 'public'
        ORDER BY 1""",
}
SQLITE = {
    "objects": """
        SELECT type, name, tbl_name, sql FROM sqlite_master
        WHERE type <> 'table' AND sql IS NOT NULL ORDER BY 1, 2""",
    "columns": """
        SELECT t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk
        FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY 1, 2""",
    "keys": """
        SELECT t.name, k."from", k."table", k."to", k.on_delete, k.on_update
        FROM sqlite_master t, pragma_foreign_key_list(t.name) k WHERE t.type = 'table'
        ORDER BY 1, 2, 3""",
}


def catalogue(connection: Connection) -> Catalogue:
    """Return what a database says it consists of, but for the table of the migrations."""
    asked = POSTGRESQL if connection.dialect.name == "postgresql" else SQLITE
    found: Catalogue = {
        kind: [tuple(row) for row in connection.execute(text(query)) if row[0] != "alembic_version"]
        for kind, query in asked.items()
    }
    if connection.dialect.name == "sqlite":
        looked = inspect(connection)
        for kind in ("check_constraints", "unique_constraints"):
            for (_, table), rows in getattr(looked, f"get_multi_{kind}")().items():
                found[f"{table} {kind}"] = sorted(rows, key=lambda row: str(row["name"]))
            found.pop(f"alembic_version {kind}", None)
    return found


@pytest.fixture
def empty(
    dialect: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Database]:
    """An empty database, as its owner."""
    folder = tmp_path_factory.mktemp("empty")
    owner = Database(new_settings(dialect, folder, f"ocop_empty_{worker_id}").owner_url)
    yield owner
    owner.close()


@pytest.fixture
def created(
    dialect: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Catalogue]:
    """The catalogue of a database made from the models alone, with their guards."""
    folder = tmp_path_factory.mktemp("created")
    owner = Database(new_settings(dialect, folder, f"ocop_created_{worker_id}").owner_url)
    with owner.engine.begin() as connection:
        metadata.create_all(connection)
        protect(connection)
        yield catalogue(connection)
    owner.close()


def scripts() -> ScriptDirectory:
    return ScriptDirectory(str(Path(__file__).parents[2] / "migrations"))


def test_there_is_one_newest_revision() -> None:
    assert len(scripts().get_heads()) == 1
    assert len(scripts().get_bases()) == 1


def test_every_revision_goes_up_and_down_and_up_again(empty: Database, created: Catalogue) -> None:
    revisions = [script.revision for script in scripts().walk_revisions()][::-1]
    for revision in revisions:
        with empty.engine.begin() as connection:
            upgrade(connection, revision)
        with empty.engine.begin() as connection:
            once = catalogue(connection)
            downgrade(connection, "-1")
        with empty.engine.begin() as connection:
            upgrade(connection, revision)
            assert catalogue(connection) == once
    with empty.engine.begin() as connection:
        assert catalogue(connection) == created
        downgrade(connection, "base")
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
    with empty.engine.begin() as connection:
        upgrade(connection)
        assert catalogue(connection) == created


def test_the_revisions_make_what_the_models_say(empty: Database, created: Catalogue) -> None:
    with empty.engine.begin() as connection:
        upgrade(connection)
        # Alembic's own comparison sees types and columns, the catalogues also see the guards.
        command.check(configured(connection))
        migrated = catalogue(connection)
    assert migrated == created


def test_the_comparison_sees_a_guard_that_is_missing(
    empty: Database, created: Catalogue, dialect: str
) -> None:
    on = " ON audit_event" if dialect == "postgresql" else ""
    with empty.engine.begin() as connection:
        upgrade(connection)
        connection.execute(text(f"DROP TRIGGER guard_audit_event_update{on}"))
        assert catalogue(connection) != created
        # The next migration brings it back, whatever took it away.
        upgrade(connection)
        assert catalogue(connection) == created


def test_migrating_again_changes_nothing(apart: Settings) -> None:
    database = Database(apart.owner_url)
    with database.engine.begin() as connection:
        before = catalogue(connection)
    migrate(apart)
    with database.engine.begin() as connection:
        assert catalogue(connection) == before
        assert connection.scalar(text("SELECT count(*) FROM place")) == 3355
    database.close()


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE entity ADD COLUMN planted text",
        "ALTER TABLE entity DISABLE TRIGGER ALL",
        "ALTER TABLE entity OWNER TO CURRENT_USER",
        "DROP TABLE scan",
        "TRUNCATE scan",
        "CREATE TABLE planted (id int)",
        "CREATE TABLE public.planted (id int)",
        "CREATE INDEX planted ON entity (name)",
        "CREATE TRIGGER planted BEFORE INSERT ON entity EXECUTE FUNCTION ocop_refuse_change()",
        "CREATE FUNCTION public.planted() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA planted",
        "UPDATE alembic_version SET version_num = 'planted'",
    ],
)
def test_the_application_changes_rows_and_never_tables(
    apart: Settings, dialect: str, statement: str
) -> None:
    if dialect == "sqlite":
        pytest.skip("SQLite has no roles")
    database = Database(apart.database_url)
    with pytest.raises(ProgrammingError) as caught, database.begin() as db:
        db.execute(text(statement))
    database.close()
    assert getattr(caught.value.orig, "sqlstate", "") == "42501"
