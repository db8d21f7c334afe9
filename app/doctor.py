"""What `ocop doctor` looks at: each check says what it found and how to mend it."""

from collections.abc import Iterator
from dataclasses import dataclass

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.config import Settings
from app.keyfile import BadKeys, load_keyring
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
            return [*_database(db), *_keys(db, settings), *_stamps(db)]
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
