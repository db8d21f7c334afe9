"""Reconciliation: the sums of a batch's ledger, and what was counted beside them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.kit.i18n import N_


@dataclass(frozen=True, slots=True)
class Figures:
    """Where all stamps of a batch are, by its ledger.

    `withdrawn` are those made void or lost before they were handed over, but for the spoiled;
    `lapsed` are among those not activated.
    """

    granted: int = 0
    spoiled: int = 0
    withdrawn: int = 0
    waiting: int = 0
    handed_over: int = 0
    active: int = 0
    void: int = 0
    lost: int = 0
    returned: int = 0
    on_hand: int = 0
    lapsed: int = 0

    @property
    def adds_up(self) -> bool:
        """Tell whether what was granted, and what was handed over, is all accounted for."""
        before = self.spoiled + self.withdrawn + self.waiting + self.handed_over
        after = self.active + self.void + self.lost + self.returned + self.on_hand
        return before == self.granted and after == self.handed_over

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(getattr(self, one) + getattr(other, one) for one in NAMES))


NAMES: Final = tuple(Figures.__dataclass_fields__)

LABELS: Final[Mapping[str, str]] = {
    "granted": N_("Granted"),
    "printed": N_("Printed"),
    "spoiled": N_("Spoiled at printing"),
    "withdrawn": N_("Void or lost before handover"),
    "waiting": N_("Still with the Department"),
    "handed_over": N_("Handed over"),
    "active": N_("Activated"),
    "void": N_("Void after handover"),
    "lost": N_("Lost after handover"),
    "returned": N_("Returned, in the drawer"),
    "on_hand": N_("With the producer, not activated"),
    "lapsed": N_("Of these lapsed"),
}

# What somebody can count; the rest only the ledger knows.
COUNTED: Final = ("printed", "spoiled", "waiting", "handed_over", "on_hand", "returned")
LEDGER_ONLY: Final = ("withdrawn", "active", "void", "lost", "lapsed")


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of the ledger, what was counted, and why they differ."""

    name: str
    ledger: int
    counted: int | None = None
    reason: str = ""

    @property
    def label(self) -> str:
        return LABELS[self.name]

    @property
    def difference(self) -> int:
        return 0 if self.counted is None else self.counted - self.ledger

    @property
    def open(self) -> bool:
        """Tell whether it was not counted yet, or differs without a reason."""
        if self.name not in COUNTED:
            return False
        return self.counted is None or (self.difference != 0 and not self.reason)

    def as_json(self) -> dict[str, Any]:
        names = ("name", "ledger", "counted", "reason")
        return {name: getattr(self, name) for name in names}


def lines_of(
    figures: Figures, counts: Mapping[str, int | None], reasons: Mapping[str, str]
) -> list[Line]:
    """Return the lines of a reconciliation: what can be counted first, then the rest."""
    # Every stamp that got its number is to be printed.
    ledger = {name: getattr(figures, name) for name in NAMES} | {"printed": figures.granted}
    counted = [
        Line(name, ledger[name], counts.get(name), reasons.get(name, "").strip())
        for name in COUNTED
    ]
    return counted + [Line(name, ledger[name]) for name in LEDGER_ONLY]


def kept_lines(rows: Iterable[Mapping[str, Any]]) -> list[Line]:
    """Return lines as a stored reconciliation has them."""
    return [Line(**row) for row in rows]


def common(of: Sequence[tuple[int, int]], runs: Sequence[tuple[int, int]]) -> int:
    """Return how many numbers two ordered lists of disjoint runs share."""
    shared = at = 0
    for first, last in of:
        while at < len(runs) and runs[at][1] < first:
            at += 1
        ahead = at
        while ahead < len(runs) and runs[ahead][0] <= last:
            shared += min(last, runs[ahead][1]) - max(first, runs[ahead][0]) + 1
            ahead += 1
    return shared
