import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import phonenumbers

from app.kit.errors import Forbidden, Invalid, NotFound
from app.kit.i18n import N_


class Role(StrEnum):
    """What an account of the Department or of another agency may do."""

    ADMINISTRATOR = "administrator"
    OFFICER = "officer"
    APPROVER = "approver"
    INSPECTOR = "inspector"
    MARK_MANAGER = "mark_manager"
    READER = "agency_reader"


class Belonging(StrEnum):
    """What an account is to an entity."""

    OWNER = "owner"
    WORKER = "worker"


ROLE_LABELS: Final[Mapping[str, str]] = {
    Role.ADMINISTRATOR: N_("Administrator"),
    Role.OFFICER: N_("Officer"),
    Role.APPROVER: N_("Approver"),
    Role.INSPECTOR: N_("Inspector"),
    Role.MARK_MANAGER: N_("Mark manager"),
    Role.READER: N_("Agency reader"),
    Belonging.OWNER: N_("Owner"),
    Belonging.WORKER: N_("Worker"),
}

DEPARTMENT: Final = frozenset(
    {Role.ADMINISTRATOR, Role.OFFICER, Role.APPROVER, Role.INSPECTOR, Role.READER}
)
OFFICERS: Final = frozenset({Role.ADMINISTRATOR, Role.OFFICER, Role.APPROVER})


class NotAllowed(Forbidden):
    """Your role does not allow this"""

    code = "identity.not_allowed"
    detail = N_("Your role does not allow this. Ask the Department if you think it should.")


class NotYours(NotFound):
    """Not found"""

    code = "identity.not_yours"
    detail = N_("There is nothing here, or you may not see it. Check the address.")


class WeakPassword(Invalid):
    """The password is too easy"""

    code = "identity.weak_password"
    detail = N_("Use 8 characters or more, or a PIN of 6 to 8 digits that is no simple row.")
    field = "password"


class BadPhone(Invalid):
    """The phone number is not one"""

    code = "identity.bad_phone"
    detail = N_("Write the number with its leading 0, for example 0912 345 678.")
    field = "phone"


@dataclass(frozen=True)
class Actor:
    """Who is asking, and what they may do. Plain values: it outlives its transaction."""

    account_id: int | None
    label: str
    roles: frozenset[Role] = frozenset()
    memberships: Mapping[int, Belonging] = field(default_factory=dict)
    language: str = "vi"

    @property
    def of_department(self) -> bool:
        """Tell whether the actor reads every entity's records."""
        return bool(self.roles & DEPARTMENT)

    @property
    def officer(self) -> bool:
        return bool(self.roles & OFFICERS)

    def scope(self) -> frozenset[int] | None:
        """Return the ids of the entities whose records the actor sees; None means all."""
        return None if self.of_department else frozenset(self.memberships)

    def sees(self, entity_id: int) -> bool:
        return self.of_department or entity_id in self.memberships

    def require_sight(self, entity_id: int) -> None:
        """Refuse with NotFound, so that a foreign id tells nothing."""
        if not self.sees(entity_id):
            raise NotYours

    def require_role(self, *roles: Role) -> None:
        if not self.roles & set(roles):
            raise NotAllowed

    def require_officer(self) -> None:
        if not self.officer:
            raise NotAllowed

    def require_department(self) -> None:
        """Refuse who does not read every entity's records."""
        if not self.of_department:
            raise NotAllowed

    def require_member(self, entity_id: int, *, owner: bool = False) -> None:
        """Refuse who is no member (or owner) of the entity: NotFound to strangers."""
        self.require_sight(entity_id)
        belonging = self.memberships.get(entity_id)
        if belonging is None or (owner and belonging is not Belonging.OWNER):
            raise NotAllowed

    def require_member_or_officer(self, entity_id: int, *, owner: bool = False) -> None:
        if not self.officer:
            self.require_member(entity_id, owner=owner)


def normalised_phone(text: str) -> str:
    """Return the number as +84..., or raise BadPhone."""
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException as error:
        raise BadPhone from error
    if not phonenumbers.is_possible_number(number):
        raise BadPhone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_ERASED: Final = "erased-"


def erased_phone(account_id: int) -> str:
    """Return what stands in place of an erased person's number: none that can be dialled."""
    return f"{_ERASED}{account_id}"


def is_erased(number: str) -> bool:
    return number.startswith(_ERASED)


def shown_phone(number: str) -> str:
    """Return a stored number as people here write it: 0912 345 678; an erased one as nothing."""
    if is_erased(number):
        return ""
    parsed = phonenumbers.parse(number, "VN")
    here = parsed.country_code == phonenumbers.country_code_for_region("VN")
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, style.NATIONAL if here else style.INTERNATIONAL)


def masked_phone(number: str) -> str:
    """Return what is kept of a number where people are told apart, and no more."""
    return f"•••{number[-3:]}"


_ROWS: Final = ("0123456789", "9876543210")


def check_password(text: str) -> str:
    """Return an acceptable password or PIN, or raise WeakPassword.

    OWASP ASVS 5.0 asks 8 characters; a PIN of 6-8 digits is allowed because tries are delayed.
    """
    if re.fullmatch(r"\d{6,8}", text):
        easy = len(set(text)) <= 2 or any(text in row * 2 for row in _ROWS)  # noqa: PLR2004 - two kinds of digit
        if not easy:
            return text
    elif 8 <= len(text) <= 128 and len(set(text)) > 3 and not text.isdecimal():  # noqa: PLR2004 - lengths of the rule above
        return text
    raise WeakPassword


def normalised_code(text: str) -> str:
    """Return a one-time code as it is stored, however it was grouped when it was typed."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())[:40]


def hashed(token: str) -> str:
    """Return what is stored of a random token: a plain hash, since the token has 128+ bits."""
    return hashlib.sha256(token.encode()).hexdigest()
