"""A process template: the stages of a diary in their order, and what an entry of each asks for."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from app.diary.rules import EntryKind
from app.diary.template_body import Body, FieldKind, clean_body
from app.diary.template_faults import TemplateWrong

__all__ = ["PLAIN", "Choice", "Field", "FieldKind", "Stage", "Template", "named_in"]


def named_in(language: str, vietnamese: str, english: str) -> str:
    """Return the name in the reader's language, or in Vietnamese where it has no other."""
    return english if language == "en" and english else vietnamese


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values a choice allows."""

    value: str
    label: str
    label_en: str = ""

    def name_in(self, language: str) -> str:
        return named_in(language, self.label, self.label_en)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What an entry of a stage asks for, by the name its value bears in the entry.

    A quantity without a unit of its own is given with one, as the value `unit`.
    """

    name: str
    label: str
    label_en: str = ""
    kind: FieldKind = FieldKind.TEXT
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    required: bool = False
    public: bool = True
    tally: bool = False
    least: float | None = None
    most: float | None = None

    def name_in(self, language: str) -> str:
        return named_in(language, self.label, self.label_en)

    def choice(self, value: object) -> Choice | None:
        return next((one for one in self.choices if one.value == value), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage: `photos` are the least an entry needs, `required` asks for an entry in each lot."""

    code: str
    name: str
    name_en: str = ""
    kind: EntryKind
    required: bool = False
    public: bool = True
    photos: int = 0
    withdrawal_days: int | None = None
    test: bool = False
    fields: tuple[Field, ...] = ()

    def name_in(self, language: str) -> str:
        return named_in(language, self.name, self.name_en)

    def field(self, name: str) -> Field | None:
        return next((one for one in self.fields if one.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """How the diary of a lot is kept; a version of it never changes."""

    stages: tuple[Stage, ...]
    late_after_hours: int = 48
    approval_after_days: int = 7

    @classmethod
    def read(cls, body: object) -> "Template":
        """Return the template of a JSON body, or raise TemplateWrong with all that is wrong."""
        cleaned, faults = clean_body(body)
        if faults:
            raise TemplateWrong(faults)
        return cls.of(cleaned)

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Template":
        """Return the template of a body that was read before, as the database keeps it."""
        return cls(
            stages=tuple(_stage(one) for one in body["stages"]),
            late_after_hours=body["late_after_hours"],
            approval_after_days=body["approval_after_days"],
        )

    def body(self) -> Body:
        """Return the JSON body; reading it gives the same template."""
        made: Body = json.loads(json.dumps({"format": 1, **asdict(self)}))
        return made

    def stage(self, code: str) -> Stage | None:
        return next((one for one in self.stages if one.code == code), None)


def _stage(body: Mapping[str, Any]) -> Stage:
    fields = tuple(_field(one) for one in body["fields"])
    return Stage(**{**body, "kind": EntryKind(body["kind"]), "fields": fields})


def _field(body: Mapping[str, Any]) -> Field:
    choices = tuple(Choice(**one) for one in body["choices"])
    return Field(**{**body, "kind": FieldKind(body["kind"]), "choices": choices})


# What a lot is kept by whose product has taken no template: a stage for each kind of work.
PLAIN: Final = Template.read(
    json.loads((Path(__file__).parent / "plain.json").read_text(encoding="utf-8"))
)
