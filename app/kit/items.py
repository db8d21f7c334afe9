"""Items that are sent many at once, each read by itself."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, PlainValidator, ValidationError, model_validator

from app.kit.forms import In, Line


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item that is not what it should be: it is refused alone."""

    given: object
    error: ValidationError

    def key(self, name: str) -> str | None:
        """Return what it calls itself, where that is short enough to be said again."""
        key = self.given.get(name) if isinstance(self.given, dict) else None
        return key if isinstance(key, str) and len(key) <= 40 else None  # noqa: PLR2004 - a UUID has 36

    def only_unknown(self) -> bool:
        """Tell whether all that is wrong with it are members that are not known here."""
        return all(one["type"] == "extra_forbidden" for one in self.error.errors())


def each(model: type[In]) -> PlainValidator:
    """Read an item by itself, so that a wrong one takes no other with it."""

    def read(given: object) -> In | Unreadable:
        try:
            return model.model_validate(given)
        except ValidationError as error:
            return Unreadable(given, error)

    return PlainValidator(read, json_schema_input_type=model)


class Parcel(In):
    """What waits on a phone, sent at once."""

    format: Annotated[int, Field(ge=1, le=1000, description="1; see the API's words on newer ones")]
    app: Annotated[Line, Field(max_length=80, description="The version of the app")] = ""
    device: UUID | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_newer_format(cls, given: Any) -> Any:  # noqa: ANN401 - whatever was sent
        """Drop members around the items that only a newer format knows."""
        if isinstance(given, dict) and isinstance(given.get("format"), int) and given["format"] > 1:
            return {name: value for name, value in given.items() if name in cls.model_fields}
        return given
