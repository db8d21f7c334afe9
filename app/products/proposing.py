"""What a producer may propose to change, and what a proposal says field by field.

A change is kept as a mapping from what is changed to its value, before and after. Beside plain
fields there are `picture:<sha256>` (a picture to add), `shown:<id>` (one to take off) and
`contact:<id>` (a person to turn to; `contact:new` for one more): None where there is none.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.kit.errors import Conflict
from app.kit.i18n import N_

Facts = Mapping[str, Any]

PRODUCT_FIELDS: Final[Mapping[str, str]] = {
    "name": N_("Name"),
    "brand": N_("Brand"),
    "net_content": N_("Net content"),
    "ingredients": N_("Ingredients"),
    "usage": N_("How to use it"),
    "storage": N_("How to keep it"),
    "warnings": N_("Warnings"),
    "shelf_life": N_("Shelf life"),
    "origin": N_("Origin"),
    "story": N_("Story"),
}
ENTITY_FIELDS: Final[Mapping[str, str]] = {
    "address": N_("Address"),
    "representative": N_("Representative"),
    "phone": N_("Phone"),
    "email": N_("E-mail"),
    "website": N_("Website"),
}
CONTACT_FIELDS: Final = ("name", "position", "phone", "email")
ADDED, SHOWN, CONTACT, NEW = "picture:", "shown:", "contact:", "contact:new"

# What a buyer looks for on a product's page.
_WANTED: Final = ("brand", "net_content", "ingredients", "usage", "storage", "shelf_life", "story")


class RecordMoved(Conflict):
    """The record was changed meanwhile"""

    code = "products.record_moved"
    detail = N_("Nothing was accepted. Compare the values again: they are shown as they are now.")


@dataclass(frozen=True)
class Line:
    """One thing a proposal changes: as it was then, as it is now, and as it shall be."""

    key: str
    label: str
    then: Any
    now: Any
    wanted: Any

    @property
    def moved(self) -> bool:
        """Tell whether the record was changed after the proposal was made."""
        return bool(self.then != self.now)

    @property
    def picture(self) -> bool:
        return self.key.startswith((ADDED, SHOWN))

    @property
    def contact(self) -> bool:
        return self.key.startswith(CONTACT)


def differences(now: Facts, wanted: Facts) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what differs, as it is and as it is wanted; what is not wanted otherwise stays."""
    keys = [key for key, value in wanted.items() if (now.get(key) or None) != (value or None)]
    return {key: now.get(key) for key in keys}, {key: wanted[key] for key in keys}


def lines(before: Facts, after: Facts, now: Facts) -> list[Line]:
    return [
        Line(key, label_of(key, before.get(key)), before.get(key), now.get(key), wanted)
        for key, wanted in after.items()
    ]


def label_of(key: str, before: Any) -> str:  # noqa: ANN401 - a value as JSON has it
    """Return the msgid of what a key stands for."""
    if key.startswith(ADDED):
        return N_("New picture")
    if key.startswith(SHOWN):
        return N_("Picture to take off")
    if key.startswith(CONTACT):
        return N_("Contact") if before else N_("New contact")
    return {**PRODUCT_FIELDS, **ENTITY_FIELDS}[key]


def digest(facts: Facts) -> str:
    """Return a mark of values as they were shown, by which a change after it is noticed."""
    told = json.dumps(facts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def pictures_named(changes: Iterable[Facts]) -> set[str]:
    """Return the hashes of the pictures that some changes would add."""
    return {key.removeprefix(ADDED) for one in changes for key in one if key.startswith(ADDED)}


def lacking(product: object, *, pictured: bool) -> list[str]:
    """Return the msgids of what the public page of a product still lacks."""
    bare = [PRODUCT_FIELDS[name] for name in _WANTED if not getattr(product, name)]
    return bare if pictured else [N_("A picture"), *bare]
