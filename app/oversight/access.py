"""What the public routes of reports are given: no account, no cookie, and turns by network."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from app.kit.networks import network_of
from app.kit.web import site
from app.oversight.rules import TooManyReports, Traced
from app.oversight.turns import Limits, Turns

Tracing = Callable[[Session, str], Traced]


async def as_nobody(request: Request) -> None:
    """Have a route serve without asking who is there: no cookie and no key is read."""
    request.state.unit.database = site(request).database


async def _trace(request: Request) -> Tracing:
    """Return what tells of a code where its stamp belongs; stamps are of a higher slice."""
    found: Tracing = request.app.state.trace
    return found


Trace = Annotated[Tracing, Depends(_trace)]


def limits_of(request: Request) -> Limits:
    held: Limits = request.app.state.report_limits
    return held


def network(request: Request) -> str:
    return network_of(request.client.host if request.client else "")


def require_turn(turns: Turns, request: Request, now: datetime) -> None:
    """Take a turn, or raise TooManyReports with the seconds to wait."""
    seconds = turns.take(network(request), now)
    if seconds is not None:
        raise TooManyReports(seconds=seconds, now=now)
