"""Producers' own links: which types there are, and which addresses they may have."""

from collections.abc import Iterable
from typing import ClassVar, Final

from app.kit.destinations import (
    HostUnknown,
    NotReached,
    PrivateAddress,
    TooSlow,
)
from app.kit.errors import Invalid
from app.kit.hosts import host_of, is_under
from app.kit.i18n import N_

# Of the link types of GS1's vocabulary those a producer of food or crafts has a page for.
RELS: Final = {
    "pip": N_("The product's own page"),
    "hasRetailers": N_("Where to buy it"),
    "homepage": N_("Website or brand"),
    "recipeInfo": N_("Recipes"),
    "instructions": N_("How to use it"),
    "quickStartGuide": N_("First steps"),
    "consumerHandlingStorageInfo": N_("How to keep it"),
    "nutritionalInfo": N_("Nutrition"),
    "allergenInfo": N_("Allergens"),
    "sustainabilityInfo": N_("Environment"),
    "relatedVideo": N_("Film"),
    "socialMedia": N_("Social media"),
    "faqs": N_("Questions and answers"),
    "support": N_("Help"),
}
LANGUAGES: Final = {
    "vi": N_("In Vietnamese"),
    "en": N_("In English"),
    "zh": N_("In Chinese"),
    "ja": N_("In Japanese"),
    "ko": N_("In Korean"),
    "fr": N_("In French"),
    "": N_("Without words"),
}
# What a check may find wrong beside the status of an answer, by the code of the error.
FAULTS: Final = {
    one.code: str(one.__doc__) for one in (HostUnknown, NotReached, PrivateAddress, TooSlow)
}


class HostNotAllowed(Invalid):
    """Links may not lead to this host"""

    code: ClassVar[str] = "products.host_not_allowed"
    detail: ClassVar[str] = N_(
        "{host} is not on the Department's list of hosts. Ask an officer to add it."
    )
    field = "url"

    def __init__(self, *, host: str) -> None:
        self.host = host


class UnknownRel(Invalid):
    """The type of link is not known"""

    code: ClassVar[str] = "products.unknown_rel"
    detail: ClassVar[str] = N_("Choose one of the list.")
    field = "rel"


class UnknownLinkLanguage(Invalid):
    """The language is not known"""

    code: ClassVar[str] = "products.unknown_link_language"
    detail: ClassVar[str] = N_("Choose one of the list.")
    field = "language"


def checked_link(url: str, allowed: Iterable[str]) -> tuple[str, str]:
    """Return an address as it is linked, and its host.

    Raises BadAddress or HostNotAllowed.
    """
    written = url.strip()
    host = host_of(written)
    if not is_under(host, allowed):
        raise HostNotAllowed(host=host)
    return written, host


def checked_kind(rel: str, language: str) -> None:
    """Raise UnknownRel or UnknownLinkLanguage."""
    if rel not in RELS:
        raise UnknownRel
    if language not in LANGUAGES:
        raise UnknownLinkLanguage
