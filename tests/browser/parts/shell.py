"""The phone app as it is opened; its screens have tests of their own."""

from typing import Final

from tests.browser.stop import OWNER, Stop

PAGES: Final[dict[str, dict[str, list[str]]]] = {}
ACTS: Final = (Stop("diary/shell.html", OWNER, "/app/diary", (), "#bar a >> nth=0"),)
