"""The lines of a report as people read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.kit.errors import Words
from app.kit.i18n import N_
from app.kit.imports import Fate
from app.office.import_kinds import Subject
from app.office.import_reading import unpack_fault


@dataclass(frozen=True)
class Line:
    """A row of the file and what becomes of it; `changes` are label, old value, new value."""

    number: int
    label: str
    fate: Fate
    path: str
    changes: Sequence[tuple[str, str, str]]
    faults: Sequence[tuple[str, str]]


def line_of(
    subject: Subject,
    words: Words,
    *,
    number: int,
    label: str,
    fate: str,
    record_id: int | None,
    shown: Mapping[str, Sequence[Any]],
    faults: Sequence[Sequence[Any]],
) -> Line:
    return Line(
        number=number,
        label=label,
        fate=Fate(fate),
        path=f"{subject.path}/{record_id}" if record_id and subject.path else "",
        changes=[
            (
                words.gettext(subject.label_of(name)),
                _spoken(subject, name, before, words),
                _spoken(subject, name, after, words),
            )
            for name, (before, after) in shown.items()
        ],
        faults=[_fault(subject, one, words) for one in faults],
    )


def reasons(subject: Subject, words: Words, faults: Sequence[Sequence[Any]]) -> str:
    """Return why a row is refused, in one text: column by column."""
    told = (_fault(subject, one, words) for one in faults)
    return "; ".join(f"{column}: {why}" if column else why for column, why in told)


def mended_row(cells: Sequence[Any], width: int, reason: str) -> list[Any]:
    """Return a refused row as it was sent, as wide as its headings, and the reason."""
    kept = list(cells)[:width]
    return [*kept, *[None] * (width - len(kept)), reason]


def _fault(subject: Subject, packed: Sequence[Any], words: Words) -> tuple[str, str]:
    fault = unpack_fault(packed)
    column = words.gettext(subject.label_of(fault.column)) if fault.column else ""
    return column, fault.say(words)


def _spoken(subject: Subject, name: str, value: Any, words: Words) -> str:  # noqa: ANN401 - a column's value
    if isinstance(value, bool):
        return words.gettext(N_("Yes") if value else N_("No"))
    if isinstance(value, (int, float)):
        return words.number(value)
    column = subject.column(name)
    labels = {choice.value: choice.label for choice in column.choices} if column else {}
    return words.gettext(labels[value]) if value in labels else str(value)
