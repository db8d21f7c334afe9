"""The printable minutes of an inspection (biên bản kiểm tra)."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.clock import day_of
from app.kit.pages import show
from app.kit.web import Db, Edge, Id, Now, Words
from app.oversight.inspection_own_queries import minutes_of
from app.oversight.inspection_queries import get_inspection
from app.oversight.inspection_view_queries import Whole, whole_of

router = APIRouter(route_class=Edge, include_in_schema=False)


@dataclass(frozen=True)
class InspectionMinutesView:
    """The minutes of an inspection, signed or as they stand, and the page that led here."""

    whole: Whole
    back: str
    signed: bool
    shell: str


@router.get("/office/inspections/{inspection_id}/minutes")
def inspection_minutes(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, inspection_id: Id
) -> Response:
    actor.require_department()
    found = get_inspection(db, inspection_id, actor=actor)
    whole = whole_of(db, found, words=words, today=day_of(now))
    return _show(request, whole, "/office/inspections", "kit/office.html")


@router.get("/app/inspections/{inspection_id}/minutes")
def own_minutes(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, inspection_id: Id
) -> Response:
    """Show the minutes of a signed inspection to whom it was of."""
    found = get_inspection(db, inspection_id, actor=actor)
    whole = minutes_of(db, found, words=words, today=day_of(now))
    return _show(request, whole, "/app/inspections", "kit/phone.html")


def _show(request: Request, whole: Whole, home: str, shell: str) -> Response:
    one = whole.row.one
    view = InspectionMinutesView(whole, f"{home}/{one.id}", one.signed_at is not None, shell)
    return show(request, "oversight/minutes.html", view)
