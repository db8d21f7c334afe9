import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from biip import ParseError
from biip.gln import Gln

from app.identity.rules import Actor, Belonging, Role
from app.kit.errors import Conflict, Invalid
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


KIND_LABELS: Final[Mapping[str, str]] = {
    Kind.COMPANY: N_("Company"),
    Kind.COOPERATIVE: N_("Cooperative"),
    Kind.COOPERATIVE_UNION: N_("Union of cooperatives"),
    Kind.COOPERATIVE_GROUP: N_("Cooperative group"),
    Kind.HOUSEHOLD: N_("Household business"),
    Kind.INDIVIDUAL: N_("Individual"),
    Kind.ASSOCIATION: N_("Association"),
}


# In the name itself, in Vietnamese: it is read where no page marks it.
PRACTICE_MARK: Final = " (tập dượt)"
NAME_CHARS: Final = 200 - len(PRACTICE_MARK)


class BadTaxNumber(Invalid):
    """The tax number is not one"""

    code = "entities.bad_tax_no"
    detail = N_("A tax number has 10 digits, 10 and 3 with a hyphen, or 12 for a person.")
    field = "tax_no"


class PracticeOnly(Conflict):
    """A practice farm has none of it"""

    code = "entities.practice"
    detail = N_(
        "Its diary can be used like any other, but nothing of it goes out: it has no numbers of "
        "its own, no certificates, no rights and no stamps."
    )


class BadGln(Invalid):
    """The GLN is not one"""

    code = "entities.bad_gln"
    detail = N_("A GLN has 13 digits and the last one checks the others. Copy it again.")

    def __init__(self, *, field: str = "gln") -> None:
        self.field = field


def marked(name: str) -> str:
    """Return the name of a practice farm, by which everybody sees what it is."""
    return name if name.endswith(PRACTICE_MARK) else f"{name[:NAME_CHARS]}{PRACTICE_MARK}"


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


def checked_gln(text: str, *, field: str = "gln") -> str | None:
    if not text:
        return None
    try:
        return Gln.parse(text).value
    except ParseError as error:
        raise BadGln(field=field) from error


def is_personal(tax_no: str | None) -> bool:
    """Tell whether a tax number is a person's: households use the national identity number."""
    return tax_no is not None and re.fullmatch(r"\d{12}", tax_no) is not None


def masked_tax_no(tax_no: str | None) -> str | None:
    """Return a personal number with all but its last three digits covered."""
    return f"•••••••••{tax_no[-3:]}" if tax_no and is_personal(tax_no) else tax_no


def reads_private(actor: Actor, entity_id: int) -> bool:
    """Tell whether the actor reads an entity's personal fields: agency readers don't."""
    return (
        actor.officer
        or Role.INSPECTOR in actor.roles
        or actor.memberships.get(entity_id) is Belonging.OWNER
    )
