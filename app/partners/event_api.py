"""What happened, for who asks from time to time instead of being told."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from app.kit.forms import Out
from app.kit.web import Db
from app.lookup.public_access import has_tag
from app.lookup.ready import tag_of
from app.partners.event_queries import last_event, list_public_events
from app.partners.events import EventType, envelope, message_id
from app.partners.key_access import EventsPartner, PartnerRoute

router = APIRouter(prefix="/api/v1/events", tags=["events"], route_class=PartnerRoute)

_MOST = 200


class EventOut(Out):
    """Something that happened, in the words a webhook would be told it in.

    What stands in `data` depends on the type: see docs/api.md. It may grow new fields.
    """

    id: str
    type: EventType
    timestamp: datetime
    data: dict[str, Any]


class EventsOut(Out):
    """Events in their order; ask again with `next` as `after`, now if `more`, else later."""

    events: list[EventOut]
    next: Annotated[int, Field(description="What to give as `after` the next time.")]
    more: bool


@router.get(
    "",
    response_model=EventsOut,
    responses={304: {"description": "Nothing new: the answer is the one named by If-None-Match"}},
)
def list_events(
    request: Request,
    _caller: EventsPartner,
    db: Db,
    after: Annotated[
        int, Query(ge=0, le=2**62, description="The `next` of the last answer; 0 from the first.")
    ] = 0,
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Events an answer.")] = 100,
    type: Annotated[  # noqa: A002 - the name of the field in the answer
        list[EventType] | None, Query(max_length=len(EventType), description="Only these.")
    ] = None,
) -> Response:
    """Return what happened behind `after`, the oldest first.

    The numbers grow and have gaps; an event is always found behind the `next` of any answer
    that did not have it. A key with the scope `events` is needed.
    """
    found = list_public_events(db, after=after, limit=limit + 1, types=frozenset(type or ()))
    more, events = len(found) > limit, found[:limit]
    out = EventsOut(
        events=[
            EventOut.model_validate(envelope(message_id(one.seq), one.type, one.at, one.facts))
            for one in events
        ],
        next=events[-1].seq if more else max(after, last_event(db)),
        more=more,
    )
    body = out.model_dump_json()
    headers = {"Cache-Control": "private, no-cache", "ETag": tag_of(body)}
    if has_tag(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=JSONResponse.media_type)
