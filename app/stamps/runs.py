"""Runs of consecutive stamps in one state: cutting, moving, counting."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.stamps.rules import REFUSALS, TRANSITIONS, Move, StampsNotActive, State


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive stamps in one state; `first` and `last` are places on the line."""

    first: int
    last: int
    state: State
    lot_id: int | None = None
    activated_at: datetime | None = None

    @property
    def quantity(self) -> int:
        return self.last - self.first + 1

    def part(self, first: int, last: int) -> "Run":
        """Return what of the run lies between two places."""
        return replace(self, first=max(first, self.first), last=min(last, self.last))

    def numbered(self, base: int) -> "Run":
        """Return the run with running numbers, as printed, in a batch that starts at `base`."""
        return replace(self, first=self.first - base + 1, last=self.last - base + 1)


@dataclass(frozen=True, slots=True)
class Split:
    """A run cut in up to three: the part that changes, and what stays of it on either side."""

    part: Run
    rest: tuple[Run, ...]


def split(span: Run, first: int, last: int) -> Split:
    """Cut a run where a change from `first` to `last` touches it."""
    part = span.part(first, last)
    if part.first > part.last:
        raise ValueError("the change does not touch the run")
    rest = []
    if span.first < part.first:
        rest.append(replace(span, last=part.first - 1))
    if part.last < span.last:
        rest.append(replace(span, first=part.last + 1))
    return Split(part, tuple(rest))


def moved(run: Run, move: Move, *, lot_id: int | None, at: datetime) -> Run:
    """Return the run after a movement.

    Activation sets lot and time, undoing it takes them away, and the others keep them.
    """
    if move is Move.ACTIVATE:
        return replace(run, state=State.ACTIVE, lot_id=lot_id, activated_at=at)
    if move is Move.UNDO:
        return Run(run.first, run.last, State.RECEIVED)
    return replace(run, state=TRANSITIONS[move].target)


def check_move(move: Move, parts: Sequence[Run], *, base: int) -> None:
    """Refuse a movement of stamps that are not in a state it starts from.

    `base` is the first place of the batch: the refusal tells running numbers, as printed.
    """
    sources = TRANSITIONS[move].sources
    wrong = [part for part in joined(parts) if part.state not in sources]
    if wrong:
        told = wrong[0].numbered(base)
        refusal = StampsNotActive if move is Move.UNDO else REFUSALS[told.state]
        raise refusal(first=told.first, last=told.last)


def check_with_producer(parts: Sequence[Run]) -> None:
    """Refuse stamps, by running numbers, that lie with the Department: its officers' to change."""
    away = [part for part in joined(parts) if part.state in {State.ISSUED, State.RETURNED}]
    if away:
        raise REFUSALS[away[0].state](first=away[0].first, last=away[0].last)


def joined(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Return runs in order with neighbours in one state made one, their lots forgotten."""
    out: list[Run] = []
    for run in runs:
        if out and out[-1].state is run.state and out[-1].last + 1 == run.first:
            out[-1] = replace(out[-1], last=run.last)
        else:
            out.append(Run(run.first, run.last, run.state))
    return tuple(out)


def take_next(runs: Iterable[Run], quantity: int) -> tuple[tuple[int, int], ...]:
    """Return the ends of the first `quantity` stamps of the runs, or fewer where they end."""
    taken: list[tuple[int, int]] = []
    for run in runs:
        if quantity <= 0:
            break
        last = min(run.last, run.first + quantity - 1)
        taken.append((run.first, last))
        quantity -= last - run.first + 1
    return tuple(taken)


def merged(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return runs of numbers in order, with neighbours made one."""
    out: list[tuple[int, int]] = []
    for first, last in sorted(places):
        if out and out[-1][1] + 1 == first:
            out[-1] = (out[-1][0], last)
        else:
            out.append((first, last))
    return out


def counted(runs: Iterable[Run]) -> dict[State, int]:
    """Return how many stamps are in each state; every state is named."""
    counts = dict.fromkeys(State, 0)
    for run in runs:
        counts[run.state] += run.quantity
    return counts
