import gzip
import hashlib
from typing import ClassVar, Final

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.diary.sync_access import Arrived, SyncRoute
from app.diary.sync_actions import RETRYABLE
from app.diary.upload_actions import CHUNK_BYTES
from app.identity.access import CurrentActor, session_token
from app.identity.queries import session_end
from app.kit.errors import DomainError, Unavailable
from app.kit.forms import reasons
from app.kit.i18n import Translator
from app.kit.items import Unreadable
from app.kit.problems import FieldsInvalid
from app.kit.web import Databases, Db, Now, Words
from app.oversight.access import Trace
from app.oversight.checklist_actions import require_some
from app.oversight.finding_actions import INSPECTORS
from app.oversight.inspection_phone_api import (
    FORMAT,
    MOST_ITEMS,
    ChecklistOut,
    FieldLimitsOut,
    FieldStateOut,
    InspectionResult,
    InspectorOut,
    ProblemOut,
    SyncedOut,
    SyncInspectionIn,
    SyncInspectionsIn,
    inspection_out,
    inspector_out,
)
from app.oversight.inspection_queries import due_photos, find_by_uid
from app.oversight.inspection_refusals import OtherVersion
from app.oversight.inspection_state_queries import Load, carried, load_for
from app.oversight.inspection_sync_actions import Kept, Sender, take_inspections
from app.products.pictures import MAX_BYTES


class InspectionSyncRoute(SyncRoute):
    """What an inspector's phone sends."""

    kind: ClassVar[str] = "inspection sync"
    most: ClassVar[int] = 512 * 1024


class InspectionStateRoute(SyncRoute):
    """The download: read, and not so often."""

    kind: ClassVar[str] = "inspection state"
    per_minute: ClassVar[int] = 60


router = APIRouter(
    prefix="/api/v1/inspections", tags=["inspections"], route_class=InspectionSyncRoute
)
state_router = APIRouter(
    prefix="/api/v1/inspections", tags=["inspections"], route_class=InspectionStateRoute
)

# Above this a smaller answer is worth the time to make it so.
_SMALL: Final = 1024


def _checklists_there(databases: Databases, actor: CurrentActor, arrived: Arrived) -> None:
    require_some(databases, actor=actor, now=arrived)


@state_router.get(
    "/state",
    dependencies=[Depends(_checklists_there)],
    response_model=FieldStateOut,
    responses={304: {"description": "Nothing changed"}},
)
def inspection_state(
    request: Request, db: Db, actor: CurrentActor, arrived: Arrived, words: Words
) -> Response:
    """Return what an inspector's phone takes along, or 304 where nothing changed."""
    actor.require_role(*INSPECTORS)
    token = session_token(request)
    until = session_end(db, token=token) if token else None
    reader = inspector_out(actor, words.language, until)
    load = load_for(db, actor=actor, now=arrived, words=words)
    out = _state(load, reader, arrived)
    told = out.model_dump_json(exclude={"server_time"}).encode()
    tag = f'W/"{hashlib.sha256(told).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Vary": "Accept-Encoding, Accept-Language", "Cache-Control": "no-store"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    # The time is no part of what is compared.
    body = b'{"server_time":"%s",' % arrived.isoformat().encode() + told[1:]
    if len(body) > _SMALL and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body, compresslevel=5)
    return Response(body, headers=headers, media_type="application/json")


@router.post("/sync")
def sync_inspections(
    given: SyncInspectionsIn, db: Db, actor: CurrentActor, now: Now, words: Words, trace: Trace
) -> SyncedOut:
    """Take inspections from a phone, each by itself, by its own `uid`.

    200 with a result for each: what is accepted or duplicate is kept for good when the answer
    leaves. A conflict was written upon an older version: send it again upon theirs, or take
    theirs. Anything else than 200 means that nothing was kept of the request.
    """
    sender = Sender(actor, now, str(given.device or ""), words, trace)
    read = [one for one in given.inspections if isinstance(one, SyncInspectionIn)]
    try:
        taken = take_inspections(db, sender=sender, drafts=[one.draft() for one in read])
    except OperationalError as error:
        # Two batches that stood in each other's way: either may come again.
        raise Unavailable from error
    results, done = [], iter(zip(read, taken, strict=True))
    for one in given.inspections:
        if isinstance(one, Unreadable):
            results.append(_unreadable(one, given, words))
        else:
            results.append(_result(db, *next(done), words))
    return SyncedOut(received_at=now, results=results)


def _state(load: Load, reader: InspectorOut, arrived: Arrived) -> FieldStateOut:
    lists = {
        str(key): ChecklistOut(
            name=checklist.name,
            name_en=checklist.name_en,
            version=version.version,
            offered=key in load.offered,
            body=version.body,
        )
        for key, (checklist, version) in load.versions.items()
    }
    return FieldStateOut(
        format=FORMAT,
        server_time=arrived,
        reader=reader,
        inspections=[inspection_out(one) for one in load.inspections],
        checklists=lists,
        limits=FieldLimitsOut(
            photo_bytes=MAX_BYTES,
            chunk_bytes=CHUNK_BYTES,
            batch_bytes=InspectionSyncRoute.most,
            batch=MOST_ITEMS,
        ),
    )


def _result(
    db: Session, sent: SyncInspectionIn, done: Kept | DomainError, words: Translator
) -> InspectionResult:
    if isinstance(done, Kept):
        found = done.found
        return InspectionResult(
            uid=str(sent.uid),
            id=found.id,
            version=found.version,
            state=found.state,
            result=done.result,
            photos_due=due_photos(db, [found.id])[found.id],
        )
    problem = ProblemOut(
        code=done.code,
        title=done.title(words),
        detail=done.explain(words),
        field=done.field,
        retryable=isinstance(done, RETRYABLE),
    )
    if not isinstance(done, OtherVersion):
        return InspectionResult(uid=str(sent.uid), result="refused", error=problem)
    theirs = find_by_uid(db, sent.uid)
    shown = [inspection_out(one) for one in carried(db, [theirs], words)] if theirs else []
    return InspectionResult(
        uid=str(sent.uid),
        id=theirs.id if theirs else None,
        version=theirs.version if theirs else None,
        state=theirs.state if theirs else None,
        result="conflict",
        error=problem,
        theirs=shown[0] if shown else None,
    )


def _unreadable(sent: Unreadable, given: SyncInspectionsIn, words: Translator) -> InspectionResult:
    field, reason = next(iter(reasons(sent.error.errors(), words).items()))
    problem = ProblemOut(
        code=FieldsInvalid.code,
        title=FieldsInvalid({}).title(words),
        detail=reason,
        field=field,
        retryable=given.format > FORMAT and sent.only_unknown(),
    )
    return InspectionResult(uid=sent.key("uid"), result="refused", error=problem)
