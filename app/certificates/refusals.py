"""Why a certificate is not recorded, changed or revoked."""

from datetime import date
from typing import ClassVar

from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_


class CertificateThere(Conflict):
    """The certificate is recorded already"""

    code: ClassVar[str] = "certificates.there"
    detail: ClassVar[str] = N_(
        "Number {number} is recorded from {valid_from} on for the same product. Open that one to "
        "change or to renew it."
    )
    field = "number"

    def __init__(self, *, number: str, valid_from: date) -> None:
        self.number = number
        self.valid_from = valid_from


class EndsBeforeItBegins(Invalid):
    """The last day lies before the first"""

    code: ClassVar[str] = "certificates.ends_before_it_begins"
    detail: ClassVar[str] = N_("The last day must not be before {valid_from}.")
    field = "valid_to"

    def __init__(self, *, valid_from: date) -> None:
        self.valid_from = valid_from


class IssuedAfterItsEnd(Invalid):
    """It was issued after its last day"""

    code: ClassVar[str] = "certificates.issued_after_its_end"
    detail: ClassVar[str] = N_("The certificate ends on {valid_to}. Check both days.")
    field = "issued_on"

    def __init__(self, *, valid_to: date) -> None:
        self.valid_to = valid_to


class NoNumber(Invalid):
    """The number has neither a letter nor a digit"""

    code: ClassVar[str] = "certificates.no_number"
    detail: ClassVar[str] = N_("Write it as the paper does.")
    field = "number"


class OtherEntity(Invalid):
    """It belongs to another entity"""

    code: ClassVar[str] = "certificates.other_entity"
    detail: ClassVar[str] = N_("{name} is not of this entity. Choose one of its own.")

    def __init__(self, *, name: str, field: str) -> None:
        self.name = name
        self.field = field


class ProductNeeded(Invalid):
    """Such a certificate is given for one product"""

    code: ClassVar[str] = "certificates.product_needed"
    detail: ClassVar[str] = N_("Choose the product it is for.")
    field = "product_id"


class OfAPlace(Invalid):
    """Such a code is recorded with its place"""

    code: ClassVar[str] = "certificates.of_a_place"
    detail: ClassVar[str] = N_(
        "Open the entity, choose the place under its facilities, and record the code there. It "
        "then stands in this list too."
    )
    field = "kind"


class EntityGone(Conflict):
    """The entity was dissolved"""

    code: ClassVar[str] = "certificates.entity_dissolved"
    detail: ClassVar[str] = N_(
        "Since {dissolved_on} it takes no new certificates. Those it has can still be revoked."
    )
    field = "entity_id"

    def __init__(self, *, dissolved_on: date) -> None:
        self.dissolved_on = dissolved_on


class RevokedAlready(Conflict):
    """The certificate is revoked already"""

    code: ClassVar[str] = "certificates.revoked"
    detail: ClassVar[str] = N_("{number} was revoked on {revoked_on}. Nothing was changed.")
    field = "certificates"

    def __init__(self, *, number: str, revoked_on: date) -> None:
        self.number = number
        self.revoked_on = revoked_on


class RevokedOutsideItsTerm(Invalid):
    """The day lies outside a certificate's validity"""

    code: ClassVar[str] = "certificates.revoked_outside_its_term"
    detail: ClassVar[str] = N_(
        "{number} holds from {valid_from} to {valid_to}. Nothing was revoked."
    )
    field = "revoked_on"

    def __init__(self, *, number: str, valid_from: date, valid_to: date | None) -> None:
        self.number = number
        self.valid_from = valid_from
        self.valid_to = valid_to or "…"


class NothingChosen(Invalid):
    """No certificate was chosen"""

    code: ClassVar[str] = "certificates.nothing_chosen"
    detail: ClassVar[str] = N_("Tick at least one.")
    field = "certificates"


class StruckOut(Conflict):
    """The certificate was struck out"""

    code: ClassVar[str] = "certificates.struck"
    detail: ClassVar[str] = N_("It counts as never recorded. Record it anew if it exists.")


class RenewedAlready(Conflict):
    """The certificate was renewed already"""

    code: ClassVar[str] = "certificates.renewed"
    detail: ClassVar[str] = N_("By number {number}. Open that one.")

    def __init__(self, *, number: str) -> None:
        self.number = number


class PolicyThere(Conflict):
    """Nothing would change"""

    code: ClassVar[str] = "certificates.policy_there"
    detail: ClassVar[str] = N_("From that day the very same is asked of this group already.")


class PolicyOfThePast(Invalid):
    """The day is past"""

    code: ClassVar[str] = "certificates.policy_of_the_past"
    detail: ClassVar[str] = N_(
        "Nobody can be asked for something in the past. Give today or later."
    )
    field = "in_force_from"
