"""The programme's sub-groups: a list in versions, each by the decision it comes from."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import ClassVar, Final

from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.text import clean_text
from app.products.rules import OcopGroup

MOST_LINES: Final = 200
_COLUMNS: Final = 3


class BadSubgroupLine(Invalid):
    """A line of the list can't be read"""

    code: ClassVar[str] = "products.bad_subgroup_line"
    detail: ClassVar[str] = N_(
        "Line {line}: write the code, the group ({groups}) and the name, with semicolons between."
    )
    field = "lines"

    def __init__(self, *, line: int) -> None:
        self.line = line
        self.groups = ", ".join(OcopGroup)


class SubgroupTwice(Invalid):
    """A code stands twice in the list"""

    code: ClassVar[str] = "products.subgroup_twice"
    detail: ClassVar[str] = N_("Line {line} has the code {written} of a line above.")
    field = "lines"

    def __init__(self, *, line: int, written: str) -> None:
        self.line = line
        self.written = written


class NoSubgroups(Invalid):
    """The list is empty or too long"""

    code: ClassVar[str] = "products.no_subgroups"
    detail: ClassVar[str] = N_("Write one sub-group a line, {limit} lines at most.")
    field = "lines"

    def __init__(self) -> None:
        self.limit = MOST_LINES


class VersionThere(Conflict):
    """The list has this version already"""

    code: ClassVar[str] = "products.version_there"
    detail: ClassVar[str] = N_(
        "Certificates may refer to it, so it stays as it is. Name the new version otherwise."
    )
    field = "version"


class UnknownSubgroup(Invalid):
    """The sub-group is not in the list"""

    code: ClassVar[str] = "products.unknown_subgroup"
    detail: ClassVar[str] = N_("Choose one of the list.")
    field = "subgroup"


class OtherGroup(Invalid):
    """The sub-group is of another group than the product"""

    code: ClassVar[str] = "products.other_group"
    detail: ClassVar[str] = N_("Choose one of the product's group, or change the product first.")
    field = "subgroup"


@dataclass(frozen=True)
class Subgroup:
    """A sub-group of a list."""

    code: str
    group: OcopGroup
    name: str


def read_subgroups(text: str) -> list[Subgroup]:
    """Return the sub-groups of pasted lines `code;group;name`; also by tab or comma, quoted or not.

    The group is its word of the API (`food`), and a heading line is passed over.
    """
    found: dict[str, Subgroup] = {}
    for line, cells in _rows(text):
        code, group, name = _cells(cells, line)
        if code in found:
            raise SubgroupTwice(line=line, written=code)
        found[code] = Subgroup(code, group, name)
    if not 0 < len(found) <= MOST_LINES:
        raise NoSubgroups
    return list(found.values())


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    first = text.lstrip("\ufeff \n").partition("\n")[0]
    delimiter = next((sign for sign in ";\t" if sign in first), ",")
    reader = csv.reader(StringIO(text.lstrip("\ufeff")), delimiter=delimiter)
    for line, cells in enumerate(reader, start=1):
        heading = line == 1 and len(cells) == _COLUMNS and cells[0].strip().lower() == "code"
        if not heading and any(cell.strip() for cell in cells):
            yield line, cells


def _cells(cells: list[str], line: int) -> tuple[str, OcopGroup, str]:
    if len(cells) != _COLUMNS:
        raise BadSubgroupLine(line=line)
    code, group, name = (clean_text(cell, field="lines") for cell in cells)
    if group not in set(OcopGroup) or not (0 < len(code) <= 10 and name):  # noqa: PLR2004 - the column's length
        raise BadSubgroupLine(line=line)
    return code, OcopGroup(group), name
