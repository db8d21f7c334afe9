from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.clock import day_of
from app.kit.pages import go, show
from app.kit.web import Db, Edge, Now
from app.office import queries
from app.office.alert_queries import count_off
from app.office.diary_pages import usual_days
from app.office.diary_queries import COUNTED, DiaryList, Wanted, count_approvals, count_diaries
from app.office.expiry_queries import count_ahead
from app.office.queries import Waiting
from app.office.queue_queries import count_waiting
from app.oversight.queries import count_open_reports
from app.rights.use_decision_queries import count_open_objections
from app.scans.signal_queries import count_signals

router = APIRouter(prefix="/office", route_class=Edge, include_in_schema=False)


@dataclass(frozen=True)
class Diaries:
    """Late entries that wait for a decision, and open lots whose diary has fallen silent."""

    approvals: int
    silent: int
    most: int = COUNTED


@dataclass(frozen=True)
class HomeView:
    """What waits for the officer, how much is off or reported, and the figures of the register."""

    waiting: Waiting
    off: int
    anomalies: int
    reports: int
    diaries: Diaries
    figures: list[tuple[str, int, str]]
    # How many rights and certificates end within so many days, and objections not settled.
    ending: dict[int, int]
    objections: int
    # Of the queue: how much waits, for this reader, and past its day.
    queue: dict[str, int]


@router.get("")
def home(request: Request, db: Db, actor: CurrentActor, now: Now) -> Response:
    if not actor.of_department:
        return go("/office/managed" if actor.roles else "/app/today")
    view = HomeView(
        waiting=queries.list_waiting(db),
        off=count_off(db, now=now),
        anomalies=count_signals(db),
        reports=count_open_reports(db),
        diaries=_diaries(request, db, now),
        figures=queries.count_all(db),
        ending=count_ahead(db, actor=actor, day=day_of(now)),
        objections=count_open_objections(db, actor=actor),
        queue=count_waiting(db, actor=actor, today=day_of(now)),
    )
    return show(request, "office/home.html", view)


def _diaries(request: Request, db: Session, now: datetime) -> Diaries:
    days = usual_days(request, DiaryList.SILENT)
    silent = count_diaries(db, DiaryList.SILENT, wanted=Wanted(now=now, days=days))
    return Diaries(count_approvals(db, now=now), silent)
