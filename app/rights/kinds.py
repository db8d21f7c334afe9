from enum import StrEnum
from typing import Final

from app.kit.i18n import N_


class RightType(StrEnum):
    GI = "gi"
    CERTIFICATION_MARK = "certification_mark"
    COLLECTIVE_MARK = "collective_mark"
    TRADEMARK = "trademark"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def meaning(self) -> str:
        """Say in one plain sentence what the right tells a buyer."""
        return _MEANINGS[self]


_LABELS: Final = {
    RightType.GI: N_("Geographical indication"),
    RightType.CERTIFICATION_MARK: N_("Certification mark"),
    RightType.COLLECTIVE_MARK: N_("Collective mark"),
    RightType.TRADEMARK: N_("Trademark"),
}

_MEANINGS: Final = {
    RightType.GI: N_(
        "This producer may use the name of the place, because the product comes from there and "
        "owes its character to it."
    ),
    RightType.CERTIFICATION_MARK: N_(
        "The owner of the mark lets this producer use it for products that meet its rules."
    ),
    RightType.COLLECTIVE_MARK: N_("This producer may use the shared mark of its organisation."),
    RightType.TRADEMARK: N_(
        "This sign is registered for this producer. It says who makes the product, not how."
    ),
}
