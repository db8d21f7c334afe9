"""What `ocop doctor` looks at: each check says what it found and how to mend it."""

from collections.abc import Iterator
from dataclasses import dataclass

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.config import Settings
from app.fences import FENCES
from app.keyfile import BadKeys, load_keyring
from app.kit import fences
from app.kit.db import Database
from app.kit.errors import DomainError
from app.kit.i18n import Translator
from app.migrate import configured
from app.stamps.batch_queries import list_moved, list_runs
from app.stamps.ledger import LedgerBroken, replay
from app.stamps.models import Batch
from app.stamps.queries import check_roots
from app.tables import metadata


@dataclass(frozen=True)
class Finding:
    """One check: whether it holds, and what to know about it."""

    check: str
    ok: bool
    detail: str


def examine(settings: Settings) -> list[Finding]:
    """Return what every check found; the database is only read."""
    database = Database(settings.database_url)
    try:
        with database.begin(write=False) as db:
            found = [*_database(db), *_fences(db), *_keys(db, settings), *_stamps(db)]
        return found + list(_look_ups(settings))
    except SQLAlchemyError as error:
        return [Finding("database", ok=False, detail=f"can't be used: {type(error).__name__}")]
    finally:
        database.close()


def _database(db: Session) -> Iterator[Finding]:
    connection = db.connection()
    there = set(inspect(connection).get_table_names())
    lacking = sorted(set(metadata.tables) - there)
    if lacking:
        yield Finding("tables", ok=False, detail="run `ocop migrate`: it lacks " + lacking[0])
        return
    now = MigrationContext.configure(connection).get_current_revision()
    head = ScriptDirectory.from_config(configured(connection)).get_current_head()
    yield Finding("revision", ok=now == head, detail=f"{now}, newest is {head}")
    guarded = [table.name for table in metadata.sorted_tables if table.info]
    catalogue = "sqlite_master WHERE type = 'trigger'"
    column = "tbl_name"
    if connection.dialect.name == "postgresql":
        catalogue, column = "pg_trigger WHERE NOT tgisinternal", "tgrelid::regclass::text"
    rows = db.scalars(text(f"SELECT DISTINCT {column} FROM {catalogue}"))  # noqa: S608 - our own constants
    held = set(rows) | _excluded(db)
    open_tables = [name for name in guarded if name not in held]
    detail = f"run `ocop migrate`: no guard on {open_tables}" if open_tables else "all stand"
    yield Finding("guards", ok=not open_tables, detail=detail)


def _excluded(db: Session) -> set[str]:
    if db.connection().dialect.name != "postgresql":
        return set()
    query = "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'x'"
    return set(db.scalars(text(query)))


def _fences(db: Session) -> Iterator[Finding]:
    connection = db.connection()
    if connection.dialect.name != "postgresql":
        detail = "SQLite has no row level security: the queries' own scoping is the defence"
        yield Finding("fences", ok=True, detail=detail)
        return
    unfenced = fences.list_unfenced(connection, FENCES)
    detail = f"run `ocop migrate`: no fence round {unfenced}" if unfenced else "all stand"
    yield Finding("fences", ok=not unfenced, detail=detail)
    yield _held("role", connection)


def _look_ups(settings: Settings) -> Iterator[Finding]:
    if settings.scan_url.startswith("sqlite") or not settings.scan_url:
        detail = "read with the application's role; on PostgreSQL, set DATABASE_SCAN_URL"
        yield Finding("look-ups", ok=True, detail=detail)
        return
    database = Database(settings.scan_url)
    try:
        with database.begin(write=False) as db:
            db.execute(select(Batch.secret).limit(1))
            yield _held("look-ups", db.connection())
    finally:
        database.close()


def _held(check: str, connection: Connection) -> Finding:
    ways = fences.list_ways_past(connection) if connection.dialect.name == "postgresql" else []
    detail = "; ".join(ways) + ": see docs/operations.md" if ways else "held by the fences"
    return Finding(check, ok=not ways, detail=detail)


def _keys(db: Session, settings: Settings) -> Iterator[Finding]:
    try:
        keyring = load_keyring(settings)
    except BadKeys as error:
        yield Finding("keys", ok=False, detail=str(error))
        return
    try:
        missing = check_roots(db, keyring=keyring)
    except DomainError as error:
        yield Finding("keys", ok=False, detail=error.explain(Translator("en")))
        return
    if missing:
        names = ", ".join(str(epoch) for epoch in missing)
        why = f"the root of epoch {names} is missing: its codes answer 503 until it is restored"
        yield Finding("keys", ok=False, detail=why)
        return
    yield Finding("keys", ok=True, detail=f"epochs {sorted(keyring.roots)}")


def _stamps(db: Session) -> Iterator[Finding]:
    """Prove for each batch that its movements replayed give its spans."""
    issued = select(Batch.id).where(Batch.first.is_not(None)).order_by(Batch.id)
    wrong = [batch_id for batch_id in db.scalars(issued) if not _adds_up(db, batch_id)]
    detail = f"movements and spans differ in batches {wrong}" if wrong else "movements give spans"
    yield Finding("stamps", ok=not wrong, detail=detail)


def _adds_up(db: Session, batch_id: int) -> bool:
    try:
        return replay(list_moved(db, batch_id=batch_id)) == list_runs(db, batch_id=batch_id)
    except LedgerBroken:
        return False
