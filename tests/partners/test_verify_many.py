"""Verification of many codes, sandbox codes, CORS and the limits of who has no key."""

import json

import pytest

from app.kit.db import Database
from app.lookup.verdict import Verdict
from app.partners.pace import OPEN_PER_MINUTE
from app.partners.rules import Scope
from app.partners.sandbox import CODES
from app.stamps.codes import parse
from tests.client import Client
from tests.conftest import Cast, Visit
from tests.lookup.conftest import Scene
from tests.partners.conftest import Shop

VERIFY = "/api/v1/verify"
_JSON = {"content-type": "application/json"}


def verdicts(client: Client, codes: list[str]) -> list[str]:
    # Half a character can be sent in JSON, though no text of bytes holds it.
    asked = {"content": json.dumps({"codes": codes}), "headers": _JSON}
    answer = client.post(VERIFY, **asked)
    assert answer.status_code == 200
    return [one["verdict"] for one in answer.json()["results"]]


def test_each_of_many_codes_gets_its_own_answer_in_its_place(scene: Scene, visit: Visit) -> None:
    bad = ["", "x" * 5000, "\u202e", "\udc80", "\0", "../..", "=1+1", scene.active[:-1]]
    asked = [scene.active, *bad, scene.received, scene.active.lower(), scene.active]
    told = verdicts(visit(), asked)
    assert told == [
        "active_first",
        *["unknown"] * len(bad),
        "not_activated",
        "active_first",
        "active_first",
    ]
    one = visit().get(f"{VERIFY}/{scene.active}").json()
    many = visit().post(VERIFY, json={"codes": [scene.active] * 100}).json()["results"]
    assert many == [one] * 100


@pytest.mark.parametrize("codes", [[], ["a"] * 101, [1], [None], "abc"])
def test_a_batch_that_is_none_is_refused_whole(visit: Visit, codes: object) -> None:
    answer = visit().post(VERIFY, json={"codes": codes})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_sandbox_code_gets_its_verdict_and_can_never_be_a_stamp(visit: Visit) -> None:
    assert set(CODES.values()) == set(Verdict)
    for code, verdict in CODES.items():
        assert parse(code) is None
        answer = visit().get(f"{VERIFY}/{code.lower()}")
        told = answer.json()
        assert (told["verdict"], told["sandbox"], told["code"]) == (verdict, True, code)
        assert answer.status_code == verdict.status
        assert ("retry-after" in answer.headers) == (verdict is Verdict.UNAVAILABLE)
    assert verdicts(visit(), list(CODES)) == list(CODES.values())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{VERIFY}/nothing", 404),
        ("PUT", f"{VERIFY}/nothing", 405),
        ("GET", f"{VERIFY}/products/0", 404),
        ("GET", f"{VERIFY}/products?updated_since=yesterday", 422),
        ("POST", VERIFY, 422),
        ("OPTIONS", VERIFY, 204),
        ("OPTIONS", f"{VERIFY}/products", 204),
    ],
)
def test_any_page_may_ask_and_never_with_a_cookie(
    visit: Visit, cast: Cast, method: str, path: str, status: int
) -> None:
    asked = {
        "origin": "https://shop.example",
        "access-control-request-method": "POST",
        "sec-fetch-site": "cross-site",
    }
    plain = visit().request(method, path, headers=asked)
    signed_in = visit(page=cast.officer).request(method, path, headers=asked)
    for answer in (plain, signed_in):
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        assert "set-cookie" not in answer.headers
    if status == 204:
        assert "authorization" in plain.headers["access-control-allow-headers"].lower()
        assert plain.content == b""


def test_elsewhere_no_other_page_may_ask(visit: Visit, cast: Cast) -> None:
    answer = visit(api=cast.officer).get("/api/v1/entities", headers={"origin": "https://a.vn"})
    assert "access-control-allow-origin" not in answer.headers


def test_one_network_without_a_key_waits_and_a_key_goes_on(visit: Visit, shop: Shop) -> None:
    client = visit()
    last = [client.get(f"{VERIFY}/TEST-ACTIVE") for _ in range(OPEN_PER_MINUTE + 1)][-2:]
    assert [one.status_code for one in last] == [200, 429]
    assert '"minute";r=0;' in last[0].headers["ratelimit"]
    assert (last[1].headers["retry-after"], last[1].json()["code"]) == ("60", "partners.too_often")
    assert last[1].headers["access-control-allow-origin"] == "*"
    keyed = shop("a.vn", Scope.VERIFY).get(f"{VERIFY}/TEST-ACTIVE")
    assert keyed.status_code == 200
    assert '"day";r=' in keyed.headers["ratelimit"]


def test_a_key_that_is_sent_must_be_one_for_this(visit: Visit, shop: Shop, cast: Cast) -> None:
    wrong = visit().with_key("ocopshop_nothing").get(f"{VERIFY}/TEST-ACTIVE")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "partners.key_unknown")
    assert wrong.headers["www-authenticate"] == "Bearer"
    other = shop("b.vn", Scope.LISTINGS).get(f"{VERIFY}/TEST-ACTIVE")
    assert (other.status_code, other.json()["code"]) == (403, "partners.scope_missing")
    assert visit(api=cast.officer).get("/api/v1/listings").status_code == 401
    basic = visit().get(f"{VERIFY}/TEST-ACTIVE", headers={"authorization": "Basic YTpi"})
    assert basic.status_code == 401


def test_without_a_key_file_a_batch_says_that_it_could_not_check(
    scene: Scene, visit: Visit, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    del database
    client = visit()
    state = client.http._transport.app.state  # type: ignore[attr-defined]  # noqa: SLF001 - the application behind this client
    monkeypatch.setattr(state, "keyring", type(state.keyring)({}))
    answer = client.post(VERIFY, json={"codes": [scene.active]})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "15")
    assert [one["verdict"] for one in answer.json()["results"]] == ["unavailable"]
