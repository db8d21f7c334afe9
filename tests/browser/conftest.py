import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from app.config import Settings
from app.identity.actions import add_account, grant_role, hash_password, join_entity
from app.identity.rules import Belonging, Role
from app.kit.db import Database
from app.products.models import Product
from tests import make
from tests.browser import offline
from tests.browser.line import Line
from tests.conftest import migrated_settings
from tests.served import Server, free_port
from tests.waiting import press

PASSWORD = offline.PASSWORD
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class World:
    """A served installation with a producer, a product and an officer."""

    base_url: str
    settings: Settings
    product_id: int
    officer: str = "0912000001"
    owner: str = "0912000002"


@pytest.fixture(scope="module")
def world(
    dialect: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("browser")
    settings = migrated_settings(dialect, folder, f"ocop_browser_{worker_id}")
    # Its own test drives the second factor; the others are about the work behind it.
    yield from served_world(settings, folder, required=False)


def served_world(settings: Settings, folder: Path, *, required: bool) -> Iterator[World]:
    """Serve a new installation while the fixture lives."""
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    settings = replace(settings, base_url=base_url, second_factor_required=required)
    made = World(settings.base_url, settings, product_id=_fill(settings))
    server = Server(settings, port, folder / "server.log")
    server.start()
    yield made
    server.stop()


def _fill(settings: Settings) -> int:
    database = Database(settings.database_url)
    with database.begin() as db:
        entity = make.entity(db, name="Hợp tác xã Tôm khô Rạch Gốc")
        product = make.product(db, of=entity, name="Tôm khô đất loại 1")
        make.use_right(db, of=make.right(db), product=product)
        secret = hash_password(PASSWORD)
        for phone, name in ((World.officer, "Cán bộ Lan"), (World.owner, "Chị Chủ")):
            account = add_account(
                db,
                actor=make.SYSTEM,
                now=make.NOW,
                phone=phone,
                name=name,
                password_hash=secret,
            )
            if phone == World.officer:
                grant_role(
                    db,
                    actor=make.SYSTEM,
                    now=make.NOW,
                    account_id=account.id,
                    role=Role.OFFICER,
                )
            else:
                join_entity(
                    db,
                    actor=make.SYSTEM,
                    now=make.NOW,
                    account_id=account.id,
                    entity_id=entity.id,
                    belonging=Belonging.OWNER,
                )
    database.close()
    return product.id


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed, and CI may not skip the browser tests")
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = _launch(playwright, path)
        yield browser
        browser.close()


def _launch(playwright: Playwright, path: str) -> Browser:
    return playwright.chromium.launch(executable_path=path, args=FLAGS)


Open = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, world: World) -> Iterator[Open]:
    """Open a new browser profile: `open_page(360, 640)`; nothing may go wrong in its console."""
    contexts = []
    wrong: list[str] = []

    def opened(width: int = 1280, height: int = 800, *, script: bool = True) -> Page:
        context = chromium.new_context(
            base_url=world.base_url,
            viewport={"width": width, "height": height},
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            java_script_enabled=script,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda said: wrong.append(said.text) if "Content Security" in said.text else None,
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong


def sign_in(page: Page, phone: str) -> None:
    page.goto("/sign-in")
    page.fill("#phone", phone)
    page.fill("#password", PASSWORD)
    press(page, "main button")


SHOTS = Path(__file__).parent.parent.parent / "var" / "screenshots"


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the whole page for people to look at, and hold it to its width."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{name} is {wide} px wider than the screen"


@pytest.fixture
def bad_line(world: World) -> Iterator[Line]:
    """A line to the server that a test can spoil."""
    opened = Line(int(world.base_url.rpartition(":")[2]))
    yield opened
    opened.close()


@pytest.fixture
def diary_lot(world: World) -> int:
    """An open lot of the producer's."""
    database = Database(world.settings.owner_url)
    with database.begin() as db:
        made = make.lot(db, of=db.get_one(Product, world.product_id)).id
    database.close()
    return made


NewPhone = Callable[[], offline.Phone]


@pytest.fixture
def new_phone(chromium: Browser, bad_line: Line) -> Iterator[NewPhone]:
    """Open a phone at the end of that line."""
    phones: list[offline.Phone] = []

    def opened() -> offline.Phone:
        phones.append(offline.Phone.new(chromium, f"http://127.0.0.1:{bad_line.port}"))
        return phones[-1]

    yield opened
    for phone in phones:
        phone.context.close()
