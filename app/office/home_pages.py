from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.pages import go, show
from app.kit.web import Db, Edge
from app.office import queries
from app.office.queries import Waiting

router = APIRouter(prefix="/office", route_class=Edge, include_in_schema=False)


@dataclass(frozen=True)
class HomeView:
    """What waits for the officer, and the figures of the register."""

    waiting: Waiting
    figures: list[tuple[str, int, str]]


@router.get("")
def home(request: Request, db: Db, actor: CurrentActor) -> Response:
    if not actor.of_department:
        return go("/office/rights" if actor.roles else "/app")
    view = HomeView(waiting=queries.list_waiting(db), figures=queries.count_all(db))
    return show(request, "office/home.html", view)
