"""Every route against everybody: strangers learn nothing, and each role does its own work only."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session
from starlette.routing import Route

from app.config import Settings
from app.identity.actions import make_link
from app.identity.models import ApiKey
from app.identity.rules import Actor, Role
from app.kit.db import Database
from app.kit.fences import EVERYTHING, Scope
from app.kit.web import SAFE
from app.routes import ROUTERS
from app.wiring import create_app
from tests import make, servers
from tests.client import Client, answers_alike, client_for
from tests.conftest import Cast, Clock, Visit, cast_in
from tests.journeys.offers import QUERIES, offer
from tests.parts import parts_of

# owner, worker, officer, approver, administrator, inspector, agency reader, mark manager, and
# an outsider, who owns another entity.
EVERYBODY = "owfpairmx"
OFFICERS, DEPARTMENT, STRANGERS = "fpa", "fpair", "mx"
KEEPERS = "ow" + DEPARTMENT
FENCED = {who: pytest.mark.on("sqlite") for who in "wpairm"}
PUBLIC = """
GET /healthz /readyz /metrics /docs /sign-in /enrol /enrol/{token} /pictures/{picture} /
    /t/{code} /T/{code} /api/v1/communes /api/v1/verify/{code}
POST /sign-in /sign-out /enrol/{token}
"""
# Who gets more than "no" from each route. `+` stands for the address of the route before it.
ALLOWED = {
    EVERYBODY: """
        GET /account /office /office/rights /office/rights/{right_id} /office/lots /office/entities
            /app /app/today /app/lots /app/lots/new /app/activate /app/stamps
            /api/v1/entities /api/v1/products /api/v1/rights /api/v1/rights/{right_id}
            /api/v1/use-rights /api/v1/lots /api/v1/batches
        POST /account/keys /account/language /account/devices/{token_hash}/end
            /account/keys/{key_id}/revoke
    """,
    KEEPERS: """
        GET /api/v1/entities/{entity_id} /api/v1/products/{product_id}
            /api/v1/use-rights/{use_right_id} /api/v1/lots/{lot_id} /api/v1/lots/{lot_id}/entries
            /api/v1/batches/{batch_id} /api/v1/batches/{batch_id}/movements /photos/{name}
            /office/entities/{entity_id} /office/products /office/products/{product_id}
            /office/use-rights /office/use-rights/{use_right_id} /office/lots/{lot_id}
            /office/batches /office/batches/{batch_id} /app/lots/{lot_id} /app/activate/done
        POST /api/v1/spans/preview
    """,
    OFFICERS: """
        POST /api/v1/entities /api/v1/products /api/v1/rights /api/v1/use-rights
            /api/v1/products/{product_id}/standards +/{standard_id}/retire
            /api/v1/products/{product_id}/certificates +/{certificate_id}/revoke
            /api/v1/products/{product_id}/pictures +/{picture_id}/remove
            /api/v1/lots/{lot_id}/entries/{entry_id}/erase /api/v1/lots/{lot_id}/recall +/lift
            /api/v1/batches/{batch_id}/approve /api/v1/batches/{batch_id}/refuse
            /api/v1/batches/{batch_id}/issue /api/v1/batches/{batch_id}/handover
            /api/v1/stamps/{code}/suspicion +/lift /office/stamps/{code}/suspicion
            /office/entities/new /office/entities/{entity_id}/edit
            /office/products/new /office/products/{product_id}/edit
            /office/products/{product_id}/pictures +/{picture_id}/remove
            /office/products/{product_id}/certificates/new
            /office/products/{product_id}/certificates/{certificate_id}/revoke
            /office/products/{product_id}/standards/new
            /office/products/{product_id}/standards/{standard_id}/retire
            /office/rights/new /office/rights/{right_id}/edit
            /office/use-rights/new /office/use-rights/{use_right_id}/edit
            /office/use-rights/{use_right_id}/standing /office/accounts/new
            /office/accounts/{account_id}/link /office/accounts/{account_id}/close
            /office/accounts/{account_id}/open /office/lots/{lot_id}/recall +/lift
            /office/batches/new /office/batches/{batch_id}/approve
            /office/batches/{batch_id}/refuse /office/batches/{batch_id}/issue
            /office/batches/{batch_id}/handover /office/batches/{batch_id}/exports
            /office/batches/{batch_id}/void +/confirm
        PATCH /api/v1/entities/{entity_id} /api/v1/products/{product_id}
            /api/v1/rights/{right_id} /api/v1/use-rights/{use_right_id}
        GET /office/entities/new /office/entities/{entity_id}/edit /office/products/new
            /office/products/{product_id}/edit /office/products/{product_id}/certificates/new
            /office/products/{product_id}/certificates/{certificate_id}/revoke
            /office/products/{product_id}/standards/new /office/rights/new
            /office/rights/{right_id}/edit
            /office/use-rights/new /office/use-rights/{use_right_id}/edit
            /office/use-rights/{use_right_id}/standing /office/accounts /office/accounts/new
            /office/accounts/{account_id} /api/v1/batches/{batch_id}/export
            /api/v1/batches/{batch_id}/exports /api/v1/stamps/{code}/image.{kind}
            /office/batches/{batch_id}/exports +/{export_id}/file /office/batches/new
            /office/batches/{batch_id}/void
    """,
    DEPARTMENT: "GET /office/stamps /office/stamps/{code}",
    "o" + OFFICERS: """
        POST /api/v1/lots/{lot_id}/hold +/lift /app/lots/{lot_id}/hold +/lift /api/v1/batches
            /api/v1/spans/void /app/stamps/new
    """,
    "ow": """
        POST /api/v1/lots /api/v1/lots/{lot_id}/close /api/v1/lots/{lot_id}/entries
            /api/v1/lots/{lot_id}/photos /app/lots/{lot_id}/entries/new
            /app/lots/{lot_id}/entries/{entry_id}/correct /app/lots/new /app/lots/{lot_id}/edit
            /app/lots/{lot_id}/close /api/v1/spans/activate
        PATCH /api/v1/lots/{lot_id}
        GET /app/lots/{lot_id}/entries/new /app/lots/{lot_id}/entries/{entry_id}/correct
            /app/lots/{lot_id}/edit
    """,
    "o": "POST /api/v1/lots/{lot_id}/release",
    # The form comes back with the reason: a stranger's stamp is named there as such.
    "owmx": "POST /app/activate /app/activate/confirm",
    "ox": "GET /app/stamps/new",
}


def read(table: str) -> set[tuple[str, str]]:
    """Return the methods and paths of a table."""
    found, method, last = set(), "", ""
    for word in table.split():
        if word.isalpha():
            method = word
        else:
            last = last + word[1:] if word[0] == "+" else word
            found.add((method, last))
    return found


PARTS = parts_of("journeys")
OPEN = read(" ".join([PUBLIC, *(getattr(part, "PUBLIC", "") for part in PARTS)]))
TABLES = [ALLOWED, *(part.ALLOWED for part in PARTS)]
WHO = {
    route: frozenset(who)
    for allowed in TABLES
    for who, table in allowed.items()
    for route in read(table)
}


@dataclass(frozen=True)
class Records:
    """One tenant's records of every kind, and who asks for them."""

    connection: Connection
    ids: dict[str, Any]
    secrets: tuple[str, ...]
    people: dict[str, make.Person]


@dataclass(frozen=True)
class World(Records):
    """The records, and a client for each who asks for them."""

    clients: dict[str, tuple[Client, Client]]

    def ask(self, who: str, method: str, path: str) -> httpx.Response:
        """Send what belongs to a route, and take back whatever it changed."""
        api, page = self.clients[who]
        address = (path + QUERIES.get(path, "") * (method in SAFE or "new" in path)).format(
            **self.ids
        )
        before = self.connection.begin_nested()
        client = api if path.startswith("/api/") else page
        answer = client.request(method, address, **offer(method, path, self.ids))
        before.rollback()
        return answer


@pytest.fixture(scope="module")
def records(settings: Settings, real_database: Database) -> Iterator[Records]:
    """What is made once for all tests here, since each request is taken back."""
    with real_database.engine.connect() as connection:
        outer = connection.begin()
        yield records_in(connection, app_over(connection, settings))
        outer.rollback()


@pytest.fixture
def app(records: Records, settings: Settings) -> FastAPI:
    return app_over(records.connection, settings)


@pytest.fixture
def world(records: Records, visit: Visit) -> World:
    clients = {who: (visit(api=one), visit(page=one)) for who, one in records.people.items()}
    return World(**vars(records), clients=clients | {"-": (visit(), visit())})


def app_over(connection: Connection, settings: Settings) -> FastAPI:
    database, public = Database.over(connection), Database.over(connection, role=servers.SCAN)
    return create_app(settings, clock=Clock(), database=database, public=public)


def records_in(connection: Connection, app: FastAPI) -> Records:
    keyring, database = app.state.keyring, Database.over(connection)
    cast = cast_in(database)
    with database.begin() as db:
        product = make.product(db, of=cast.entity, name="Tôm khô Tuyệt Mật")
        mark = make.right(db, type="trademark", sign="TM", owner_entity_id=cast.entity.id)
        gi = make.right(db)
        batch = make.issued_batch(db, of=product, keyring=keyring, handed=60)
        lot = make.complete_lot(db, of=product, number="MAT-01")
        subject = make.person(db, "Nhân viên Kín", entity=cast.entity)
        people = everybody(db, cast)
        owned = select(ApiKey.id).where(ApiKey.account_id == cast.owner.account_id)
        ids: dict[str, Any] = {
            "entity_id": cast.entity.id,
            "product_id": product.id,
            "right_id": mark.id,
            "gi_id": gi.id,
            "use_right_id": make.use_right(db, of=gi, product=product).id,
            "batch_id": batch.id,
            "code": make.code(batch, 1, keyring=keyring),
            "kind": "svg",
            "lot_id": lot.id,
            "account_id": subject.account_id,
            "key_id": db.scalars(owned).one(),
            "token_hash": "0" * 64,
            "token": make_link(db, actor=make.SYSTEM, now=make.NOW, account_id=subject.account_id),
        }
        for part in PARTS:
            ids |= part.hung(db, ids, keyring) if hasattr(part, "hung") else {}
            if hasattr(part, "kept"):
                part.kept(app.state.files)
    with client_for(app) as owner, client_for(app) as officer:
        ids |= hung_on(owner.with_key(cast.owner.key), officer.with_key(cast.officer.key), ids)
    secrets = (cast.entity.name, product.name, lot.number, "Nhân viên Kín", subject.phone[-8:])
    return Records(connection, ids, secrets, people)


def everybody(db: Session, cast: Cast) -> dict[str, make.Person]:
    return {
        "o": cast.owner,
        "w": cast.colleague,
        "f": cast.officer,
        "p": cast.approver,
        "a": make.person(db, "Quản trị", Role.ADMINISTRATOR),
        "i": cast.inspector,
        "r": make.person(db, "Cơ quan khác", Role.READER),
        "m": make.person(db, "Chủ nhãn hiệu", Role.MARK_MANAGER),
        "x": cast.outsider,
    }


def hung_on(owner: Client, officer: Client, ids: dict[str, Any]) -> dict[str, Any]:
    """Add what hangs on the records, over the API."""
    product, lot = f"/api/v1/products/{ids['product_id']}", f"/api/v1/lots/{ids['lot_id']}"
    batch = f"/api/v1/batches/{ids['batch_id']}/export"
    picture = {"picture": ("a.jpg", make.picture(), "image/jpeg")}
    photo = {"photo": ("a.jpg", make.picture(color="red"), "image/jpeg")}
    certificate = {"stars": 4, "decision_no": "1", "issuer": "UBND", "valid_from": "2025-01-01"}
    standard = {"kind": "tccs", "number": "TCCS 01"}
    officer.get(f"{batch}?format=csv&reason=In")
    officer.get(f"/api/v1/allotments/{ids['allotment_id']}/export?format=csv&reason=In")
    pictured = officer.post(f"{product}/pictures", files=picture).json()
    return {
        "picture_id": pictured["id"],
        "standard_id": officer.post(f"{product}/standards", json=standard).json()["id"],
        "certificate_id": officer.post(f"{product}/certificates", json=certificate).json()["id"],
        "export_id": officer.get(f"{batch}s").json()[0]["id"],
        "entry_id": owner.get(f"{lot}/entries").json()["items"][0]["id"],
        "name": f"{owner.post(f'{lot}/photos', files=photo).json()['sha256']}-1280.jpg",
        "picture": pictured["webp"]["160"].rpartition("/")[2],
    }


def routes() -> Iterator[tuple[str, str]]:
    """Return every route that is served, by method and path."""
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, Route | APIRoute):
                # What names no methods answers them all, and to but reading with a refusal.
                for method in sorted((route.methods or {"GET"}) - {"HEAD"}):
                    path = route.path_format
                    yield method, path.replace("/pictures/{name}", "/pictures/{picture}")


def test_every_route_has_its_place_in_the_table() -> None:
    assert set(routes()) == OPEN | set(WHO)
    assert not OPEN & set(WHO)


def test_what_is_public_needs_nobody(world: World) -> None:
    for method, path in sorted(OPEN - {("POST", "/sign-in")}):
        assert world.ask("-", method, path).status_code in {200, 201, 204, 303, 307}, path


@pytest.mark.on("sqlite")
def test_what_is_not_public_needs_somebody(world: World) -> None:
    for method, path in WHO:
        answer = world.ask("-", method, path)
        if path.startswith("/api/"):
            assert answer.status_code == 401, path
        elif path == "/photos/{name}":
            assert answer.status_code == 404
        else:
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/sign-in?after="), path


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("who", "-fo")
def test_head_answers_as_get_does_on_every_route(world: World, who: str) -> None:
    def differs(path: str) -> bool:
        return not answers_alike(world.ask(who, "GET", path), world.ask(who, "HEAD", path))

    # What tells the time may turn between the two; it does not turn twice at once. The figures of
    # the process count the very requests that ask for them.
    paths = {path for method, path in OPEN | set(WHO) if method == "GET"} - {"/metrics"}
    assert [path for path in sorted(paths) if differs(path) and differs(path)] == []


def learned(world: World, who: str) -> tuple[set[tuple[str, str]], list[tuple[str, str]]]:
    """Return the routes that give more than "no", and those whose answers tell a secret."""
    got, told = set(), []
    for route in WHO:
        answer = world.ask(who, *route)
        assert answer.status_code < 500, route
        if answer.status_code not in {401, 403, 404}:
            got.add(route)
        # The register of rights says to everybody who owns them.
        secrets = world.secrets[1:] if "/rights/" in route[1] else world.secrets
        if any(one in answer.text for one in secrets):
            told.append(route)
    return got, told


# All of them where the queries' scoping stands alone; with the fence behind it who has the most.
@pytest.mark.parametrize("who", [pytest.param(who, marks=FENCED.get(who, ())) for who in EVERYBODY])
def test_each_role_does_its_own_work_only(world: World, who: str) -> None:
    got, told = learned(world, who)
    assert got == {route for route, allowed in WHO.items() if who in allowed}
    assert who not in STRANGERS or told == []


@pytest.fixture
def unscoped(monkeypatch: pytest.MonkeyPatch, dialect: str) -> None:
    """Have every query of the application read everybody's records, whoever asks."""
    if dialect == "sqlite":
        pytest.skip("SQLite has no row level security: the queries' scoping is the defence")
    monkeypatch.setattr(Actor, "sees", lambda _actor, _entity_id: True)
    monkeypatch.setattr(Actor, "scope", lambda _actor: None)


@pytest.mark.usefixtures("unscoped")
@pytest.mark.parametrize("who", STRANGERS)
def test_strangers_learn_nothing_where_the_fence_alone_stands(world: World, who: str) -> None:
    got, told = learned(world, who)
    assert got <= {route for route, allowed in WHO.items() if who in allowed}
    assert told == []


@pytest.mark.usefixtures("unscoped")
def test_without_scoping_and_fence_strangers_would_learn_much(world: World, app: FastAPI) -> None:
    async def everything(_request: Request) -> Scope:
        return EVERYTHING

    app.state.site = replace(app.state.site, scope_of=everything)
    _, told = learned(world, "x")
    assert len(told) > 10
