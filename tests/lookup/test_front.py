"""The short way of an ordinary scan says what the route says, and leaves the rest to it."""

import pytest
from fastapi import FastAPI

from app.diary.notice_actions import hold_lot
from app.scans.counter_actions import Counter
from tests import make
from tests.conftest import Visit
from tests.lookup.conftest import PHONE, Scene

AGENT = {"user-agent": PHONE}


@pytest.fixture
def short(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Tell of each request whether it went the short way."""
    ways: list[bool] = []
    answer = app.state.front.answer

    async def told(*asked: object) -> bool:
        ways.append(await answer(*asked))
        return ways[-1]

    monkeypatch.setattr(app.state.front, "answer", told)
    return ways


def test_the_second_scan_goes_the_short_way_and_reads_the_same(
    scene: Scene, visit: Visit, short: list[bool], counter: Counter
) -> None:
    reader, path = visit(), f"/t/{scene.active}"
    first, second = (reader.get(path, headers=AGENT) for _ in range(2))
    assert short == [False, True]
    assert first.text == second.text
    changing = {"x-request-id"}
    assert {name: text for name, text in first.headers.items() if name not in changing} == {
        name: text for name, text in second.headers.items() if name not in changing
    }
    assert len(second.headers["x-request-id"]) == len(first.headers["x-request-id"])
    head = reader.head(path, headers=AGENT)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == second.headers["content-length"]
    again = reader.get(path, headers={**AGENT, "if-none-match": second.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert short[2:] == [True, True]
    assert counter.flush() == 1


def test_every_verdict_is_the_same_either_way(
    scene: Scene, visit: Visit, short: list[bool]
) -> None:
    for code in (scene.active, scene.received):
        texts = {visit().get(f"/t/{code}", headers=AGENT).text for _ in range(3)}
        assert len(texts) == 1
    assert short == [False, True, True] * 2


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "application/linkset+json"},
        {"accept": "text/html;q=0.1, application/linkset+json"},
        {"accept": "application/json"},
    ],
)
def test_whoever_may_want_something_else_goes_on_to_the_route(
    scene: Scene, visit: Visit, short: list[bool], headers: dict[str, str]
) -> None:
    reader, path = visit(), f"/t/{scene.active}"
    reader.get(path, headers=AGENT)
    reader.get(path, headers=AGENT | headers)
    reader.get(f"{path}?linkType=linkset", headers=AGENT)
    reader.get(f"{path}?utm_source=zalo", headers=AGENT)
    reader.request("OPTIONS", path, headers=AGENT)
    assert not any(short)


def test_what_happens_is_told_by_the_very_next_scan(
    scene: Scene, visit: Visit, short: list[bool]
) -> None:
    reader, path = visit(), f"/t/{scene.active}"
    for _ in range(2):
        reader.get(path, headers=AGENT)
    scene.change(
        lambda db: hold_lot(
            db,
            actor=scene.cast.officer.actor,
            now=make.NOW,
            lot_id=scene.lot.id,
            reason="Chờ kết quả kiểm nghiệm",
        )
    )
    for _ in range(2):
        assert "Chờ kết quả kiểm nghiệm" in reader.get(path, headers=AGENT).text
    assert short == [False, True, False, False]
