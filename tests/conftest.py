import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fastapi import FastAPI
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from app.config import Settings
from app.entities.models import Entity
from app.identity.rules import Belonging, Role
from app.keyfile import make_keys
from app.kit.db import Database
from app.migrate import migrate
from app.wiring import create_app
from tests import make, servers
from tests.client import Client


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--databases", default="sqlite,postgresql", help="which databases to test against"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL before the processes of this run, which share it."""
    if "postgresql" in config.getoption("--databases") and not config.option.collectonly:
        servers.postgresql_admin_url()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "dialect" in metafunc.fixturenames:
        names = metafunc.config.getoption("--databases").split(",")
        metafunc.parametrize("dialect", names, scope="session")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the engines a test need not run on; begin with what takes long and shares nothing,
    so that no process waits for it in the end.
    """
    names = config.getoption("--databases").split(",")
    items[:] = [item for item in items if _dialect_of(item) in _engines_for(item, names)]
    items.sort(key=lambda item: not (_dialect_of(item) is None and item.get_closest_marker("slow")))


def _dialect_of(item: pytest.Item) -> str | None:
    call = getattr(item, "callspec", None)
    return None if call is None else call.params.get("dialect")


def _engines_for(item: pytest.Item, names: list[str]) -> list[str | None]:
    chosen = item.get_closest_marker("on")
    wanted = [name for name in names if chosen is None or name in chosen.args]
    return [*(wanted or names[:1]), None]


@pytest.fixture(scope="session")
def settings(dialect: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Settings:
    """Settings of a migrated database, made once a session for each engine."""
    folder = tmp_path_factory.mktemp(dialect)
    return migrated_settings(dialect, folder, f"ocop_test_{worker_id}")


def migrated_settings(dialect: str, folder: Path, name: str) -> Settings:
    """Return settings of a database of its own: a copy of one that this process migrated."""
    if dialect == "postgresql":
        return new_settings(dialect, folder, name, template=_migrated_postgresql())
    (folder / "test.sqlite").write_bytes(_migrated_sqlite())
    return new_settings(dialect, folder, name)


@cache
def _migrated_postgresql() -> str:
    name = f"ocop_migrated_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with TemporaryDirectory() as folder:
        migrate(new_settings("postgresql", Path(folder), name))
    return name


@cache
def _migrated_sqlite() -> bytes:
    with TemporaryDirectory() as folder:
        migrate(new_settings("sqlite", Path(folder), ""))
        return (Path(folder) / "test.sqlite").read_bytes()


def new_settings(dialect: str, folder: Path, name: str, template: str = "template0") -> Settings:
    """Return settings of a new database of that engine, an empty one but for its template."""
    owner = app = scan = f"sqlite:///{folder / 'test.sqlite'}"
    if dialect == "postgresql":
        owner, app, scan = servers.make_postgresql(name, template)
    make_keys(folder / "keys.json")
    return Settings(
        database_url=app,
        owner_url=owner,
        scan_url=scan,
        base_url="https://ocop.test",
        keys_file=folder / "keys.json",
        files=folder / "files",
        work_in_process=False,
    )


@pytest.fixture(scope="session")
def real_database(settings: Settings) -> Iterator[Database]:
    """The migrated database itself; nothing may be committed here, for every test reads it."""
    database = Database(settings.database_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def racing_database(
    dialect: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Database]:
    """A database of its own for tests of several connections: what they commit stays there."""
    folder = tmp_path_factory.mktemp("race")
    settings = migrated_settings(dialect, folder, f"ocop_race_{worker_id}")
    database = Database(settings.database_url)
    yield database
    database.close()


@pytest.fixture
def connection(real_database: Database) -> Iterator[Connection]:
    """A connection in a transaction that is rolled back after the test."""
    with real_database.engine.connect() as connection:
        outer = connection.begin()
        yield connection
        outer.rollback()


@pytest.fixture
def database(connection: Connection) -> Database:
    """A database whose transactions are savepoints, all rolled back after the test."""
    return Database.over(connection)


@pytest.fixture
def public(connection: Connection) -> Database:
    """The same database as look-ups read it."""
    return Database.over(connection, role=servers.SCAN)


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.session(write=True) as session:
        yield session


class Clock:
    """The time, as the test sets it."""

    def __init__(self) -> None:
        self.now = make.NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(settings: Settings, database: Database, public: Database, clock: Clock) -> FastAPI:
    made = create_app(settings, clock=clock, database=database, public=public)
    # On a busy machine even small files may take a while; their tests say what they ask of it.
    made.state.open_data.patience = 60
    return made


@dataclass(frozen=True)
class Cast:
    """The fixed cast: an entity with its owner and worker, a stranger, and the Department."""

    entity: Entity
    other: Entity
    owner: make.Person
    colleague: make.Person
    outsider: make.Person
    officer: make.Person
    approver: make.Person
    inspector: make.Person


@pytest.fixture
def cast(database: Database) -> Cast:
    return cast_in(database)


def cast_in(database: Database) -> Cast:
    with database.begin() as db:
        ours = make.entity(db, name="Hợp tác xã Tôm khô Rạch Gốc")
        theirs = make.entity(db, name="Hộ kinh doanh Mắm Út Hoà")
        return Cast(
            entity=ours,
            other=theirs,
            owner=make.person(db, "Chị Chủ", entity=ours),
            colleague=make.person(db, "Anh Thợ", entity=ours, belonging=Belonging.WORKER),
            outsider=make.person(db, "Người Ngoài", entity=theirs),
            officer=make.person(db, "Cán bộ Lan", Role.OFFICER),
            approver=make.person(db, "Phó phòng Minh", Role.APPROVER),
            inspector=make.person(db, "Thanh tra Hải", Role.INSPECTOR),
        )


Visit = Callable[..., Client]


@pytest.fixture
def visit(app: FastAPI) -> Iterator[Visit]:
    """Open a client: `visit()` for the public, `visit(api=person)`, `visit(page=person)`."""
    opened: list[Client] = []

    def open_client(*, api: make.Person | None = None, page: make.Person | None = None) -> Client:
        client = Client(app)
        opened.append(client)
        if api is not None:
            client.with_key(api.key)
        if page is not None:
            client.with_session(page.session)
        return client

    yield open_client
    for client in opened:
        client.close()


@pytest.fixture(scope="session")
def worker_id() -> str:
    """The number of this pytest-xdist process, or "main"."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")
