"""What is written without a network arrives once and in order, whatever the network does."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import delete

from app.identity.models import SessionToken
from app.kit.db import Database
from tests.browser import line
from tests.browser.conftest import NewPhone, World
from tests.browser.line import Exchange, Line, refusing
from tests.browser.offline import APP, Phone, entry, photos, picture, written
from tests.waiting import press, until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.on("sqlite")]

KINDS = ("GET /api/v1/sync/state", "POST /api/v1/sync ", "GET /api/v1/sync/photos", "PUT ")
# The last of them gets through; after it there may be nothing left to send.
FAULTS = (
    line.cut_before,
    line.cut_within,
    line.deaf,
    line.cut_answer,
    line.truncated,
    line.portal,
    refusing("502 Bad Gateway"),
    refusing("429 Too Many Requests", "retry-after: 1\r\n"),
    refusing("413 Payload Too Large"),
    line.slowly_twice,
)
ENTRIES = 20
WITHOUT_LOCKS = "delete Navigator.prototype.locks;"


@pytest.fixture
def database(world: World) -> Iterator[Database]:
    opened = Database(world.settings.owner_url)
    yield opened
    opened.close()


def test_twenty_entries_with_photos_survive_every_fault_of_a_line(
    new_phone: NewPhone, bad_line: Line, database: Database, world: World, diary_lot: int
) -> None:
    phone = new_phone()
    phone.sign_in(world.owner)
    assert until(phone.kept)
    phone.page.close()

    bad_line.lose()
    phone.page = phone.context.new_page()
    start = time.monotonic()
    phone.page.goto(APP)
    phone.page.wait_for_selector("main a, main button")
    print(f"\ncold start without a network: {time.monotonic() - start:.2f} s")  # noqa: T201 - measured, to be read
    sides = [560 if number % 5 == 0 else 60 for number in range(ENTRIES)]
    times = phone.add(
        (entry(diary_lot, number), [picture(number, side=side)])
        for number, side in enumerate(sides)
    )
    print(f"saved on the phone after {max(times):.0f} ms at most")  # noqa: T201 - as above
    assert phone.run() == "offline"
    assert phone.states() == ["waiting"] * ENTRIES
    phone.page.goto("/app/lots?q=1")
    assert phone.page.url.endswith(f"{APP}?from=%2Fapp%2Flots%3Fq%3D1")

    bad_line.faults = {kind: list(FAULTS) for kind in KINDS}
    bad_line.down = False
    assert until(lambda: phone.run() == "idle" and not any(bad_line.faults.values()), 90)
    assert phone.states() == ["sent"] * ENTRIES
    assert len(bad_line.met) == len(KINDS) * len(FAULTS)
    assert written(database, diary_lot) == [f"Ghi lần {number}" for number in range(ENTRIES)]
    assert photos(database, diary_lot) == ENTRIES
    # Shoppers' pages are none of the worker's.
    phone.page.goto("/")
    assert not phone.kept()


def test_two_tabs_an_ended_session_and_another_account_mix_nothing_up(
    new_phone: NewPhone, bad_line: Line, database: Database, world: World, diary_lot: int
) -> None:
    phone = new_phone()
    phone.sign_in(world.owner)
    for without in ("", WITHOUT_LOCKS):
        phone.context.add_init_script(without)
        phone.page.goto(APP)
        other = Phone(phone.context, phone.context.new_page())
        other.page.goto(APP)
        bad_line.faults["POST /api/v1/sync "] = [line.slowly_twice]
        before = sum("POST /api/v1/sync " in one for one in bad_line.asked)
        phone.add([(entry(diary_lot, len(without) % 2), [])])
        other.call("sync.run();")
        assert until(lambda: set(phone.states()) == {"sent"})
        assert set(other.states()) == {"sent"}
        assert sum("POST /api/v1/sync " in one for one in bad_line.asked) == before + 1
        other.page.close()
    assert written(database, diary_lot) == ["Ghi lần 0", "Ghi lần 1"]

    def end_session(one: Exchange) -> None:
        with database.begin() as db:
            db.execute(delete(SessionToken))
        line.well(one)

    bad_line.faults["PUT "] = [end_session]
    phone.add([(entry(diary_lot, 2), [picture(2)])])
    # The tab that was closed may have had its turn: its lease ends by itself.
    assert until(lambda: phone.call("return sync.status().state;") == "signin", 60)
    phone.add([(entry(diary_lot, 3), [])])
    assert phone.run() == "signin"
    assert phone.states()[-2:] == ["waiting", "waiting"]

    # The officer signs in while the owner's app is still open: it sends nothing in their name.
    stranger = Phone(phone.context, phone.context.new_page())
    stranger.page.goto("/app/lots")
    assert stranger.page.url.endswith("/sign-in?after=/app/lots")
    stranger.sign_in(world.officer)
    assert phone.states() == []
    assert stranger.states() == []
    assert stranger.call("return outbox.counts();")["others"] == 2
    assert phone.run() == "idle"
    assert phone.reader() == stranger.reader()
    assert len(written(database, diary_lot)) == 3
    stranger.page.goto("/account")
    press(stranger.page, "main form[action='/sign-out'] button")

    stranger.sign_in(world.owner)
    assert until(lambda: stranger.states()[-2:] == ["sent", "sent"])
    assert written(database, diary_lot) == [f"Ghi lần {number}" for number in range(4)]
    assert photos(database, diary_lot) == 1
