"""The phone app as it is opened; its screens have tests of their own."""

from tests.browser.stop import OWNER, Stop

ACTS = (Stop("diary/shell.html", OWNER, "/app/diary", (), "#bar a >> nth=0"),)
