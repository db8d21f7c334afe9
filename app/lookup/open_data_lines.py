"""The rows of the open data as lines of CSV and of JSON."""

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import date
from io import StringIO
from typing import Final

from app.kit.sheets import harmless
from app.lookup.open_data_tables import Table

Cell = str | int | date | None
Rows = Iterator[Sequence[Cell]]

_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def csv_lines(rows: Sequence[Sequence[Cell]]) -> bytes:
    """Return rows as CSV. Somebody will open it in a spreadsheet, which must run nothing of it."""
    lines = StringIO()
    csv.writer(lines).writerows(
        [harmless(one) if isinstance(one, str) else one for one in row] for row in rows
    )
    return lines.getvalue().encode()


def json_lines(table: Table, rows: Sequence[Sequence[Cell]]) -> bytes:
    """Return rows as JSON objects, a line each, to be joined by a comma and a line's end.

    An empty text is null where the field may be left out.
    """
    names, needed = table.names, [one.required for one in table.fields]
    lines = (
        _json(
            {
                name: value if must or value else None
                for name, must, value in zip(names, needed, map(_plain, row), strict=True)
            }
        )
        for row in rows
    )
    return ",\n".join(lines).encode()


def _plain(value: Cell) -> str | int | None:
    return value.isoformat() if isinstance(value, date) else value
