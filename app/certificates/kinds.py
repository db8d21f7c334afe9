"""What a certificate may be of."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from app.entities.parts import Scheme
from app.kit.i18n import N_


class Kind(StrEnum):
    """A kind of certificate, OCOP's own apart."""

    FOOD_SAFETY = "food_safety"
    VIETGAP = "vietgap"
    GLOBALGAP = "globalgap"
    ORGANIC = "organic"
    HACCP = "haccp"
    ISO22000 = "iso22000"
    HALAL = "halal"
    TCCS = "tccs"
    SELF_DECLARATION = "self_declaration"
    GROWING_AREA = "growing_area"
    AQUACULTURE = "aquaculture"
    PACKING_HOUSE = "packing_house"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _LABELS[self]


# Given for one product, and of no meaning for another.
OF_A_PRODUCT: Final = frozenset({Kind.TCCS, Kind.SELF_DECLARATION})
# Codes of places: they are recorded with the place, and stand in the same lists.
OF_A_PLACE: Final = frozenset({Kind.GROWING_AREA, Kind.AQUACULTURE, Kind.PACKING_HOUSE})
RECORDED: Final = tuple(kind for kind in Kind if kind not in OF_A_PLACE)
BY_SCHEME: Final[Mapping[str, Kind]] = {
    Scheme.GROWING_AREA: Kind.GROWING_AREA,
    Scheme.POND: Kind.AQUACULTURE,
    Scheme.PACKING_HOUSE: Kind.PACKING_HOUSE,
    Scheme.VIETGAP: Kind.VIETGAP,
    Scheme.GLOBALGAP: Kind.GLOBALGAP,
    Scheme.ORGANIC: Kind.ORGANIC,
    Scheme.FOOD_SAFETY: Kind.FOOD_SAFETY,
    Scheme.OTHER: Kind.OTHER,
}
_LABELS: Final[Mapping[Kind, str]] = {
    Kind.FOOD_SAFETY: N_("Food safety certificate"),
    Kind.VIETGAP: N_("VietGAP certificate"),
    Kind.GLOBALGAP: N_("GlobalG.A.P. certificate"),
    Kind.ORGANIC: N_("Organic certificate"),
    Kind.HACCP: N_("HACCP certificate"),
    Kind.ISO22000: N_("ISO 22000 certificate"),
    Kind.HALAL: N_("Halal certificate"),
    Kind.TCCS: N_("Base standard (TCCS)"),
    Kind.SELF_DECLARATION: N_("Self-declaration of the product"),
    Kind.GROWING_AREA: N_("Growing-area code"),
    Kind.AQUACULTURE: N_("Aquaculture facility code"),
    Kind.PACKING_HOUSE: N_("Packing-house code"),
    Kind.OTHER: N_("Other certificate"),
}
KINDS: Final = [(kind.value, kind.label) for kind in Kind]
