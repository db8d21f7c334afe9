"""An officer writes a template: a script shows the phone at once, without one a button does."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open, World, shoot, sign_in
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HONEY = "td.name a:has-text('Mật ong')"
PREVIEW, SAVE = "#preview", "#stage .acts button >> nth=0"


def draft_of(page: Page) -> str:
    """Open the draft of the ready template of honey, and return its address."""
    assert until(lambda: "/sign-in" not in page.url)
    page.goto("/office/templates")
    if not page.locator(HONEY).count():
        page.click("form[action$=ready] button")
        page.wait_for_load_state()
    page.click(HONEY)
    page.wait_for_load_state()
    page.click("main .acts :is(button, a.button)")
    page.wait_for_load_state()
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
    page.click("ol.stages a:has-text('Quay mật')")
    page.wait_for_load_state()
    fields = page.locator(".one-field").count()
    page.click("button[value=field]")
    page.wait_for_load_state()
    new = f"[name='fields.{fields}.%s']"
    page.fill(new % "label", "Màu mật")
    assert page.locator(new % "choices").is_visible() is not script
    page.select_option(new % "kind", "choice")
    page.fill(new % "choices", "Vàng nhạt | Light\nHổ phách | Amber")
    if not script:
        page.click("button[value=look]")
        page.wait_for_load_state()
    assert until(lambda: "Hổ phách" in page.inner_text(f"{PREVIEW} select >> nth=-1"))
    shoot(page, f"template-stage-{'script' if script else 'plain'}")
    page.click(f"button[value='drop.{fields}'] >> nth=0")
    page.wait_for_load_state()
    assert "Màu mật" not in page.inner_text(PREVIEW)
    assert page.locator("text=Chưa lưu.").is_visible()
    page.fill("#name", "Quay mật ong")
    page.click(SAVE)
    page.wait_for_url(f"{draft}*")
    assert page.locator(".tiles a:has-text('Quay mật ong')").count() == 1
    narrow = open_page(360, 640, script=script)
    sign_in(narrow, world.officer)
    assert until(lambda: "/sign-in" not in narrow.url)
    narrow.goto(draft)
    shoot(narrow, "template-draft-360")
    narrow.click("details:has(form[action$=discard]) summary")
    narrow.click("form[action$=discard] button")
    narrow.wait_for_url("**/office/templates/*")
    assert narrow.locator("form[action$=draft] button").count() == 1
