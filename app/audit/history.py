"""The history of a record as its readers are told it: acts, fields and values in their words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Protocol

from app.audit.differences import differences, without_personal
from app.kit.i18n import N_, Translator

# What no person did is recorded by this name.
_SYSTEM: Final = "system"
_BRACKETED: Final = re.compile(r"\((\w+)\)$")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}.*[+Z]")


class Event(Protocol):
    """What is read of an event."""

    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def actor_label(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def before(self) -> Mapping[str, Any] | None: ...
    @property
    def after(self) -> Mapping[str, Any] | None: ...


@dataclass(frozen=True)
class Terms:
    """The msgids of a record: of its acts, of its fields, and of the values of some fields.

    `same` are fields that only name what was changed: they are told even where they stayed.
    """

    acts: Mapping[str, str]
    fields: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    same: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Change:
    """A field with what it said before and says after; None where there was nothing."""

    label: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Happened:
    """One act: who did what when, and what it changed."""

    seq: int
    at: datetime
    who: str
    what: str
    names: tuple[str, ...]
    changes: tuple[Change, ...]


def tell(event: Event, terms: Terms, words: Translator, *, hide: bool = False) -> Happened:
    """Return an event in the reader's words; fields without a word of their own are left out.

    `hide` leaves personal numbers out but for their ends.
    """
    known = {**(event.before or {}), **(event.after or {})}

    def said(name: str, value: object) -> str | None:
        return say(name, without_personal(value, name) if hide else value, terms, words)

    return Happened(
        seq=event.seq,
        at=event.at,
        who=words.gettext(N_("The system")) if event.actor_label == _SYSTEM else event.actor_label,
        what=words.gettext(terms.acts.get(event.action, event.action)),
        names=tuple(str(known[name]) for name in sorted(terms.same) if known.get(name)),
        changes=tuple(
            Change(
                words.gettext(terms.fields[one.field]),
                said(one.field, one.before),
                said(one.field, one.after),
            )
            for one in differences(event.before, event.after)
            if one.field in terms.fields and (_filled(one.before) or _filled(one.after))
        ),
    )


def say(name: str, value: object, terms: Terms, words: Translator) -> str | None:
    """Return a field's value as the reader writes it; None where there is none."""
    if not _filled(value):
        return None
    if isinstance(value, bool):
        return words.gettext(N_("yes"))
    if isinstance(value, list):
        known = terms.values.get(name, {})
        return "; ".join(_line(str(one), known, words) for one in value)
    if isinstance(value, float):
        return words.number(value)
    return _said(str(value), terms.values.get(name, {}), words)


def _said(text: str, known: Mapping[str, str], words: Translator) -> str:
    if text in known:
        return words.gettext(known[text])
    if _DAY.fullmatch(text):
        return words.date(date.fromisoformat(text))
    return words.datetime(datetime.fromisoformat(text)) if _INSTANT.fullmatch(text) else text


def _line(text: str, known: Mapping[str, str], words: Translator) -> str:
    """Return a line of a list; a value in brackets that ends it in the reader's words."""
    found = _BRACKETED.search(text)
    if not found or found[1] not in known:
        return text
    return f"{text[: found.start()]}({words.gettext(known[found[1]])})"


def _filled(value: object) -> bool:
    return value not in (None, "", False, [])
