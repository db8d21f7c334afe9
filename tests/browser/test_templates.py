"""An officer writes a template: a script shows the phone at once, without one a button does."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open, World, shoot, sign_in
from tests.waiting import press, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HONEY = "td.name a:has-text('Mật ong')"
PREVIEW, SAVE = "#preview", "#stage .acts button >> nth=0"


def draft_of(page: Page) -> str:
    """Open the draft of the ready template of honey, and return its address."""
    page.goto("/office/templates")
    if not page.locator(HONEY).count():
        press(page, "form[action$=ready] button")
    press(page, HONEY)
    press(page, "main .acts :is(button, a.button)")
    return page.url


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("script", [True, False])
def test_what_is_written_stands_on_the_phone_before_it_is_saved(
    open_page: Open,
    world: World,
    script: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    page = open_page(1280, 800, script=script)
    sign_in(page, world.officer)
    draft = draft_of(page)
    assert page.locator(".phone-frame .tiles li").count() == 10
    press(page, "ol.stages a:has-text('Quay mật')")
    fields = page.locator(".one-field").count()
    press(page, "button[value=field]")
    new = f"[name='fields.{fields}.%s']"
    page.fill(new % "label", "Màu mật")
    assert page.locator(new % "choices").is_visible() is not script
    page.select_option(new % "kind", "choice")
    page.fill(new % "choices", "Vàng nhạt | Light\nHổ phách | Amber")
    if not script:
        press(page, "button[value=look]")
    assert until(lambda: "Hổ phách" in page.inner_text(f"{PREVIEW} select >> nth=-1"))
    shoot(page, f"template-stage-{'script' if script else 'plain'}")
    press(page, f"button[value='drop.{fields}'] >> nth=0")
    assert "Màu mật" not in page.inner_text(PREVIEW)
    assert page.locator("text=Chưa lưu.").is_visible()
    page.fill("#name", "Quay mật ong")
    press(page, SAVE)
    assert page.locator(".tiles a:has-text('Quay mật ong')").count() == 1
    narrow = open_page(360, 640, script=script)
    sign_in(narrow, world.officer)
    narrow.goto(draft)
    shoot(narrow, "template-draft-360")
    narrow.click("details:has(form[action$=discard]) summary")
    press(narrow, "form[action$=discard] button")
    assert narrow.locator("form[action$=draft] button").count() == 1
