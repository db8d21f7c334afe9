"""The inspectors' app as it is opened; its screens have tests of their own."""

from typing import Final

from tests.browser.stop import OFFICE, Stop

PAGES: Final[dict[str, dict[str, list[str]]]] = {}
ACTS: Final = (Stop("oversight/field.html", OFFICE, "/inspections/app", (), "#bar a >> nth=0"),)
