"""Codes and ids as people bring them: typed, pasted from a scanner, or standing in an address."""

from typing import Final
from urllib.parse import parse_qs, urlsplit

_ID_DIGITS: Final = 18


def typed_code(text: str) -> str:
    """Return the code in what was typed: of an address, the last part of its path."""
    bare = text.strip()
    if "/" not in bare:
        return bare
    try:
        path = urlsplit(bare if "://" in bare else f"//{bare}").path
    except ValueError:
        # No address after all, such as one with a lone bracket; so no code either.
        return bare
    return path.rstrip("/").rpartition("/")[2]


def typed_ends(text: str) -> tuple[str, str] | None:
    """Return the first and last code that the label of a sheet or roll names; None for others."""
    if "?" not in text:
        return None
    try:
        named = parse_qs(urlsplit(text.strip()).query, max_num_fields=10)
    except ValueError:
        return None
    first, last = (named.get(name, [""])[0] for name in ("first", "last"))
    return (first, last) if first and last else None


def read_ends_typed(first: str, last: str) -> tuple[str, str]:
    """Return the two codes of a form: of a label in either field both, else each field's own."""
    label = typed_ends(first) or typed_ends(last)
    return label or (typed_code(first), typed_code(last))


def typed_id(text: str) -> int | None:
    """Return the id of a record, or None for anything that can't be one."""
    fits = text.isascii() and text.isdecimal() and len(text) <= _ID_DIGITS
    return int(text) if fits else None
