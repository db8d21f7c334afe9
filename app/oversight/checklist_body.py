"""Reads the body of a checklist: whatever came in is checked and cleaned, or refused."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from app.kit.errors import Invalid, Words
from app.kit.i18n import N_
from app.kit.text import clean_text, fold
from app.oversight.checklists import FORMAT, AnswerKind, Item, Option, Questions, Section

MOST_SECTIONS: Final = 30
MOST_ITEMS: Final = 200
MOST_CHOICES: Final = 20
MANY: Final = N_("At most 200 items fit.")
CODE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_TEXT_CHARS: Final = 500
_NAME_CHARS: Final = 200
_WORD_CHARS: Final = 120


class ChecklistWrong(Invalid):
    """Something in the checklist is wrong

    `field` is where in its body, `place` the same as people call it.
    """

    code: ClassVar[str] = "oversight.checklist_wrong"

    def __init__(self, *, field: str, place: str, reason: str) -> None:
        self.field = field
        self.place = place
        self.reason = reason

    def explain(self, words: Words) -> str:
        told = words.gettext(self.reason)
        return f"{self.place}: {told}" if self.place else told


def read_questions(body: object) -> Questions:
    """Return a checklist's body checked and cleaned. Raises ChecklistWrong at the first fault."""
    whole = _object(body, "", "", {"format", "sections"})
    if whole.get("format") != FORMAT:
        raise ChecklistWrong(field="format", place="", reason=N_("Only format 1 is known."))
    listed = _list(whole.get("sections"), "sections", "", 1, MOST_SECTIONS)
    sections = [_section(one, f"sections.{place}") for place, one in enumerate(listed)]
    questions = Questions(sections)
    if sum(len(one.items) for one in sections) > MOST_ITEMS:
        raise ChecklistWrong(field="sections", place="", reason=MANY)
    _check_codes({f"sections.{at}": one.code for at, one in enumerate(sections)})
    _check_codes(
        {
            f"sections.{at}.items.{place}": item.code
            for at, one in enumerate(sections)
            for place, item in enumerate(one.items)
        }
    )
    return questions


def _check_codes(codes: Mapping[str, str]) -> None:
    """Refuse a code that stands twice, at its second place."""
    taken: set[str] = set()
    for field, code in codes.items():
        if code in taken:
            raise ChecklistWrong(field=field, place=code, reason=N_("This code stands twice."))
        taken.add(code)


def _section(given: object, field: str) -> Section:
    whole = _object(given, field, "", {"code", "name", "name_en", "items"})
    name = _text(whole.get("name"), f"{field}.name", "", _NAME_CHARS)
    listed = _list(whole.get("items"), f"{field}.items", name, 1, MOST_ITEMS)
    return Section(
        code=_code(whole.get("code"), f"{field}.code", name),
        name=name,
        name_en=_text(whole.get("name_en", ""), f"{field}.name_en", name, _NAME_CHARS, least=0),
        items=[_item(one, f"{field}.items.{place}") for place, one in enumerate(listed)],
    )


_ITEM: Final = {
    *("code", "text", "text_en", "kind", "choices", "unit", "required", "photo", "bad"),
}


def _item(given: object, field: str) -> Item:
    whole = _object(given, field, "", _ITEM)
    text = _text(whole.get("text"), f"{field}.text", "", _TEXT_CHARS)
    if whole.get("kind", "yes_no") not in list(AnswerKind):
        raise ChecklistWrong(
            field=f"{field}.kind", place=text, reason=N_("This kind is not known.")
        )
    item = Item(
        code=_code(whole.get("code"), f"{field}.code", text),
        text=text,
        text_en=_text(whole.get("text_en", ""), f"{field}.text_en", text, _TEXT_CHARS, least=0),
        kind=AnswerKind(whole.get("kind", "yes_no")),
        choices=_options(whole.get("choices", []), f"{field}.choices", text),
        unit=_text(whole.get("unit", ""), f"{field}.unit", text, 20, least=0),
        required=_flag(whole.get("required", True), f"{field}.required", text),
        photo=_flag(whole.get("photo", False), f"{field}.photo", text),
        bad=_list(whole.get("bad", []), f"{field}.bad", text, 0, MOST_CHOICES),
    )
    if (item.kind is AnswerKind.CHOICE) != bool(item.choices):
        reason = N_("A list has answers to choose from, and nothing else has.")
        raise ChecklistWrong(field=f"{field}.choices", place=text, reason=reason)
    if any(one not in item.options() for one in item.bad):
        reason = N_("A bad answer is one of the answers of the item.")
        raise ChecklistWrong(field=f"{field}.bad", place=text, reason=reason)
    return item


def _options(given: object, field: str, place: str) -> list[Option]:
    listed, made = _list(given, field, place, 0, MOST_CHOICES), []
    for one in listed:
        whole = _object(one, field, place, {"value", "label", "label_en"})
        made.append(
            Option(
                value=_code(whole.get("value"), field, place),
                label=_text(whole.get("label"), field, place, _WORD_CHARS),
                label_en=_text(whole.get("label_en", ""), field, place, _WORD_CHARS, least=0),
            )
        )
    named = {fold(one.label) for one in made}
    if len({one.value for one in made}) < len(made) or len(named) < len(made):
        raise ChecklistWrong(field=field, place=place, reason=N_("This answer stands twice."))
    return made


def _object(given: object, field: str, place: str, names: set[str]) -> dict[str, Any]:
    if not isinstance(given, dict) or not names.issuperset(given):
        raise ChecklistWrong(field=field, place=place, reason=_SHAPE)
    return given


def _list(given: object, field: str, place: str, least: int, most: int) -> list[Any]:
    if not isinstance(given, list) or not least <= len(given) <= most:
        raise ChecklistWrong(field=field, place=place, reason=_SHAPE)
    return given


def _flag(given: object, field: str, place: str) -> bool:
    if not isinstance(given, bool):
        raise ChecklistWrong(field=field, place=place, reason=_SHAPE)
    return given


def _code(given: object, field: str, place: str) -> str:
    if not isinstance(given, str) or not CODE.fullmatch(given):
        reason = N_("A code has small letters without diacritics, digits, “-” and “_”.")
        raise ChecklistWrong(field=field, place=place, reason=reason)
    return given


def _text(given: object, field: str, place: str, limit: int, *, least: int = 1) -> str:
    try:
        text = clean_text(given if isinstance(given, str) else "\0", limit=limit, field=field)
    except Invalid:
        text = "\0"
    if text == "\0" or len(text) < least:
        reason = N_("Its text is missing, too long or holds signs that can't be seen.")
        raise ChecklistWrong(field=field, place=place, reason=reason)
    return text


_SHAPE: Final = N_("This is not what belongs there. Compare with the template.")
