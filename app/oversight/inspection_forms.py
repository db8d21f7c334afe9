"""An inspection as a form of the office: its fields, and the content they say."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field

from app.kit.errors import Invalid
from app.kit.forms import Filled, In, Line, Note, Sent
from app.kit.i18n import N_
from app.oversight.checklists import AnswerKind, Item, Questions
from app.oversight.inspection_refusals import FindingWrong
from app.oversight.inspections import Content, FindingSaid, Followed, Observed
from app.oversight.results import read_figure
from app.oversight.rules import MAX_TEXT, FindingOutcome

# Rows for findings that are not written yet.
BLANK_FINDINGS: Final = 2
YES: Final = "yes"
NO: Final = "no"

Text = Annotated[Note, Field(max_length=MAX_TEXT)]
Days = Annotated[date, Field(ge=date(1970, 1, 1), lt=date(2200, 1, 1))]


class WrittenIn(In):
    """What is written down beside the answers; `version` is the one the form was filled from."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    held_on: Days | None = None
    place: Annotated[Line, Field(max_length=200)] = ""
    team: Text = ""
    present: Text = ""
    summary: Text = ""
    opinion: Text = ""
    in_use: str = ""
    outcome: FindingOutcome | None = None


class NotADay(Invalid):
    """The deadline is no day"""

    code = "oversight.deadline_unread"
    detail = N_("Write the deadline of finding {place} as a day.")
    field = "findings"

    def __init__(self, *, place: int) -> None:
        self.place = place


def filled(content: Content, version: int) -> Filled:
    """Return the form filled in with what is written down already."""
    values = {
        "version": str(version),
        "held_on": content.held_on.isoformat() if content.held_on else "",
        "place": content.place,
        "team": "\n".join(content.team),
        "present": content.present,
        "summary": content.summary,
        "opinion": content.opinion,
        "in_use": _said(content.in_use),
        "outcome": content.outcome.value if content.outcome else "",
    }
    for code, answer in content.answers.items():
        values[f"a.{code}"] = _plain(answer["value"])
        values[f"n.{code}"] = answer["note"]
    for place, one in enumerate(content.findings):
        told = one.body()
        values |= {f"f{place}.{name}": _plain(told[name]) for name in _FINDING}
    for seen in content.observed:
        values[f"o.{seen.entity_id}"] = _said(seen.in_use)
        values[f"on.{seen.entity_id}"] = seen.note
    for followed in content.followed:
        values[f"m.{followed.measure_id}"] = _said(followed.done)
        values[f"mn.{followed.measure_id}"] = followed.note
    return Filled(values)


_FINDING: Final = ("uid", "item", "outcome", "text", "measure", "deadline")


def read_content(
    given: WrittenIn,
    sent: Sent,
    questions: Questions,
    before: Content,
    *,
    users: Sequence[int],
    measures: Sequence[int],
    new_uid: Callable[[], UUID],
) -> Content:
    """Return what a form says. Photos and the position stay as they were: a form has none."""
    return Content(
        held_on=given.held_on,
        place=given.place,
        latitude=before.latitude,
        longitude=before.longitude,
        team=[one for one in given.team.split("\n") if one.strip()],
        present=given.present,
        answers={item.code: _answer(item, sent, before) for item in questions.items()},
        findings=list(_findings(sent, new_uid)),
        observed=[
            Observed(
                entity_id=one, in_use=sent.text(f"o.{one}") == YES, note=sent.text(f"on.{one}")
            )
            for one in users
            if sent.text(f"o.{one}") in {YES, NO}
        ],
        followed=[
            Followed(measure_id=one, done=sent.text(f"m.{one}") == YES, note=sent.text(f"mn.{one}"))
            for one in measures
            if sent.text(f"m.{one}") in {YES, NO}
        ],
        in_use={YES: True, NO: False}.get(given.in_use),
        summary=given.summary,
        opinion=given.opinion,
        outcome=given.outcome,
    )


def _answer(item: Item, sent: Sent, before: Content) -> dict[str, Any]:
    written = sent.text(f"a.{item.code}")
    photos = before.answers.get(item.code, {}).get("photos", [])
    value: object = written or None
    if item.kind is AnswerKind.NUMBER and written:
        value = _number(written)
    return {"value": value, "note": sent.text(f"n.{item.code}"), "photos": photos}


def _number(written: str) -> object:
    """Return a figure as it is written here, or the text itself, which is then refused."""
    try:
        return float(read_figure(written))
    except Invalid:
        return written


def is_place(text: str) -> bool:
    """Tell whether this is the number of a finding on the form."""
    return text.isascii() and text.isdecimal() and len(text) <= 3  # noqa: PLR2004 - more rows than there can be


def _findings(sent: Sent, new_uid: Callable[[], UUID]) -> Iterator[FindingSaid]:
    places = sorted(
        int(name[1:-5])
        for name in sent.fields
        if name.endswith(".text") and name[:1] == "f" and is_place(name[1:-5])
    )
    for shown, place in enumerate(places, start=1):
        told = {name: sent.text(f"f{place}.{name}") for name in _FINDING}
        if not any(told[name] for name in ("text", "measure", "deadline")):
            continue
        if told["outcome"] not in set(FindingOutcome):
            raise FindingWrong(place=shown, reason=N_("Choose its outcome."))
        yield FindingSaid(
            uid=_uid(told["uid"]) or new_uid(),
            item=told["item"],
            outcome=FindingOutcome(told["outcome"]),
            text=told["text"],
            measure=told["measure"],
            deadline=_day(told["deadline"], shown),
        )


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str, place: int) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise NotADay(place=place) from None
    if day is not None and not 1970 <= day.year < 2200:  # noqa: PLR2004 - the days the forms take
        raise NotADay(place=place)
    return day


def _said(value: bool | None) -> str:  # noqa: FBT001 - one of three answers
    return "" if value is None else YES if value else NO


def _plain(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
