"""A stage as a form shows it and sends it: flat texts, by the names of the body."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.diary.template_body import MOST_CHOICES, MOST_FIELDS, Body
from app.diary.template_parts import VALUE, slug

_STAGE_TEXTS: Final = ("code", "name", "name_en", "kind")
_STAGE_FLAGS: Final = ("required", "public", "test")
_FIELD_TEXTS: Final = ("name", "label", "label_en", "kind", "unit")
_FIELD_FLAGS: Final = ("required", "public", "tally")
NEW_STAGE: Final = {"kind": "other", "public": "on", "photos": "0"}
NEW_FIELD: Final = {"kind": "text", "public": "on"}


def form_of(stage: Mapping[str, Any]) -> dict[str, str]:
    """Return a stage as the texts of its form."""
    texts = {name: str(stage[name] or "") for name in _STAGE_TEXTS}
    texts |= {name: "on" if stage[name] else "" for name in _STAGE_FLAGS}
    texts |= {name: _spelt(stage[name]) for name in ("photos", "withdrawal_days")}
    for place, field in enumerate(stage["fields"]):
        texts |= {f"fields.{place}.{name}": text for name, text in _field_form(field).items()}
    return texts


def stage_of(sent: Mapping[str, str]) -> Body:
    """Return what a stage's form says as it stands in a body, right or wrong."""
    stage: Body = {name: sent.get(name, "").strip() for name in _STAGE_TEXTS}
    stage |= {name: bool(sent.get(name)) for name in _STAGE_FLAGS}
    stage["photos"] = _number(sent.get("photos", "")) or 0
    stage["withdrawal_days"] = _number(sent.get("withdrawal_days", ""))
    stage["fields"] = [_field_of(one) for one in sent_fields(sent)]
    return stage


def sent_fields(sent: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the fields of a stage's form, each by its own names, in their order."""
    return [
        {name.removeprefix(start): text for name, text in sent.items() if name.startswith(start)}
        for start in (f"fields.{place}." for place in range(MOST_FIELDS + 1))
        if f"{start}label" in sent
    ]


def with_fields(sent: Mapping[str, str], fields: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return the form with these fields in place of its own."""
    kept = {name: text for name, text in sent.items() if not name.startswith("fields.")}
    for place, field in enumerate(fields):
        kept |= {f"fields.{place}.{name}": text for name, text in field.items()}
    return kept


def acted(sent: Mapping[str, str], act: str) -> dict[str, str]:
    """Return the form after one of its buttons: field, up.2, down.2 or drop.2."""
    fields = sent_fields(sent)
    what, _, written = act.partition(".")
    place = int(written) if written.isascii() and written.isdecimal() and len(written) < 4 else -1  # noqa: PLR2004 - longer than any place
    if what == "field":
        fields.append({"label": "", **NEW_FIELD})
    elif 0 <= place < len(fields):
        field = fields.pop(place)
        if what != "drop":
            step = {"up": -1, "down": 1}.get(what, 0)
            fields.insert(max(0, place + step), field)
    return with_fields(sent, fields)


def choice_lines(choices: Sequence[Mapping[str, str]]) -> str:
    """Return choices one a line, as "Đực | Male"; a value not made of its label stands before."""
    return "\n".join(_choice_line(one) for one in choices)


def read_choices(text: str) -> list[Body]:
    """Return choices written one a line, at most one more than are taken."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [_choice(line) for line in lines[: MOST_CHOICES + 1]]


def _choice_line(choice: Mapping[str, str]) -> str:
    made = slug(choice["label"], "-") == choice["value"]
    line = choice["label"] if made else f"{choice['value']} = {choice['label']}"
    return f"{line} | {choice['label_en']}" if choice["label_en"] else line


def _choice(line: str) -> Body:
    told, _, english = line.partition("|")
    value, sign, label = told.partition("=")
    given = value.strip() if sign and VALUE.fullmatch(value.strip()) else ""
    label = label if given else told
    return {"value": given, "label": label.strip(), "label_en": english.strip()}


def _field_form(field: Mapping[str, Any]) -> dict[str, str]:
    texts = {name: str(field[name] or "") for name in _FIELD_TEXTS}
    texts |= {name: "on" if field[name] else "" for name in _FIELD_FLAGS}
    texts |= {name: _spelt(field[name]) for name in ("least", "most")}
    return texts | {"choices": choice_lines(field["choices"])}


def _field_of(sent: Mapping[str, str]) -> Body:
    field: Body = {name: sent.get(name, "").strip() for name in _FIELD_TEXTS}
    field |= {name: bool(sent.get(name)) for name in _FIELD_FLAGS}
    field |= {name: _number(sent.get(name, "")) for name in ("least", "most")}
    return field | {"choices": read_choices(sent.get("choices", ""))}


def _spelt(value: float | None) -> str:
    return "" if value is None else str(value)


def _number(text: str) -> float | str | None:
    """Return a number as it was written, with a decimal comma or point; a text where it is none."""
    text = text.strip()
    if not text:
        return None
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return text
    return int(number) if number.is_integer() else number
