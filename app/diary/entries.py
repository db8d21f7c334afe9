"""A diary entry as it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.diary.decisions import Approval
from app.diary.rules import EntryKind, LateMark
from app.diary.values import Value


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A stored photo: `<sha256>-320.webp` to look at, `<sha256>-1280.jpg` whole."""

    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided of a late entry, when and why."""

    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """An entry as it is read.

    `amends` is the entry it corrects, `amended_by` the one that corrects it; the last of such a
    chain that stands holds. Where the content was erased, facts, note and photos are empty. What
    names a person is empty for the public, and so is all of a decision but its outcome.
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
    recorder: str
    performer: str
    on_behalf: bool
    location_code: str
    public: bool
    facts: Mapping[str, Value]
    note: str
    reason: str
    photos: tuple[PhotoRow, ...]
    amends: UUID | None
    amended_by: UUID | None
    erased: bool
    # Photos that were promised and have not come yet.
    photos_due: int = 0
    decision: Decision | None = None

    @property
    def amended(self) -> bool:
        return self.amended_by is not None
