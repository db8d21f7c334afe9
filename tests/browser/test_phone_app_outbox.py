"""What the app says of entries that wait, are refused, are corrected: never more than is true."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload
from sqlalchemy import delete, func, select, update

from app.diary.models import DiaryContent, DiaryEntry, DiaryPhoto, Lot
from app.identity.models import SessionToken
from app.kit.db import Database
from tests.browser.conftest import PASSWORD, World
from tests.browser.hand import WORDS, Farm, Hand, fill, kept_file
from tests.waiting import press, until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.on("sqlite")]

SAVE = "main form .save button"
FIRST = "main form input >> nth=0"
LEFT = """
  Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
"""
NewHand = Callable[[], Hand]


@pytest.fixture(scope="module")
def database(world: World) -> Iterator[Database]:
    opened = Database(world.settings.owner_url)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def farm(database: Database, world: World) -> Farm:
    return fill(database, world)


@pytest.fixture
def new_hand(chromium: Browser, world: World) -> Iterator[NewHand]:
    hands: list[Hand] = []

    def opened() -> Hand:
        hands.append(Hand.on(chromium, world))
        hands[-1].sign_in(world.owner)
        assert until(hands[-1].kept)
        return hands[-1]

    yield opened
    for hand in hands:
        hand.context.close()


def water(hand: Hand, lot: int, ph: str, *photos: int) -> None:
    """Write down what the pond's water is like."""
    hand.open(f"write/{lot}/do-nuoc")
    hand.type(FIRST, ph)
    hand.photograph(*photos)
    hand.tap(SAVE)
    hand.see("Đã ghi", within=WORDS)


def all_sent(hand: Hand) -> bool:
    # As somebody presses who does not wait until it goes by itself.
    hand.run()
    return until(lambda: set(hand.states()) <= {"sent"})


def measured(database: Database, lot: int) -> list[Any]:
    query = select(DiaryContent.facts).join(DiaryEntry, DiaryEntry.id == DiaryContent.entry_id)
    with database.begin(write=False) as db:
        found = db.scalars(query.where(DiaryEntry.lot_id == lot).order_by(DiaryEntry.sequence))
        return [one["ph"] for one in found]


def test_what_waits_is_changed_discarded_and_carried_to_another_phone(
    new_hand: NewHand, database: Database, farm: Farm, tmp_path: Path
) -> None:
    hand = new_hand()
    hand.lose_network()
    water(hand, farm.pond, "7,8", 1, 2)
    water(hand, farm.pond, "6")
    hand.tap(f"{WORDS} button")
    hand.see("Đã hoàn tác", within=WORDS)
    water(hand, farm.pond, "9")

    hand.open("outbox")
    hand.see("Đang chờ (2)")
    assert hand.page.inner_text("#bar .badge").startswith("2")
    hand.tap(".card >> nth=0 >> .square >> nth=1")
    hand.see("Đã bỏ ảnh", within=WORDS)
    hand.tap(".card >> nth=0 >> text=Sửa")
    hand.page.wait_for_selector("main form")
    assert hand.page.input_value(FIRST) == "7,8"
    hand.type(FIRST, "7,9")
    hand.tap(SAVE)
    hand.see("7,9", within=".card >> nth=0")
    hand.tap(".card >> nth=1 >> text=Bỏ hẳn")
    hand.see("Bỏ hẳn?")
    hand.tap(".danger")
    hand.see("Đang chờ (1)")

    path = kept_file(hand.page, "text=Lưu ra tệp", tmp_path)
    hand.open("me")
    hand.see("Máy này đăng nhập đến ngày")
    hand.see("Còn 1 mục chưa gửi")
    assert not hand.page.is_visible("form[action='/sign-out']")
    other = new_hand()
    other.open("outbox")
    other.page.set_input_files("main input[type=file]", path)
    other.see("Đã đọc: 1 mục mới", within=WORDS)
    assert all_sent(other)
    other.page.set_input_files("main input[type=file]", tmp_path / path.name)
    other.see("1 mục đã có", within=WORDS)
    hand.open("outbox")
    hand.find_network()
    assert all_sent(hand)
    hand.see("Đã gửi hết", within="main")
    assert measured(database, farm.pond) == [7.9]
    with database.begin(write=False) as db:
        assert db.scalar(select(func.count()).select_from(DiaryPhoto)) == 1


def test_a_correction_says_why_and_keeps_the_photos(
    new_hand: NewHand, database: Database, farm: Farm
) -> None:
    hand = new_hand()
    water(hand, farm.other_pond, "5", 3)
    assert all_sent(hand)
    hand.call("await sync.run();")
    hand.open(f"lot/{farm.other_pond}")
    hand.tap("text=Đính chính mục này")
    hand.page.wait_for_selector("main form")
    hand.tap(SAVE)
    hand.see("Cần điền mục này", within="main")
    hand.type("textarea >> nth=0", "Ghi nhầm")
    hand.type(FIRST, "7,5")
    hand.tap(SAVE)
    hand.see("Đã được đính chính", within=".timeline")
    assert all_sent(hand)
    assert measured(database, farm.other_pond) == [5, 7.5]
    with database.begin(write=False) as db:
        photos = db.scalars(
            select(DiaryPhoto.sha256)
            .join(DiaryEntry, DiaryEntry.id == DiaryPhoto.entry_id)
            .where(DiaryEntry.lot_id == farm.other_pond)
        ).all()
        assert len(photos) == 2
        assert len(set(photos)) == 1


def test_what_is_refused_says_why_and_a_session_that_is_over_asks_to_sign_in(
    new_hand: NewHand, database: Database, farm: Farm, world: World
) -> None:
    hand = new_hand()
    hand.open(f"write/{farm.other_pond}/do-nuoc")
    hand.type(FIRST, "8")
    with database.begin() as db:
        db.execute(update(Lot).where(Lot.id == farm.other_pond).values(state="distributed"))
    hand.tap(SAVE)
    assert until(lambda: hand.states() == ["fixing"])
    hand.open("outbox")
    hand.see("Cần sửa (1)", within="main")
    assert hand.page.inner_text(".band.bad").strip()
    hand.tap("text=Bỏ hẳn", ".danger")
    hand.see("Đã gửi hết", within="main")

    with database.begin() as db:
        db.execute(delete(SessionToken))
    water(hand, farm.pond, "8,1")
    hand.open("outbox")
    hand.see("Không mất gì", within="main")
    hand.tap("main a.button:has-text('Đăng nhập')")
    hand.page.fill("#phone", world.owner)
    hand.page.fill("#password", PASSWORD)
    press(hand.page, "main button")
    hand.page.wait_for_url("**/app/diary#/outbox")
    assert all_sent(hand)
    assert 8.1 in measured(database, farm.pond)


def test_what_is_typed_outlives_its_page_and_what_is_sent_is_corrected_not_undone(
    new_hand: NewHand, database: Database, farm: Farm
) -> None:
    hand, before = new_hand(), measured(database, farm.pond)
    # A clock that stands still: what is written stays new, however slow this machine is.
    hand.page.clock.set_fixed_time(datetime.now(UTC))
    hand.open(f"write/{farm.pond}/do-nuoc")
    hand.type(FIRST, "6,6")
    hand.page.reload()
    hand.page.wait_for_selector("main form")
    assert hand.page.input_value(FIRST) == "6,6", "a phone throws pages away for its camera"
    hand.tap(SAVE)
    hand.see("Đã ghi", within=WORDS)
    hand.tap(f"{WORDS} button")
    hand.see("Đã hoàn tác", within=WORDS)
    assert (hand.states(), measured(database, farm.pond)) == ([], before), "not sent at once"
    water(hand, farm.pond, "6,6")
    hand.call("dispatchEvent(new Event('online'));")
    assert until(lambda: hand.call("return sync.status().state;") == "idle")
    assert (hand.states(), measured(database, farm.pond)) == (["waiting"], before), "sent too soon"
    # Into the pocket: what was just written does not wait until the app is looked at again.
    hand.call(LEFT)
    assert until(lambda: hand.states() == ["sent"])
    hand.page.evaluate("delete document.visibilityState")
    hand.tap(f"{WORDS} button")
    hand.see("Mục này đã gửi rồi", within=WORDS)
    hand.see("Vì sao đính chính?", within="main")
    assert hand.page.input_value(FIRST) == "6,6"

    broken: FilePayload = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    hand.page.set_input_files("main input[type=file] >> nth=1", [broken])
    hand.see("Tệp này không phải ảnh", within="main")
    hand.page.go_back()
    hand.open("me")
    hand.tap("form[action='/sign-out'] button")
    hand.page.wait_for_url(lambda url: not url.endswith("me"))
    hand.open()
    hand.see("Đăng nhập một lần khi có mạng", within="main")
