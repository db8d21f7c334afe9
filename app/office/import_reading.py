"""A spreadsheet that was sent, read into rows; and these packed to be kept until they are used."""

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from app.kit.columns import Column, Fault, Kind
from app.kit.errors import Invalid, Words
from app.kit.grid import BadCell, Cell, shown_name
from app.kit.headings import ReadRow, find_header, read_rows
from app.kit.i18n import N_
from app.kit.sheets import read_table
from app.office.import_kinds import SUBJECTS, ImportKind


class NoRows(Invalid):
    """The table has no rows"""

    code: ClassVar[str] = "office.import_no_rows"
    detail: ClassVar[str] = N_("There is nothing below the headings of row {row}.")
    field = "file"

    def __init__(self, *, row: int) -> None:
        self.row = row


@dataclass(frozen=True)
class Sent:
    """A file that was read: what it is, and its rows."""

    kind: ImportKind
    name: str
    sha256: str
    facts: Mapping[str, Any]
    rows: Sequence[ReadRow]


def read_file(content: bytes, *, name: str, kind: ImportKind, languages: Sequence[Words]) -> Sent:
    """Read a spreadsheet of that kind; `languages` begins with the reader's.

    Raises what is wrong with the file as a whole. What is wrong with a row stays with the row.
    """
    columns = SUBJECTS[kind].columns
    table = read_table(content, name=name)
    header = find_header(table, columns, languages)
    rows = list(read_rows(table, header, columns, languages))
    if not rows:
        raise NoRows(row=header.number)
    lacking = [one.label for one in columns if one.required and one.name not in header.at]
    facts = {
        "sheet": table.sheet,
        "others": list(table.others),
        "header": list(header.labels),
        "unknown": list(header.unknown),
        "lacking": lacking,
    }
    return Sent(kind, shown_name(name), hashlib.sha256(content).hexdigest(), facts, rows)


def pack(rows: Sequence[ReadRow]) -> bytes:
    """Return rows as bytes: a few are kilobytes, 20,000 about a megabyte."""
    kept = [
        [
            row.number,
            row.facts,
            [pack_fault(one) for one in row.faults],
            [_cell(c) for c in row.cells],
        ]
        for row in rows
    ]
    text = json.dumps(kept, ensure_ascii=False, default=_day, separators=(",", ":"))
    return zlib.compress(text.encode(), 1)


def unpack(packed: bytes, columns: Sequence[Column]) -> list[ReadRow]:
    days = {column.name for column in columns if column.kind is Kind.DAY}
    return [
        ReadRow(
            number,
            {
                name: date.fromisoformat(value) if name in days else value
                for name, value in facts.items()
            },
            [unpack_fault(one) for one in faults],
            cells,
        )
        for number, facts, faults, cells in json.loads(zlib.decompress(packed))
    ]


def pack_fault(fault: Fault) -> list[Any]:
    return [fault.column, fault.title, fault.detail, dict(fault.facts)]


def unpack_fault(packed: Sequence[Any]) -> Fault:
    column, title, detail, facts = packed
    return Fault(column, title, detail, facts)


def _cell(cell: Cell) -> str | float | bool | None:
    """Return a cell as it is written back for who mends it."""
    if isinstance(cell, BadCell):
        return cell.written
    return f"{cell:%d/%m/%Y}" if isinstance(cell, date) else cell


def _day(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
