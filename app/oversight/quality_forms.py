"""A test's form: what is said of the sample, and as many criteria as its rows hold."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import Field

from app.kit.errors import Invalid, Words
from app.kit.forms import Filled, In, Line, Note
from app.kit.i18n import N_
from app.kit.text import clean_text
from app.oversight.results import figure_text, read_figure
from app.oversight.sampling import MOST_CRITERIA
from app.oversight.testing import LimitKind, Verdict, Written
from app.oversight.told import RecordId

_TEXTS: Final = ("name", "method", "limit_low", "limit_high", "limit_text", "unit", "result")
_ROW: Final = (*_TEXTS, "limit_kind", "said")
_LIMITS: Final = {"name": 120, "method": 120, "unit": 40, "limit_text": 200, "result": 200}
# Empty rows that a form has to spare.
_SPARE: Final = 4
_NEEDED: Final = N_("This is needed.")

Name = Annotated[Line, Field(min_length=1, max_length=200)]


class SampleIn(In):
    """What was taken, where it was tested and what the report says of itself.

    A lot names its product and its entity, a product its entity.
    """

    entity_id: RecordId | None = None
    product_id: RecordId | None = None
    lot_id: RecordId | None = None
    facility_id: RecordId | None = None
    sample_no: Annotated[Line, Field(max_length=60)] = ""
    sampled_on: date
    sampled_by: Name
    place: Annotated[Line, Field(max_length=200)] = ""
    laboratory: Name
    report_no: Annotated[Line, Field(max_length=60)] = ""
    reported_on: date | None = None
    valid_until: date | None = None
    public: bool = False
    note: Annotated[Note, Field(max_length=2000)] = ""


class SampleForm(SampleIn):
    """The same as a form sends it, with as of when it was shown."""

    seen: datetime | None = None


def packed(fields: Mapping[str, str]) -> dict[str, str]:
    """Return a form's fields with its rows that say something at the top, one below the other."""
    rows = [
        {name: fields.get(f"{name}_{place}", "").strip() for name in _ROW}
        for place in range(1, MOST_CRITERIA + 1)
    ]
    told = [row for row in rows if any(row[name] for name in _TEXTS)]
    own = {f"{name}_{place}" for name in _ROW for place in range(1, MOST_CRITERIA + 1)}
    found = {name: value for name, value in fields.items() if name not in own}
    for place, row in enumerate(told, start=1):
        found |= {f"{name}_{place}": value for name, value in row.items()}
    return found


def rows_shown(form: Filled) -> int:
    """Return how many rows of criteria a form shows: those that say something, and a few more."""
    told = sum(
        any(form.value(f"{name}_{place}") for name in _TEXTS)
        for place in range(1, MOST_CRITERIA + 1)
    )
    asked = form.value("rows")
    more = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < len("000") else 0
    return min(MOST_CRITERIA, max(told + _SPARE, more))


def read_criteria(fields: Mapping[str, str], words: Words) -> tuple[list[Written], dict[str, str]]:
    """Return the criteria of a packed form, and the reason for each field that is wrong."""
    found, wrong = [], {}
    for place in range(1, MOST_CRITERIA + 1):
        if f"name_{place}" not in fields:
            break
        row: dict[str, Any] = {}
        for name in _ROW:
            at = f"{name}_{place}"
            try:
                row[name] = _read(name, fields[at], at)
            except Invalid as error:
                wrong[at] = ". ".join(filter(None, (error.title(words), error.explain(words))))
        if not fields[f"name_{place}"]:
            wrong[f"name_{place}"] = words.gettext(_NEEDED)
        if row.get("limit_kind", "") is None:
            wrong[f"limit_kind_{place}"] = words.gettext(_NEEDED)
        elif len(row) == len(_ROW):
            found.append(Written(**row))
    return found, wrong


def _read(name: str, text: str, at: str) -> object:
    if name in {"limit_low", "limit_high"}:
        return read_figure(text, field=at) if text else None
    if name == "limit_kind":
        return LimitKind(text) if text in set(LimitKind) else None
    if name == "said":
        return Verdict(text) if text in set(Verdict) else None
    return clean_text(text, limit=_LIMITS[name], field=at)


def filled_criteria(criteria: Sequence[Any], language: str) -> dict[str, str]:
    """Return the rows of a form that changes a test, from its criteria as they stand."""
    found: dict[str, str] = {}
    for place, one in enumerate(criteria, start=1):
        words = one.limit_kind == LimitKind.TEXT
        row = {
            "name": one.name,
            "method": one.method,
            "limit_kind": one.limit_kind,
            "limit_low": _figure(one.limit_low, language),
            "limit_high": _figure(one.limit_high, language),
            "limit_text": one.limit_text,
            "unit": one.unit,
            "result": one.result_text,
            "said": one.verdict if words and one.verdict != Verdict.OPEN else "",
        }
        found |= {f"{name}_{place}": value for name, value in row.items()}
    return found


def _figure(number: float | None, language: str) -> str:
    return "" if number is None else figure_text(number, language)
