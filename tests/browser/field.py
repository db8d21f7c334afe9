"""An inspector's hand on the app for inspections."""

from dataclasses import dataclass
from typing import Final

from tests.browser.hand import Hand
from tests.browser.offline import PASSWORD
from tests.waiting import until

FIELD: Final = "/inspections/app"


@dataclass
class FieldHand(Hand):
    """A phone in an inspector's hand."""

    def sign_in(self, account: str) -> None:
        self.page.goto(f"/sign-in?after={FIELD}")
        self.page.fill("#phone", account)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button")
        self.page.wait_for_url(f"**{FIELD}")
        known = "return !!(await store.state());"
        assert until(lambda: bool(self.call(known))), self.page.inner_text("body")

    def open(self, screen: str = "") -> None:
        self.page.goto(f"{FIELD}#/{screen}")
        self.page.wait_for_selector("#bar [aria-current], h1")

    def restart(self) -> None:
        """Kill the page as a phone does that needs its memory; open the app anew."""
        self.page.close()
        self.page = self.context.new_page()
        self.open()
