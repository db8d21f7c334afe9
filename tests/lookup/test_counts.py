from datetime import timedelta

import pytest

from app.kit.db import Database
from app.products.actions import change_product
from app.scans.counter_actions import Counter
from app.scans.models import ScanTotal
from app.stamps.span_actions import activate_span
from tests import make
from tests.client import Client
from tests.conftest import Clock, Visit
from tests.lookup.conftest import PHONE, Scene, heading

OTHER = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1"


def look(reader: Client, code: str, agent: str = PHONE, **headers: str) -> str:
    return reader.get(f"/t/{code}", headers={"user-agent": agent, **headers}).text


def lookups(reader: Client, code: str) -> int:
    told: int = reader.get(f"/api/v1/verify/{code}").json()["lookups"]
    return told


def test_reloads_within_a_minute_are_one_look_up(
    scene: Scene, visit: Visit, clock: Clock, counter: Counter
) -> None:
    reader = visit()
    for _ in range(5):
        assert "Đã tra cứu 1 lượt" in look(reader, scene.active)
        counter.flush()
        clock.now += timedelta(seconds=5)
    clock.now += timedelta(minutes=1)
    assert "Đã tra cứu 2 lượt" in look(reader, scene.active)
    assert counter.flush() == 1
    assert lookups(reader, scene.active) == 2


def test_the_first_visitor_stays_the_first_until_another_comes(
    scene: Scene, visit: Visit, clock: Clock, counter: Counter
) -> None:
    reader = visit()
    for flush in (True, False, True):
        assert "chưa có ai khác tra cứu" in heading(look(reader, scene.active))
        clock.now += timedelta(minutes=2)
        if flush:
            counter.flush()
    assert heading(look(reader, scene.active, OTHER)) == "Tem đã kích hoạt"
    assert heading(look(reader, scene.active)) == "Tem đã kích hoạt"
    counter.flush()
    assert heading(look(reader, scene.active)) == "Tem đã kích hoạt"


@pytest.mark.parametrize(
    "agent",
    [
        "facebookexternalhit/1.1",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; ZaloPC-preview/1.0)",
        "curl/8.5",
        "",
    ],
)
def test_robots_and_previews_are_answered_and_not_counted(
    scene: Scene, visit: Visit, counter: Counter, agent: str
) -> None:
    assert "Tem đã kích hoạt" in look(visit(), scene.active, agent)
    assert counter.flush() == 0


def test_a_page_the_reader_has_is_304_and_counts_all_the_same(
    scene: Scene, visit: Visit, clock: Clock, counter: Counter
) -> None:
    reader, path, agent = visit(), f"/t/{scene.active}", {"user-agent": PHONE}
    tag = reader.get(path, headers=agent).headers["etag"]
    clock.now += timedelta(minutes=3)
    again = reader.get(path, headers={**agent, "if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert "style-src 'sha256-" in again.headers["content-security-policy"]
    assert counter.flush() == 2
    english = reader.get(f"{path}?lang=en", headers={**agent, "if-none-match": tag})
    assert english.status_code == 200


def test_what_changes_on_the_page_changes_its_tag(
    scene: Scene, visit: Visit, database: Database
) -> None:
    reader, path, agent = visit(), f"/t/{scene.active}", {"user-agent": PHONE}
    tag = reader.get(path, headers=agent).headers["etag"]
    with database.begin() as db:
        change_product(
            db,
            actor=scene.cast.officer.actor,
            now=make.NOW,
            product_id=scene.product.id,
            net_content="250 g",
        )
    assert reader.get(path, headers={**agent, "if-none-match": tag}).status_code == 200


def test_the_public_count_starts_at_activation(
    scene: Scene, visit: Visit, clock: Clock, counter: Counter, database: Database
) -> None:
    reader, code = visit(), scene.received
    assert "Đã tra cứu" not in look(reader, code)
    counter.flush()
    clock.now += timedelta(hours=1)
    with database.begin() as db:
        activate_span(
            db,
            actor=scene.cast.owner.actor,
            now=clock.now,
            keyring=scene.keyring,
            first_code=code,
            last_code=code,
            lot_id=scene.lot.id,
        )
    assert "chưa có ai khác tra cứu" in heading(look(reader, code, OTHER))
    counter.flush()
    told = reader.get(f"/api/v1/verify/{code}").json()
    assert (told["lookups"], told["first_seen"]) == (1, "2026-03-10T04:00:00Z")
    line = scene.line(code)
    with database.begin(write=False) as db:
        assert db.get_one(ScanTotal, (line, False)).lookups == 1
        assert db.get_one(ScanTotal, (line, True)).first_at == make.NOW + timedelta(hours=1)


def test_unknown_codes_and_typed_ones_leave_no_look_up(
    scene: Scene, visit: Visit, counter: Counter
) -> None:
    agent = {"user-agent": PHONE}
    visit().get("/t/nothing", headers=agent)
    visit().get("/", params={"code": scene.active}, headers=agent)
    visit().get(f"/p/{scene.product.id}", headers=agent)
    assert counter.flush() == 0


def test_the_next_day_the_same_visitor_is_nobody_known(
    scene: Scene, visit: Visit, clock: Clock, counter: Counter
) -> None:
    reader = visit()
    look(reader, scene.active)
    counter.flush()
    clock.now += timedelta(days=1)
    assert heading(look(reader, scene.active)) == "Tem đã kích hoạt"
