"""The figures of a year: what each counts, in words that stand beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from app.kit.clock import start_of
from app.kit.i18n import N_

FIRST_YEAR: Final = 2000


class Counted(StrEnum):
    """What a figure is a number of."""

    ENTITIES = "entities"
    PRODUCTS = "products"
    STAMPS = "stamps"
    RIGHTS = "rights"
    PLACES = "places"

    @property
    def label(self) -> str:
        return _UNITS[self]


@dataclass(frozen=True, slots=True)
class Meaning:
    """A figure's name, its definition, and of what it is a number; both are msgids.

    Where `summed`, it is the sum of its rows' quantities and not how many rows there are.
    """

    code: str
    label: str
    definition: str
    counted: Counted
    summed: bool = False


@dataclass(frozen=True, slots=True)
class Year:
    """A year in Vietnam: its days, and the instants from its beginning up to the next one's."""

    number: int

    @property
    def first(self) -> date:
        return date(self.number, 1, 1)

    @property
    def last(self) -> date:
        return date(self.number, 12, 31)

    @property
    def begin(self) -> datetime:
        return start_of(self.first)

    @property
    def end(self) -> datetime:
        return start_of(date(self.number + 1, 1, 1))


def year_of(text: str, *, usual: int) -> int:
    """Return the year that was asked for, or the usual one where it is none."""
    asked = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0  # noqa: PLR2004 - digits of a year
    return asked if FIRST_YEAR <= asked <= usual + 1 else usual


_UNITS: Final[Mapping[Counted, str]] = {
    Counted.ENTITIES: N_("entities"),
    Counted.PRODUCTS: N_("products"),
    Counted.STAMPS: N_("stamps"),
    Counted.RIGHTS: N_("rights"),
    Counted.PLACES: N_("establishments"),
}

GROUPS: Final[tuple[tuple[str, tuple[Meaning, ...]], ...]] = (
    (
        N_("Traceability"),
        (
            Meaning(
                "entities_traced",
                N_("Entities under traceability"),
                N_("Entities to which stamps were granted for the year."),
                Counted.ENTITIES,
            ),
            Meaning(
                "products_traced",
                N_("Products under traceability"),
                N_("Products for which stamps were granted for the year."),
                Counted.PRODUCTS,
            ),
            Meaning(
                "entities_with_diary",
                N_("Entities with a diary"),
                N_("Entities that wrote at least one diary entry, received in the year."),
                Counted.ENTITIES,
            ),
            Meaning(
                "entities_trained",
                N_("Entities trained"),
                N_("Entities whose people took part in a training held in the year."),
                Counted.ENTITIES,
            ),
        ),
    ),
    (
        N_("Stamps"),
        (
            Meaning(
                "stamps_granted",
                N_("Stamps granted"),
                N_("The quantities of the batches granted for the year."),
                Counted.STAMPS,
                summed=True,
            ),
            Meaning(
                "stamps_handed_over",
                N_("Stamps handed over"),
                N_(
                    "By the minutes of the year; what was returned and given out again counts once."
                ),
                Counted.STAMPS,
                summed=True,
            ),
            Meaning(
                "stamps_activated",
                N_("Stamps made active"),
                N_("Activated in the year, less the activations that were undone in it."),
                Counted.STAMPS,
                summed=True,
            ),
        ),
    ),
    (
        N_("Geographical indications and marks"),
        (
            Meaning(
                "inspected_gi",
                N_("Geographical indications inspected"),
                N_("Rights that an inspection of the year, held and not cancelled, was about."),
                Counted.RIGHTS,
            ),
            Meaning(
                "inspected_marks",
                N_("Marks inspected"),
                N_(
                    "Certification, collective and ordinary marks that an inspection of the year, "
                    "held and not cancelled, was about."
                ),
                Counted.RIGHTS,
            ),
            Meaning(
                "inspected_certification",
                N_("Certification marks inspected"),
                N_("Rights that an inspection of the year, held and not cancelled, was about."),
                Counted.RIGHTS,
            ),
            Meaning(
                "inspected_collective",
                N_("Collective marks inspected"),
                N_("Rights that an inspection of the year, held and not cancelled, was about."),
                Counted.RIGHTS,
            ),
            Meaning(
                "users_registered",
                N_("Registered to use the inspected rights"),
                N_("Entities whose use right under one of them held on the day of an inspection."),
                Counted.ENTITIES,
            ),
            Meaning(
                "users_found",
                N_("Found using the inspected rights"),
                N_("Of those, the entities that were found using the sign in the year."),
                Counted.ENTITIES,
            ),
        ),
    ),
    (
        N_("Quality tests"),
        (
            Meaning(
                "products_tested",
                N_("Products tested"),
                N_("Products of which a sample was taken in the year."),
                Counted.PRODUCTS,
            ),
            Meaning(
                "places_tested",
                N_("Establishments tested"),
                N_("Places of production, or entities where none was named, that were sampled."),
                Counted.PLACES,
            ),
            Meaning(
                "products_failed",
                N_("Products that failed a test"),
                N_("Products of which a sample of the year did not pass."),
                Counted.PRODUCTS,
            ),
        ),
    ),
    (
        N_("Online shops"),
        (
            Meaning(
                "products_in_shops",
                N_("Products with a shop link"),
                N_(
                    "Products with a confirmed offer of a shop, or an own link to where they are "
                    "sold, that stood at the end of the year."
                ),
                Counted.PRODUCTS,
            ),
        ),
    ),
)
MEANINGS: Final[Mapping[str, Meaning]] = {
    meaning.code: meaning for _, meanings in GROUPS for meaning in meanings
}
