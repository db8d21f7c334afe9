"""Every screen of the phone app in both languages, light and dark, at 320 px; where it leads."""

from collections.abc import Iterator
from typing import Final

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ViewportSize
from sqlalchemy import select, update

from app.diary.models import DiaryEntry
from app.identity.models import Account
from app.keyfile import load_keyring
from app.kit.db import Database
from app.products.models import Product
from tests import make
from tests.browser.conftest import SHOTS, World
from tests.browser.hand import WORDS, Farm, Hand, fill
from tests.browser.test_accessibility import LOW_TARGETS, SAID, english
from tests.waiting import press, until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.on("sqlite")]

SAVE = "main form .save button"
# Whatever a finger must meet is measured below; what scrolls under a bar is no smaller for it.
RULES = {"resultTypes": ["violations"], "preload": False}
NARROW: Final[ViewportSize] = {"width": 320, "height": 568}


@pytest.fixture(scope="module")
def database(world: World) -> Iterator[Database]:
    opened = Database(world.settings.owner_url)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def farm(database: Database, world: World) -> Farm:
    return fill(database, world)


def written(hand: Hand, farm: Farm) -> None:
    """Have something that was sent, something corrected and something that waits."""
    for ph in ("7", "7,5"):
        hand.open(f"write/{farm.pond}/do-nuoc")
        hand.type("main form input >> nth=0", ph)
        hand.photograph(1)
        hand.tap(SAVE)
        hand.page.wait_for_selector(f"{WORDS} button")
    assert until(lambda: set(hand.states()) == {"sent"})


def screens(hand: Hand, farm: Farm, sent: str) -> Iterator[str]:
    """Come to one screen after the other; yield what it is called."""
    waiting = hand.call("return (await outbox.list()).find((one) => one.state !== 'sent').id;")
    named = {
        "today": "",
        "write": f"write/{farm.pond}/tha-giong",
        "again": f"again/{farm.pond}/{sent}",
        "correct": f"correct/{farm.pond}/{sent}",
        "lots": "lots",
        "lot": f"lot/{farm.pond}",
        "new-lot": f"new-lot/{farm.pond}",
        "stamps": "stamps",
        "outbox": "outbox",
        "mend": f"mend/{waiting}",
        "me": "me",
        "nothing": "lot/999999",
    }
    for name, path in named.items():
        hand.open(path)
        hand.page.wait_for_selector("main h1:focus")
        if name == "write":
            hand.page.click("button:has-text('+') , .field > button >> nth=0")
        hand.page.evaluate(
            "for (const one of document.querySelectorAll('details')) one.open = true"
        )
        yield name


def faults(hand: Hand, language: str) -> Iterator[str]:
    page = hand.page
    for found in page.evaluate("(rules) => axe.run(rules)", RULES)["violations"]:
        yield f"{found['id']}: {[node['html'][:120] for node in found['nodes'][:3]]}"
    for target in page.evaluate(LOW_TARGETS):
        if 'class="sr"' not in target:
            yield f"lower than 48 px: {target}"
    page.set_viewport_size(NARROW)
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if wide > 0:
        yield f"{wide} px wider than 320 px"
    told = page.evaluate("[document.documentElement.lang, document.title]")
    if told[0] != language or not told[1].endswith(" · OCOP"):
        yield f"lang and title are {told}"
    if language == "vi":
        yield from (f"English: {one}" for one in english() & set(page.evaluate(SAID)))


@pytest.mark.parametrize(("language", "scheme"), [("vi", "light"), ("en", "dark")])
def test_every_screen_reads_well_and_can_be_worked(
    chromium: Browser, world: World, database: Database, farm: Farm, language: str, scheme: str
) -> None:
    _speak(database, world, language)
    hand = Hand.on(chromium, world, color_scheme=scheme)
    hand.sign_in(world.owner)
    assert until(hand.kept)
    written(hand, farm)
    hand.call("await sync.run();")
    hand.lose_network()
    hand.open(f"write/{farm.pond}/do-nuoc")
    hand.photograph(2)
    hand.tap(SAVE)
    hand.page.wait_for_selector(f"{WORDS} button")
    with database.begin(write=False) as db:
        query = select(DiaryEntry.id).where(DiaryEntry.lot_id == farm.pond)
        sent = str(db.scalars(query).first())
    wrong = []
    SHOTS.mkdir(parents=True, exist_ok=True)
    for name in screens(hand, farm, sent):
        hand.page.evaluate(AXE_SCRIPT)
        picture = SHOTS / f"app-{name}-{language}-{scheme}"
        hand.page.screenshot(path=f"{picture}-360.png")
        wrong += [f"{name}: {fault}" for fault in faults(hand, language)]
        hand.page.screenshot(path=f"{picture}-320.png")
        hand.page.set_viewport_size({"width": 360, "height": 640})
    hand.context.close()
    _speak(database, world, "vi")
    assert not wrong, "\n".join(wrong)


def _speak(database: Database, world: World, language: str) -> None:
    with database.begin() as db:
        owner = Account.phone.endswith(world.owner[1:])
        db.execute(update(Account).where(owner).values(language=language))


def test_farms_and_lots_are_told_apart_and_written_together(
    chromium: Browser, world: World, database: Database, farm: Farm
) -> None:
    hand = Hand.on(chromium, world)
    hand.sign_in(world.owner)
    hand.page.wait_for_selector("#farm")
    hand.choose("#farm", farm.second)
    hand.see("K-01", within="main")
    hand.choose("#farm", "Hợp tác xã Tôm khô Rạch Gốc")
    hand.page.wait_for_selector("#lot")
    hand.page.reload()
    hand.see("TS-01", within="#lot")

    hand.tap(".tiles a:has-text('Cho ăn')")
    hand.type("main form input >> nth=0", "Tôm tạp")
    hand.type(".stepper input >> nth=0", "3")
    hand.tap("summary:has-text('Ghi cho cả lô khác')", ".tick:has-text('TS-02')", SAVE)
    hand.see("lô TS-01, TS-02", within=WORDS)
    assert until(lambda: hand.states() == ["sent", "sent"])
    fed = select(DiaryEntry.lot_id).where(DiaryEntry.stage == "cho-an")
    with database.begin(write=False) as db:
        assert set(db.scalars(fed)) == {farm.pond, farm.other_pond}
    hand.context.close()


@pytest.mark.usefixtures("farm")
def test_stamps_are_activated_from_the_app_and_back(
    chromium: Browser, world: World, database: Database
) -> None:
    keyring = load_keyring(world.settings)
    with database.begin() as db:
        product = db.get_one(Product, world.product_id)
        make.issued_batch(db, of=product, keyring=keyring, handed=20)
        lot = make.complete_lot(db, of=product, number="L-DU")
    hand = Hand.on(chromium, world)
    hand.sign_in(world.owner)
    hand.choose("#farm", "Hợp tác xã Tôm khô Rạch Gốc")
    hand.tap("#bar a >> nth=2", f"main a[href$='lot={lot.id}']")
    hand.page.wait_for_url("**/app/activate?lot=*")
    hand.page.fill("input[name=quantity]", "5")
    press(hand.page, "form[action$=next] button:not([type=button])")
    press(hand.page, "form[action$=confirm] button")
    hand.see("tem đã kích hoạt", within="h1")
    hand.tap("nav a[href='/app/diary']")
    hand.page.wait_for_selector(".tiles, .lines")
    hand.context.close()
