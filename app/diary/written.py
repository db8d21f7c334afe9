"""An entry as it was written down, before it is in the diary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from app.diary.rules import EntryKind, TimeLimits, timing
from app.diary.values import Value, clean_values
from app.kit.commit import Json
from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.kit.text import clean_note, clean_text

LIMITS: Final = TimeLimits(ahead=timedelta(minutes=10))
OLDEST: Final = timedelta(days=3660)
MAX_PHOTOS: Final = 10
STAGE_CHARS: Final = 60


class PerformedLongAgo(Invalid):
    """The time lies too far back"""

    code: ClassVar[str] = "diary.performed_long_ago"
    detail: ClassVar[str] = N_("Check the year: work of more than ten years ago is not taken.")
    field = "performed_at"


class TooManyPhotos(Invalid):
    """The entry has too many photos"""

    code: ClassVar[str] = "diary.too_many_photos"
    detail: ClassVar[str] = N_("At most {limit} fit. Write a second entry.")
    field = "photos"

    def __init__(self) -> None:
        self.limit = MAX_PHOTOS


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An entry as somebody wrote it down; `id` was made where it was written."""

    id: UUID
    kind: EntryKind
    performed_at: datetime
    values: Mapping[str, Value]
    stage: str = ""
    note: str = ""
    public: bool = True
    amends: UUID | None = None
    reason: str = ""
    photos: Sequence[str] = ()
    device_at: datetime | None = None


def clean(written: Written) -> Written:
    """Return what was written with its times, texts and values as they are stored."""
    photos = tuple(dict.fromkeys(written.photos))
    if len(photos) > MAX_PHOTOS:
        raise TooManyPhotos
    return replace(
        written,
        performed_at=written.performed_at.astimezone(UTC),
        device_at=written.device_at.astimezone(UTC) if written.device_at else None,
        values=clean_values(written.values),
        stage=clean_text(written.stage, limit=STAGE_CHARS, field="stage"),
        note=clean_note(written.note, field="note"),
        reason=clean_note(written.reason, field="reason"),
        photos=photos,
    )


def check_times(written: Written, *, now: datetime) -> None:
    """Refuse work of the future or of long ago, by the server's clock."""
    if written.performed_at < now - OLDEST:
        raise PerformedLongAgo
    timing(
        performed_at=written.performed_at,
        device_at=written.device_at,
        skew=None,
        received_at=now,
        limits=LIMITS,
    )


def said(written: Written) -> Json:
    """Return what an entry says: the private content its commitment stands for."""
    return {
        "values": dict(written.values),
        "note": written.note,
        "reason": written.reason,
        "photos": list(written.photos),
    }


def request(written: Written) -> Json:
    """Return all of what was asked, once cleaned, in a form that every repeat of it shares."""
    return {
        "said": said(written),
        "kind": written.kind,
        "stage": written.stage,
        "performed_at": written.performed_at.isoformat(),
        "public": written.public,
        "amends": str(written.amends or ""),
    }
