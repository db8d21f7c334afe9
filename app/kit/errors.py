from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Protocol

from app.kit.i18n import N_


class Words(Protocol):
    """What an error needs to speak to its reader."""

    @property
    def language(self) -> str: ...
    def gettext(self, text: str) -> str: ...
    def number(self, value: float) -> str: ...
    def date(self, value: date) -> str: ...


class DomainError(Exception):
    """The request could not be carried out

    The docstring's first line of each concrete class is its public title, and `detail` a
    template over the attributes of the instance; both are msgids. `code` is stable and part
    of the API. `field` names the input that is wrong, where one is. `members` are further members
    of the problem, for programs.
    """

    code: ClassVar[str] = "error"
    detail: ClassVar[str] = ""
    field: str | None = None

    @property
    def members(self) -> Mapping[str, int | str]:
        return {}

    def title(self, words: Words) -> str:
        return words.gettext(title_of(type(self)))

    def explain(self, words: Words) -> str:
        """Return the detail in the reader's language, figures written the local way."""
        facts = {name: _spoken(value, words) for name, value in vars(self).items()}
        return words.gettext(self.detail).format(**facts) if self.detail else ""


def title_of(kind: type[DomainError]) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]


def _spoken(value: object, words: Words) -> str:
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return words.number(value)
    if isinstance(value, date):
        return words.date(value)
    return str(value)


class NotFound(DomainError):
    """Not found"""

    code = "not_found"
    detail = N_("There is nothing here, or you may not see it. Check the address.")


class Conflict(DomainError):
    """The record is in another state"""

    code = "conflict"


class Invalid(DomainError):
    """Some values are wrong"""

    code = "invalid"


class Forbidden(DomainError):
    """Not allowed"""

    code = "forbidden"
    detail = N_("Your role does not allow this. Ask the Department if you think it should.")


class Unauthenticated(DomainError):
    """Sign in first"""

    code = "unauthenticated"
    detail = N_("Sign in, or send a valid API key.")


class Throttled(DomainError):
    """Too many tries"""

    code = "throttled"
    detail = N_("Wait {seconds} seconds, then try again.")

    def __init__(self, *, seconds: int) -> None:
        self.seconds = seconds


class TooLarge(DomainError):
    """The request is too large"""

    code = "too_large"
    detail = N_("At most {megabytes} MB are accepted. Send a smaller file.")

    def __init__(self, *, megabytes: int) -> None:
        self.megabytes = megabytes


class Unavailable(DomainError):
    """The service can't answer just now"""

    code = "unavailable"
    detail = N_("Nothing was changed. Try again in a moment.")


class WrongMethod(DomainError):
    """The address does not take that method"""

    code = "wrong_method"
    detail = N_("Check the API description at /docs.")


class Unsupported(DomainError):
    """The service does not do this"""

    code = "unsupported"


class Malformed(DomainError):
    """The request could not be read"""

    code = "malformed"
    detail = N_("Its body or headers are not what they say they are.")


STATUS: dict[type[DomainError], int] = {
    Malformed: 400,
    NotFound: 404,
    WrongMethod: 405,
    Conflict: 409,
    Invalid: 422,
    Forbidden: 403,
    Unauthenticated: 401,
    Throttled: 429,
    TooLarge: 413,
    Unsupported: 501,
    Unavailable: 503,
}


def status_of(error: DomainError) -> int:
    """Return the HTTP status of the nearest base class that has one."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
