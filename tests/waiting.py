from collections.abc import Callable
from time import monotonic, sleep


def until(true: Callable[[], bool], seconds: float = 15) -> bool:
    """Wait until something is true, no longer than so many seconds; tell whether it is."""
    end = monotonic() + seconds
    while not true() and monotonic() < end:
        sleep(0.02)
    return true()
