"""Every page in both languages, on a phone and on a desk: axe, targets, words, requests."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error

from app.config import Settings
from app.identity.actions import add_account, hash_password, make_link
from app.keyfile import load_keyring
from app.kit.db import Database
from app.products.models import Product
from app.sample.demo import prepare
from app.stamps.actions import request_batch
from tests import make
from tests.browser import axe
from tests.browser.stop import OWNER, PUBLIC, STRANGER, Stop
from tests.browser.stops import BETWEEN, NOT_OURS, PARTS, stops
from tests.served import Server, free_port
from tests.waiting import press

pytestmark = [pytest.mark.browser, pytest.mark.slow]

APP = Path(__file__).parents[2] / "app"
PASSWORD = "mat-khau-thu-1"
PHONE, DESK, SMALL = (360, 640), (1280, 800), (320, 640)
LONG = "Hợp tác xã Nông nghiệp Dịch vụ Nuôi trồng Chế biến Thủy sản Sinh thái Đất Mũi Ngọc Hiển"
# What a finger must meet; links among other words are left to axe.
LOW_TARGETS = """() => [...document.querySelectorAll(
  "button, .button, .tap, summary, nav a, select, textarea, " +
  "input:not([type=hidden], [type=checkbox], [type=radio])"
)].filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 47.5)
  .map((one) => one.outerHTML.slice(0, 80))"""
STATUS = "() => performance.getEntriesByType('navigation')[0].responseStatus"
ON_PHONES = frozenset({PUBLIC, OWNER, STRANGER})
# Pages that tell what is wrong at an address, without a form that was sent.
TELLING = frozenset(
    {
        "kit/problem.html",
        "lookup/home.html",
        "lookup/serial.html",
        "lookup/telling.html",
        "office/audit.html",
    }
)
SAID = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [document.title];
  while (walker.nextNode()) {
    const [node, page] = [walker.currentNode, document.documentElement.lang];
    // The way to the other language is written in it.
    if (node.parentElement.closest("[lang]").lang === page) texts.push(node.data);
  }
  for (const name of ["aria-label", "placeholder", "alt", "title"])
    for (const one of document.querySelectorAll(`[${name}]`)) texts.push(one.getAttribute(name));
  return texts.map((text) => text.trim().replace(/[:.]$/, ""));
}"""


@dataclass(frozen=True)
class Sample:
    """The sample installation, served, with long names and every state put in."""

    base_url: str
    facts: dict[str, str]
    accounts: dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    folder = tmp_path_factory.mktemp("sample")
    port = free_port()
    environment = prepare(folder, host="127.0.0.1", port=port, say=lambda _line: None)
    settings = Settings.from_env(os.environ | environment)
    told = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
    accounts = {one["role"]: (one["phone"], one["password"]) for one in told["accounts"]}
    accounts[STRANGER] = ("0912000003", PASSWORD)
    facts = {name: stamp["code"] for name, stamp in told["stamps"].items()}
    facts |= {"received": facts["not_activated"], "typo": _mistyped(facts["active"])}
    facts |= {name: str(number) for name, number in _more(settings).items()}
    server = Server(replace(settings, base_url=told["base_url"]), port, folder / "server.log")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OCOP_SAMPLE", "1")
        server.start()
    yield Sample(told["base_url"], facts, accounts)
    server.stop()


def _mistyped(code: str) -> str:
    return code[:7] + ("A" if code[7] != "A" else "B") + code[8:]


def _more(settings: Settings) -> dict[str, int | str]:
    """Add what the sample data has none of; return the ids."""
    database, now = Database(settings.database_url), datetime.now(UTC)
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": now}
    with database.begin() as db:
        entity = make.entity(db, name=LONG, phone="0290 3831 234", phone_public=True)
        product = make.product(db, of=entity, name=f"Tôm khô {LONG}", picture=False)
        make.use_right(db, of=make.right(db, sign=LONG), product=product)
        batch = request_batch(
            db, product_id=product.id, quantity=10**6, reason=LONG, largest=10**6, **who
        )
        issued = make.issued_batch(db, of=product, keyring=load_keyring(settings))
        secret = hash_password(PASSWORD)
        stranger, invited = (
            add_account(db, phone=phone, name="Người mới", password_hash=secret, **who)
            for phone in ("0912000003", "0912000004")
        )
        found: dict[str, int | str] = {
            "long_entity": entity.id,
            "long_product": product.id,
            "requested": batch.id,
            "issued": issued.id,
            "open_lot": make.lot(db, of=db.get_one(Product, 1), number="L-MO").id,
            "account": stranger.id,
            "link": make_link(db, account_id=invited.id, **who),
        }
        for part in PARTS:
            found |= part.facts(db, load_keyring(settings)) if hasattr(part, "facts") else {}
    database.close()
    return found


def english() -> set[str]:
    """Return the messages that read otherwise in Vietnamese."""
    found: set[str] = set()
    for path in APP.glob("*/locale/vi*.po"):
        with path.open("rb") as source:
            found |= {
                message.id.rstrip(".:")
                for message in read_po(source, locale="vi")
                if isinstance(message.id, str) and message.id not in {"", message.string}
            }
    return found


class Looker:
    """Opens page after page in one browser profile and keeps what is wrong with them."""

    def __init__(self, browser: Browser, sample: Sample, who: str, language: str) -> None:
        self.sample, self.language, self.wrong = sample, language, list[str]()
        self.where, self.untranslated = "", english() if language == "vi" else set()
        self.context = _context(browser, sample, language)
        self.page = self.context.new_page()
        self.axe = axe.Axe(self.page)
        self.page.set_default_timeout(30_000)
        if who != PUBLIC:
            self._sign_in(*sample.accounts[who])
        self.page.on("request", lambda request: self._from(request.url))
        self.page.on("pageerror", lambda error: self.say(str(error)))
        self.page.on("console", self._console)

    def say(self, what: str) -> None:
        self.wrong.append(f"{self.where} [{self.language}]: {what}")

    def _sign_in(self, phone: str, password: str) -> None:
        self.page.goto("/sign-in")
        self.page.fill("#phone", phone)
        self.page.fill("#password", password)
        press(self.page, "main form button")
        self.page.goto("/account")
        self.page.select_option("#language", self.language)
        press(self.page, "[action='/account/language'] button")

    def _from(self, url: str) -> None:
        if not url.startswith((self.sample.base_url, "data:")):
            self.say(f"asks another host: {url}")

    def _console(self, told: ConsoleMessage) -> None:
        # A page that is itself an answer of 4xx is reported by the browser, and meant.
        meant = told.text.startswith("Failed to load") and told.location["url"] == self.page.url
        if told.type in {"error", "warning"} and not meant:
            self.say(f"console: {told.text}")

    def look_at(self, stop: Stop) -> None:
        path = stop.path.format(**self.sample.facts)
        self.where = f"{stop.template} {path}"
        self.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        self.page.goto(path)
        try:
            self._act(stop)
        except Error as error:
            # Told with the rest, or one stop that can't be worked hides all that follow.
            self.say(str(error))
        if not stop.click and urlsplit(self.page.url).path != path.partition("?")[0]:
            self.say(f"led to {self.page.url}")
        self._status(stop)
        self._frame()
        # Each page by all rules where it is used most, in its first language; by what other words
        # may spoil in the other.
        if self.language == "en":
            self._axe("on a phone", axe.WORDS)
        else:
            self._axe("on a phone", () if stop.who in ON_PHONES else axe.LAYOUT)
        if stop.who in ON_PHONES:
            for target in self.page.evaluate(LOW_TARGETS):
                self.say(f"lower than 48 px: {target}")
            self._no_wider_than(SMALL)
        self._no_wider_than(DESK)
        if self.language == "vi" and stop.who not in ON_PHONES:
            self._axe("on a desk")

    def _axe(self, where: str, only: tuple[str, ...] = ()) -> None:
        for wrong in self.axe.ask(where, only):
            self.say(f"axe {where}: {wrong}")

    def _act(self, stop: Stop) -> None:
        for selector, value in stop.fill:
            self.page.fill(selector, value.format(**self.sample.facts))
        if "summary" in stop.click:
            self.page.click(stop.click)
        elif stop.click:
            press(self.page, stop.click)

    def _status(self, stop: Stop) -> None:
        """Hold a page to what it is for, or it may go unseen behind an answer of 404 or 422."""
        status = self.page.evaluate(STATUS)
        meant = stop.template in TELLING or (stop.click and "preview" not in stop.template)
        if status >= (500 if meant else 400):
            self.say(f"answered {status}")

    def _frame(self) -> None:
        facts = self.page.evaluate(
            "() => [document.querySelectorAll('h1').length, document.documentElement.lang]"
        )
        if facts != [1, self.language]:
            self.say(f"h1s and lang are {facts}")
        if not re.match(r"\S.* · OCOP$", self.page.title()):
            self.say(f"title: {self.page.title()}")
        for text in sorted(self.untranslated & set(self.page.evaluate(SAID))):
            self.say(f"English: {text}")

    def _no_wider_than(self, size: tuple[int, int]) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            self.say(f"{wide} px wider than {size[0]} px")


def _context(browser: Browser, sample: Sample, language: str) -> BrowserContext:
    return browser.new_context(
        base_url=sample.base_url,
        locale={"vi": "vi-VN", "en": "en-GB"}[language],
        timezone_id="Asia/Ho_Chi_Minh",
    )


def _stops_of(who: str, language: str) -> list[Stop]:
    """Return all that somebody looks at; in English, of the office's each page as it stands and as
    it answers a form: what its other states show is judged in Vietnamese, the longer of the two.
    """
    theirs = [stop for stop in stops() if stop.who == who]
    if language == "vi" or who in ON_PHONES:
        return theirs
    first = {(stop.template, bool(stop.click)): stop for stop in reversed(theirs)}
    return [stop for stop in theirs if stop in first.values()]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("who", dict.fromkeys(stop.who for stop in stops()))
def test_every_page_reads_well_and_can_be_worked_by_everybody(
    chromium: Browser, sample: Sample, who: str, language: str
) -> None:
    looker = Looker(chromium, sample, who, language)
    for stop in _stops_of(who, language):
        looker.look_at(stop)
    looker.context.close()
    assert not looker.wrong, "\n".join(looker.wrong)


def test_every_page_that_is_drawn_is_looked_at() -> None:
    drawn = {
        f"{path.parents[1].name}/{path.name}"
        for path in APP.glob("*/templates/*.html")
        if "{% block title %}{% endblock %}" not in (text := path.read_text(encoding="utf-8"))
        and ("{% extends" in text or "<!doctype" in text)
    }
    layouts = {"kit/office.html", "kit/phone.html"}
    assert drawn - layouts - NOT_OURS - BETWEEN == {stop.template for stop in stops()}
