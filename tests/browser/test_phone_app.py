"""The phone app in a producer's hand: few taps, with and without a network."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlalchemy import func, select

from app.diary.models import DiaryContent, DiaryEntry, DiaryPhoto, Lot
from app.kit.db import Database
from tests.browser.conftest import World
from tests.browser.hand import WORDS, Farm, Hand, fill
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.on("sqlite")]

TILE = ".tiles a:has-text('%s')"
FARM = "Hợp tác xã Tôm khô Rạch Gốc"
SAVE = "main form .save button"
LAST = ".chips.last .chip >> nth=%s"


@pytest.fixture(scope="module")
def database(world: World) -> Iterator[Database]:
    opened = Database(world.settings.owner_url)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def farm(database: Database, world: World) -> Farm:
    return fill(database, world)


NewHand = Callable[..., Hand]


@pytest.fixture
def new_hand(chromium: Browser, world: World, farm: Farm) -> Iterator[NewHand]:
    hands: list[Hand] = []
    wrong: list[str] = []

    def opened(**more: Any) -> Hand:  # noqa: ANN401 - of a browser's context
        hand = Hand.on(chromium, world, **more)
        hand.page.on("pageerror", lambda error: wrong.append(str(error)))
        hands.append(hand)
        hand.sign_in(world.owner)
        hand.page.wait_for_selector(".tiles")
        assert until(hand.kept)
        assert farm.pond
        return hand

    yield opened
    for hand in hands:
        hand.context.close()
    assert not wrong


def all_sent(hand: Hand) -> bool:
    # As somebody presses who does not wait until it goes by itself.
    hand.run()
    return until(lambda: set(hand.states()) == {"sent"})


def test_entries_take_few_taps(new_hand: NewHand, database: Database, farm: Farm) -> None:
    hand = new_hand()
    hand.choose("#farm", FARM)
    hand.choose("#lot", "TS-01 · Tôm khô đất loại 1")
    hand.counted()
    start = time.monotonic()
    hand.tap(TILE % "Cho ăn")
    hand.type("main form input >> nth=0", "Thức ăn viên số 2")
    hand.type(".stepper input >> nth=0", "1.012,5")
    hand.tap(SAVE)
    hand.see("Đã ghi: Cho ăn, lô TS-01", within=WORDS)
    assert hand.counted() <= 5, "a new entry"
    print(f"\nfirst entry, typed by a machine: {time.monotonic() - start:.1f} s")  # noqa: T201 - measured, to be read

    hand.open()
    hand.see("Thức ăn viên số 2 · 1.012,5 kg", within=".again")
    start = time.monotonic()
    hand.tap(".again")
    assert hand.page.input_value("main form input >> nth=0") == "Thức ăn viên số 2", "shown before"
    hand.tap(SAVE)
    hand.see("Đã ghi: Cho ăn", within=WORDS)
    taken = time.monotonic() - start
    assert hand.counted() <= 3, "the last one again"
    assert taken < 5
    print(f"the last one again: {taken:.1f} s")  # noqa: T201 - as above

    hand.tap(TILE % "Cho ăn", LAST % 0)
    hand.page.locator(".stepper").first.locator(
        "xpath=../div[contains(@class,'last')]/button"
    ).click()
    hand.taps += 1
    hand.photograph(1)
    hand.tap(SAVE)
    assert hand.counted() <= 7, "with a photo"
    hand.tap(TILE % "Cho ăn", LAST % 0, ".stepper button >> nth=1", SAVE)
    hand.see("Đã ghi", within=WORDS)
    assert hand.counted() <= 5, "a tally"
    assert all_sent(hand)
    with database.begin(write=False) as db:
        facts = db.scalars(
            select(DiaryContent.facts)
            .join(DiaryEntry, DiaryEntry.id == DiaryContent.entry_id)
            .where(DiaryEntry.lot_id == farm.pond)
            .order_by(DiaryEntry.sequence)
        ).all()
        assert [one["quantity"] for one in facts] == [1012.5, 1012.5, 1012.5, 1]
        assert facts[0] == facts[1]
        assert db.scalar(select(func.count()).select_from(DiaryPhoto)) == 1


def test_a_lot_like_the_last_is_opened_and_kept_without_a_network(
    new_hand: NewHand, database: Database
) -> None:
    hand = new_hand()
    hand.choose("#farm", FARM)
    hand.page.wait_for_selector("#lot")
    # The producers' pages by the address that somebody types.
    hand.page.goto("/app")
    hand.open()
    hand.counted()
    hand.lose_network()
    hand.page.close()
    hand.page = hand.context.new_page()
    start = time.monotonic()
    hand.open()
    hand.page.wait_for_selector(".tiles")
    print(f"\ncold start without a network: {time.monotonic() - start:.1f} s")  # noqa: T201 - as above
    hand.tap("#bar a >> nth=1", "main .button >> nth=0", SAVE)
    assert hand.counted() <= 3
    hand.see("Đã mở lô", within=WORDS)
    hand.see("Lô mới ngày", within="main")
    hand.tap(TILE % "Đo nước")
    hand.type("main form input >> nth=0", "7,8")
    hand.tap(SAVE)
    hand.see("2", within="#bar .badge")
    hand.see("Không có mạng", within="#top")

    # The stamps say what can't be done now, and what must not be.
    hand.tap("#bar a >> nth=2")
    hand.see("Chưa kích hoạt - cần mạng", within="main")
    hand.page.goto("/app/activate")
    hand.see("Chưa kích hoạt - cần mạng", within="main")
    hand.page.goto("/app")
    hand.see("Không có mạng", within="#top")
    assert hand.page.url.endswith("/app/diary?from=%2Fapp%2Ftoday")
    hand.find_network()
    assert all_sent(hand)
    with database.begin(write=False) as db:
        made = db.scalars(select(Lot).where(Lot.uid.is_not(None))).one()
        assert made.number.startswith("TS-")
        assert (made.quantity, made.unit) == (800, "KGM")
        entry = db.scalars(select(DiaryEntry).where(DiaryEntry.lot_id == made.id)).one()
        assert entry.kind == "observation"
