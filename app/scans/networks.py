"""The province of a look-up, guessed from a table of networks; the address itself is not kept."""

import csv
import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Network, ip_address, ip_network
from itertools import pairwise
from typing import Final, NamedTuple

PROVINCE_CHARS: Final = 2
_CODE: Final = re.compile(r"[0-9]{2}")
_HEADER: Final = ("network", "province")
# Of an IPv6 address the first half says where it is.
_NARROWEST: Final = 64


class BadNetworks(Exception):
    """The file of networks can't be used."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line} of the file of networks: {reason}")


class _Row(NamedTuple):
    first: int
    last: int
    province: str
    line: int


@dataclass(frozen=True)
class _Ranges:
    """Ranges of numbers that do not overlap, in order."""

    firsts: "array[int]" = field(default_factory=lambda: array("Q"))
    lasts: "array[int]" = field(default_factory=lambda: array("Q"))
    provinces: list[str] = field(default_factory=list)

    def find(self, number: int) -> str | None:
        place = bisect_right(self.firsts, number) - 1
        if place < 0 or number > self.lasts[place]:
            return None
        return self.provinces[place]


@dataclass(frozen=True)
class Networks:
    """Which province a network is in, as far as the operator's table says."""

    four: _Ranges = field(default_factory=_Ranges)
    six: _Ranges = field(default_factory=_Ranges)

    def province_of(self, address: str) -> str | None:
        """Return the code of the province; None where the table does not say."""
        if not self:
            return None
        try:
            found = ip_address(address.strip().partition("%")[0])
        except ValueError:
            return None
        if isinstance(found, IPv4Address):
            return self.four.find(int(found))
        if found.ipv4_mapped is not None:
            return self.four.find(int(found.ipv4_mapped))
        return self.six.find(int(found) >> _NARROWEST)

    def __len__(self) -> int:
        return len(self.four.provinces) + len(self.six.provinces)


def read_networks(lines: Iterable[str]) -> Networks:
    """Return the table of a CSV file with the columns `network` and `province`.

    Empty lines and lines that begin with # are left out. Raises BadNetworks naming the first
    line that is wrong, or one that overlaps another.
    """
    four: list[_Row] = []
    six: list[_Row] = []
    for number, line in enumerate(lines, start=1):
        text = line.strip().removeprefix("\ufeff")
        if not text or text.startswith("#"):
            continue
        cells = tuple(cell.strip() for cell in next(csv.reader([text])))
        if number == 1 and cells == _HEADER:
            continue
        row, wide = _row(number, cells)
        (six if wide else four).append(row)
    return Networks(_ranges(four), _ranges(six))


def _row(line: int, cells: tuple[str, ...]) -> tuple[_Row, bool]:
    if len(cells) != len(_HEADER):
        raise BadNetworks(line, f"it needs 2 columns, network and province, not {len(cells)}")
    network, province = cells
    if not _CODE.fullmatch(province):
        raise BadNetworks(line, f"{province!r} is not the 2-digit code of a province")
    try:
        found = ip_network(network)
    except ValueError as error:
        raise BadNetworks(line, str(error)) from error
    first, last = int(found.network_address), int(found.broadcast_address)
    if not isinstance(found, IPv6Network):
        return _Row(first, last, province, line), False
    if found.prefixlen > _NARROWEST:
        raise BadNetworks(line, f"{network} is narrower than /{_NARROWEST}")
    return _Row(first >> _NARROWEST, last >> _NARROWEST, province, line), True


def _ranges(rows: list[_Row]) -> _Ranges:
    rows.sort()
    for before, row in pairwise(rows):
        if row.first <= before.last:
            lines = sorted((before.line, row.line))
            raise BadNetworks(lines[1], f"it overlaps the network of line {lines[0]}")
    return _Ranges(
        array("Q", (row.first for row in rows)),
        array("Q", (row.last for row in rows)),
        [row.province for row in rows],
    )
