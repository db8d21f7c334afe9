import re
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.errors import Invalid
from app.kit.i18n import N_

_ISSUED: Final = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


class StandardKind(StrEnum):
    """What kind of standard a product is made to."""

    TCCS = "tccs"
    TCVN = "tcvn"
    QCVN = "qcvn"
    VIETGAP = "vietgap"
    GLOBALGAP = "globalgap"
    ORGANIC = "organic"
    HACCP = "haccp"
    ISO = "iso"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _LABELS[self]


class BadIssueDate(Invalid):
    """Not a date of issue"""

    code: ClassVar[str] = "products.bad_issue_date"
    detail: ClassVar[str] = N_(
        "Write the year (2024), the month (2024-12) or the day (2024-12-31)."
    )
    field = "issued"


def checked_issue_date(text: str) -> str:
    """Return the date of issue as given, to the year, month or day; an empty text stays."""
    if not text:
        return ""
    if not _ISSUED.fullmatch(text):
        raise BadIssueDate
    try:
        # What the document leaves open is filled only to see whether the rest is a date.
        date.fromisoformat(text + "-01-01"[len(text) - len("2024") :])
    except ValueError:
        raise BadIssueDate from None
    return text


_LABELS: Final = {
    StandardKind.TCCS: N_("Base standard (TCCS)"),
    StandardKind.TCVN: N_("National standard (TCVN)"),
    StandardKind.QCVN: N_("Technical regulation (QCVN)"),
    StandardKind.VIETGAP: N_("VietGAP"),
    StandardKind.GLOBALGAP: N_("GlobalG.A.P."),
    StandardKind.ORGANIC: N_("Organic"),
    StandardKind.HACCP: N_("HACCP"),
    StandardKind.ISO: N_("ISO"),
    StandardKind.OTHER: N_("Another standard"),
}
