from collections.abc import Iterator
from datetime import timedelta
from http.cookies import SimpleCookie
from time import perf_counter

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.identity.access import PLAIN_COOKIE, SECURE_COOKIE
from app.identity.actions import hash_password
from app.identity.factor_models import SignInTry
from app.identity.queries import get_account
from app.identity.sealing import Sealer
from app.identity.tries import counted_by_network, delay_after
from app.kit.db import Database
from tests import make
from tests.client import Client, client_for
from tests.conftest import Clock, Visit

PASSWORD = "rừng đước bên sông"


@pytest.fixture
def person(database: Database) -> make.Person:
    with database.begin() as db:
        made = make.person(db, "Chị Chủ", entity=make.entity(db))
        get_account(db, made.account_id).password_hash = hash_password(PASSWORD)
    return made


@pytest.fixture
def client(app: FastAPI) -> Iterator[Client]:
    with client_for(app) as opened:
        yield opened


def sign_in(client: Client, phone: str, password: str, **more: str) -> httpx.Response:
    return client.post("/sign-in", data={"phone": phone, "password": password, **more})


def failures(database: Database) -> list[int]:
    """Return how many wrong tries are remembered, by each of what they are counted by."""
    with database.begin(write=False) as db:
        return sorted(db.scalars(select(SignInTry.failures)))


def test_the_right_password_opens_a_session(client: Client, person: make.Person) -> None:
    # Written as people write it, not as it is stored.
    phone = "0" + person.phone.removeprefix("+84")
    answer = sign_in(client, f"{phone[:4]} {phone[4:]}", PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/app/today")
    page = client.get("/account")
    assert page.status_code == 200
    assert "Chị Chủ" in page.text


def test_a_wrong_password_and_an_unknown_phone_get_the_same_answer(
    client: Client, person: make.Person
) -> None:
    wrong = sign_in(client, person.phone, "something else")
    unknown = sign_in(client, "0999999998", "something else")
    nonsense = sign_in(client, "not a phone", "something else")
    assert {wrong.status_code, unknown.status_code, nonsense.status_code} == {422}
    told = wrong.text.replace(person.phone, "")
    assert (
        told == unknown.text.replace("0999999998", "") == nonsense.text.replace("not a phone", "")
    )
    assert "set-cookie" not in wrong.headers


def test_an_unknown_phone_takes_as_much_work_as_a_wrong_password(
    client: Client, person: make.Person
) -> None:
    def took(phone: str) -> float:
        started = perf_counter()
        assert sign_in(client, phone, "something else").status_code == 422
        return perf_counter() - started

    took("0999999990")
    # By turns, so that whatever else the machine does slows both.
    pairs = [(took(f"099999999{number}"), took(person.phone)) for number in range(1, 5)]
    unknown, known = (min(times) for times in zip(*pairs, strict=True))
    # Without the work it would take a tenth.
    assert unknown > known * 0.3


def test_after_five_failures_even_the_right_password_has_to_wait(
    client: Client, person: make.Person, clock: Clock, database: Database
) -> None:
    for _ in range(5):
        assert sign_in(client, person.phone, "something else").status_code == 422
    # Each of them rolled back, and yet was counted.
    assert failures(database) == [5, 5]
    early = sign_in(client, person.phone, PASSWORD)
    assert (early.status_code, early.headers["retry-after"]) == (429, "5")
    clock.now += timedelta(seconds=4)
    assert sign_in(client, person.phone, PASSWORD).headers["retry-after"] == "1"
    clock.now += timedelta(seconds=1)
    assert sign_in(client, person.phone, PASSWORD).status_code == 303
    # The network's are not forgotten: who has an account would try others' between.
    assert failures(database) == [5]


def test_a_sixth_wrong_try_is_answered_alike_for_a_number_nobody_has(
    client: Client, person: make.Person
) -> None:
    for phone in (person.phone, "0999 999 998", "not a phone"):
        statuses = [sign_in(client, phone, "something else").status_code for _ in range(7)]
        assert statuses == [422] * 5 + [429] * 2
    # However it is written, it is the same number.
    assert sign_in(client, "+84999999998", PASSWORD).status_code == 429


@pytest.mark.on("sqlite")
def test_one_network_that_tries_many_numbers_has_to_wait_a_little(
    client: Client, person: make.Person, clock: Clock
) -> None:
    for number in range(100):
        assert sign_in(client, f"09{number:08d}", "something else").status_code == 422
    stopped = sign_in(client, person.phone, PASSWORD)
    assert (stopped.status_code, stopped.headers["retry-after"]) == (429, "5")
    clock.now += timedelta(seconds=5)
    assert sign_in(client, person.phone, PASSWORD).status_code == 303
    # Ten seconds forget one failure, so that a busy office is not slowed for good.
    counted = counted_by_network(Sealer({0: b"k" * 32}), "2001:db8::1")
    assert (counted.kept(100, 95), counted.wait(91, 0)) == (91, 0)
    assert counted.hash == counted_by_network(Sealer({0: b"k" * 32}), "2001:db8::2").hash


def test_a_try_that_came_too_early_does_not_lengthen_the_wait(
    client: Client, person: make.Person, database: Database
) -> None:
    for _ in range(8):
        sign_in(client, person.phone, "something else")
    assert failures(database) == [5, 5]


def test_the_wait_grows_but_never_locks() -> None:
    waits = [delay_after(failures) for failures in range(1000)]
    assert waits[:9] == [0, 0, 0, 0, 0, 5, 10, 20, 40]
    assert max(waits) == 900


def cookies(answer: httpx.Response) -> SimpleCookie:
    return SimpleCookie("; ".join(answer.headers.get_list("set-cookie")))


@pytest.mark.on("sqlite")
def test_the_cookie_can_only_travel_by_https_to_this_host(
    client: Client, person: make.Person
) -> None:
    answer = sign_in(client, person.phone, PASSWORD)
    cookie = cookies(answer)[SECURE_COOKIE]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "lax")
    assert (cookie["path"], cookie["domain"]) == ("/", "")
    assert int(cookie["max-age"]) == 90 * 86_400
    # Scripts may know whose phone it is, and nothing that opens anything.
    readable = cookies(answer)["ocop-reader"]
    assert (readable.value, readable["httponly"]) == (str(person.account_id), "")


def test_on_loopback_a_plain_cookie_serves(client: Client, person: make.Person) -> None:
    form = {"phone": person.phone, "password": PASSWORD}
    answer = client.post("http://127.0.0.1:8000/sign-in", data=form)
    assert answer.status_code == 303
    cookie = cookies(answer)[PLAIN_COOKIE]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == ("", True, "lax")
    assert client.get("http://127.0.0.1:8000/account").status_code == 200


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("method", ["get", "post"])
def test_on_plain_http_elsewhere_sign_in_asks_for_https(
    client: Client, person: make.Person, method: str
) -> None:
    form = {"phone": person.phone, "password": PASSWORD} if method == "post" else None
    answer = client.request(method, "http://ocop.test/sign-in?lang=en", data=form)
    assert answer.status_code == 403
    assert "https://" in answer.text
    assert "set-cookie" not in answer.headers


def test_a_closed_account_can_not_sign_in(
    client: Client, person: make.Person, database: Database
) -> None:
    with database.begin() as db:
        get_account(db, person.account_id).active = False
    assert sign_in(client, person.phone, PASSWORD).status_code == 422
    assert client.with_session(person.session).get("/account").status_code == 303


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    "after",
    [
        "https://evil.test/",
        "//evil.test/",
        "/\\evil.test/",
        "/a\\..\\evil.test",
        "/\t/evil.test",
        "\n//evil.test",
        "/\r\nset-cookie: a=b",
        "javascript:alert(1)",
        "evil.test",
        "",
    ],
)
def test_sign_in_never_leads_to_another_site(
    client: Client, person: make.Person, after: str
) -> None:
    answer = sign_in(client, person.phone, PASSWORD, after=after)
    assert answer.headers["location"] == "/app/today"
    again = client.get("/sign-in", params={"after": after})
    assert again.headers["location"] == "/app/today"


@pytest.mark.on("sqlite")
def test_sign_in_leads_back_to_where_the_reader_was_going(
    client: Client, person: make.Person
) -> None:
    asked = client.get("/office/entities?q=tôm&after=7")
    form = client.get(asked.headers["location"])
    assert 'name="after" value="/office/entities?q=t%C3%B4m&amp;after=7"' in form.text
    answer = sign_in(client, person.phone, PASSWORD, after="/office/entities?q=t%C3%B4m&after=7")
    assert answer.headers["location"] == "/office/entities?q=t%C3%B4m&after=7"


def test_another_sites_page_can_not_sign_its_reader_in_or_out(
    client: Client, person: make.Person
) -> None:
    evil = {"origin": "https://evil.test"}
    form = {"phone": person.phone, "password": PASSWORD}
    assert client.post("/sign-in", data=form, headers=evil).status_code == 403
    client.with_session(person.session)
    out = client.post("/sign-out", headers=evil)
    assert (out.status_code, "set-cookie" in out.headers) == (403, False)
    assert client.get("/account").status_code == 200


def test_signing_out_ends_the_session_itself(visit: Visit, person: make.Person) -> None:
    assert visit(page=person).post("/sign-out").status_code == 303
    assert visit(page=person).get("/account").headers["location"].startswith("/sign-in")


def test_a_session_ends_after_ninety_days(visit: Visit, person: make.Person, clock: Clock) -> None:
    clock.now += timedelta(days=90, seconds=-1)
    assert visit(page=person).get("/account").status_code == 200
    clock.now += timedelta(seconds=1)
    assert visit(page=person).get("/account").status_code == 303
