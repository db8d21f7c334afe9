from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

# Every day in this service is a day in Vietnam: validity, expiry, counts and keys turn at its
# midnight, wherever the server or the reader is.
VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")


def day_of(now: datetime) -> date:
    """Return the day it is in Vietnam at an instant, which must carry its zone."""
    if now.utcoffset() is None:
        raise ValueError("an instant without a zone has no day")
    return now.astimezone(VIETNAM).date()


def start_of(day: date) -> datetime:
    """Return the first instant of a day in Vietnam."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
