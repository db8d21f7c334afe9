from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, Response

from app.config import Settings
from app.entities.models import Entity
from app.identity.models import AccountRole
from app.identity.rules import Role
from app.kit.db import Database, on_refusal
from app.kit.errors import Conflict
from app.kit.forms import Form
from app.kit.web import MAX_BODY, Databases, Db, Edge, front_door
from app.wiring import create_app
from tests import make
from tests.client import Client, answers_alike, client_for
from tests.conftest import Cast, Visit


class Planted(Conflict):
    """A refusal planted by the test"""

    code = "kit.planted"


# Nobody is asked who he is here, so the routes would see and write nothing.
router = APIRouter(prefix="/api/v1/edge", route_class=Edge, dependencies=[Depends(front_door)])


def write(db: Session, name: str) -> None:
    make.entity(db, name=name)


@router.post("/answer/{status}")
def answer(db: Db, status: int) -> Response:
    write(db, "answered")
    on_refusal(db, lambda after: write(after, "kept"))
    return JSONResponse({}, status)


@router.post("/refuse")
def refuse(db: Db) -> Response:
    write(db, "refused")
    on_refusal(db, lambda after: write(after, "kept"))
    raise Planted


@router.post("/break")
def break_down(db: Db) -> Response:
    write(db, "broken")
    on_refusal(db, lambda after: write(after, "kept"))
    raise ZeroDivisionError


@router.post("/dangling")
def dangle(db: Db) -> Response:
    """Answer 201 over a row that the database itself refuses when it commits."""
    if db.get_bind().dialect.name == "sqlite":
        db.execute(text("PRAGMA defer_foreign_keys = ON"))
    else:
        db.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    db.add(AccountRole(account_id=987_654_321, role=Role.OFFICER))
    db.flush()
    return JSONResponse({"made": True}, 201)


@router.get("/write")
def write_in_get(db: Db) -> Response:
    write(db, "written by a GET")
    return JSONResponse({})


@router.get("/own")
def write_in_own(database: Databases) -> Response:
    with database.begin() as db:
        write(db, "written on purpose")
    return JSONResponse({})


@router.post("/form")
def form(sent: Form) -> dict[str, int]:
    return {"size": sum(len(content) for _, content in sent.files.values())}


@router.get("/cut")
def cut(request: Request, db: Db) -> Response:
    """Have the server end this very connection in the middle of the work."""
    db.execute(text("SELECT 1"))
    request.app.state.cut(db)
    db.execute(text("SELECT 1"))
    return JSONResponse({})


@pytest.fixture
def planted(app: FastAPI) -> FastAPI:
    app.include_router(router)
    return app


@pytest.fixture
def names(database: Database) -> Callable[[], set[str]]:
    def read() -> set[str]:
        with database.begin(write=False) as db:
            return set(db.scalars(select(Entity.name)))

    return read


Names = Callable[[], set[str]]


@pytest.fixture
def client(planted: FastAPI) -> Iterator[Client]:
    with client_for(planted) as opened:
        yield opened


def test_an_answer_that_is_good_is_committed(client: Client, names: Names) -> None:
    assert client.post("/api/v1/edge/answer/201").status_code == 201
    assert names() == {"answered"}


@pytest.mark.parametrize("status", [400, 404, 409, 422, 500, 503])
def test_an_answer_of_400_and_above_rolls_back_and_keeps_its_refusal(
    client: Client, names: Names, status: int
) -> None:
    assert client.post(f"/api/v1/edge/answer/{status}").status_code == status
    assert names() == {"kept"}


def test_a_refusal_rolls_back_and_keeps_what_it_asked_for(client: Client, names: Names) -> None:
    assert client.post("/api/v1/edge/refuse").status_code == 409
    assert names() == {"kept"}


def test_a_fault_rolls_back_and_keeps_nothing(client: Client, names: Names) -> None:
    assert client.post("/api/v1/edge/break").status_code == 500
    assert names() == set()


@pytest.fixture
def full_disk() -> Iterator[None]:
    """Have every commit of a session fail."""

    def fail(_session: Session) -> None:
        raise OSError(28, "No space left on device")

    event.listen(Session, "before_commit", fail)
    yield
    event.remove(Session, "before_commit", fail)


@pytest.mark.usefixtures("full_disk")
def test_a_commit_that_fails_after_the_answer_was_made_is_no_success(
    client: Client, database: Database
) -> None:
    told = client.post("/api/v1/edge/answer/201")
    assert (told.status_code, told.json()["code"]) == (500, "unexpected")
    with database.session(write=False) as db:
        assert db.scalar(select(func.count()).select_from(Entity)) == 0


@pytest.fixture
def real(apart: Settings) -> Iterator[Client]:
    """A client of an application over a database that really commits."""
    made = create_app(apart)
    made.include_router(router)
    made.state.cut = lambda db: end_connection(apart, db)
    with client_for(made) as opened:
        yield opened
    made.state.site.close()


def end_connection(apart: Settings, db: Session) -> None:
    number = db.scalar(text("SELECT pg_backend_pid()"))
    other = Database(apart.database_url)
    with other.begin() as admin:
        assert admin.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": number})
    other.close()


def let_references_wait(apart: Settings) -> None:
    """Have PostgreSQL look at the references of `account_role` only when it commits."""
    owner = Database(apart.owner_url)
    with owner.begin() as db:
        name = "fk_account_role_account_id"
        db.execute(text(f"ALTER TABLE account_role ALTER CONSTRAINT {name} DEFERRABLE"))
    owner.close()


def test_what_the_database_refuses_at_commit_is_no_success(real: Client, apart: Settings) -> None:
    told = real.post("/api/v1/edge/dangling")
    assert (told.status_code, told.json()["code"]) == (409, "already_there")
    database = Database(apart.database_url)
    with database.begin(write=False) as db:
        rows = db.scalar(select(func.count()).select_from(AccountRole))
    database.close()
    assert rows == 0


def test_a_get_can_not_write_unless_it_opens_a_transaction_for_it(real: Client) -> None:
    # A fault of ours, not an outage: trying again would not help.
    assert real.get("/api/v1/edge/write").status_code == 500
    assert real.get("/api/v1/edge/own").status_code == 200
    assert real.get("/api/v1/edge/write").status_code == 500


def test_a_connection_that_ends_in_the_middle_is_an_outage_that_passes(
    real: Client, dialect: str
) -> None:
    if dialect == "sqlite":
        pytest.skip("SQLite has no connection to lose")
    told = real.get("/api/v1/edge/cut")
    assert (told.status_code, told.json()["code"]) == (503, "unavailable")
    assert real.get("/api/v1/communes").status_code == 200


@pytest.mark.parametrize("size", [MAX_BODY - 1000, MAX_BODY])
def test_a_body_is_read_up_to_the_limit(client: Client, size: int) -> None:
    told = client.post("/api/v1/edge/form", files={"file": ("a.jpg", b"x" * size)})
    if size == MAX_BODY:
        assert (told.status_code, told.json()["code"]) == (413, "too_large")
    else:
        assert told.json() == {"size": size}


def test_a_body_without_an_end_is_refused_before_it_fills_the_memory(client: Client) -> None:
    sent = 0

    async def endless() -> Any:  # noqa: ANN401 - an asynchronous generator of bytes
        nonlocal sent
        while True:
            sent += 65_536
            yield b"x" * 65_536

    told = client.post("/api/v1/edge/form", content=endless())
    assert told.status_code == 413
    assert sent <= MAX_BODY + 2 * 65_536


def test_head_of_one_record_and_of_what_is_not_there(visit: Visit, cast: Cast) -> None:
    client = visit(page=cast.officer)
    for path in (f"/office/entities/{cast.entity.id}", "/office/entities/999999", "/nowhere"):
        assert answers_alike(client.get(path), client.head(path))
