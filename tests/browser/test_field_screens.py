"""Every screen of the inspectors' app in both languages at 320 px; begun on the spot; refused."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.identity.models import Account, SessionToken
from app.keyfile import load_keyring
from app.kit.clock import day_of
from app.kit.db import Database
from app.oversight.inspection_actions import Arranged
from app.oversight.inspection_models import Inspection
from app.oversight.inspection_recheck_actions import open_recheck
from app.products.models import Product
from tests import make, make_inspections
from tests.browser.conftest import SHOTS, World
from tests.browser.field import COLLEAGUE, INSPECTOR, NO, YES, FieldHand, Round, fill, kept
from tests.browser.hand import WORDS, kept_file
from tests.browser.test_phone_app_screens import faults
from tests.waiting import press, until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.on("sqlite")]

# Chromium on Linux reads no codes; what a phone's does is put in its place.
CAMERA: Final = """
  navigator.mediaDevices.getUserMedia = async () => {
    const picture = document.createElement("canvas");
    picture.getContext("2d").fillRect(0, 0, 9, 9);
    return picture.captureStream(9);
  };
  window.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code"]; }
    async detect() { return [{ rawValue: "%s" }]; }
  };
"""
FOLLOWED: Final = """
  const kept = await outbox.list();
  return kept.some((one) => ((one.item || one).measures || []).length > 0);
"""
START: Final = "main button:has-text('%s')"


@pytest.fixture(scope="module")
def database(world: World) -> Iterator[Database]:
    opened = Database(world.settings.owner_url)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def planned(database: Database, world: World) -> Round:
    return fill(database, world)


def screens(hand: FieldHand, planned: Round) -> Iterator[str]:
    """Come to one screen after the other; yield what it is called."""
    one = planned.right
    for name, path in {
        "list": "",
        "untouched": f"visit/{planned.entity}",
        "visit": f"visit/{one}",
        "held": f"held/{one}",
        "check": f"check/{one}/0",
        "check-2": f"check/{one}/1",
        "users": f"users/{one}",
        "found": f"found/{one}",
        "end": f"end/{one}",
        "review": f"review/{one}",
        "begin": "begin",
        "outbox": "outbox",
        "waits": f"visit/{planned.product}",
        "me": "me",
        "nothing": "visit/nothing",
    }.items():
        hand.open(path)
        hand.page.wait_for_selector("main h1:focus")
        hand.page.evaluate(
            "for (const one of document.querySelectorAll('details')) one.open = true"
        )
        yield name


@pytest.mark.parametrize(("language", "scheme"), [("vi", "light"), ("en", "dark")])
def test_every_screen_reads_well_and_can_be_worked(
    chromium: Browser,
    world: World,
    database: Database,
    planned: Round,
    language: str,
    scheme: str,
) -> None:
    _speak(database, language)
    hand = FieldHand.on(chromium, world, color_scheme=scheme)
    hand.sign_in(INSPECTOR)
    assert until(hand.kept)
    hand.lose_network()
    for uid in (planned.product, planned.right):
        hand.open(f"visit/{uid}")
        hand.tap("main button >> nth=0")
        hand.page.wait_for_selector(".item")
    hand.answer("vung", NO)
    hand.photograph(1)
    hand.page.wait_for_selector(".shot")
    hand.open(f"visit/{planned.product}")
    hand.tap("main details summary", "main details button >> nth=0")
    hand.page.wait_for_selector("#bar .badge")
    wrong = []
    SHOTS.mkdir(parents=True, exist_ok=True)
    for name in screens(hand, planned):
        hand.page.evaluate(AXE_SCRIPT)
        picture = SHOTS / f"field-{name}-{language}-{scheme}"
        hand.page.screenshot(path=f"{picture}-360.png", full_page=True)
        wrong += [f"{name}: {fault}" for fault in faults(hand, language)]
        hand.page.screenshot(path=f"{picture}-320.png", full_page=True)
        hand.page.set_viewport_size({"width": 360, "height": 640})
    hand.context.close()
    _speak(database, "vi")
    assert not wrong, "\n".join(wrong)


def _speak(database: Database, language: str) -> None:
    with database.begin() as db:
        inspector = Account.phone.endswith(INSPECTOR[1:])
        db.execute(update(Account).where(inspector).values(language=language))


def test_begun_on_the_spot_it_is_its_writers_alone_and_a_refusal_is_told_by_the_servers_words(
    chromium: Browser, world: World, database: Database, planned: Round, tmp_path: Path
) -> None:
    with database.begin() as db:
        product = db.get_one(Product, world.product_id)
        keyring = load_keyring(world.settings)
        batch = make.issued_batch(db, of=product, keyring=keyring, handed=20)
        code = make.code(batch, 3, keyring=keyring)
    hand = FieldHand.on(chromium, world)
    hand.context.add_init_script(CAMERA % f"https://example.vn/t/{code}")
    hand.sign_in(INSPECTOR)
    assert until(hand.kept)
    hand.lose_network()
    uids = [_begin(hand), _begin(hand, "KHONG-PHAI-MA")]
    for uid in uids:
        hand.open(f"visit/{uid}")
        hand.tap("main details summary", START % "Gửi phần đã ghi")
    assert until(lambda: hand.states() == ["waiting", "waiting"])
    _change_hands(hand, database)

    hand.sign_in(INSPECTOR)
    assert until(lambda: hand.states() == ["sent", "fixing"])
    begun = kept(database, uids[0])
    assert (begun.subject, begun.batch_id, begun.code) == ("batch", batch.id, code)
    hand.open(f"visit/{uids[1]}")
    hand.see("Không có hồ sơ này", within=".band.bad")
    hand.tap(START % "Ghi tiếp")
    hand.see("Đã lấy lại", within=WORDS)
    hand.open("outbox")
    path = kept_file(hand.page, "text=Lưu ra tệp", tmp_path)
    hand.open(f"visit/{uids[1]}")
    hand.tap("main details summary", START % "Bỏ hẳn", ".danger")
    assert until(lambda: hand.states() == ["sent"])
    hand.open("outbox")
    hand.page.set_input_files("main input[type=file]", path)
    hand.see("Đã đọc: 1 mục mới", within=WORDS)
    assert hand.states() == ["sent", "draft"]
    hand.open()
    hand.see("KHONG-PHAI-MA", within="main")
    with database.begin(write=False) as db:
        found = db.scalars(select(Inspection.uid).where(Inspection.code != "")).all()
        assert list(found) == [uids[0]]
    assert planned.right
    hand.context.close()


def test_a_recheck_tells_of_each_measure_and_nobody_signs_out_over_it(
    chromium: Browser, world: World, database: Database, planned: Round
) -> None:
    with database.begin() as db:
        entity = db.get_one(Product, world.product_id).entity_id
        annual = make_inspections.annual(db).checklist_id
        measure = make_inspections.signed_with_measure(db, entity, checklist_id=annual)
        uid = _recheck(db, measure.inspection_id)
    hand = FieldHand.on(chromium, world)
    hand.sign_in(INSPECTOR)
    assert until(hand.kept)
    hand.lose_network()
    hand.open(f"visit/{uid}")
    hand.tap("main button >> nth=0")
    hand.page.wait_for_selector(".item")
    hand.open(f"measures/{uid}")
    hand.see("Lập sổ ghi nhập vật tư", within="main")
    hand.page.evaluate(AXE_SCRIPT)
    assert list(faults(hand, "vi")) == []
    hand.tap(f"main {YES}")
    assert until(lambda: bool(hand.call(FOLLOWED)))
    hand.open(f"visit/{uid}")
    hand.tap("main details summary", "main details button >> nth=0")
    assert until(lambda: hand.states() == ["waiting"])
    hand.page.close()
    hand.page = hand.context.new_page()
    hand.page.set_viewport_size({"width": 1280, "height": 800})
    hand.context.set_offline(False)
    hand.page.goto("/office/measures")
    hand.page.click(".rail .me form button")
    assert until(lambda: hand.page.is_visible("#unsent-ocop-field"))
    assert hand.page.url.endswith("/office/measures")
    hand.open()
    assert until(lambda: hand.run() == "idle")
    assert kept(database, uid).followed == [{"measure_id": measure.id, "done": True, "note": ""}]
    assert planned.right
    hand.context.close()


def _recheck(db: Session, first_id: int) -> UUID:
    """Arrange a re-check for today; return its uid."""
    lead = db.scalars(select(Account.id).where(Account.phone.endswith(INSPECTOR[1:]))).one()
    today = datetime.now(UTC)
    arranged = Arranged(planned_on=day_of(today), lead_id=lead)
    made = open_recheck(
        db, actor=make.SYSTEM, now=today, uid=uuid4(), first_id=first_id, arranged=arranged
    )
    return made.uid


def _change_hands(hand: FieldHand, database: Database) -> None:
    """End the session, and let a colleague sign in: nothing is lost, or goes in their name."""
    with database.begin() as db:
        db.execute(delete(SessionToken))
    hand.context.set_offline(False)
    assert until(lambda: hand.run() == "signin")
    hand.open("outbox")
    hand.see("Không mất gì", within="main")
    hand.sign_in(COLLEAGUE)
    hand.see("2", within=".band.warn")
    assert hand.states() == []
    assert hand.run() == "idle"
    hand.page.goto("/account")
    press(hand.page, "main form[action='/sign-out'] button")


def _begin(hand: FieldHand, code: str = "") -> UUID:
    """Begin an inspection by a code that is typed, or else read by the camera."""
    hand.open("begin")
    hand.page.wait_for_selector("main form")
    hand.tap("main form button:not([type=button])")
    hand.see("Nhập mã, hoặc chọn bên dưới", within="main")
    if code:
        hand.type("main form input", code)
    else:
        hand.tap(START % "Quét bằng máy ảnh")
        hand.see("Đã đọc: ", within="main")
    hand.tap("main form button:not([type=button])")
    hand.page.wait_for_selector(".item")
    return UUID(hand.page.url.split("/")[-2])
