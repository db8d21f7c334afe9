"""Hosts that other people name, and plain addresses of pages on them."""

import re
from collections.abc import Iterable
from typing import ClassVar, Final
from urllib.parse import urlsplit

from app.kit.errors import Invalid
from app.kit.i18n import N_

URL_CHARS: Final = 500
HOST_CHARS: Final = 120

_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])")
_PORT: Final = 443
# Beneath these anybody has a host: whoever names one would own all of theirs.
_SHARED: Final = frozenset(
    f"{one}.vn"
    for one in (
        *("com", "net", "org", "edu", "gov", "biz", "info", "name", "pro", "health", "ac", "int"),
        *("id", "io", "ai"),
    )
) | {"com.au", "co.uk", "co.jp", "co.kr", "com.sg", "com.cn"}


class BadHost(Invalid):
    """Not the name of a host"""

    code: ClassVar[str] = "kit.bad_host"
    detail: ClassVar[str] = N_(
        "“{written}” is not a host such as shop.example.vn. Write it without https:// and path, "
        "names in other scripts in their xn-- form."
    )

    def __init__(self, *, written: str, field: str) -> None:
        self.written = written[:80]
        self.field = field


class BadAddress(Invalid):
    """Not the address of a page"""

    code: ClassVar[str] = "kit.bad_address"
    detail: ClassVar[str] = N_(
        "Write the whole address of the page, beginning with https://, without a name or password "
        "before the host, and in plain letters."
    )

    def __init__(self, *, field: str = "url") -> None:
        self.field = field


def checked_host(written: str, *, field: str) -> str:
    """Return the name of a host in lower case, or raise BadHost."""
    host = written.strip().lower().removesuffix(".")
    if len(host) > HOST_CHARS or host in _SHARED or not _HOST.fullmatch(host):
        raise BadHost(written=written, field=field)
    return host


def is_under(host: str, hosts: Iterable[str]) -> bool:
    """Tell whether a host is one of some, or lies beneath one."""
    return any(host == one or host.endswith(f".{one}") for one in hosts)


def host_of(url: str, *, field: str = "url") -> str:
    """Return the host of a plain https address, or raise BadAddress.

    Refused is whatever a browser could read as another host than we do.
    """
    # A backslash is a slash to browsers; blanks and controls are dropped by them.
    plain = url.isascii() and url.isprintable() and not set(url) & set('\\ "<>^`{|}')
    if not plain or len(url) > URL_CHARS or not url.lower().startswith("https://"):
        raise BadAddress(field=field)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadAddress(field=field) from error
    host = parts.hostname or ""
    if "@" in parts.netloc or port not in {None, _PORT} or not _HOST.fullmatch(host):
        raise BadAddress(field=field)
    return host
