from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.pages import go, show
from app.kit.web import Db, Edge, Now
from app.office import queries
from app.office.alert_queries import count_off
from app.office.queries import Waiting
from app.oversight.queries import count_open_reports
from app.scans.signal_queries import count_signals

router = APIRouter(prefix="/office", route_class=Edge, include_in_schema=False)


@dataclass(frozen=True)
class HomeView:
    """What waits for the officer, how much is off or reported, and the figures of the register."""

    waiting: Waiting
    off: int
    anomalies: int
    reports: int
    figures: list[tuple[str, int, str]]


@router.get("")
def home(request: Request, db: Db, actor: CurrentActor, now: Now) -> Response:
    if not actor.of_department:
        return go("/office/rights" if actor.roles else "/app")
    view = HomeView(
        waiting=queries.list_waiting(db),
        off=count_off(db, now=now),
        anomalies=count_signals(db),
        reports=count_open_reports(db),
        figures=queries.count_all(db),
    )
    return show(request, "office/home.html", view)
