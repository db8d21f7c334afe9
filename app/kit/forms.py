import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin

from fastapi import Depends, Request
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError
from starlette.datastructures import FormData, UploadFile

from app.kit.entered import TWOFOLD, as_entered, is_twofold, ungrouped, with_point
from app.kit.errors import DomainError, Invalid
from app.kit.i18n import N_, Translator
from app.kit.text import TextNotPlain, TextTooLong, clean_note, clean_text

M = TypeVar("M", bound=BaseModel)

# What pydantic found, in words a person can act on; the rest is "not a valid value".
_REASONS = {
    "missing": N_("This is needed."),
    "string_too_short": N_("This is needed."),
    "string_too_long": N_("At most {max_length} characters."),
    "int_parsing": N_("Write a whole number."),
    "int_type": N_("Write a whole number."),
    "int_from_float": N_("Write a whole number."),
    "float_parsing": N_("Write a number."),
    "decimal_parsing": N_("Write a number."),
    "twofold": TWOFOLD,
    "greater_than": N_("Must be more than {gt}."),
    "greater_than_equal": N_("Must be at least {ge}."),
    "less_than": N_("Must be less than {lt}."),
    "less_than_equal": N_("Must be at most {le}."),
    "date_from_datetime_parsing": N_("Write a date."),
    "date_parsing": N_("Write a date."),
    "datetime_from_date_parsing": N_("Write a date and time."),
    "datetime_parsing": N_("Write a date and time."),
    "timezone_aware": N_("Write the time with its zone, such as +07:00."),
    "extra_forbidden": N_("This field is not known."),
    "json_invalid": N_("This is not valid JSON."),
    "enum": N_("Choose one of: {expected}."),
    "literal_error": N_("Choose one of: {expected}."),
    "uuid_parsing": N_("This is not a UUID."),
    TextNotPlain.code: TextNotPlain.detail,
    TextTooLong.code: TextTooLong.detail,
}
_OTHER = N_("This is not a valid value.")


def _plain(clean: Callable[[str], str]) -> AfterValidator:
    def check(text: str) -> str:
        try:
            return clean(text)
        except Invalid as error:
            facts = {name: value for name, value in vars(error).items() if value is not None}
            raise PydanticCustomError(error.code, "text refused", facts) from error

    return AfterValidator(check)


def _no_number(value: object) -> object:
    """Refuse 0 and 1 for no and yes: forms send words, and programs send booleans."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise PydanticCustomError("bool_type", "no boolean")
    return value


Flag = Annotated[bool, BeforeValidator(_no_number)]
Line = Annotated[str, _plain(clean_text)]
Note = Annotated[str, _plain(clean_note)]


_NUMBER: Final = re.compile(r"\s*[+-]?[0-9]+(?:\.[0-9]*)?\s*")


_CHOICES: Final = (Annotated, Union, UnionType)


def _is_of(annotation: object, *kinds: type) -> bool:
    parts = get_args(annotation) if get_origin(annotation) in _CHOICES else ()
    return annotation in kinds or any(_is_of(part, *kinds) for part in parts)


class In(BaseModel):
    """The base of what comes in: unknown fields are refused, outer spaces dropped."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _written(cls, value: object, info: ValidationInfo) -> object:
        """Refuse a number for a day: 20260131 would be one of August 1970. And 3.000 is not 3."""
        if not isinstance(value, str | int | float) or not _NUMBER.fullmatch(str(value)):
            return value
        found = cls.model_fields.get(info.field_name or "")
        if found is not None and _is_of(found.annotation, date, datetime):
            raise PydanticCustomError("date_parsing", "no day")
        pointed = isinstance(value, str) and "." in value
        if found is not None and pointed and _is_of(found.annotation, int):
            raise PydanticCustomError("int_parsing", "no whole number")
        return value


def _one_meaning(given: object) -> object:
    """Refuse yes and no, and 1.500, which people here write for fifteen hundred."""
    if isinstance(given, bool):
        raise PydanticCustomError("float_parsing", "no number")
    if not isinstance(given, str):
        return given
    if is_twofold(given):
        raise PydanticCustomError("twofold", "thousands or decimals")
    return with_point(given)


# A quantity people write down, where a mistaken decimal is a factor of a thousand.
Measure = Annotated[float, BeforeValidator(_one_meaning)]


class Out(BaseModel):
    """The base of what goes out."""

    model_config = ConfigDict(from_attributes=True)


@dataclass(frozen=True)
class Filled:
    """A form as it was filled in, with the reason beside each field that is wrong."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def error(self, name: str) -> str:
        return self.errors.get(name, "")

    @property
    def wrong(self) -> bool:
        return bool(self.errors or self.problem)


def filled_from(record: object, names: Mapping[str, Any] | list[str]) -> Filled:
    """Return a form filled from a record's attributes, for a page that changes it."""
    values = {name: getattr(record, name) for name in names}
    return Filled({name: "" if value is None else _text(value) for name, value in values.items()})


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    if isinstance(value, float | Decimal):
        return as_entered(value)
    return str(getattr(value, "value", value))


@dataclass(frozen=True)
class Sent:
    """The fields and files of a form that was sent."""

    fields: Mapping[str, str]
    files: Mapping[str, tuple[str, bytes]]

    def text(self, name: str) -> str:
        return self.fields.get(name, "").strip()


async def read_sent(request: Request, *, most: int = 300) -> Sent:
    """Return what a form of at most so many fields sent."""
    form: FormData = await request.form(max_fields=most, max_files=10)
    fields, files = {}, {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            content = await value.read()
            if content:
                files[name] = (value.filename or "", content)
        else:
            fields[name] = value
    await form.close()
    return Sent(fields, files)


async def _sent(request: Request) -> Sent:
    return await read_sent(request)


Form = Annotated[Sent, Depends(_sent)]


def read_form(model: type[M], sent: Sent, words: Translator) -> M | Filled:
    """Return the form as its model, or filled in again with what is wrong.

    An empty field counts as not given. 3.000 in one for a whole number is three thousand, 0,5 in
    one for any number is a half; 1.500 in one for a `Measure` is asked about.
    """
    known = model.model_fields
    given = {
        name: _typed(value, known[name].annotation)
        for name, value in sent.fields.items()
        if name in known and value
    }
    try:
        return model.model_validate(given)
    except ValidationError as error:
        return Filled(sent.fields, reasons(error.errors(), words))


def _typed(value: str, annotation: object) -> str:
    if _is_of(annotation, int):
        return ungrouped(value)
    # The decimal keypad of a Vietnamese phone has a comma and no point.
    return with_point(value) if _is_of(annotation, float, Decimal) else value


def refused(sent: Sent, error: DomainError, words: Translator) -> Filled:
    """Return the form filled in again, with a domain error beside its field or on top."""
    text = ". ".join(filter(None, (error.title(words), error.explain(words))))
    if error.field:
        return Filled(sent.fields, {error.field: text})
    return Filled(sent.fields, problem=text)


def reasons(found: list[Any] | Any, words: Translator) -> dict[str, str]:  # noqa: ANN401 - pydantic's and FastAPI's error lists differ in type only
    """Return the reason for each wrong field, by its dotted name."""
    out: dict[str, str] = {}
    for item in found:
        where = ".".join(str(part) for part in item["loc"] if part not in {"body", "query"})
        template = words.gettext(_REASONS.get(item["type"], _OTHER))
        out.setdefault(where or "body", template.format_map(_Facts(item.get("ctx") or {})))
    return out


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"
