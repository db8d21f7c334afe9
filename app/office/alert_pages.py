from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.clock import day_of
from app.kit.exports import AsFile, Cell, file_of
from app.kit.i18n import N_
from app.kit.pages import show
from app.kit.web import Db, Edge, Now, Words
from app.office.alert_queries import Alert, Group, list_off

router = APIRouter(prefix="/office/alerts", route_class=Edge, include_in_schema=False)

SHOWN, KEPT = 50, 10_000
HEADS = (
    ("kind", N_("What is off")),
    ("entity", N_("Entity")),
    ("what", N_("Which")),
    ("day", N_("Day")),
    ("path", N_("Page")),
)


@dataclass(frozen=True)
class AlertsView:
    """What is off, by kind."""

    groups: list[Group]
    shown: int


@router.get("")
def alerts(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, file: AsFile = None
) -> Response:
    actor.require_department()
    groups = list_off(db, now=now, limit=KEPT if file else SHOWN)
    if file is None:
        return show(request, "office/alerts.html", AlertsView(groups, SHOWN))
    rows = (_row(words.gettext(group.label), one) for group in groups for one in group.alerts)
    title = N_("What is off")
    return file_of(file, name="alerts", title=title, heads=HEADS, rows=rows, words=words)


def _row(kind: str, one: Alert) -> list[Cell]:
    day = day_of(one.day) if isinstance(one.day, datetime) else one.day
    return [kind, one.entity, one.what, day, one.path]
