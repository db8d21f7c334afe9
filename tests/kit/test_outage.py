"""The database goes away while people use the service, and comes back."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from app.config import Settings
from app.migrate import migrate
from app.wiring import create_app
from tests import servers
from tests.client import Client, client_for

Gone = Callable[[], AbstractContextManager[None]]


@contextmanager
def postgresql_gone(name: str) -> Iterator[None]:
    """Have the server end the application's connections and take no new ones."""
    allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"
    with psycopg.connect(servers.postgresql_admin_url(), autocommit=True) as admin:
        admin.execute(allow.format(sql.Identifier(name), sql.Literal(False)))
        admin.execute(end, [name])
        try:
            yield
        finally:
            admin.execute(allow.format(sql.Identifier(name), sql.Literal(True)))


@contextmanager
def file_gone(path: Path) -> Iterator[None]:
    """Take the folder of the database away, as when a disk is not mounted."""
    away = path.parent.with_name("away")
    path.parent.rename(away)
    try:
        yield
    finally:
        away.rename(path.parent)


@pytest.fixture
def served(apart: Settings, dialect: str, tmp_path: Path) -> Iterator[tuple[Client, Gone]]:
    """A client of a running application, and a way to take its database away."""
    if dialect == "sqlite":
        path = tmp_path / "disk" / "ocop.sqlite"
        path.parent.mkdir()
        apart = replace(apart, database_url=f"sqlite:///{path}", owner_url=f"sqlite:///{path}")
        migrate(apart)

        def gone() -> AbstractContextManager[None]:
            return file_gone(path)
    else:

        def gone() -> AbstractContextManager[None]:
            return postgresql_gone(make_url(apart.database_url).database or "")

    made = create_app(apart)
    with client_for(made) as client:
        client.with_session("no session, but one the database is asked about")
        yield client, gone
    made.state.site.close()


def test_while_the_database_is_away_everything_says_so_and_then_it_recovers(
    served: tuple[Client, Gone], dialect: str
) -> None:
    client, gone = served
    if dialect == "postgresql":
        # Connections that stand are the harder case; a file that is open stays readable.
        assert client.get("/api/v1/communes").status_code == 200
    with gone():
        told = client.get("/api/v1/communes", headers={"accept-language": "en"})
        assert (told.status_code, told.headers["retry-after"]) == (503, "5")
        assert told.headers["content-type"] == "application/problem+json"
        assert told.json()["code"] == "unavailable"
        assert told.json()["title"] == "The service can't answer just now"
        page = client.get("/office/entities")
        assert (page.status_code, page.headers["retry-after"]) == (503, "5")
        assert "<h1>Dịch vụ tạm thời chưa trả lời được</h1>" in page.text
        for path in ("/api/v1/entities", "/sign-in", "/enrol/ABCD"):
            form = {"phone": "0912345678", "password": "something", "again": "something"}
            assert client.post(path, data=form).status_code == 503
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
    assert client.get("/api/v1/communes").status_code == 200
    assert client.get("/office/entities").status_code == 303
