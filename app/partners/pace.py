"""How many requests a minute and a day, and how it is told."""

from datetime import datetime, timedelta
from typing import Final

from app.kit.clock import day_of, start_of
from app.kit.pace import Allowance

# Of addresses without a key: a shop of some size on one, or a school behind another.
OPEN_PER_MINUTE: Final = 300


def seconds_of_day(now: datetime) -> int:
    """Return the seconds until the day turns in Vietnam, at least one."""
    midnight = start_of(day_of(now) + timedelta(days=1))
    return max(1, int((midnight - now).total_seconds()))


def headers(allowances: tuple[Allowance, ...]) -> dict[str, str]:
    """Return the fields of the IETF's draft on RateLimit headers for HTTP."""
    if not allowances:
        return {}
    policy = [f'"{one.name}";q={one.limit};w={one.window}' for one in allowances]
    state = [f'"{one.name}";r={one.left};t={one.seconds}' for one in allowances]
    return {"RateLimit-Policy": ", ".join(policy), "RateLimit": ", ".join(state)}
