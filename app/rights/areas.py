"""Names of places in a passage of a document."""

import re
from typing import Final

_LONGEST: Final = 120
_NOTES: Final = re.compile(r"\([^()]*\)")
_PARTS: Final = re.compile(r"[,;\n]|\s+và\s+")
# What introduces a list of names: "các xã Lai Hòa", "gồm: Ngọc Hiển".
_LEAD: Final = re.compile(r"^(?:.*:\s*|(?:gồm|bao gồm|các)\s+)", re.IGNORECASE)


def names_in(passage: str) -> list[str]:
    """Return the names a passage lists, each once, without notes in brackets."""
    parts = (
        _LEAD.sub("", part.strip(" .")).strip() for part in _PARTS.split(_NOTES.sub("", passage))
    )
    return list(dict.fromkeys(part for part in parts if part and len(part) <= _LONGEST))
