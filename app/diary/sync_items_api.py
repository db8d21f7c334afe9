"""What phones send and what they are answered, as JSON."""

from datetime import date, datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field

from app.diary.api import LOT_NUMBER, UNIT, Quantity
from app.diary.decisions import Approval
from app.diary.entry_api import Instant, Sha256
from app.diary.rules import EntryKind, LateMark
from app.diary.sync_actions import EntryDraft, LotDraft
from app.diary.tracing import DispatchGiven, InputGiven, ReceiverKind
from app.diary.values import Value
from app.diary.written import Promised, Written
from app.kit.forms import Flag, In, Line, Note, Out
from app.kit.items import Parcel, Unreadable, each
from app.products.pictures import MAX_BYTES

FORMAT: Final = 1
MOST_ITEMS: Final = 50
_MOST_GOODS: Final = 50

RecordId = Annotated[int, Field(ge=1, le=2**62)]
Words = Annotated[Note, Field(max_length=2000)]
Name = Annotated[Line, Field(max_length=200)]


class SyncLotIn(In):
    """A lot as the phone opened it; `uid` is the phone's, so that a repeat is the same lot.

    `number` is what somebody typed and must be free. Without it the lot gets the next free number
    like `proposed`, or the product's next one. `like` names a lot whose unit, material and
    facility are taken where they are not said here, and what it had bought in, without quantities.
    """

    uid: UUID
    product_id: RecordId
    number: Annotated[str, Field(max_length=40), LOT_NUMBER] = ""
    proposed: Annotated[str, Field(max_length=40), LOT_NUMBER] = ""
    production_date: date | None = None
    expiry_date: date | None = None
    quantity: Quantity | None = None
    unit: Annotated[Line, UNIT] = ""
    material: Annotated[Line, Field(max_length=120)] = ""
    facility_id: RecordId | None = None
    like: RecordId | None = None
    note: Words = ""

    def draft(self) -> LotDraft:
        own = {"uid", "product_id", "number", "proposed", "like"}
        said = self.model_dump(exclude=own, exclude_unset=True)
        return LotDraft(
            uid=self.uid,
            product_id=self.product_id,
            number=self.number,
            proposed=self.proposed,
            like=self.like,
            facts={name: value for name, value in said.items() if value not in {None, ""}},
        )


class SyncInputIn(In):
    """What went into the lot: a lot, by its id or the phone's `source_lot_uid`, or a purchase."""

    source_lot_id: RecordId | None = None
    source_lot_uid: UUID | None = None
    material: Annotated[Line, Field(max_length=120)] = ""
    supplier: Name = ""
    supplier_lot: Annotated[Line, Field(max_length=60)] = ""
    document: Annotated[Line, Field(max_length=120)] = ""
    quantity: Quantity | None = None
    unit: Annotated[Line, UNIT] = ""


class SyncDispatchIn(In):
    """What of the lot was sent to whom."""

    receiver: Name = ""
    receiver_kind: ReceiverKind = ReceiverKind.TRADER
    receiver_entity_id: RecordId | None = None
    quantity: Quantity | None = None
    unit: Annotated[Line, UNIT] = ""
    sent_on: date | None = None
    document: Annotated[Line, Field(max_length=120)] = ""


class PromisedIn(In):
    """A photo that follows: the SHA-256 and the size of the file as it will be sent."""

    sha256: Sha256
    size: Annotated[int, Field(ge=1, le=MAX_BYTES)]


class SyncEntryIn(In):
    """A diary entry of a lot: by `lot_id`, or by `lot_uid` of this batch or an earlier one.

    `photos` follow; `kept_photos` are the lot's already, as those of the entry that is
    amended, by either name.
    """

    id: UUID
    lot_id: RecordId | None = None
    lot_uid: UUID | None = None
    kind: EntryKind
    stage: Annotated[Line, Field(max_length=60)] = ""
    performed_at: Instant
    device_at: Instant | None = None
    values: Annotated[dict[str, Value], Field(default_factory=dict)]
    note: Words = ""
    public: Flag = True
    amends: UUID | None = None
    reason: Words = ""
    performer: Annotated[Line, Field(max_length=120)] = ""
    location_code: Annotated[Line, Field(max_length=40)] = ""
    inputs: Annotated[list[SyncInputIn], Field(default_factory=list, max_length=_MOST_GOODS)]
    dispatch: SyncDispatchIn | None = None
    photos: Annotated[list[PromisedIn], Field(default_factory=list, max_length=_MOST_GOODS)]
    kept_photos: Annotated[list[Sha256], Field(default_factory=list, max_length=_MOST_GOODS)]

    def draft(self) -> EntryDraft:
        others = {"lot_id", "lot_uid", "inputs", "dispatch", "photos", "kept_photos"}
        plain = self.model_dump(exclude=others)
        inputs = [InputGiven(**one.model_dump(exclude={"source_lot_uid"})) for one in self.inputs]
        return EntryDraft(
            lot_id=self.lot_id,
            lot_uid=self.lot_uid,
            sources=[one.source_lot_uid for one in self.inputs],
            written=Written(
                **plain,
                inputs=inputs,
                dispatch=DispatchGiven(**sent.model_dump()) if (sent := self.dispatch) else None,
                photos=self.kept_photos,
                promised=[Promised(one.sha256, one.size) for one in self.photos],
            ),
        )


class SyncIn(Parcel):
    """What waits on a phone, lots before entries, first in first out; 50 items, 256 KB."""

    sent_at: Annotated[Instant, Field(description="By the phone's clock, as it sends")]
    lots: Annotated[
        list[Annotated[SyncLotIn | Unreadable, each(SyncLotIn)]],
        Field(default_factory=list, max_length=MOST_ITEMS),
    ]
    entries: Annotated[
        list[Annotated[SyncEntryIn | Unreadable, each(SyncEntryIn)]],
        Field(default_factory=list, max_length=MOST_ITEMS),
    ]


class ItemProblem(Out):
    """Why an item is refused. One that is `retryable` may be taken as it is, later."""

    code: str
    title: str
    detail: str
    field: str | None
    retryable: bool


class LotResult(Out):
    """What became of a lot: its id, and the number it got."""

    uid: str | None
    result: Literal["accepted", "duplicate", "refused"]
    id: int | None = None
    number: str | None = None
    error: ItemProblem | None = None


class EntryResult(Out):
    """What became of an entry, and which of its photos are still to come."""

    id: str | None
    result: Literal["accepted", "duplicate", "refused"]
    lot_id: int | None = None
    sequence: int | None = None
    late: LateMark | None = None
    approval: Approval | None = None
    warnings: tuple[str, ...] = ()
    photos_due: tuple[str, ...] = ()
    error: ItemProblem | None = None


class SyncOut(Out):
    """The result of each item, in the order they were sent.

    `skew_seconds` is by how much the phone's clock is ahead of the server's.
    """

    received_at: datetime
    skew_seconds: int
    lots: list[LotResult]
    results: list[EntryResult]
