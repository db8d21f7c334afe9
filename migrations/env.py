from alembic import context
from sqlalchemy import Connection

from app.config import Settings
from app.kit import fences
from app.kit.db import Database, UtcDateTime
from app.kit.fences import EVERYTHING
from app.migrate import protect
from app.tables import metadata

# SQLite can't alter most things in place: batch mode copies the table, and drops its triggers.
# That is why the guards are installed again after every run.


def plain_type(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column type as the plain one it stores: revisions import nothing of ours."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # The fences stand before the owner too, and a revision may have rows to change.
        connection.exec_driver_sql(EVERYTHING.statement())
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=plain_type,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    database = Database(Settings.from_env().owner_url)
    with database.engine.begin() as own:
        fences.lower(own)
        run(own)
        protect(own)
    database.close()
