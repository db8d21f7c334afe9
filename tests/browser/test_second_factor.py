"""An officer's first sign-in where the second factor is required: set up, printed, asked for."""

from base64 import b32decode
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from app.identity.actions import add_account, grant_role, hash_password
from app.identity.rules import Role
from app.identity.second_factor import code_at
from app.kit.db import Database
from tests import make
from tests.browser import conftest
from tests.browser.conftest import PASSWORD, Open, World, shoot
from tests.conftest import migrated_settings
from tests.waiting import press

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def world(
    dialect: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[World]:
    """A served installation that requires the second factor, as a real one does."""
    folder = tmp_path_factory.mktemp("factor")
    yield from conftest.served_world(
        migrated_settings(dialect, folder, f"ocop_factor_{worker_id}"), folder, required=True
    )


def approver(world: World) -> str:
    """Add a second person with a role; return the phone number they sign in with."""
    database, phone = Database(world.settings.database_url), "0912000006"
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
    with database.begin() as db:
        secret = hash_password(PASSWORD)
        account = add_account(db, phone=phone, name="Phó phòng", password_hash=secret, **who)
        grant_role(db, account_id=account.id, role=Role.APPROVER, **who)
        account.language = "en"
    database.close()
    return phone


def look(page: Page, name: str) -> None:
    """Keep a picture of the page and hold it to what everybody needs of it."""
    shoot(page, name)
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("() => axe.run({resultTypes: ['violations'], preload: false})")
    assert [one["id"] for one in found["violations"]] == [], name


@pytest.mark.on("postgresql")
@pytest.mark.parametrize(("width", "height", "language"), [(360, 640, "vi"), (1280, 800, "en")])
def test_the_second_factor_is_set_up_at_the_first_sign_in_and_asked_for_at_the_next(
    open_page: Open, world: World, width: int, height: int, language: str
) -> None:
    page = open_page(width, height)
    phone = world.officer if language == "vi" else approver(world)
    page.goto("/sign-in")
    page.fill("#phone", phone)
    page.fill("#password", PASSWORD)
    press(page, "main button")
    page.wait_for_url("**/sign-in/second-factor")
    page.goto(f"{page.url}?lang={language}")
    look(page, f"factor-step-{width}")
    secret = b32decode(page.inner_text("main form p code").replace(" ", ""))
    page.fill("#code", "000000")
    press(page, "main form button >> nth=0")
    assert page.get_attribute("#code", "aria-invalid") == "true"
    page.fill("#code", code_at(secret, now=datetime.now(UTC)))
    press(page, "main form button >> nth=0")
    look(page, f"factor-codes-{width}")
    codes = page.locator("ol.codes code").all_inner_texts()
    assert len(codes) == 10
    press(page, "main a.button")
    page.wait_for_url("**/office")
    look(page, f"factor-office-{width}")
    page.goto("/account/second-factor")
    look(page, f"factor-own-{width}")
    # Signed out and in again, by a recovery code: the app's present code was used already.
    page.goto("/account")
    press(page, "main form[action='/sign-out'] button")
    page.fill("#phone", phone)
    page.fill("#password", PASSWORD)
    press(page, "main button")
    page.wait_for_url("**/sign-in/code")
    page.click("main summary")
    look(page, f"factor-code-{width}")
    page.fill("#recovery", codes[0])
    press(page, "main details button")
    page.wait_for_url("**/account/second-factor*")
    assert page.locator("main dd").nth(1).inner_text() == "9"
