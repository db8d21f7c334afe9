from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from app.config import Settings
from app.kit import guards
from app.kit.db import Database
from app.places.actions import load_places
from app.tables import metadata

_ROOT = Path(__file__).parent.parent


def migrate(settings: Settings) -> None:
    """Bring the database to the newest revision, with guards, grants and the table of places.

    Runs as the owner; safe to run while the application serves, and to run again.
    """
    database = Database(settings.owner_url)
    try:
        with database.engine.execution_options(write=True).begin() as connection:
            upgrade(connection)
            app_role = make_url(settings.database_url).username
            if database.dialect == "postgresql" and app_role != database.url.username:
                guards.grant(connection, app_role or "")
        with database.begin() as db:
            load_places(db)
    finally:
        database.close()


def upgrade(connection: Connection, revision: str = "head") -> None:
    command.upgrade(configured(connection), revision)
    guards.install(connection, metadata)


def configured(connection: Connection) -> Config:
    config = Config(_ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    return config
