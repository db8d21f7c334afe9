"""Guessing codes: a network's unknown codes have an end, its genuine ones never."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, Engine, event

from app.lookup.guess_access import PER_MINUTE
from tests.conftest import Clock, Visit
from tests.lookup.conftest import PHONE, Scene, mistyped

AGENT = {"user-agent": PHONE}


@dataclass
class Asked:
    """How many statements the database was sent."""

    statements: int = 0


@contextmanager
def asked_of(engine: Engine) -> Iterator[Asked]:
    asked = Asked()

    def count(_connection: Connection, _cursor: object, *_more: object) -> None:
        asked.statements += 1

    event.listen(engine, "before_cursor_execute", count)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", count)


# The whole ten thousand take half a minute: they are asked where there is time for it.
MANY = 10_000 if os.environ.get("OCOP_FUZZ") else 2_000


@pytest.mark.parametrize(
    "guesses", [600, pytest.param(MANY, marks=[pytest.mark.slow, pytest.mark.on("sqlite")])]
)
def test_of_all_guesses_the_database_hears_sixty_and_a_genuine_code_is_answered(
    scene: Scene, visit: Visit, app: FastAPI, connection: Connection, guesses: int
) -> None:
    reader, statuses = visit(), list[int]()
    with asked_of(connection.engine) as asked:
        for number in range(PER_MINUTE):
            statuses.append(reader.get(f"/t/{guess(number)}", headers=AGENT).status_code)
        assert set(statuses) == {404}
        refused = reader.get(f"/t/{guess(PER_MINUTE)}", headers=AGENT)
        first = asked.statements
        for number in range(PER_MINUTE, guesses):
            statuses.append(reader.get(f"/t/{guess(number)}", headers=AGENT).status_code)
        # Nothing but how far numbers are given out was read, once in half a minute.
        assert asked.statements == first
    assert statuses[PER_MINUTE:] == [429] * (guesses - PER_MINUTE)
    assert int(refused.headers["retry-after"]) >= 1
    assert "Quá nhiều mã" in refused.text
    assert reader.get(f"/t/{scene.active}", headers=AGENT).status_code == 200
    assert reader.get(f"/api/v1/verify/{scene.received}").json()["verdict"] == "not_activated"
    assert len(app.state.guesses._levels) == 1  # noqa: SLF001 - what is held is the point here


def test_of_guesses_in_one_burst_no_more_pass_and_genuine_codes_use_none_up(
    scene: Scene, visit: Visit, app: FastAPI
) -> None:
    reader = visit()
    genuine = [f"/t/{scene.active}", f"/api/v1/verify/{scene.received}"] * PER_MINUTE
    assert {one.status_code for one in reader.get_at_once(genuine)} == {200}
    # All of them were held while it was not known; none is counted now.
    assert not any(level.guesses for level in app.state.guesses._levels.values())  # noqa: SLF001 - what is held is the point here
    gs1 = "/01/08938505970004/21/{}"
    ways = "/t/{}", "/api/v1/verify/{}", "/t/{}?linkType=all", gs1, "/?code={}"
    burst = [ways[number % 5].format(guess(number)) for number in range(3 * PER_MINUTE)]
    answers = reader.get_at_once(burst)
    passed = [one for one in answers if one.status_code != 429]
    assert (len(passed), {one.status_code for one in passed}) == (PER_MINUTE, {404})
    assert reader.get(f"/t/{scene.active}", headers=AGENT).status_code == 200


def test_every_way_to_ask_for_a_code_counts_and_refuses(
    scene: Scene, visit: Visit, clock: Clock
) -> None:
    reader, bad = visit(), mistyped(scene.active)
    batch = {"codes": [bad] * PER_MINUTE}
    assert reader.post("/api/v1/verify", json=batch).status_code == 200
    for path in (f"/t/{bad}", f"/T/{bad}/", f"/?code={bad}", f"/api/v1/verify/{bad}"):
        answer = reader.get(path, headers=AGENT)
        assert (answer.status_code, path) == (429, path)
        assert answer.headers["retry-after"]
    assert reader.post("/api/v1/verify", json=batch).status_code == 429
    gs1 = reader.get(f"/01/08938505970004/21/{bad}", headers=AGENT)
    assert (gs1.status_code, gs1.headers["retry-after"]) == (429, "1")
    problem = reader.get(f"/api/v1/verify/{bad}").json()
    assert problem["code"] == "lookup.too_many_guesses"
    # A genuine code among wrong ones, one typed into the form, and pages without a code.
    mixed = reader.post("/api/v1/verify", json={"codes": [bad, scene.active]}).json()
    assert [one["verdict"] for one in mixed["results"]] == ["unknown", "active_first"]
    assert reader.get(f"/?code={scene.active}").status_code == 303
    assert reader.get("/").status_code == 200
    assert reader.get(f"/p/{scene.product.id}").status_code == 200
    clock.now += timedelta(minutes=3)
    assert reader.get(f"/t/{bad}", headers=AGENT).status_code == 404


def guess(number: int) -> str:
    """Return a code well formed and, but by a chance of a millionth, nobody's."""
    return f"3{number:04d}RMR24WVJ91K4F4DM"[:20].ljust(20, "7")


@pytest.mark.parametrize("wrong", ["nothing", "", "3QJAR", "%F0%9F%8D%A4"])
def test_what_is_no_code_is_a_guess_too(scene: Scene, visit: Visit, wrong: str) -> None:
    reader = visit()
    for _ in range(PER_MINUTE):
        assert reader.get(f"/t/{wrong}x", headers=AGENT).status_code == 404
    assert reader.get(f"/t/{wrong}x", headers=AGENT).status_code == 429
    assert reader.get(f"/t/{scene.active}", headers=AGENT).status_code == 200
