"""What a checklist asks, and whether answers are answers to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final

from app.kit.errors import Invalid, Words
from app.kit.i18n import N_
from app.kit.text import clean_note

FORMAT: Final = 1
_NOTE_CHARS: Final = 2000


class AnswerKind(StrEnum):
    """What an item is answered with."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"

    @property
    def label(self) -> str:
        return _KINDS[self]


YES: Final = "yes"
NO: Final = "no"
# Of what does not exist at this place: no answer is owed, and none is bad.
NOT_HERE: Final = "na"
_YES_NO: Final = {YES: N_("Yes"), NO: N_("No"), NOT_HERE: N_("Not applicable")}
_KINDS: Final = {
    AnswerKind.YES_NO: N_("Yes or no"),
    AnswerKind.CHOICE: N_("One of a list"),
    AnswerKind.NUMBER: N_("A number"),
    AnswerKind.TEXT: N_("Text"),
}

Value = str | float


class UnknownItem(Invalid):
    """The checklist has no such item"""

    code: ClassVar[str] = "oversight.item_unknown"
    detail: ClassVar[str] = N_(
        "“{item}” is not in the version this inspection is kept by. Open it anew."
    )
    field = "answers"

    def __init__(self, *, item: str) -> None:
        self.item = item[:40]


class AnswerWrong(Invalid):
    """The answer does not fit the item"""

    code: ClassVar[str] = "oversight.answer_wrong"
    detail: ClassVar[str] = N_("{reason} It is the answer to “{text}”.")
    field = "answers"

    def __init__(self, *, item: str, text: str, reason: str) -> None:
        self.item = item
        self.text = text
        self.reason = reason

    def explain(self, words: Words) -> str:
        return words.gettext(self.detail).format(text=self.text, reason=words.gettext(self.reason))


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers an item offers."""

    value: str
    label: str
    label_en: str = ""

    def named(self, language: str) -> str:
        return (self.label_en if language == "en" else "") or self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that is looked at; an answer among `bad` makes a finding."""

    code: str
    text: str
    text_en: str = ""
    kind: AnswerKind = AnswerKind.YES_NO
    choices: Sequence[Option] = ()
    unit: str = ""
    required: bool = True
    photo: bool = False
    bad: Sequence[str] = ()

    def named(self, language: str) -> str:
        return (self.text_en if language == "en" else "") or self.text

    def options(self) -> Sequence[str]:
        """Return the values an answer may have; none where it is written."""
        if self.kind is AnswerKind.YES_NO:
            return list(_YES_NO)
        return [one.value for one in self.choices]

    def said(self, value: object, words: Words) -> str:
        """Return an answer as people read it."""
        if self.kind is AnswerKind.YES_NO and value in _YES_NO:
            return words.gettext(_YES_NO[str(value)])
        if self.kind is AnswerKind.CHOICE:
            named = {one.value: one.named(words.language) for one in self.choices}
            return named.get(str(value), str(value))
        if isinstance(value, (int, float)):
            return " ".join(filter(None, (words.number(value), self.unit)))
        return str(value)

    def is_bad(self, value: object) -> bool:
        return value in self.bad


@dataclass(frozen=True, slots=True)
class Section:
    """Items that belong together."""

    code: str
    name: str
    name_en: str
    items: Sequence[Item]

    def named(self, language: str) -> str:
        return (self.name_en if language == "en" else "") or self.name


@dataclass(frozen=True, slots=True)
class Questions:
    """All that a version of a checklist asks."""

    sections: Sequence[Section]

    def items(self) -> Iterator[Item]:
        for section in self.sections:
            yield from section.items

    def by_code(self) -> dict[str, Item]:
        return {item.code: item for item in self.items()}

    def body(self) -> dict[str, Any]:
        """Return it as it is stored and sent."""
        return {"format": FORMAT, "sections": [_section_body(one) for one in self.sections]}


def _section_body(section: Section) -> dict[str, Any]:
    items = [
        {
            "code": one.code,
            "text": one.text,
            "text_en": one.text_en,
            "kind": one.kind.value,
            "choices": [
                {"value": each.value, "label": each.label, "label_en": each.label_en}
                for each in one.choices
            ],
            "unit": one.unit,
            "required": one.required,
            "photo": one.photo,
            "bad": list(one.bad),
        }
        for one in section.items
    ]
    return {
        "code": section.code,
        "name": section.name,
        "name_en": section.name_en,
        "items": items,
    }


def checked_answers(questions: Questions, given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return answers cleaned, each with what belongs to it. Raises UnknownItem, AnswerWrong.

    An item left empty, without a note and photos, is left out.
    """
    known, kept = questions.by_code(), {}
    for code, answer in given.items():
        if code not in known:
            raise UnknownItem(item=code)
        value = _value(known[code], answer.get("value"))
        note = clean_note(answer.get("note") or "", limit=_NOTE_CHARS, field="answers")
        photos = [{"sha256": one["sha256"], "size": one["size"]} for one in answer["photos"]]
        if value is not None or note or photos:
            kept[code] = {"value": value, "note": note, "photos": photos}
    return kept


def lacking(questions: Questions, answers: Mapping[str, Any]) -> list[Item]:
    """Return the items that still need an answer, or a photo."""
    return [item for item in questions.items() if _lacks(item, answers.get(item.code, {}))]


def bad_answers(questions: Questions, answers: Mapping[str, Any]) -> list[Item]:
    """Return the items whose answer is a finding by itself."""
    return [
        item for item in questions.items() if item.is_bad(answers.get(item.code, {}).get("value"))
    ]


def _lacks(item: Item, answer: Mapping[str, Any]) -> bool:
    value = answer.get("value")
    if item.required and value is None:
        return True
    return item.photo and value not in {None, NOT_HERE} and not answer.get("photos")


def _value(item: Item, given: object) -> Value | None:
    if given is None or given == "":
        return None
    if item.kind is AnswerKind.YES_NO and isinstance(given, bool):
        return YES if given else NO
    options = item.options()
    if options:
        if given not in options:
            raise AnswerWrong(
                item=item.code, text=item.text, reason=N_("Choose one of its answers.")
            )
        return str(given)
    if item.kind is AnswerKind.NUMBER:
        return _number(item, given)
    if not isinstance(given, str):
        raise AnswerWrong(item=item.code, text=item.text, reason=N_("Write a text."))
    return clean_note(given, limit=_NOTE_CHARS, field="answers") or None


def _number(item: Item, given: object) -> float:
    fits = isinstance(given, (int, float)) and not isinstance(given, bool)
    # Beyond this no thing is counted here, and not every database keeps it exactly.
    if not fits or not -1e12 < float(str(given)) < 1e12:  # noqa: PLR2004 - the bound said above
        raise AnswerWrong(item=item.code, text=item.text, reason=N_("Write a number."))
    return float(str(given))
