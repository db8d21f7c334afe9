"""What the law lets a person ask for, done for them by an administrator."""

import json

from fastapi import APIRouter
from fastapi.encoders import jsonable_encoder
from starlette.responses import Response

from app.identity import person_actions
from app.identity.access import CurrentActor
from app.kit.i18n import N_
from app.kit.pages import go, sayable
from app.kit.web import Db, Edge, Id, Now
from app.office.person_queries import kept_of

router = APIRouter(prefix="/office/accounts", route_class=Edge, include_in_schema=False)

ERASED = sayable(N_("The person is erased. Of the account its number stays."))


@router.post("/{account_id}/export")
def export_person(db: Db, actor: CurrentActor, now: Now, account_id: Id) -> Response:
    """Answer with a file of all that is kept, that it was made included."""
    person_actions.hand_out(db, actor=actor, now=now, account_id=account_id)
    told = json.dumps(jsonable_encoder(kept_of(db, account_id)), ensure_ascii=False, indent=1)
    headers = {
        "Content-Disposition": f'attachment; filename="account-{account_id}.json"',
        "Cache-Control": "private, no-store",
    }
    return Response(told, headers=headers, media_type="application/json")


@router.post("/{account_id}/erase")
def erase_person(db: Db, actor: CurrentActor, now: Now, account_id: Id) -> Response:
    person_actions.erase_person(db, actor=actor, now=now, account_id=account_id)
    return go(f"/office/accounts/{account_id}", say=ERASED)
