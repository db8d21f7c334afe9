"""What hangs on an entity: the schemes of its places' codes, and what a consent publishes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

from app.entities.rules import Kind
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_


class Scheme(StrEnum):
    """By which scheme an authority gave a facility its code."""

    GROWING_AREA = "growing_area"
    POND = "pond"
    PACKING_HOUSE = "packing_house"
    VIETGAP = "vietgap"
    GLOBALGAP = "globalgap"
    ORGANIC = "organic"
    FOOD_SAFETY = "food_safety"
    OTHER = "other"


SCHEME_LABELS: Final[Mapping[str, str]] = {
    Scheme.GROWING_AREA: N_("Growing-area code"),
    Scheme.POND: N_("Pond or cage code"),
    Scheme.PACKING_HOUSE: N_("Packing-house code"),
    Scheme.VIETGAP: N_("VietGAP area"),
    Scheme.GLOBALGAP: N_("GlobalG.A.P. number"),
    Scheme.ORGANIC: N_("Organic area"),
    Scheme.FOOD_SAFETY: N_("Food safety certificate"),
    Scheme.OTHER: N_("Other code"),
}


class Subject(StrEnum):
    """Which personal field a consent publishes."""

    REPRESENTATIVE = "representative"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    CONTACT = "contact"


SUBJECT_LABELS: Final[Mapping[str, str]] = {
    Subject.REPRESENTATIVE: N_("Representative"),
    Subject.PHONE: N_("Phone"),
    Subject.EMAIL: N_("E-mail"),
    Subject.ADDRESS: N_("Address"),
    Subject.CONTACT: N_("Contact"),
}


class RetiredAlready(Conflict):
    """It was retired before"""

    code: ClassVar[str] = "entities.retired_already"
    detail: ClassVar[str] = N_("Since {retired_on}. Bring it back before you change it.")

    def __init__(self, *, retired_on: date) -> None:
        self.retired_on = retired_on


class LocationCodeTaken(Conflict):
    """Another place has this code"""

    code: ClassVar[str] = "entities.location_code_taken"
    detail: ClassVar[str] = N_("It belongs to {name}. Check the number.")
    field = "location_code"

    def __init__(self, *, name: str) -> None:
        self.name = name


class CodeThere(Conflict):
    """The place has this code already"""

    code: ClassVar[str] = "entities.code_there"
    detail: ClassVar[str] = N_("Retire the old one first if its issuer or validity has changed.")
    field = "code"


class HalfAPoint(Invalid):
    """A point needs both its numbers"""

    code: ClassVar[str] = "entities.half_a_point"
    detail: ClassVar[str] = N_("Give latitude and longitude, or neither.")
    field = "longitude"


class EndsBeforeItStarts(Invalid):
    """The code ends before it begins"""

    code: ClassVar[str] = "entities.ends_before_it_starts"
    detail: ClassVar[str] = N_("The last day must not be before {valid_from}.")
    field = "valid_to"

    def __init__(self, *, valid_from: date) -> None:
        self.valid_from = valid_from


class NoWayToReach(Invalid):
    """The contact can't be reached"""

    code: ClassVar[str] = "entities.no_way_to_reach"
    detail: ClassVar[str] = N_("Give a phone number or an e-mail address.")
    field = "phone"


class NotYet(Invalid):
    """The day has not come yet"""

    code: ClassVar[str] = "entities.not_yet"
    detail: ClassVar[str] = N_("Give today or a day before.")

    def __init__(self, *, field: str) -> None:
        self.field = field


class NobodyChosen(Invalid):
    """No entity was chosen"""

    code: ClassVar[str] = "entities.nobody_chosen"
    detail: ClassVar[str] = N_("Tick those who took part, and say how many people came.")
    field = "entities"


class TrainingThere(Conflict):
    """The training is recorded already"""

    code: ClassVar[str] = "entities.training_there"
    detail: ClassVar[str] = N_("{name} has it on {held_on} with the same trainer and topic.")

    def __init__(self, *, name: str, held_on: date) -> None:
        self.name = name
        self.held_on = held_on


class StruckAlready(Conflict):
    """The training was struck out before"""

    code: ClassVar[str] = "entities.struck_already"


class ConsentMissing(Invalid):
    """Nobody is on record as having agreed to this"""

    code: ClassVar[str] = "entities.consent_missing"
    detail: ClassVar[str] = N_(
        "A personal field is shown to the public only with a consent. Say who gave it and when."
    )
    field = "consent_by"


class ConsentThere(Conflict):
    """A consent to this stands already"""

    code: ClassVar[str] = "entities.consent_there"
    detail: ClassVar[str] = N_("{given_by} gave it on {given_on}.")
    field = "subject"

    def __init__(self, *, given_by: str, given_on: date) -> None:
        self.given_by = given_by
        self.given_on = given_on


class ConsentWithdrawn(Conflict):
    """The consent was withdrawn before"""

    code: ClassVar[str] = "entities.consent_withdrawn"


class NothingToPublish(Invalid):
    """There is nothing to publish"""

    code: ClassVar[str] = "entities.nothing_to_publish"
    detail: ClassVar[str] = N_(
        "The field is empty, the contact is retired, or it is public without a consent."
    )
    field = "subject"


@dataclass(frozen=True)
class Published:
    """What the public may read of an entity's personal fields, by the consents that stand."""

    subjects: frozenset[str] = frozenset()
    contacts: frozenset[int] = frozenset()

    def shows(self, subject: Subject, *, contact_id: int | None = None) -> bool:
        if subject is Subject.CONTACT:
            return contact_id in self.contacts
        return subject in self.subjects

    def shows_address(self, kind: str) -> bool:
        """Tell whether more than the commune is shown.

        The maker's address is part of what a look-up must show; an individual has no place of
        business but a home.
        """
        return kind != Kind.INDIVIDUAL or Subject.ADDRESS in self.subjects
