from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Note, Out
from app.kit.web import Db, Now
from app.stamps.access import StampKeys
from app.stamps.suspicion_actions import suspect_stamp, trust_stamp

router = APIRouter(prefix="/api/v1/stamps", tags=["stamps"], route_class=ApiRoute)


class SuspicionIn(In):
    """Why a stamp's code is thought to be copied, or no longer is."""

    reason: Annotated[Note, Field(min_length=1, max_length=2000)]


class SuspicionOut(Out):
    """The stamp meant, and whether its page warns now."""

    code: str
    batch_id: int
    number: int
    suspicious: bool


@router.post("/{code}/suspicion")
def suspect(
    code: str, given: SuspicionIn, db: Db, actor: CurrentActor, now: Now, keyring: StampKeys
) -> SuspicionOut:
    """Warn on the stamp's page that its code may have been copied. Officers only."""
    stamp = suspect_stamp(db, actor=actor, now=now, keyring=keyring, text=code, reason=given.reason)
    return SuspicionOut(
        code=stamp.code, batch_id=stamp.batch_id, number=stamp.number, suspicious=True
    )


@router.post("/{code}/suspicion/lift")
def trust(
    code: str, given: SuspicionIn, db: Db, actor: CurrentActor, now: Now, keyring: StampKeys
) -> SuspicionOut:
    """Take the warning back. Officers only."""
    stamp = trust_stamp(db, actor=actor, now=now, keyring=keyring, text=code, reason=given.reason)
    return SuspicionOut(
        code=stamp.code, batch_id=stamp.batch_id, number=stamp.number, suspicious=False
    )
