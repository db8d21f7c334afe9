"""What was written down of lots counts for the lots of the same product made from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar


class Staged(Protocol):
    """An entry, as far as it tells of a stage; where it names none its kind stands for it."""

    @property
    def stage(self) -> str: ...
    @property
    def kind(self) -> str: ...


E = TypeVar("E", bound=Staged)


@dataclass(frozen=True)
class Kin(Generic[E]):
    """Lots of one product with their sources among each other, and the entries of each."""

    sources: Mapping[int, Sequence[int]]
    entries: Mapping[int, Sequence[E]]
    _through: dict[int, frozenset[str]] = field(default_factory=dict)

    def handed_down(self, lot_id: int) -> list[E]:
        """Return the sources' entries of the stages that every one of its sources went through.

        Of a lot put together from several, a stage that one of them lacks is lacking.
        """
        through = self.through(lot_id)
        return [
            one
            for source_id in sorted(self._above(lot_id) - {lot_id})
            for one in self.entries.get(source_id, ())
            if _stage(one) in through
        ]

    def through(self, lot_id: int) -> frozenset[str]:
        """Return the stages a lot went through, by its own entries or by all of its sources'."""
        if lot_id not in self._through:
            own = frozenset(map(_stage, self.entries.get(lot_id, ())))
            # A circle can't be written down; one that stands all the same ends here.
            self._through[lot_id] = own
            handed = [self.through(one) for one in self.sources.get(lot_id, ())]
            self._through[lot_id] = own | frozenset.intersection(*handed) if handed else own
        return self._through[lot_id]

    def _above(self, lot_id: int) -> set[int]:
        found, left = set[int](), [lot_id]
        while left:
            one = left.pop()
            if one not in found:
                found.add(one)
                left += self.sources.get(one, ())
        return found


def _stage(entry: Staged) -> str:
    return entry.stage or entry.kind
