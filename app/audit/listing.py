"""The history of a record as the rows of a file."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from app.audit.history import Happened
from app.kit.i18n import N_

HEADS: Final = (
    ("seq", N_("No.")),
    ("at", N_("When")),
    ("who", N_("Who")),
    ("what", N_("What happened")),
    ("about", N_("About")),
    ("changes", N_("What changed")),
)
# A spreadsheet's cell holds no more than 32,767 characters.
_CHARS: Final = 8000


def history_rows(
    found: Iterable[Happened],
) -> Iterator[tuple[int, datetime, str, str, str, str]]:
    return (
        (one.seq, one.at, one.who, one.what, "; ".join(one.names), changes_text(one))
        for one in found
    )


def changes_text(one: Happened) -> str:
    """Return what an act changed as one text that fits a cell."""
    told = (f"{c.label}: {c.before or '–'} → {c.after or '–'}" for c in one.changes)  # noqa: RUF001 - the dash the pages show
    return "; ".join(told)[:_CHARS]
