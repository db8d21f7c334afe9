"""What an import makes of a row: new, changed, the same, or refused, and why."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from app.kit.columns import Column, Fault
from app.kit.errors import Conflict, Invalid
from app.kit.headings import ReadRow
from app.kit.i18n import N_


class Fate(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Fate.NEW: N_("New"),
    Fate.CHANGED: N_("Changed"),
    Fate.SAME: N_("As it was"),
    Fate.REFUSED: N_("Refused"),
}


@dataclass(slots=True)
class Planned:
    """What becomes of a row.

    `facts` are what is written: of a new record all that was given, of another what differs.
    `before` are the values they take the place of. `shown` are both, as people read them, by
    field.
    """

    number: int
    fate: Fate
    label: str
    record_id: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


class ValueMissing(Invalid):
    """A value is missing"""

    code: ClassVar[str] = "imports.value_missing"
    detail: ClassVar[str] = N_("A new record needs it.")

    def __init__(self, *, field: str | None = None) -> None:
        self.field = field


class TwiceInFile(Conflict):
    """Another row of the file has the same"""

    code: ClassVar[str] = "imports.twice_in_file"
    detail: ClassVar[str] = N_("See row {row}. Keep one of them.")

    def __init__(self, *, row: int) -> None:
        self.row = row


def decide(
    row: ReadRow,
    *,
    label: str,
    record_id: int | None,
    record: Mapping[str, Any] | None,
    facts: Mapping[str, Any],
    faults: Sequence[Fault],
    columns: Sequence[Column],
    shown: Mapping[str, Any],
) -> Planned:
    """Return what becomes of a row whose facts are resolved; a fault refuses it.

    `shown` has functions that turn some fields' values into what people read.
    """
    wrong = list(faults)
    if record is None:
        known = {fault.column for fault in wrong} | facts.keys()
        lacking = [one.name for one in columns if one.required and one.name not in known]
        wrong += [Fault.of(ValueMissing(), name) for name in lacking]
    if wrong:
        return Planned(row.number, Fate.REFUSED, label, record_id, faults=wrong)
    before = {name: (record or {}).get(name) for name in facts}
    if record is None:
        fate, differing = Fate.NEW, dict(facts)
    else:
        differing = {name: value for name, value in facts.items() if before[name] != value}
        fate = Fate.CHANGED if differing else Fate.SAME
    return Planned(
        row.number,
        fate,
        label,
        record_id,
        differing,
        {name: before[name] for name in differing} if record is not None else {},
        {
            name: (_spoken(before[name], shown.get(name)), _spoken(value, shown.get(name)))
            for name, value in differing.items()
        },
    )


def _spoken(value: Any, shown: Any) -> Any:  # noqa: ANN401 - a column's value, as JSON can hold it
    if value is None or value == "":
        return ""
    if shown is not None:
        return shown(value)
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else value


def refuse_twins(keys: Iterable[tuple[ReadRow, str, Hashable]]) -> dict[int, list[Fault]]:
    """Return, by row, the faults of rows that share a key; each names another of them.

    Each row is given with the column and the value that may stand once in a file.
    """
    seen: dict[tuple[str, Hashable], list[int]] = defaultdict(list)
    for row, column, value in keys:
        seen[column, value].append(row.number)
    found: dict[int, list[Fault]] = {}
    for (column, _), numbers in seen.items():
        for number in numbers if len(numbers) > 1 else ():
            other = numbers[1] if number == numbers[0] else numbers[0]
            found.setdefault(number, [Fault.of(TwiceInFile(row=other), column)])
    return found
