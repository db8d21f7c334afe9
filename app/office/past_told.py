"""A past page beside today's, told to its reader: what differs, by which acts, what is unknown."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from app.audit.history import Happened
from app.entities.parts import SUBJECT_LABELS
from app.kit.clock import day_of
from app.kit.i18n import N_, Translator
from app.office.audit_terms import KNOWN_FIELDS, Told, told
from app.office.past_causes import About, Kind, causes_of, effective_on, kind_of, touched
from app.office.past_lines import NAME_CHARS, Block, Pair, Part, side_by_side
from app.office.past_undo import Event, Gap

# Of one part so many acts are told; the audit trail has them all.
MOST_CAUSES: Final = 20
# Of very many acts on one record the latest and the first so many are held against the lines.
MOST_READ: Final = 100
# A shorter value stands in many a line by chance.
_TELLING: Final = 3
_RAW: Final = re.compile(r"[a-z][a-z0-9_.]*")
ALWAYS: Final = N_(
    "Told from records by today's programme: wording, layout, names of places and the settings of "
    "this site are those of today. Look-ups are counted to the minute."
)
_AT_MOST: Final = N_(
    "Single look-ups are kept for 90 days: how often this stamp had been looked up by then is no "
    "longer known. The figure is the most it can be."
)
_WITHHELD: Final = N_(
    "{field}: public then; the consent was withdrawn on {date}, so it is not shown here."
)
_ERASED: Final = N_("The content of {count} diary entries was erased and is not shown here.")
_GAP: Final = N_("An act of {date} does not say what was before it: {fields}. Not recorded.")


@dataclass(frozen=True)
class Cause:
    """An act on record; `effective` where it took effect before it was recorded.

    `values` are all it changed, what people are not told of too.
    """

    told: Told
    values: tuple[str, ...]
    recorded: date
    effective: date | None

    @property
    def seq(self) -> int:
        return self.told.happened.seq

    @property
    def trail(self) -> str:
        return f"/office/audit?kind={self.told.kind}&subject={self.told.subject_id}"

    def tells_of(self, text: str) -> bool:
        """Tell whether a text holds one of the values that the act changed."""
        return any(len(value) >= _TELLING and value in text for value in self.values)


@dataclass(frozen=True)
class Line:
    """A line then and now, and the numbers of the acts whose values stand in it."""

    pair: Pair
    acts: tuple[int, ...]


@dataclass(frozen=True)
class Compared:
    """A part of both pages, line by line, with what changed it, or in words why no act did.

    `causes` are the acts whose values stand in its lines, where there are such; `others` touched
    the same records since.
    """

    part: Part
    kind: Kind
    lines: Sequence[Line]
    causes: Sequence[Cause]
    others: Sequence[Cause]
    more: bool
    why: str


@dataclass(frozen=True)
class Comparison:
    """Both pages, and the acts that were in force then and recorded only later."""

    parts: Sequence[Compared]
    dated_back: Sequence[Cause]

    @property
    def changed(self) -> bool:
        return any(one.part.changed for one in self.parts)


@dataclass(frozen=True)
class Unknown:
    """What the records don't tell, in figures; see `limits_of`."""

    exact: bool = True
    withheld: Sequence[tuple[str, datetime]] = ()
    erased: int = 0
    gaps: Sequence[Gap] = ()


def compare(
    then: Sequence[Block],
    now: Sequence[Block],
    *,
    at: datetime,
    events: Sequence[Event],
    about: About,
    words: Translator,
    hide: bool,
) -> Comparison:
    """Put two pages side by side and name what changed each part. `hide` covers phone numbers."""

    def cause(event: Event) -> Cause:
        said = told(event, entity="", hide=hide, words=words)
        values = tuple(_values(said.happened))
        said = replace(said, happened=_without_raw(said.happened))
        return Cause(said, values, day_of(event.at), effective_on(event))

    parts = []
    for part in side_by_side(then, now):
        kind = kind_of(part, words)
        found, why = causes_of(part, kind, events, about)
        parts.append(_compared(part, kind, found, cause, why))
    back = [event for event in events if _in_force(event, at) and touched(event, about)]
    return Comparison(parts, [cause(event) for event in back[-MOST_CAUSES:]])


def _compared(
    part: Part, kind: Kind, found: Sequence[Event], cause: Callable[[Event], Cause], why: str
) -> Compared:
    causes = [cause(event) for event in _ends(found)]
    lines = [
        Line(pair, () if pair.same else tuple(_acts(pair, causes)))
        for pair in part.pairs
        if not (pair.same and pair.then == part.heading)
    ]
    named = {seq for line in lines for seq in line.acts}
    plain = [one for one in causes if one.seq in named] or causes
    told_of = {one.seq for one in plain}
    others = [one for one in causes if one.seq not in told_of]
    more = len(found) > len(causes) or max(len(plain), len(others)) > MOST_CAUSES
    return Compared(part, kind, lines, plain[:MOST_CAUSES], others[:MOST_CAUSES], more, why)


def _ends(found: Sequence[Event]) -> Sequence[Event]:
    """Return the latest and the first acts: what a line says today, and what it said no longer."""
    return found if len(found) <= 2 * MOST_READ else [*found[:MOST_READ], *found[-MOST_READ:]]


def _acts(pair: Pair, causes: Sequence[Cause]) -> Iterator[int]:
    text = f"{pair.then or ''}\n{pair.now or ''}"
    return (one.seq for one in causes if one.tells_of(text))


def _values(happened: Happened) -> Iterator[str]:
    """Yield what an act changed; a picture by what a page's line tells of its name."""
    for one in happened.changes:
        for value in filter(None, (one.before, one.after)):
            yield value[:NAME_CHARS] if one.label == "sha256" else value


def _without_raw(happened: Happened) -> Happened:
    """Leave out what is for programs: fields that nobody gave a name people read."""
    named = tuple(one for one in happened.changes if not _RAW.fullmatch(one.label))
    return replace(happened, changes=named)


def _in_force(event: Event, at: datetime) -> bool:
    day = effective_on(event)
    return day is not None and day <= day_of(at)


def limits_of(unknown: Unknown, events: Iterable[Event], words: Translator) -> list[str]:
    """Return what a reader of a past page has to know of it, in words."""
    said = [words.gettext(ALWAYS)]
    if not unknown.exact:
        said.append(words.gettext(_AT_MOST))
    for subject, ended in unknown.withheld:
        field = words.gettext(SUBJECT_LABELS[subject])
        said.append(words.gettext(_WITHHELD).format(field=field, date=words.date(ended)))
    if unknown.erased:
        said.append(words.gettext(_ERASED).format(count=words.number(unknown.erased)))
    found = {event.seq: event for event in events}
    for gap in unknown.gaps:
        when = words.datetime(found[gap.seq].at)
        fields = ", ".join(words.gettext(KNOWN_FIELDS.get(name, name)) for name in gap.fields)
        said.append(words.gettext(_GAP).format(date=when, fields=fields))
    return said
