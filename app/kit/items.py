"""Items that are sent many at once, each read by itself."""

from dataclasses import dataclass

from pydantic import PlainValidator, ValidationError

from app.kit.forms import In


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
