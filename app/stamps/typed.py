"""Codes and ids as people bring them: typed, pasted from a scanner, or standing in an address."""

from typing import Final
from urllib.parse import urlsplit

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


def typed_id(text: str) -> int | None:
    """Return the id of a record, or None for anything that can't be one."""
    fits = text.isascii() and text.isdecimal() and len(text) <= _ID_DIGITS
    return int(text) if fits else None
