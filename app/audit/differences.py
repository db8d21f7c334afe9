"""What an event changed, and what of it not everybody may read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

# Twelve digits are a person's number, which households also use as their tax code.
_PERSON: Final = re.compile(r"(?<!\d)\d{9}(?=\d{3}(?!\d))")
# A mobile or fixed number as it is written here, and as it is stored. Tax codes of ten digits
# may look alike in running text; there it is better to hide one too many.
_PHONE: Final = re.compile(
    r"(?<![\d+])(?:\+84|0)[ .-]?\d(?:[ .-]?\d){5,6}(?=(?:[ .-]?\d){2,3}(?!\d))"
)
# Fields whose digits are no phone number, whatever they look like.
_NO_PHONE: Final = re.compile(
    r"(^|_|\.)(tax_no|gln|gtin|registration_no|certificate_no|decision_no|document_no|code|codes|"
    r"sha256|number|seq|id|ids|first|last|quantity)$"
)
HIDDEN: Final = "•••"


@dataclass(frozen=True)
class Difference:
    """One field an event changed; None stands for nothing there."""

    field: str
    before: object
    after: object


def differences(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[Difference]:
    """Return the fields that differ, in the order they were recorded in.

    Fields inside a field are named by a dot. Where only one side was recorded all of it is told.
    """
    old, new = dict(_flat(before or {})), dict(_flat(after or {}))
    names = dict.fromkeys((*old, *new))
    return [
        Difference(name, old.get(name), new.get(name))
        for name in names
        if old.get(name) != new.get(name) or before is None or after is None
    ]


def _flat(facts: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, object]]:
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{within}{name}.")
        else:
            yield f"{within}{name}", value


def covered(text: str) -> str:
    """Return people's own words for a file: without personal numbers and phone numbers."""
    return str(without_personal(text))


def without_personal(value: object, field: str = "") -> object:
    """Return a recorded value with personal numbers and phone numbers but for their ends."""
    if isinstance(value, (list, tuple)):
        return [without_personal(item, field) for item in value]
    if isinstance(value, Mapping):
        return {name: without_personal(item, str(name)) for name, item in value.items()}
    if not isinstance(value, str):
        return value
    hidden = _PERSON.sub(HIDDEN, value)
    return hidden if _NO_PHONE.search(field) else _PHONE.sub(HIDDEN, hidden)
