import calendar
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final

from biip import ParseError
from biip.gtin import Gtin
from biip.rcn import Rcn

from app.kit.errors import Invalid
from app.kit.i18n import N_

VALID_MONTHS: Final = 36
MOST_STARS: Final = 5
# Who issues five stars by decision 148/QĐ-TTg of 2023, under its name since 2025.
CENTRAL_ISSUER: Final = "Bộ Nông nghiệp và Môi trường"

# The least score of each number of stars, by the criteria of decision 148/QĐ-TTg of 2023.
_LEAST_SCORES: Final = ((Decimal(90), 5), (Decimal(70), 4), (Decimal(50), 3))
_FULL_SCORE: Final = 100
_GTIN: Final = re.compile(r"[0-9]{8}|[0-9]{12,14}")


class ProductStatus(StrEnum):
    ACTIVE = "active"
    RETIRED = "retired"

    @property
    def label(self) -> str:
        return _STATUS_LABELS[self]


class OcopGroup(StrEnum):
    """The six groups of the programme; their 26 sub-groups are an editable list."""

    FOOD = "food"
    BEVERAGES = "beverages"
    HERBS = "herbs"
    HANDICRAFTS = "handicrafts"
    ORNAMENTALS = "ornamentals"
    TOURISM = "tourism"

    @property
    def label(self) -> str:
        return _GROUP_LABELS[self]


class CertificateStatus(StrEnum):
    NOT_YET = "not_yet"
    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        """Name the status; {date} is the certificate's day that made it so."""
        return _CERTIFICATE_LABELS[self]


class BadGtin(Invalid):
    """Not a GTIN"""

    code: ClassVar[str] = "products.bad_gtin"
    detail: ClassVar[str] = N_(
        "“{written}” is no GTIN of 8, 12, 13 or 14 digits with a right check digit. "
        "Copy the number from the barcode, or leave it empty."
    )

    def __init__(self, *, written: str, field: str | None = None) -> None:
        self.written = written[:40]
        self.field = field


class InStoreNumber(Invalid):
    """A number for use inside one shop"""

    code: ClassVar[str] = "products.in_store_number"
    detail: ClassVar[str] = N_(
        "“{written}” is meant for use inside one shop or company and names no product outside "
        "it. Leave the GTIN empty if the product has none."
    )

    def __init__(self, *, written: str, field: str | None = None) -> None:
        self.written = written[:40]
        self.field = field


class BadScore(Invalid):
    """Not a score"""

    code: ClassVar[str] = "products.bad_score"
    detail: ClassVar[str] = N_("A score lies between 0 and 100.")

    def __init__(self, *, field: str | None = None) -> None:
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """An OCOP certificate: it holds from `valid_from` to the end of `valid_to`."""

    id: int
    stars: int
    decision_no: str
    valid_from: date
    valid_to: date
    certificate_no: str = ""
    issuer: str = ""
    revoked_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateLine:
    """`stars` may be asserted only where the status is VALID; `since` is the day it turned."""

    certificate: CertificateFacts
    status: CertificateStatus
    since: date
    valid_when_made: bool | None

    @property
    def stars(self) -> int | None:
        return self.certificate.stars if self.status is CertificateStatus.VALID else None


def normalise_gtin(text: str, *, field: str | None = None) -> str:
    """Return a GTIN of 8, 12, 13 or 14 digits as 14 digits; blanks and hyphens are dropped."""
    digits = re.sub(r"[\s-]", "", text[:40])
    if not _GTIN.fullmatch(digits):
        raise BadGtin(written=text, field=field)
    try:
        gtin = Gtin.parse(digits)
    except ParseError:
        raise BadGtin(written=text, field=field) from None
    if isinstance(gtin, Rcn):
        raise InStoreNumber(written=text, field=field)
    return gtin.as_gtin_14()


def stars_of(score: Decimal | float) -> int | None:
    """Return the stars a score of 0 to 100 earns; none below 50, which no certificate follows."""
    if not math.isfinite(score) or not 0 <= score <= _FULL_SCORE:
        raise BadScore(field="score")
    return next((stars for least, stars in _LEAST_SCORES if score >= least), None)


def last_valid_day(valid_from: date, months: int = VALID_MONTHS) -> date:
    """Return the last day of a term in months.

    It ends with the same day of its last month, or with that month (Civil Code, art. 148).
    """
    years, month = divmod(valid_from.month - 1 + months, 12)
    year = valid_from.year + years
    return date(year, month + 1, min(valid_from.day, calendar.monthrange(year, month + 1)[1]))


def certificate_status(certificate: CertificateFacts, day: date) -> CertificateStatus:
    """Return the status on a day: revoked from its day on, unless it had expired before."""
    revoked = certificate.revoked_on
    if revoked is not None and revoked <= min(day, certificate.valid_to):
        return CertificateStatus.REVOKED
    if day > certificate.valid_to:
        return CertificateStatus.EXPIRED
    return CertificateStatus.NOT_YET if day < certificate.valid_from else CertificateStatus.VALID


def current_certificate(
    certificates: Iterable[CertificateFacts], day: date
) -> CertificateFacts | None:
    """Return the certificate whose stars may be shown on a day: the latest of the valid ones."""
    valid = [one for one in certificates if certificate_status(one, day) is CertificateStatus.VALID]
    return max(valid, key=lambda one: (one.valid_from, one.id), default=None)


def certificate_line(
    certificates: Iterable[CertificateFacts], day: date, *, made_on: date | None = None
) -> CertificateLine | None:
    """Return what to say of the stars on a day, also once they are gone; none without any."""
    known = tuple(certificates)
    begun = [one for one in known if certificate_status(one, day) is not CertificateStatus.NOT_YET]
    shown = current_certificate(known, day) or max(
        begun, key=lambda one: (one.valid_from, one.id), default=None
    )
    if shown is None:
        return None
    status = certificate_status(shown, day)
    return CertificateLine(
        certificate=shown,
        status=status,
        since=_since(shown, status),
        valid_when_made=None if made_on is None else bool(current_certificate(known, made_on)),
    )


def _since(certificate: CertificateFacts, status: CertificateStatus) -> date:
    if status is CertificateStatus.REVOKED and certificate.revoked_on:
        return certificate.revoked_on
    return certificate.valid_to if status is CertificateStatus.EXPIRED else certificate.valid_from


_STATUS_LABELS: Final = {
    ProductStatus.ACTIVE: N_("On the market"),
    ProductStatus.RETIRED: N_("No longer made"),
}

_GROUP_LABELS: Final = {
    OcopGroup.FOOD: N_("Food"),
    OcopGroup.BEVERAGES: N_("Beverages"),
    OcopGroup.HERBS: N_("Medicinal herbs and their products"),
    OcopGroup.HANDICRAFTS: N_("Handicrafts"),
    OcopGroup.ORNAMENTALS: N_("Ornamental plants and animals"),
    OcopGroup.TOURISM: N_("Community and eco-tourism services"),
}

_CERTIFICATE_LABELS: Final = {
    CertificateStatus.NOT_YET: N_("Valid from {date}"),
    CertificateStatus.VALID: N_("Valid since {date}"),
    CertificateStatus.EXPIRED: N_("Expired: it was valid until {date}"),
    CertificateStatus.REVOKED: N_("Revoked on {date}"),
}
