"""A lot's diary as the public reads it: what holds, and beneath it what was corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from app.diary.fields import QUANTITY, UNIT, said_unit, said_value
from app.diary.rules import EntryKind
from app.diary.template import Field, FieldKind
from app.diary.values import Value
from app.kit.i18n import Language, Translator

# When an entry came is told beside when it was written down only where that is much later.
MUCH_LATER: Final = timedelta(days=1)
# Photos of one page, those of the latest work first: each takes 45 bytes that don't compress.
MOST_PHOTOS: Final = 40
# Whose work it was and to whom it went are people's names, whatever a template says of them.
_OF_PEOPLE: Final = frozenset({"applicator", "performer", "receiver"})


@dataclass(frozen=True, slots=True)
class Name:
    """A name in Vietnamese, and in English where there is one."""

    vi: str
    en: str = ""

    def said(self, language: Language) -> str:
        return self.en if language == "en" and self.en else self.vi


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that may be shown; `unit` as a code or as it was written, `said` of a choice."""

    label: Name
    value: Value | date
    unit: str = ""
    said: Name | None = None

    def told(self, words: Translator) -> tuple[str, str]:
        """Return label and value in the reader's language."""
        label = self.label.said(words.language)
        if self.said is not None:
            return label, self.said.said(words.language)
        if isinstance(self.value, date):
            return label, words.date(self.value)
        told = f"{said_value(self.value, words)} {said_unit(self.unit, words)}"
        return label, told.strip()


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of an entry, by the name of its renditions and the size of the small one."""

    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPart:
    """What was done, when, and when that was written down; `number` is its place in the diary.

    `before` is what the entry said until it was corrected for the `reason`, the latest first. One
    that stands by itself and is `amended` is corrected by an entry beyond the page.
    """

    number: int
    kind: EntryKind
    stage: Name | None
    # What was written for a stage that no template names.
    written: str
    performed_at: datetime
    recorded_at: datetime
    received_at: datetime
    late: bool
    facts: tuple[Fact, ...] = ()
    note: str = ""
    reason: str = ""
    photos: tuple[Photo, ...] = ()
    erased: bool = False
    amended: bool = False
    before: tuple["EntryPart", ...] = ()

    @property
    def came_later(self) -> bool:
        return self.received_at - self.recorded_at > MUCH_LATER

    def title(self, words: Translator) -> str:
        if self.stage is not None:
            return self.stage.said(words.language)
        kind = words.gettext(self.kind.label)
        return f"{kind} · {self.written}" if self.written not in {"", kind} else kind

    def written_down(self, words: Translator) -> str:
        """Return the day it was written down, where that is not the day it was done."""
        day = words.date(self.recorded_at)
        return "" if day == words.date(self.performed_at) else day


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePart:
    """What a lot was made from, one step back: a material, or a lot that may be public."""

    material: str = ""
    entity: str = ""
    number: str = ""
    lot_id: int | None = None


def facts_of(
    values: Mapping[str, Value], fields: Mapping[str, Field], *, free: bool
) -> tuple[Fact, ...]:
    """Return the values of an entry that its stage shows to the public.

    `free` is of a diary without a template: there a value may have any name.
    """
    facts = []
    for name, value in values.items():
        field = fields.get(name)
        shown = field.public if field else free
        if shown and name not in _OF_PEOPLE and not (name == UNIT and QUANTITY in values):
            facts.append(_fact(name, value, field, values))
    return tuple(facts)


def shared_out(entries: Sequence[EntryPart], most: int = MOST_PHOTOS) -> tuple[EntryPart, ...]:
    """Return the entries with at most so many photos in all."""
    found, left = [], most
    for entry in entries:
        found.append(replace(entry, photos=entry.photos[:left]))
        left -= len(found[-1].photos)
    return tuple(found)


def _fact(name: str, value: Value, field: Field | None, values: Mapping[str, Value]) -> Fact:
    unit = str(values.get(UNIT, "")) if name == QUANTITY else ""
    if field is None:
        return Fact(Name(name), value, unit)
    label = Name(field.label, field.label_en)
    if (choice := field.choice(value)) is not None:
        return Fact(label, value, said=Name(choice.label, choice.label_en))
    if field.kind is FieldKind.DATE and (day := _day(value)) is not None:
        return Fact(label, day)
    return Fact(label, value, unit or field.unit)


def _day(value: Value) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
