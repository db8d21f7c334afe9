from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.config import Settings
from app.entities.models import Entity
from app.identity.models import Idempotency
from app.identity.rules import Role
from app.kit.db import Database
from app.wiring import create_app
from tests import make
from tests.client import Client, client_for
from tests.conftest import Cast, Visit

PATH = "/api/v1/entities"
NEW = {"name": "HTX Ba khía Rạch Gốc", "kind": "cooperative", "tax_no": "2009999999"}
KEY = {"idempotency-key": "3f7f6b1c-5a55-4a53-9f3e-0d8f3f7b8f10"}


def count(database: Database, name: str) -> int:
    with database.begin(write=False) as db:
        query = select(func.count()).select_from(Entity).where(Entity.name == name)
        return db.scalar(query) or 0


def test_a_repeat_gets_the_first_answer_and_does_nothing(
    visit: Visit, cast: Cast, database: Database
) -> None:
    client = visit(api=cast.officer)
    first = client.post(PATH, json=NEW, headers=KEY)
    again = client.post(PATH, json=NEW, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["content-type"] == first.headers["content-type"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert count(database, NEW["name"]) == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", PATH, NEW | {"name": "Khác"}),
        ("POST", f"{PATH}?lang=en", NEW),
        ("POST", "/api/v1/products", NEW),
        ("PATCH", f"{PATH}/{{id}}", NEW),
    ],
)
def test_a_key_used_for_something_else_is_refused(
    visit: Visit, cast: Cast, method: str, path: str, body: dict[str, str]
) -> None:
    client = visit(api=cast.officer)
    added = client.post(PATH, json=NEW, headers=KEY).json()
    other = client.request(method, path.format(**added), json=body, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "identity.key_reused")


def test_a_failure_is_not_kept_so_the_repeat_may_succeed(
    visit: Visit, cast: Cast, database: Database
) -> None:
    client = visit(api=cast.officer)
    taken = client.post(PATH, json=NEW).json()
    for _ in range(2):
        assert client.post(PATH, json=NEW, headers=KEY).status_code == 409
    wrong = NEW | {"kind": "guild"}
    assert client.post(PATH, json=wrong, headers=KEY).status_code == 422
    client.patch(f"{PATH}/{taken['id']}", json={"tax_no": ""})
    assert client.post(PATH, json=NEW, headers=KEY).status_code == 201
    assert count(database, NEW["name"]) == 2


def test_a_repeated_file_is_the_same_request_though_its_boundary_is_another(
    visit: Visit, cast: Cast, database: Database
) -> None:
    with database.begin() as db:
        product = make.product(db, of=cast.entity)
    client, path = visit(api=cast.officer), f"/api/v1/products/{product.id}/pictures"

    def send(color: str) -> httpx.Response:
        picture = ("a.jpg", make.picture(size=(90, 80), color=color), "image/jpeg")
        return client.post(path, files={"picture": picture}, headers=KEY)

    first, again, other = send("teal"), send("teal"), send("red")
    assert first.request.headers["content-type"] != again.request.headers["content-type"]
    assert (first.status_code, again.content) == (201, first.content)
    assert (other.status_code, other.json()["code"]) == (422, "identity.key_reused")


def test_keys_are_each_accounts_own(visit: Visit, cast: Cast, database: Database) -> None:
    with database.begin() as db:
        other = make.person(db, "Cán bộ Hai", Role.OFFICER)
    plain = {"name": "Cơ sở trùng tên", "kind": "household"}
    for person in (cast.officer, other):
        assert visit(api=person).post(PATH, json=plain, headers=KEY).status_code == 201
    assert count(database, "Cơ sở trùng tên") == 2


def test_a_stranger_can_not_read_an_answer_by_its_key(visit: Visit, cast: Cast) -> None:
    visit(api=cast.officer).post(PATH, json=NEW, headers=KEY)
    assert visit().post(PATH, json=NEW, headers=KEY).status_code == 401
    assert visit(api=cast.owner).post(PATH, json=NEW, headers=KEY).status_code == 403


def test_a_key_may_have_two_hundred_characters(visit: Visit, cast: Cast) -> None:
    client = visit(api=cast.officer)
    fits = client.post(PATH, json=NEW, headers={"idempotency-key": "k" * 200})
    longer = client.post(PATH, json=NEW, headers={"idempotency-key": "k" * 201})
    assert (fits.status_code, longer.status_code) == (201, 422)
    assert longer.json()["code"] == "identity.key_too_long"


def test_reading_ignores_the_key(visit: Visit, cast: Cast, database: Database) -> None:
    client = visit(api=cast.officer)
    assert [client.get(PATH, headers=KEY).status_code for _ in range(2)] == [200, 200]
    with database.begin(write=False) as db:
        assert db.scalar(select(func.count()).select_from(Idempotency)) == 0


Race = Callable[[list[dict[str, str]]], list[httpx.Response]]


@pytest.fixture
def race(apart: Settings) -> Iterator[Race]:
    """Send one entity each from several processes' worth of applications, at one moment."""
    databases = [Database(apart.database_url) for _ in range(6)]
    with databases[0].begin() as db:
        person = make.person(db, "Cán bộ Đua", Role.OFFICER)

    def send(work: tuple[Database, dict[str, str], str, Barrier]) -> httpx.Response:
        database, body, key, start = work
        with client_for(create_app(apart, database=database)) as client:
            ready: Client = client.with_key(person.key)
            ready.get(PATH)
            start.wait(timeout=60)
            return ready.post(PATH, json=body, headers={"idempotency-key": key})

    def run(bodies: list[dict[str, str]]) -> list[httpx.Response]:
        start = Barrier(len(bodies))
        work = [(databases[i], body, "the same", start) for i, body in enumerate(bodies)]
        with ThreadPoolExecutor(len(bodies)) as threads:
            return list(threads.map(send, work))

    yield run
    for database in databases:
        database.close()


def test_of_repeats_at_one_moment_one_acts_and_all_get_its_answer(
    race: Race, apart: Settings
) -> None:
    answers = race([{"name": "Đua cùng", "kind": "household"}] * 6)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 5
    database = Database(apart.database_url)
    assert count(database, "Đua cùng") == 1
    database.close()


def test_of_different_requests_with_one_key_at_one_moment_one_acts(
    race: Race,
) -> None:
    answers = race([{"name": f"Đua {i}", "kind": "household"} for i in range(6)])
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 5
    assert {a.json()["code"] for a in answers if a.status_code == 422} == {"identity.key_reused"}


def test_the_audit_trail_is_numbered_without_gaps_or_twins(race: Race, apart: Settings) -> None:
    race([{"name": "Đua sau", "kind": "household"}] * 6)
    database = Database(apart.database_url)
    with database.begin(write=False) as db:
        numbers = list(db.scalars(select(AuditEvent.seq).order_by(AuditEvent.seq)))
    database.close()
    assert numbers == list(range(1, len(numbers) + 1))
