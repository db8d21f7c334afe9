"""The forms by which a producer proposes changes, read into values as a proposal keeps them."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from app.kit.forms import Filled, In, Line, Note, Sent, read_form
from app.kit.i18n import N_, Translator
from app.products.proposing import CONTACT, CONTACT_FIELDS, NEW, SHOWN

Passage = Annotated[Note, Field(max_length=2000)]
Remark = Annotated[Note, Field(max_length=500)]

UNREACHED = N_("Give a phone number or an e-mail address.")


class ProductWish(In):
    """What is said of a product, as its producer would have it."""

    name: Annotated[Line, Field(min_length=1, max_length=200)]
    brand: Annotated[Line, Field(max_length=120)] = ""
    net_content: Annotated[Line, Field(max_length=60)] = ""
    ingredients: Passage = ""
    usage: Passage = ""
    storage: Passage = ""
    warnings: Passage = ""
    shelf_life: Annotated[Line, Field(max_length=120)] = ""
    origin: Annotated[Line, Field(max_length=300)] = ""
    story: Passage = ""
    note: Remark = ""


class EntityWish(In):
    """How an entity is reached, as its owner would have it."""

    address: Annotated[Line, Field(max_length=300)] = ""
    representative: Annotated[Line, Field(max_length=120)] = ""
    phone: Annotated[Line, Field(max_length=20)] = ""
    email: Annotated[Line, Field(max_length=120, pattern="^([^@ ]+@[^@ ]+)?$")] = ""
    website: Annotated[Line, Field(max_length=200, pattern="^(https://.*)?$")] = ""
    note: Remark = ""


class ContactWish(In):
    """A person to turn to."""

    name: Annotated[Line, Field(min_length=1, max_length=120)]
    position: Annotated[Line, Field(max_length=120)] = ""
    phone: Annotated[Line, Field(max_length=20)] = ""
    email: Annotated[Line, Field(max_length=120, pattern="^([^@ ]+@[^@ ]+)?$")] = ""


def read_product(sent: Sent, words: Translator) -> dict[str, Any] | Filled:
    """Return the wanted values of a product, and the note."""
    given = read_form(ProductWish, sent, words)
    if isinstance(given, Filled):
        return given
    return given.model_dump()


def read_entity(sent: Sent, words: Translator, contacts: Iterable[str]) -> dict[str, Any] | Filled:
    """Return the wanted values of an entity and of its contacts by their keys, and the note."""
    given = read_form(EntityWish, sent, words)
    errors = dict(given.errors) if isinstance(given, Filled) else {}
    wanted: dict[str, Any] = {}
    for key in (*contacts, NEW):
        contact = _read_contact(sent, words, key)
        if isinstance(contact, Filled):
            errors |= {f"{key}.{name}": text for name, text in contact.errors.items()}
        elif contact or key != NEW:
            wanted[key] = contact
    if isinstance(given, Filled) or errors:
        return Filled(sent.fields, errors)
    return given.model_dump() | wanted


def _read_contact(sent: Sent, words: Translator, key: str) -> dict[str, str] | Filled | None:
    """Return a contact of the form; None for one to be taken off, or a new one left empty."""
    fields = {name: sent.text(f"{key}.{name}") for name in CONTACT_FIELDS}
    if sent.text(f"{key}.gone") or (key == NEW and not any(fields.values())):
        return None
    read = read_form(ContactWish, Sent(fields, {}), words)
    if isinstance(read, Filled):
        return read
    if not (read.phone or read.email):
        return Filled(fields, {"phone": words.gettext(UNREACHED)})
    return read.model_dump()


def filled_in(now: Mapping[str, Any], after: Mapping[str, Any], note: str) -> Filled:
    """Return the form as the record stands, with what already waits (`after`) in it."""
    values = {"note": note}
    for key, value in {**now, **after}.items():
        if key.startswith(CONTACT):
            told = value or now.get(key) or {}
            values |= {f"{key}.{name}": text for name, text in told.items()}
            values[f"{key}.gone"] = "" if value else "on"
        elif key.startswith(SHOWN):
            values[key] = "on" if key in after else ""
        elif isinstance(value, str):
            values[key] = value
    return Filled(values)
