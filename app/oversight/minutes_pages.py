"""The printable minutes of an inspection (biên bản kiểm tra)."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.clock import day_of
from app.kit.pages import show
from app.kit.web import Db, Edge, Id, Now, Words
from app.oversight.inspection_queries import get_inspection
from app.oversight.inspection_view_queries import Whole, whole_of

router = APIRouter(route_class=Edge, include_in_schema=False)


@dataclass(frozen=True)
class InspectionMinutesView:
    """The minutes of an inspection, signed or as they stand, and the page that led here."""

    whole: Whole
    back: str
    signed: bool


@router.get("/office/inspections/{inspection_id}/minutes")
def inspection_minutes(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, inspection_id: Id
) -> Response:
    actor.require_department()
    found = get_inspection(db, inspection_id, actor=actor)
    whole = whole_of(db, found, words=words, today=day_of(now))
    back = f"/office/inspections/{found.id}"
    view = InspectionMinutesView(whole, back, found.signed_at is not None)
    return show(request, "oversight/minutes.html", view)
