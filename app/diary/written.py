"""An entry as it was written down, before it is in the diary."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from app.diary.rules import EntryKind, TimeLimits, Timing, timing
from app.diary.tracing import DispatchGiven, InputGiven
from app.diary.values import Value, clean_values
from app.kit.commit import Json
from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.kit.text import clean_note, clean_text

LIMITS: Final = TimeLimits(ahead=timedelta(minutes=10))
OLDEST: Final = timedelta(days=3660)
MAX_PHOTOS: Final = 10
STAGE_CHARS: Final = 60
LOCATION_CHARS: Final = 40
PERFORMER_CHARS: Final = 120
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


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


class BadPromise(Invalid):
    """A photo to come is not described"""

    code: ClassVar[str] = "diary.bad_promise"
    detail: ClassVar[str] = N_("Name it by the SHA-256 of its file, once, and by its size.")
    field = "photos"


@dataclass(frozen=True, slots=True)
class Promised:
    """A photo that comes later: the SHA-256 and the size of the file as it will be sent."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An entry as somebody wrote it down; `id` was made where it was written.

    `performer` is whose work it was, where somebody else writes it down.
    """

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
    promised: Sequence[Promised] = ()
    device_at: datetime | None = None
    location_code: str = ""
    performer: str = ""
    inputs: Sequence[InputGiven] = ()
    dispatch: DispatchGiven | None = None


def clean(written: Written) -> Written:
    """Return what was written with its times, texts and values as they are stored."""
    photos = tuple(dict.fromkeys(written.photos))
    if len(photos) + len(written.promised) > MAX_PHOTOS:
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
        promised=_clean_promised(written.promised),
        location_code=clean_text(
            written.location_code, limit=LOCATION_CHARS, field="location_code"
        ),
        performer=clean_text(written.performer, limit=PERFORMER_CHARS, field="performer"),
        inputs=tuple(written.inputs),
    )


def _clean_promised(promised: Sequence[Promised]) -> tuple[Promised, ...]:
    if len({one.sha256 for one in promised}) < len(promised):
        raise BadPromise
    if any(not _SHA256.fullmatch(one.sha256) or one.size < 1 for one in promised):
        raise BadPromise
    return tuple(promised)


def timed(
    written: Written, *, now: datetime, skew: timedelta | None, limits: TimeLimits = LIMITS
) -> Timing:
    """Return when it was recorded and how late, or refuse work of the future or of long ago.

    The time of the work is judged by the server's clock, and `skew` tells what the phone's is
    worth; see `timing`.
    """
    if written.performed_at < now - OLDEST:
        raise PerformedLongAgo
    return timing(
        performed_at=written.performed_at,
        device_at=written.device_at,
        skew=skew,
        received_at=now,
        limits=limits,
    )


def said(written: Written) -> Json:
    """Return what an entry says: the private content its commitment stands for.

    What came later than the first of these keys stands in it only where it says something, so
    that older commitments hold.
    """
    later: dict[str, Json] = {
        "promised": [one.sha256 for one in written.promised],
        "performer": written.performer,
        "inputs": [_plain(one) for one in written.inputs],
        "dispatch": _plain(written.dispatch) if written.dispatch else None,
    }
    return {
        "values": dict(written.values),
        "note": written.note,
        "reason": written.reason,
        "photos": list(written.photos),
        **{name: value for name, value in later.items() if value},
    }


def request(written: Written) -> Json:
    """Return all of what was asked, once cleaned, in a form that every repeat of it shares."""
    asked: dict[str, Json] = {
        "said": said(written),
        "kind": written.kind,
        "stage": written.stage,
        "performed_at": written.performed_at.isoformat(),
        "public": written.public,
        "amends": str(written.amends or ""),
    }
    if written.location_code:
        asked["location_code"] = written.location_code
    return asked


def _plain(given: InputGiven | DispatchGiven) -> dict[str, Json]:
    """Return what is said of goods as JSON; what is left out says nothing."""
    facts = {name: value for name, value in asdict(given).items() if value not in {None, ""}}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in facts.items()
    }
