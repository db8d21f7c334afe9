"""What reports and findings may say, and the reference a report is followed by."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.clock import VIETNAM
from app.kit.errors import Invalid, NotFound, Throttled
from app.kit.i18n import N_
from app.kit.text import fold

MIN_TEXT: Final = 10
MAX_TEXT: Final = 2000
CODE_CHARS: Final = 120
URL_CHARS: Final = 500

# Letters and digits that are not mistaken for each other and make no words: 47 bits in ten.
_ALPHABET: Final = "23456789BCDFGHJKMNPQRTVWXY"
REFERENCE_CHARS: Final = 10
# Enough random bytes that their remainders favour no letter.
REFERENCE_BYTES: Final = 16


class About(StrEnum):
    """What a report is about."""

    STAMP = "stamp"
    PRODUCT = "product"
    SHOP = "shop"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _ABOUT[self]


class Trouble(StrEnum):
    """What kind of problem a report tells of."""

    COPIED = "copied"
    NOT_FOR_SALE = "not_for_sale"
    DIFFERENT = "different"
    QUALITY = "quality"
    SIGN = "sign"
    LISTING = "listing"
    UNREADABLE = "unreadable"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _TROUBLES[self]


class ReportState(StrEnum):
    NEW = "new"
    TAKEN = "taken"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return _STATES[self]

    @property
    def told(self) -> str:
        """Return what the reporter reads of it."""
        return _TOLD[self]


class ReportOutcome(StrEnum):
    """How a report ended."""

    CONFIRMED = "confirmed"
    UNFOUNDED = "unfounded"
    MENDED = "mended"
    FORWARDED = "forwarded"
    UNCLEAR = "unclear"
    REPEATED = "repeated"
    ABUSE = "abuse"

    @property
    def label(self) -> str:
        return _OUTCOMES[self]


class Subject(StrEnum):
    """What an inspector looked at."""

    STAMP = "stamp"
    BATCH = "batch"
    LOT = "lot"
    PRODUCT = "product"
    ENTITY = "entity"
    RIGHT = "right"

    @property
    def label(self) -> str:
        return _SUBJECTS[self]


class FindingOutcome(StrEnum):
    IN_ORDER = "in_order"
    DOUBT = "doubt"
    VIOLATION = "violation"

    @property
    def label(self) -> str:
        return _FOUND[self]


class NoSuchReport(NotFound):
    """There is no report with this reference"""

    code: ClassVar[str] = "oversight.no_such_report"
    detail: ClassVar[str] = N_("Compare the reference with the one you were given.")


class TextTooShort(Invalid):
    """The text is too short"""

    code: ClassVar[str] = "oversight.text_too_short"
    detail: ClassVar[str] = N_("Write at least {limit} characters: what you saw, and where.")

    def __init__(self, *, field: str = "text") -> None:
        self.limit = MIN_TEXT
        self.field = field


class SubjectNeeded(Invalid):
    """It is not said what this is about"""

    code: ClassVar[str] = "oversight.subject_needed"
    detail: ClassVar[str] = N_("Give the code on the stamp, the product or the listing's address.")

    def __init__(self, *, field: str) -> None:
        self.field = field


class NoAddress(Invalid):
    """The address of the listing is none"""

    code: ClassVar[str] = "oversight.no_address"
    detail: ClassVar[str] = N_("Copy the whole address of the listing; it begins with https://.")
    field = "url"


class NoSuchSubject(Invalid):
    """There is no such record"""

    code: ClassVar[str] = "oversight.no_such_subject"
    detail: ClassVar[str] = N_("Compare the number or the code with the record's own page.")

    def __init__(self, *, field: str) -> None:
        self.field = field


class HalfPosition(Invalid):
    """Half of a position was given"""

    code: ClassVar[str] = "oversight.half_position"
    detail: ClassVar[str] = N_("Give latitude and longitude, or neither.")
    field = "latitude"


class TooManyReports(Throttled):
    """Too many reports came from your network"""

    code: ClassVar[str] = "oversight.too_many_reports"
    detail: ClassVar[str] = N_(
        "Nothing was sent. What you wrote is kept on this page: send it again at {time}."
    )

    def __init__(self, *, seconds: int, now: datetime) -> None:
        super().__init__(seconds=seconds)
        # A minute is begun, so that it is not told too early.
        again = now + timedelta(seconds=seconds + 59)
        self.time = f"{again.astimezone(VIETNAM):%H:%M}"


@dataclass(frozen=True, slots=True)
class Traced:
    """A code as it is kept, and where its stamp belongs; no ids for a code that is not ours."""

    code: str
    batch_id: int | None = None
    entity_id: int | None = None
    product_id: int | None = None
    lot_id: int | None = None


def links_to(traced: Traced) -> Mapping[str, int | None]:
    """Return the columns that say where something belongs."""
    return {
        "batch_id": traced.batch_id,
        "entity_id": traced.entity_id,
        "product_id": traced.product_id,
        "lot_id": traced.lot_id,
    }


def key_of(subject: Subject, traced: Traced) -> str:
    """Return what a finding's subject is told apart by: a code, or the id of what it belongs to."""
    if subject is Subject.STAMP:
        return traced.code
    number = links_to(traced).get(f"{subject}_id")
    if number is None:
        raise NoSuchSubject(field="subject")
    return str(number)


def reference_of(random: bytes) -> str:
    """Return a new report's reference from 16 random bytes."""
    number, letters = int.from_bytes(random), []
    for _ in range(REFERENCE_CHARS):
        number, rest = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[rest])
    return "".join(letters)


def grouped_reference(reference: str) -> str:
    """Return a reference as people read it: two groups of five."""
    half = REFERENCE_CHARS // 2
    return f"{reference[:half]}-{reference[half:]}"


def normalised_reference(text: str) -> str:
    """Return a typed reference as it is stored, or nothing for what can't be one."""
    bare = "".join(one for one in text[:40].upper() if one not in "- ")
    fits = len(bare) == REFERENCE_CHARS and all(one in _ALPHABET for one in bare)
    return bare if fits else ""


def sent_hash(parts: Sequence[object]) -> str:
    """Return what tells a form that was sent twice from two that only say the same."""
    told = "\0".join(str(one) for one in parts)
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()


def folded_words(*texts: str) -> str:
    """Return texts as they are searched, however long they are."""
    return " ".join(fold(word) for text in texts for word in text.split())


def checked_position(
    latitude: float | None, longitude: float | None
) -> tuple[float | None, float | None]:
    """Return a position to about a metre, or none at all. Raises HalfPosition."""
    if latitude is None and longitude is None:
        return None, None
    if latitude is None or longitude is None:
        raise HalfPosition
    return round(latitude, 5), round(longitude, 5)


_ABOUT: Final = {
    About.STAMP: N_("A stamp"),
    About.PRODUCT: N_("A product"),
    About.SHOP: N_("An online listing"),
    About.OTHER: N_("Something else"),
}
_TROUBLES: Final = {
    Trouble.COPIED: N_("The stamp looks copied or forged"),
    Trouble.NOT_FOR_SALE: N_("The stamp is void, lost or not for sale, yet the goods are sold"),
    Trouble.DIFFERENT: N_("The goods are not what the page says"),
    Trouble.QUALITY: N_("The goods are spoiled, out of date or made somebody ill"),
    Trouble.SIGN: N_("A geographical indication or mark is used wrongly"),
    Trouble.LISTING: N_("An online listing says what is not true"),
    Trouble.UNREADABLE: N_("The stamp can't be read or the page does not work"),
    Trouble.OTHER: N_("Another problem"),
}
_STATES: Final = {
    ReportState.NEW: N_("New"),
    ReportState.TAKEN: N_("Being looked into"),
    ReportState.CLOSED: N_("Closed"),
}
_TOLD: Final = {
    ReportState.NEW: N_("Received; nobody has looked into it yet"),
    ReportState.TAKEN: N_("The Department is looking into it"),
    ReportState.CLOSED: N_("The Department has answered"),
}
_OUTCOMES: Final = {
    ReportOutcome.CONFIRMED: N_("Confirmed"),
    ReportOutcome.UNFOUNDED: N_("Not confirmed"),
    ReportOutcome.MENDED: N_("Mended"),
    ReportOutcome.FORWARDED: N_("Handed to another agency"),
    ReportOutcome.UNCLEAR: N_("Can't be told"),
    ReportOutcome.REPEATED: N_("Reported before"),
    ReportOutcome.ABUSE: N_("Abuse of the form"),
}
_SUBJECTS: Final = {
    Subject.STAMP: N_("Stamp"),
    Subject.BATCH: N_("Batch of stamps"),
    Subject.LOT: N_("Lot"),
    Subject.PRODUCT: N_("Product"),
    Subject.ENTITY: N_("Entity"),
    Subject.RIGHT: N_("IP right"),
}
_FOUND: Final = {
    FindingOutcome.IN_ORDER: N_("In order"),
    FindingOutcome.DOUBT: N_("Doubt"),
    FindingOutcome.VIOLATION: N_("Violation"),
}
