"""A past page beside today's, told to its reader: what differs, by which acts, what is unknown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from app.entities.parts import SUBJECT_LABELS
from app.kit.clock import day_of
from app.kit.i18n import N_, Translator
from app.office.audit_terms import Told, told
from app.office.audit_words import FIELDS
from app.office.past_causes import About, Kind, causes_of, effective_on, kind_of, touched
from app.office.past_lines import Block, Part, side_by_side
from app.office.past_undo import Event, Gap

# Of one part so many acts are told; the audit trail has them all.
MOST_CAUSES: Final = 20
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
    """An act that changed a part; `effective` where it took effect before it was recorded."""

    told: Told
    recorded: date
    effective: date | None

    @property
    def trail(self) -> str:
        return f"/office/audit?kind={self.told.kind}&subject={self.told.subject_id}"


@dataclass(frozen=True)
class Compared:
    """A part of both pages with what changed it, or in words why no act did."""

    part: Part
    kind: Kind
    causes: Sequence[Cause]
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
        return Cause(said, day_of(event.at), effective_on(event))

    parts = []
    for part in side_by_side(then, now):
        kind = kind_of(part, words)
        found, why = causes_of(part, kind, events, about)
        shown = [cause(event) for event in found[:MOST_CAUSES]]
        parts.append(Compared(part, kind, shown, len(found) > MOST_CAUSES, why))
    back = [event for event in events if _in_force(event, at) and touched(event, about)]
    return Comparison(parts, [cause(event) for event in back[-MOST_CAUSES:]])


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
        fields = ", ".join(words.gettext(FIELDS.get(name, name)) for name in gap.fields)
        said.append(words.gettext(_GAP).format(date=when, fields=fields))
    return said
