import re
from enum import StrEnum
from typing import Final

from biip import ParseError
from biip.gln import Gln

from app.kit.errors import Invalid
from app.kit.i18n import N_


class Kind(StrEnum):
    """What kind of OCOP subject an entity is."""

    COMPANY = "company"
    COOPERATIVE = "cooperative"
    COOPERATIVE_UNION = "cooperative_union"
    COOPERATIVE_GROUP = "cooperative_group"
    HOUSEHOLD = "household"
    INDIVIDUAL = "individual"
    ASSOCIATION = "association"


KIND_LABELS: Final = {
    Kind.COMPANY: N_("Company"),
    Kind.COOPERATIVE: N_("Cooperative"),
    Kind.COOPERATIVE_UNION: N_("Union of cooperatives"),
    Kind.COOPERATIVE_GROUP: N_("Cooperative group"),
    Kind.HOUSEHOLD: N_("Household business"),
    Kind.INDIVIDUAL: N_("Individual"),
    Kind.ASSOCIATION: N_("Association"),
}


class BadTaxNumber(Invalid):
    """The tax number is not one"""

    code = "entities.bad_tax_no"
    detail = N_("A tax number has 10 digits, 10 and 3 with a hyphen, or 12 for a person.")
    field = "tax_no"


class BadGln(Invalid):
    """The GLN is not one"""

    code = "entities.bad_gln"
    detail = N_("A GLN has 13 digits and the last one checks the others. Copy it again.")
    field = "gln"


def normalised_tax_no(text: str) -> str | None:
    """Return the number as 10, 10-3 or 12 digits; None for an empty text."""
    digits = re.sub(r"[\s.-]", "", text)
    if not digits:
        return None
    if re.fullmatch(r"\d{10}|\d{12}", digits):
        return digits
    if re.fullmatch(r"\d{13}", digits):
        return f"{digits[:10]}-{digits[10:]}"
    raise BadTaxNumber


def checked_gln(text: str) -> str | None:
    if not text:
        return None
    try:
        return Gln.parse(text).value
    except ParseError as error:
        raise BadGln from error
