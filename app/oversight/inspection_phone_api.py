"""Inspections as phones fetch and send them, as JSON."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field

from app.identity.rules import Actor
from app.kit.forms import Flag, In, Line, Note, Out
from app.kit.items import Parcel, Unreadable, each
from app.oversight.inspection_models import Inspection, Measure
from app.oversight.inspection_refusals import MOST_FINDINGS, MOST_PHOTOS, MOST_PHOTOS_EACH
from app.oversight.inspection_state_queries import Carried
from app.oversight.inspection_sync_actions import Draft
from app.oversight.inspections import MOST_TEAM, Content, FindingSaid, Followed, Observed
from app.oversight.rules import MAX_TEXT, FindingOutcome
from app.oversight.told import Latitude, Longitude, RecordId
from app.products.pictures import MAX_BYTES

FORMAT: Final = 1
MOST_ITEMS: Final = 20
_MOST_ANSWERS: Final = 200

Text = Annotated[Note, Field(max_length=MAX_TEXT)]
Name = Annotated[Line, Field(max_length=120)]
Code = Annotated[str, Field(max_length=40, pattern="^[a-z0-9][a-z0-9_-]*$")]
Days = Annotated[date, Field(ge=date(1970, 1, 1), lt=date(2200, 1, 1))]


class PhotoIn(In):
    """A photo that follows: the SHA-256 and the size of the file as it will be sent."""

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=1, le=MAX_BYTES)]


class AnswerIn(In):
    """The answer to one item: a value as its kind asks, a note, photos that follow."""

    value: Flag | float | Text | None = None
    note: Text = ""
    photos: Annotated[list[PhotoIn], Field(default_factory=list, max_length=MOST_PHOTOS_EACH)]


class FindingIn(In):
    """What was found; `uid` is the phone's. A measure with a deadline is followed later."""

    uid: UUID
    item: Annotated[Line, Field(max_length=40)] = ""
    outcome: FindingOutcome
    text: Text
    measure: Text = ""
    deadline: Days | None = None


class ObservedIn(In):
    """Whether one user of the right that is inspected was found to use its sign."""

    entity_id: RecordId
    in_use: Flag
    note: Text = ""


class FollowedIn(In):
    """What a re-check saw of a measure of the first inspection."""

    id: RecordId
    done: Flag
    note: Text = ""


class SubjectIn(In):
    """What an inspection begun on the spot is of: a stamp by its code, else a record by its id."""

    kind: Literal["stamp", "right", "entity", "product", "lot"]
    id: Annotated[str, Field(min_length=1, max_length=120, coerce_numbers_to_str=True)]


class SyncInspectionIn(In):
    """An inspection as the phone has it. `uid` is its own id, or of the phone's making.

    `base_version` is the version it was written upon, 0 for one begun on the spot. `finished`
    signs it: nothing of it changes afterwards.
    """

    uid: UUID
    id: RecordId | None = None
    base_version: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    subject: SubjectIn | None = None
    checklist_version_id: RecordId
    held_on: Days | None = None
    place: Annotated[Line, Field(max_length=200)] = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    team: Annotated[list[Name], Field(default_factory=list, max_length=MOST_TEAM)]
    present: Text = ""
    answers: Annotated[dict[Code, AnswerIn], Field(default_factory=dict, max_length=_MOST_ANSWERS)]
    findings: Annotated[list[FindingIn], Field(default_factory=list, max_length=MOST_FINDINGS)]
    observed: Annotated[list[ObservedIn], Field(default_factory=list, max_length=1000)]
    measures: Annotated[list[FollowedIn], Field(default_factory=list, max_length=MOST_FINDINGS)]
    in_use: Flag | None = None
    summary: Text = ""
    opinion: Text = ""
    outcome: FindingOutcome | Literal[""] | None = None
    finished: Flag = False

    def draft(self) -> Draft:
        return Draft(
            uid=self.uid,
            id=self.id,
            base_version=self.base_version,
            subject=(self.subject.kind, self.subject.id) if self.subject else None,
            checklist_version_id=self.checklist_version_id,
            content=self.content(),
            finished=self.finished,
        )

    def content(self) -> Content:
        plain = ("held_on", "place", "latitude", "longitude", "team", "present", "in_use")
        return Content(
            **{name: getattr(self, name) for name in (*plain, "summary", "opinion")},
            answers={code: one.model_dump() for code, one in self.answers.items()},
            findings=[FindingSaid(**one.model_dump()) for one in self.findings],
            observed=[Observed(**one.model_dump()) for one in self.observed],
            followed=[
                Followed(measure_id=one.id, done=one.done, note=one.note) for one in self.measures
            ],
            outcome=FindingOutcome(self.outcome) if self.outcome else None,
        )


class SyncInspectionsIn(Parcel):
    """What waits on an inspector's phone, first in first out; 20 inspections, 512 KB."""

    sent_at: datetime | None = None
    inspections: Annotated[
        list[Annotated[SyncInspectionIn | Unreadable, each(SyncInspectionIn)]],
        Field(default_factory=list, max_length=MOST_ITEMS),
    ]


class SubjectOut(Out):
    """What an inspection is of; `path` is its page in the office."""

    kind: str
    id: int
    label: str
    address: str
    entity: str
    right: str
    path: str


class MeasureOut(Out):
    """A measure that is not done yet; a re-check says of those it may follow."""

    id: int
    inspection_id: int
    text: str
    deadline: date
    follow: bool


class UserOut(Out):
    """An entity that may use the right that is inspected."""

    entity_id: int
    name: str


class InspectionOut(Out):
    """An inspection as a phone holds it; answers by item, findings as they were sent."""

    id: int
    uid: UUID
    version: int
    state: str
    cause: str
    plan: str
    occasion: str
    recheck_of: int | None
    subject: SubjectOut
    planned_on: date | None
    month_only: bool
    held_on: date | None
    place: str
    latitude: float | None
    longitude: float | None
    team: list[str]
    checklist_version_id: int | None
    answers: dict[str, Any]
    present: str
    summary: str
    opinion: str
    in_use: bool | None
    outcome: str
    findings: list[dict[str, Any]]
    observed: list[dict[str, Any]]
    measures: list[dict[str, Any]]
    users: list[UserOut]
    open_measures: list[MeasureOut]
    photos_due: list[str]


class ChecklistOut(Out):
    """A version of a checklist; `offered` where one begun on the spot may be held by it."""

    name: str
    name_en: str
    version: int
    offered: bool
    body: dict[str, Any]


class InspectorOut(Out):
    """Whose phone it is, and until when it is signed in."""

    id: int | None
    name: str
    language: str
    signed_in_until: datetime | None


class FieldLimitsOut(Out):
    """What is taken at once, in bytes and items, and of one inspection."""

    photo_bytes: int
    chunk_bytes: int
    batch_bytes: int
    batch: int
    photos: int = MOST_PHOTOS
    photos_each: int = MOST_PHOTOS_EACH
    findings: int = MOST_FINDINGS


class FieldStateOut(Out):
    """What an inspector's phone takes along."""

    format: int
    server_time: datetime
    reader: InspectorOut
    inspections: list[InspectionOut]
    checklists: dict[str, ChecklistOut]
    limits: FieldLimitsOut


class ProblemOut(Out):
    """Why an inspection was refused. One that is `retryable` may be taken as it is, later."""

    code: str
    title: str
    detail: str
    field: str | None
    retryable: bool


class InspectionResult(Out):
    """What became of an inspection; on a conflict `theirs` is what the server holds."""

    uid: str | None
    id: int | None = None
    version: int | None = None
    state: str | None = None
    result: Literal["accepted", "duplicate", "refused", "conflict"]
    photos_due: list[str] = Field(default_factory=list)
    error: ProblemOut | None = None
    theirs: InspectionOut | None = None


class SyncedOut(Out):
    """The result of each inspection, in the order they were sent."""

    received_at: datetime
    results: list[InspectionResult]


def inspection_out(carried: Carried) -> InspectionOut:
    one, seen = carried.one, carried.seen
    return InspectionOut(
        **{name: getattr(one, name) for name in _SAME},
        plan=carried.plan,
        subject=SubjectOut(
            kind=seen.kind,
            id=seen.record_id,
            label=seen.label,
            address=seen.address,
            entity=seen.entity,
            right=seen.right,
            path=seen.path,
        ),
        checklist_version_id=carried.checklist_version_id,
        measures=[_followed(each) for each in one.followed],
        users=[UserOut(entity_id=key, name=name) for key, name in carried.users],
        open_measures=[_measure(one, each) for each in carried.measures],
        photos_due=list(carried.photos_due),
    )


_SAME: Final = (
    *("id", "uid", "version", "state", "cause", "occasion", "recheck_of", "planned_on"),
    *("month_only", "held_on", "place", "latitude", "longitude", "team", "answers", "present"),
    *("summary", "opinion", "in_use", "outcome", "findings", "observed"),
)


def _followed(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": told["measure_id"], "done": told["done"], "note": told["note"]}


def _measure(one: Inspection, measure: Measure) -> MeasureOut:
    return MeasureOut(
        id=measure.id,
        inspection_id=measure.inspection_id,
        text=measure.text,
        deadline=measure.deadline,
        follow=one.recheck_of == measure.inspection_id,
    )


def inspector_out(actor: Actor, language: str, until: datetime | None) -> InspectorOut:
    return InspectorOut(
        id=actor.account_id, name=actor.label, language=language, signed_in_until=until
    )
