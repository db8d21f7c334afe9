"""Which stamps stand on which page of a file: on sheets row by row, on rolls lane by lane.

Each lane of a roll is slit into a roll of its own, so its numbers follow one another. A roll
begins with a leader label that names them.
"""

from dataclasses import dataclass

from app.stamps.presets import Preset


@dataclass(frozen=True)
class Page:
    """The stamps on a page by their place in the file, from 0, and the spans it leads to.

    A span's symbol opens the activation of its first to its last stamp. `roll` is the number of
    the first of the rolls that a leader begins, 0 on other pages.
    """

    stamps: tuple[int, ...]
    spans: tuple[tuple[int, int], ...] = ()
    roll: int = 0


def block_of(preset: Preset) -> int:
    """Return how many stamps are laid out together: a sheet, or the rolls side by side."""
    return preset.columns * preset.per_roll if preset.is_roll else preset.per_sheet


def page_count(preset: Preset, count: int) -> int:
    full, rest = divmod(count, block_of(preset))
    pages = full * pages_in(preset, block_of(preset))
    return pages + (pages_in(preset, rest) if rest else 0)


def page_at(preset: Preset, count: int, index: int) -> Page:
    """Return one page of a file of so many stamps."""
    block = block_of(preset)
    number, place = divmod(index, pages_in(preset, block))
    before = number * block
    found = page_in(preset, min(block, count - before), place)
    return Page(
        tuple(before + stamp for stamp in found.stamps),
        tuple((before + first, before + last) for first, last in found.spans),
        found.roll + number * preset.columns if found.roll else 0,
    )


def last_leader(preset: Preset, count: int) -> int:
    """Return the last page of a file that leads to spans: the last sheet, or the last leader."""
    block = block_of(preset)
    return (count - 1) // block * pages_in(preset, block)


def page_in(preset: Preset, held: int, place: int) -> Page:
    """Return one page of a block that holds so many stamps, counted from the block's first."""
    if not preset.is_roll:
        return Page(tuple(range(held)), ((0, held - 1),))
    length = _lane_length(preset, held)
    starts = range(0, held, length)
    if place == 0:
        return Page((), tuple((start, min(start + length, held) - 1) for start in starts), 1)
    row = place - 1
    return Page(tuple(start + row for start in starts if start + row < held))


def _lane_length(preset: Preset, held: int) -> int:
    """Return how many labels a lane holds: the last rolls share what is left."""
    return -(-held // preset.columns)


def pages_in(preset: Preset, held: int) -> int:
    return 1 + _lane_length(preset, held) if preset.is_roll else 1
