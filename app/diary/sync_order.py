"""In which order what came together is taken, and what a lot is called whose number is taken."""

import re
from collections.abc import Container, Iterator, Mapping
from itertools import count
from typing import Final
from uuid import UUID

# With a hyphen and a count behind it, so much of a number still fits its 20 characters.
_STEM_CHARS: Final = 15
_COUNTED: Final = re.compile(rf"(.{{1,{_STEM_CHARS}}}-)(\d{{1,3}})")


def in_order(amends: Mapping[UUID, UUID | None]) -> list[UUID]:
    """Return the entries in their order, each after the one it amends where both came.

    Those that amend one another in a ring stay as they came: each will be refused.
    """
    ordered: dict[UUID, None] = {}
    for entry in amends:
        chain: list[UUID] = []
        one: UUID | None = entry
        while one is not None and one in amends and one not in ordered and one not in chain:
            chain.append(one)
            one = amends[one]
        ordered.update(dict.fromkeys(reversed(chain)))
    return list(ordered)


def free_number(proposed: str, taken: Container[str]) -> str:
    """Return the number, or the next one like it that is not taken: L2603-01, L2603-02."""
    return next(number for number in _likely(proposed) if number not in taken)


def stem_of(proposed: str) -> str:
    """Return what all the numbers begin with that could be given in place of this one."""
    return _cut(proposed)[0]


def _cut(proposed: str) -> tuple[str, int, int]:
    """Return the stem of a number, its count, and in how many digits that is written."""
    counted = _COUNTED.fullmatch(proposed)
    if counted:
        return counted[1], int(counted[2]), len(counted[2])
    return f"{proposed[:_STEM_CHARS]}-", 1, 1


def _likely(proposed: str) -> Iterator[str]:
    yield proposed
    stem, first, digits = _cut(proposed)
    yield from (f"{stem}{number:0{digits}}" for number in count(first + 1))
