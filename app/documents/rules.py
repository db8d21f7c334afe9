"""What a document may be, and the file that is kept of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.i18n import N_

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_PAGES: Final = 300
MOST: Final = 40
# Wide enough that the small print of a scanned certificate stays readable.
PICTURE_SIDE: Final = 2400
PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
# How the program that opens a PDF says that it could not.
BROKEN: Final = 2
LOCKED: Final = 3
NAME_CHARS: Final = 200
SUFFIXES: Final[Mapping[str, str]] = {PDF: "pdf", JPEG: "jpg"}


class DocumentKind(StrEnum):
    """What a paper is."""

    CERTIFICATE = "certificate"
    DECISION = "decision"
    RULES = "rules"
    MAP = "map"
    CONTRACT = "contract"
    REPORT = "report"
    MINUTES = "minutes"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _LABELS[self]


class NoSuchDocument(NotFound):
    """There is no such document"""

    code: ClassVar[str] = "documents.not_found"
    detail: ClassVar[str] = N_("It may have been withdrawn, or you may not see it.")


class NotADocument(Invalid):
    """The file is no document that can be read"""

    code: ClassVar[str] = "documents.not_a_document"
    detail: ClassVar[str] = N_(
        "Send a whole PDF, or a JPEG, PNG or WebP picture of the paper. A file of another kind "
        "under such a name is not accepted."
    )

    def __init__(self, *, field: str = "document") -> None:
        self.field = field


class DocumentLocked(Invalid):
    """The PDF asks for a password"""

    code: ClassVar[str] = "documents.locked"
    detail: ClassVar[str] = N_("Save it without a password and send it again.")

    def __init__(self, *, field: str = "document") -> None:
        self.field = field


class DocumentTooHeavy(Invalid):
    """The document is too large"""

    code: ClassVar[str] = "documents.too_heavy"
    detail: ClassVar[str] = N_("A document may have at most {megabytes} MB and {pages} pages.")

    def __init__(self, *, field: str = "document") -> None:
        self.megabytes = MAX_BYTES // 1024 // 1024
        self.pages = MAX_PAGES
        self.field = field


class DocumentThere(Conflict):
    """The record has this document already"""

    code: ClassVar[str] = "documents.there"
    detail: ClassVar[str] = N_("It is in the list as “{named}”.")
    field = "document"

    def __init__(self, *, named: str) -> None:
        self.named = named


class TooManyDocuments(Conflict):
    """The record has enough documents"""

    code: ClassVar[str] = "documents.too_many"
    detail: ClassVar[str] = N_("A record has at most {limit} documents. Withdraw one first.")
    field = "document"

    def __init__(self) -> None:
        self.limit = MOST


class DocumentWithdrawn(Conflict):
    """The document is withdrawn already"""

    code: ClassVar[str] = "documents.withdrawn"
    detail: ClassVar[str] = N_("Nothing was changed.")


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that was opened and can be kept; `sha256` is of `content`, in lower-case hex."""

    name: str
    media_type: str
    sha256: str
    pages: int
    content: bytes


def plain_name(name: str) -> str:
    """Return a sent file's name without folders and without signs that can't be seen."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(one if one.isprintable() else " " for one in last)
    return " ".join(seen.split())[-NAME_CHARS:]


def file_name(sha256: str, media_type: str) -> str:
    """Return the name a document is stored by."""
    return f"{sha256}.{SUFFIXES[media_type]}"


_LABELS: Final[Mapping[DocumentKind, str]] = {
    DocumentKind.CERTIFICATE: N_("Certificate"),
    DocumentKind.DECISION: N_("Decision"),
    DocumentKind.RULES: N_("Rules of use"),
    DocumentKind.MAP: N_("Map"),
    DocumentKind.CONTRACT: N_("Contract"),
    DocumentKind.REPORT: N_("Report of results"),
    DocumentKind.MINUTES: N_("Minutes"),
    DocumentKind.OTHER: N_("Other document"),
}
KINDS: Final = [(one.value, one.label) for one in DocumentKind]
