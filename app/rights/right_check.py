"""What an officer holds against a certificate, and what becomes of it when that changes."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

# Who checked a right against what, and when: how it is before anybody has.
UNCHECKED: Final[Mapping[str, date | str | None]] = {
    "checked_on": None,
    "checked_by": "",
    "checked_against": "",
}
CHECK: Final = tuple(UNCHECKED)
# What a certificate says and pages show as fact: another value is one nobody has checked.
CERTIFIED: Final = frozenset(
    {
        *("type", "sign", "goods", "classes", "image", "registration_no", "registration_date"),
        *("application_no", "application_date", "expires_on", "owner", "owner_entity_id"),
    }
)


def must_be_checked_again(changed: Collection[str]) -> bool:
    """Tell whether a change by hand of these columns leaves the check without its ground."""
    return bool(CERTIFIED & set(changed))
