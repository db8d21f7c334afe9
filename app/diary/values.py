"""What an entry says: flat values with bounds."""

import math
from collections.abc import Mapping
from typing import ClassVar, Final

from app.kit.commit import canonical
from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.kit.text import clean_note, clean_text

Value = str | int | float | bool

MAX_VALUES: Final = 40
NAME_CHARS: Final = 60
VALUE_CHARS: Final = 500
# All values of an entry together, in their canonical form.
MAX_BYTES: Final = 8 * 1024
# Beyond it a JSON reader no longer sees the same integer.
MAX_WHOLE: Final = 2**53 - 1


class TooManyValues(Invalid):
    """The entry has too many values"""

    code: ClassVar[str] = "diary.too_many_values"
    detail: ClassVar[str] = N_("It has {count}; at most {limit} fit. Write a second entry.")

    def __init__(self, *, count: int, field: str | None) -> None:
        self.count = count
        self.limit = MAX_VALUES
        self.field = field


class ValuesTooLong(Invalid):
    """The values of the entry are too long"""

    code: ClassVar[str] = "diary.values_too_long"
    detail: ClassVar[str] = N_("Together they may take {limit} bytes. Write a second entry.")

    def __init__(self, *, field: str | None) -> None:
        self.limit = MAX_BYTES
        self.field = field


class BadValue(Invalid):
    """A value can't be kept"""

    code: ClassVar[str] = "diary.bad_value"
    detail: ClassVar[str] = N_("“{name}” needs a text, a number, or yes or no.")

    def __init__(self, *, name: str, field: str | None) -> None:
        self.name = name[:NAME_CHARS]
        self.field = field


class BadName(Invalid):
    """A value has no name of its own"""

    code: ClassVar[str] = "diary.bad_name"
    detail: ClassVar[str] = N_("Give each value a name of its own.")

    def __init__(self, *, field: str | None) -> None:
        self.field = field


def clean_values(values: Mapping[str, object], *, field: str | None = "values") -> dict[str, Value]:
    """Return flat values as they are stored: names and texts cleaned, numbers finite.

    Raises TooManyValues, ValuesTooLong, BadValue, BadName, or the errors of `clean_text`.
    """
    if len(values) > MAX_VALUES:
        raise TooManyValues(count=len(values), field=field)
    cleaned: dict[str, Value] = {}
    for written, value in values.items():
        name = clean_text(written, limit=NAME_CHARS, field=field)
        if not name or name in cleaned:
            raise BadName(field=field)
        cleaned[name] = _clean_value(name, value, field)
    if len(canonical(cleaned)) > MAX_BYTES:
        raise ValuesTooLong(field=field)
    return cleaned


def _clean_value(name: str, value: object, field: str | None) -> Value:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return clean_note(value, limit=VALUE_CHARS, field=field)
    if isinstance(value, int) and abs(value) <= MAX_WHOLE:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise BadValue(name=name, field=field)
