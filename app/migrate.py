from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from app.config import Settings
from app.fences import FENCES, READINGS
from app.kit import fences, guards
from app.kit.db import Database
from app.places.actions import load_places
from app.products.issuer_actions import load_issuers
from app.products.subgroup_actions import load_subgroups
from app.tables import metadata

_ROOT = Path(__file__).parent.parent


def migrate(settings: Settings) -> None:
    """Bring the database to the newest revision, with guards, grants, places and OCOP's lists.

    Runs as the owner; safe to run while the application serves, and to run again.
    """
    database = Database(settings.owner_url)
    try:
        with database.engine.execution_options(write=True).begin() as connection:
            upgrade(connection)
            if database.dialect == "postgresql":
                _grant(connection, settings)
        with database.begin() as db:
            load_places(db)
            load_subgroups(db)
            load_issuers(db)
    finally:
        database.close()


def upgrade(connection: Connection, revision: str = "head") -> None:
    command.upgrade(configured(connection), revision)
    protect(connection)


def downgrade(connection: Connection, revision: str) -> None:
    """Go back to an older revision; the application must not be served meanwhile."""
    fences.lower(connection)
    command.downgrade(configured(connection), revision)
    protect(connection)


def protect(connection: Connection) -> None:
    """Make guards and fences stand."""
    guards.install(connection, metadata)
    fences.install(connection, FENCES)


def _grant(connection: Connection, settings: Settings) -> None:
    """Give the roles of the application and of look-ups their rights, where they are apart."""
    names = (settings.owner_url, settings.database_url, settings.scan_url)
    owner, app, scan = (make_url(url).username if url else None for url in names)
    if app and app != owner:
        guards.grant(connection, app)
    if scan and scan not in {owner, app}:
        fences.grant_reading(connection, scan, READINGS)


def configured(connection: Connection) -> Config:
    config = Config(_ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    return config
