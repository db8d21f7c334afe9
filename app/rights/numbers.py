"""Numbers of the intellectual property register, as written and as compared."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.rights.kinds import RightType

_DASHES: Final = re.compile(r"\s*[-\u2010-\u2015\u2212./]\s*")
_PREFIX: Final = re.compile(r"^(?:số|no\.?|vn|gi)[\s:-]*", re.IGNORECASE)
_APPLICATION: Final = re.compile(r"([0-9])-?((?:19|20|21)[0-9]{2})-?([0-9]{5})")
# A normalised application number names the year of filing.
APPLICATION_YEAR: Final = re.compile(r"[0-9]-([0-9]{4})-")
_MARK: Final = re.compile(r"4-(0[0-9]{6})(?:-([0-9]{3}))?")
_BARE_MARK: Final = re.compile(r"0?([0-9]{1,6})")
_INDICATION: Final = re.compile(r"[0-9]{1,5}")

# The first figure of an application's number says what is applied for.
_APPLICATION_SERIES: Final = {
    RightType.GI: "6",
    RightType.CERTIFICATION_MARK: "4",
    RightType.COLLECTIVE_MARK: "4",
    RightType.TRADEMARK: "4",
}


@dataclass(frozen=True, slots=True)
class RightNumber:
    """`normal` is unique and compared; `written` is what the document says."""

    normal: str
    written: str


class BadRightNumber(Invalid):
    """Not a number of the register"""

    code: ClassVar[str] = "rights.bad_number"
    detail: ClassVar[str] = N_(
        "“{written}” can't be read. Write it as on the certificate, for example {example}."
    )

    def __init__(self, *, written: str, example: str, field: str | None = None) -> None:
        self.written = written[:40]
        self.example = example
        self.field = field


class ApplicationNumberGiven(Invalid):
    """The number of an application"""

    code: ClassVar[str] = "rights.application_number"
    detail: ClassVar[str] = N_(
        "“{written}” numbers an application, which protects nothing yet. Put it in the field for "
        "the application number and leave the registration number empty."
    )

    def __init__(self, *, written: str, field: str | None = None) -> None:
        self.written = written[:40]
        self.field = field


def application_number(
    right_type: RightType, written: str, *, field: str | None = None
) -> RightNumber:
    """Return an application's number, normalised to S-YYYY-NNNNN (S: 4 for marks, 6 for GIs)."""
    series = _APPLICATION_SERIES[right_type]
    match = _APPLICATION.fullmatch(_compact(written))
    if match is None or match[1] != series:
        raise BadRightNumber(written=written, example=f"{series}-2019-12345", field=field)
    return RightNumber(f"{series}-{match[2]}-{match[3]}", written.strip())


def registration_number(
    right_type: RightType, written: str, *, field: str | None = None
) -> RightNumber:
    """Return a registration's number: five figures for a GI, 4-0NNNNNN-000 for a mark.

    The press prints the bare number of a mark, which is accepted; leading zeros may be missing.
    """
    compact = _compact(written)
    if _APPLICATION.fullmatch(compact):
        raise ApplicationNumberGiven(written=written, field=field)
    normal = _indication(compact) if right_type is RightType.GI else _mark(compact)
    if normal is None:
        example = "00116" if right_type is RightType.GI else "4-0165802-000"
        raise BadRightNumber(written=written, example=example, field=field)
    return RightNumber(normal, written.strip())


def _compact(written: str) -> str:
    bare = _PREFIX.sub("", written[:80].strip())
    return re.sub(r"\s+", "", _DASHES.sub("-", _PREFIX.sub("", bare)))


def _indication(compact: str) -> str | None:
    if not _INDICATION.fullmatch(compact) or not int(compact):
        return None
    return compact.zfill(5)


def _mark(compact: str) -> str | None:
    if match := _MARK.fullmatch(compact):
        number, part = match[1], match[2] or "000"
    elif match := _BARE_MARK.fullmatch(compact):
        number, part = match[1].zfill(7), "000"
    else:
        return None
    return f"4-{number}-{part}" if int(number) else None
