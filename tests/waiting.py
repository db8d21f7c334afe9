from collections.abc import Callable
from time import monotonic, sleep

from playwright.sync_api import Page


def until(true: Callable[[], bool], seconds: float = 60) -> bool:
    """Wait until something is true, no longer than so many seconds; tell whether it is."""
    end = monotonic() + seconds
    while not true() and monotonic() < end:
        sleep(0.02)
    return true()


def press(page: Page, selector: str) -> None:
    """Press what leads to another page, or to the same one anew, and wait until it is there.

    A click alone may return before the browser has begun to leave: what comes next would read the
    old page, or cut off the request that was just sent.
    """
    with page.expect_navigation():
        page.click(selector)
