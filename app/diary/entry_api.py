from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Request, Response, UploadFile
from pydantic import AwareDatetime, Field
from sqlalchemy.orm import Session

from app.diary import entry_actions, erasing_actions, photo_actions, queries
from app.diary.decisions import Approval
from app.diary.entries import EntryRow
from app.diary.input_api import DispatchIn, InputIn, RemarkOut, said_remarks
from app.diary.models import Lot
from app.diary.rules import EntryKind, LateMark
from app.diary.tracing import DispatchGiven
from app.diary.values import Value
from app.diary.written import Written
from app.identity.access import ApiRoute, CurrentActor
from app.kit.files import Store
from app.kit.forms import In, Line, Note, Out
from app.kit.paging import Cutting, Listed, listed
from app.kit.web import Databases, Db, Id, Now, Words
from app.products.pictures import CheckedPicture

router = APIRouter(prefix="/api/v1/lots", tags=["lots"], route_class=ApiRoute)

# Clocks may be off by years; beyond these an instant can't be stored on every database.
Instant = Annotated[
    AwareDatetime,
    Field(ge=datetime(1970, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC)),
]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class EntryIn(In):
    """A diary entry. The client makes the `id`, so that a repeat is the same entry."""

    id: UUID
    kind: EntryKind
    stage: Annotated[Line, Field(max_length=60)] = ""
    performed_at: Instant
    values: Annotated[dict[str, Value], Field(default_factory=dict)]
    note: Annotated[Note, Field(max_length=2000)] = ""
    public: bool = True
    amends: UUID | None = None
    reason: Annotated[Note, Field(max_length=2000)] = ""
    photos: Annotated[list[Sha256], Field(default_factory=list)]
    device_at: Instant | None = None
    location_code: Annotated[Line, Field(max_length=40)] = ""
    performer: Annotated[
        Line, Field(max_length=120, description="Whose work it was, where not the recorder's.")
    ] = ""
    inputs: Annotated[list[InputIn], Field(default_factory=list, max_length=50)]
    dispatch: DispatchIn | None = None

    def written(self, db: Session, lot: Lot) -> Written:
        facts = self.model_dump(exclude={"inputs", "dispatch"})
        sent = self.dispatch
        return Written(
            **facts,
            inputs=tuple(one.given(db, lot) for one in self.inputs),
            dispatch=DispatchGiven(**sent.model_dump()) if sent else None,
        )


class PhotoOut(Out):
    """A photo of an entry; `url` serves it while the reader may see the entry."""

    sha256: str
    width: int
    height: int
    url: str


class DecisionOut(Out):
    """What was decided of an entry that was recorded too late, and by whom."""

    reason: str
    at: datetime
    by: str


class EntryOut(Out):
    """A diary entry as it was received.

    `recorded_at` is when it was written down, by the phone's clock where that is known.
    """

    id: UUID
    lot_id: int
    sequence: int
    kind: EntryKind
    stage: str
    performed_at: datetime
    received_at: datetime
    recorded_at: datetime
    late: LateMark
    approval: Approval
    decision: DecisionOut | None
    recorder: str
    performer: str
    on_behalf: bool
    location_code: str
    values: dict[str, Value]
    note: str
    public: bool
    amends: UUID | None
    amended_by: UUID | None
    reason: str
    photos: list[PhotoOut]
    photos_due: int
    erased: bool


class RecordedOut(EntryOut):
    """An entry that was taken, and what its recorder should know of it all the same."""

    warnings: list[RemarkOut]


class PhotoKept(Out):
    """The name an entry calls the photo by."""

    sha256: str
    width: int
    height: int


class ErasureIn(In):
    """Why the content of an entry is erased."""

    reason: Annotated[Note, Field(min_length=1, max_length=1000)]


def entry_out(row: EntryRow) -> EntryOut:
    return EntryOut(
        id=row.id,
        lot_id=row.lot_id,
        sequence=row.sequence,
        kind=row.kind,
        stage=row.stage,
        performed_at=row.performed_at,
        received_at=row.received_at,
        recorded_at=row.recorded_at,
        late=row.late,
        approval=row.approval,
        decision=DecisionOut.model_validate(row.decision) if row.decision else None,
        recorder=row.recorder,
        performer=row.performer,
        on_behalf=row.on_behalf,
        location_code=row.location_code,
        values=dict(row.facts),
        note=row.note,
        public=row.public,
        amends=row.amends,
        amended_by=row.amended_by,
        reason=row.reason,
        photos=[
            PhotoOut(
                sha256=photo.sha256,
                width=photo.width,
                height=photo.height,
                url=f"/photos/{photo.sha256}-1280.jpg",
            )
            for photo in row.photos
        ],
        photos_due=row.photos_due,
        erased=row.erased,
    )


@router.get("/{lot_id}/entries")
def list_entries(
    request: Request, lot_id: Id, db: Db, actor: CurrentActor, cut: Cutting
) -> Listed[EntryOut]:
    """Return the lot's diary in the order of receipt; `after` is a sequence number."""
    page = queries.list_entries(db, lot_id, actor=actor, cut=cut)
    return listed(request, page, entry_out)


@router.post(
    "/{lot_id}/entries",
    status_code=201,
    responses={200: {"model": RecordedOut, "description": "Received before: the same entry"}},
)
def record_entry(
    lot_id: Id,
    given: EntryIn,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    response: Response,
) -> RecordedOut:
    """Add an entry to an open lot's diary, or a correction (`amends`, `reason`) to any lot's.

    201 the first time; 200 with the same entry for a repeat; 409 for the same id with other
    content.
    """
    written = given.written(db, queries.get_lot(db, lot_id, actor=actor))
    done = entry_actions.record_entry(db, actor=actor, now=now, lot_id=lot_id, written=written)
    if not done.new:
        response.status_code = 200
    told = said_remarks(done.warnings, words)
    return RecordedOut(**entry_out(done.entry).model_dump(), warnings=told)


@router.post("/{lot_id}/entries/{entry_id}/erase")
def erase_entry_content(
    lot_id: Id, entry_id: UUID, given: ErasureIn, db: Db, actor: CurrentActor, now: Now
) -> EntryOut:
    """Erase what the entry says and its photos, as the law may ask: officers only."""
    row = erasing_actions.erase_entry_content(
        db, actor=actor, now=now, lot_id=lot_id, entry_id=entry_id, reason=given.reason
    )
    return entry_out(row)


def _received(
    lot_id: Id,
    actor: CurrentActor,
    held: Databases,
    files: Store,
    photo: Annotated[UploadFile, File(description="JPEG, PNG or WebP, at most 8 MB.")],
) -> CheckedPicture:
    # Decoding takes a while and must not hold a transaction, so it is a dependency before `db`.
    return photo_actions.receive_photo(held, files, photo.file.read(), actor=actor, lot_id=lot_id)


@router.post("/{lot_id}/photos", status_code=201)
def keep_photo(
    lot_id: Id,
    photo: Annotated[CheckedPicture, Depends(_received)],
    db: Db,
    actor: CurrentActor,
    now: Now,
) -> PhotoKept:
    """Keep a photo for the lot; the entry that follows names it by its `sha256`."""
    photo_actions.keep_photo(db, actor=actor, now=now, lot_id=lot_id, photo=photo)
    return PhotoKept(sha256=photo.sha256, width=photo.width, height=photo.height)
