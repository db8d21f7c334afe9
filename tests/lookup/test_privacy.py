"""What is kept of who looks a stamp up: a minute, a class of device, a province, a day's hash."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.kit.db import Database
from app.lookup.guess_access import PER_MINUTE
from app.scans.actions import tidy
from app.scans.counter_actions import Counter
from app.scans.models import Scan, ScanTotal, VisitorKey
from app.scans.networks import read_networks
from app.scans.rules import visitor
from app.tables import metadata
from tests import make
from tests.client import Client
from tests.conftest import Clock, Visit
from tests.lookup.conftest import PHONE, Scene

# Where the requests of the tests' client come from.
HERE = "127.0.0.1"
ZALO = f"{PHONE} Zalo android/24061000 ZaloTheme/light ZaloLanguage/vi"
CRAWLERS = (
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (compatible; ZaloBot/1.0; +https://zalo.me)",
    "Zalo",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
)


def look(reader: Client, code: str, agent: str = PHONE) -> None:
    assert reader.get(f"/t/{code}", headers={"user-agent": agent}).status_code == 200


def test_the_province_is_kept_and_nothing_of_the_address_or_the_agent(
    scene: Scene, visit: Visit, app: FastAPI, counter: Counter, database: Database, clock: Clock
) -> None:
    app.state.networks = read_networks([f"{HERE}/32,96"])
    reader = visit()
    for _ in range(2):
        look(reader, scene.active)
        clock.now += timedelta(minutes=1, seconds=17)
    counter.flush()
    with database.begin(write=False) as db:
        rows = list(db.scalars(select(Scan).order_by(Scan.minute)))
        assert [(row.province, row.device, row.minute.second) for row in rows] == [
            ("96", "phone", 0)
        ] * 2
        for table in metadata.sorted_tables:
            for row in db.execute(select(table)):
                assert HERE not in str(tuple(row)), table.name
                assert "AppleWebKit" not in str(tuple(row)), table.name


def test_after_its_day_a_hash_can_not_be_made_again(
    scene: Scene, visit: Visit, counter: Counter, database: Database, clock: Clock
) -> None:
    look(visit(), scene.active)
    counter.flush()
    key = counter.held_key(clock.now)
    assert key is not None
    with database.begin(write=False) as db:
        assert db.scalars(select(Scan.visitor)).one() == visitor(key, HERE, PHONE)
    clock.now += timedelta(days=1)
    with database.begin() as db:
        tidy(db, clock.now)
        assert db.scalars(select(VisitorKey)).all() == []
    # Nor does a process keep it: the next day's is another, and the only one at hand.
    assert counter.held_key(clock.now) is None
    assert counter.key_of_day(clock.now) != key


@pytest.mark.parametrize("agent", CRAWLERS)
def test_a_crawler_leaves_neither_a_row_nor_a_count(
    scene: Scene, visit: Visit, counter: Counter, agent: str
) -> None:
    look(visit(), scene.active, agent)
    assert counter.flush() == 0


def test_a_head_counts_nothing_and_a_browser_inside_zalo_counts(
    scene: Scene, visit: Visit, counter: Counter
) -> None:
    reader = visit()
    head = reader.head(f"/t/{scene.active}", headers={"user-agent": PHONE})
    assert (head.status_code, head.content, counter.flush()) == (200, b"", 0)
    look(reader, scene.active, ZALO)
    assert counter.flush() == 1


def test_a_reload_answered_by_another_worker_is_the_same_look_up(
    scene: Scene, visit: Visit, counter: Counter, app: FastAPI, database: Database, clock: Clock
) -> None:
    look(visit(), scene.active)
    app.state.counter = other = Counter(database, clock)
    agent = {"user-agent": PHONE}
    tag = visit().get(f"/t/{scene.active}", headers=agent).headers["etag"]
    clock.now += timedelta(minutes=1)
    again = visit().get(f"/t/{scene.active}", headers={**agent, "if-none-match": tag})
    assert again.status_code == 304
    assert (counter.flush(), other.flush()) == (1, 1)
    with database.begin(write=False) as db:
        assert db.get_one(ScanTotal, (scene.line(scene.active), True)).lookups == 2


def test_who_guesses_is_known_by_the_network_in_memory_alone(
    scene: Scene, visit: Visit, app: FastAPI, database: Database
) -> None:
    for _ in range(PER_MINUTE + 1):
        visit().get("/t/nothing", headers={"user-agent": PHONE})
    assert app.state.guesses.wait(HERE, make.NOW) is not None
    with database.begin(write=False) as db:
        held = [
            str(tuple(row)) for table in metadata.sorted_tables for row in db.execute(select(table))
        ]
    assert not [text for text in held if HERE in text]
    assert scene.active
