"""Where an officer has a practice farm made empty again."""

from fastapi import APIRouter
from starlette.responses import Response

from app.diary.practice_actions import start_over
from app.identity.access import CurrentActor
from app.kit.i18n import N_
from app.kit.pages import go, sayable
from app.kit.web import Db, Edge, Id, Now

router = APIRouter(prefix="/office/entities", route_class=Edge, include_in_schema=False)

DONE = sayable(N_("An empty practice farm has taken its place."))


@router.post("/{entity_id}/start-over")
def clear(db: Db, actor: CurrentActor, now: Now, entity_id: Id) -> Response:
    new = start_over(db, actor=actor, now=now, entity_id=entity_id)
    return go(f"/office/entities/{new.id}", say=DONE)
