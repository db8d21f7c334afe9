"""What is written down of an inspection, and what it must say before it is signed."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from app.kit.errors import Words
from app.kit.i18n import N_
from app.kit.text import clean_note, clean_text
from app.oversight.checklists import Questions, bad_answers, checked_answers, lacking
from app.oversight.inspection_refusals import (
    MOST_FINDINGS,
    MOST_PHOTOS,
    MOST_PHOTOS_EACH,
    AnswersMissing,
    FindingWrong,
    HeldLater,
    HeldNeeded,
    OutcomeNeeded,
    OutcomeTooGood,
    TooManyParts,
)
from app.oversight.rules import MAX_TEXT, MIN_TEXT, FindingOutcome, Subject, checked_position

MOST_TEAM: Final = 20
INSPECTED: Final = (Subject.RIGHT, Subject.ENTITY, Subject.PRODUCT, Subject.LOT, Subject.BATCH)
_NAME_CHARS: Final = 120


class Cause(StrEnum):
    """What an inspection comes from."""

    PLAN = "plan"
    REPORT = "report"
    AD_HOC = "ad_hoc"
    RECHECK = "recheck"

    @property
    def label(self) -> str:
        return _CAUSES[self]


class InspectionState(StrEnum):
    """How far an inspection is."""

    PLANNED = "planned"
    HELD = "held"
    SIGNED = "signed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return _STATES[self]

    @property
    def open(self) -> bool:
        return self in {InspectionState.PLANNED, InspectionState.HELD}


_CAUSES: Final = {
    Cause.PLAN: N_("By a plan"),
    Cause.REPORT: N_("After a report"),
    Cause.AD_HOC: N_("Unplanned"),
    Cause.RECHECK: N_("Re-check"),
}
_STATES: Final = {
    InspectionState.PLANNED: N_("Planned"),
    InspectionState.HELD: N_("Under way"),
    InspectionState.SIGNED: N_("Signed"),
    InspectionState.CANCELLED: N_("Cancelled"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingSaid:
    """A finding as it was written down, and what is to be done about it by when."""

    uid: UUID
    item: str = ""
    outcome: FindingOutcome
    text: str
    measure: str = ""
    deadline: date | None = None

    def body(self) -> dict[str, Any]:
        """Return it as it is stored and sent."""
        told = asdict(self) | {"uid": str(self.uid), "outcome": self.outcome.value}
        return told | {"deadline": self.deadline.isoformat() if self.deadline else None}

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "FindingSaid":
        day = body["deadline"]
        return cls(
            uid=UUID(body["uid"]),
            item=body["item"],
            outcome=FindingOutcome(body["outcome"]),
            text=body["text"],
            measure=body["measure"],
            deadline=date.fromisoformat(day) if day else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """Whether one user of a right was found to use its sign."""

    entity_id: int
    in_use: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What a re-check saw of a measure."""

    measure_id: int
    done: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that is written down of an inspection, whether in the office or on a phone."""

    held_on: date | None = None
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    team: Sequence[str] = ()
    present: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    findings: Sequence[FindingSaid] = ()
    observed: Sequence[Observed] = ()
    followed: Sequence[Followed] = ()
    in_use: bool | None = None
    summary: str = ""
    opinion: str = ""
    outcome: FindingOutcome | None = None

    def columns(self) -> dict[str, Any]:
        """Return it as an inspection holds it."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        return plain | {
            "team": list(self.team),
            "answers": dict(self.answers),
            "findings": [one.body() for one in self.findings],
            "observed": [asdict(one) for one in self.observed],
            "followed": [asdict(one) for one in self.followed],
            "outcome": self.outcome.value if self.outcome else "",
        }

    def digest(self) -> str:
        """Return what tells two contents apart."""
        told = json.dumps(self.columns(), sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()


_PLAIN: Final = (
    *("held_on", "place", "latitude", "longitude", "present", "in_use", "summary", "opinion"),
)


def checked(content: Content, questions: Questions, *, today: date) -> Content:
    """Return the content cleaned. Raises Invalid with what is wrong."""
    if content.held_on is not None and content.held_on > today:
        raise HeldLater
    latitude, longitude = checked_position(content.latitude, content.longitude)
    answers = checked_answers(questions, content.answers)
    photos = [len(one["photos"]) for one in answers.values()]
    if sum(photos) > MOST_PHOTOS or any(one > MOST_PHOTOS_EACH for one in photos):
        raise TooManyParts(field="answers")
    if len(content.findings) > MOST_FINDINGS:
        raise TooManyParts(field="findings")
    team = [clean_text(one, limit=_NAME_CHARS, field="team") for one in content.team]
    return replace(
        content,
        present=clean_note(content.present, limit=MAX_TEXT, field="present"),
        summary=clean_note(content.summary, limit=MAX_TEXT, field="summary"),
        opinion=clean_note(content.opinion, limit=MAX_TEXT, field="opinion"),
        place=clean_text(content.place, field="place"),
        latitude=latitude,
        longitude=longitude,
        team=list(dict.fromkeys(one for one in team if one))[:MOST_TEAM],
        answers=answers,
        findings=_findings(content, questions),
    )


def _findings(content: Content, questions: Questions) -> list[FindingSaid]:
    known, kept = questions.by_code(), []
    for place, one in enumerate(content.findings, start=1):
        text = clean_note(one.text, limit=MAX_TEXT, field="findings")
        measure = clean_note(one.measure, limit=MAX_TEXT, field="findings")
        if len(text) < MIN_TEXT:
            raise FindingWrong(place=place, reason=N_("Write at least 10 characters."))
        if one.item and one.item not in known:
            raise FindingWrong(place=place, reason=N_("Its item is not in the checklist."))
        if one.deadline and not measure:
            raise FindingWrong(place=place, reason=N_("Say what is to be done by then."))
        if one.deadline and content.held_on and one.deadline < content.held_on:
            raise FindingWrong(place=place, reason=N_("The deadline lies before the inspection."))
        kept.append(replace(one, text=text, measure=measure))
    if len({one.uid for one in kept}) < len(kept):
        raise FindingWrong(place=len(kept), reason=N_("It stands twice."))
    return kept


_WORSE: Final = {FindingOutcome.IN_ORDER: 0, FindingOutcome.DOUBT: 1, FindingOutcome.VIOLATION: 2}


def require_signable(content: Content, questions: Questions) -> FindingOutcome:
    """Return the outcome of what may be signed. Raises Invalid with the first that it lacks."""
    if content.held_on is None:
        raise HeldNeeded
    left = lacking(questions, content.answers)
    if left:
        raise AnswersMissing(item=left[0].code, text=left[0].text, count=len(left))
    if content.outcome is None:
        raise OutcomeNeeded
    for one in content.findings:
        if _WORSE[one.outcome] > _WORSE[content.outcome]:
            raise OutcomeTooGood(text=one.text)
    bad = bad_answers(questions, content.answers)
    if bad and content.outcome is FindingOutcome.IN_ORDER:
        raise OutcomeTooGood(text=bad[0].text)
    return content.outcome


def made_findings(
    content: Content, questions: Questions, words: Words
) -> list[tuple[str, FindingOutcome, str]]:
    """Return the findings that bad answers make, where nobody wrote one: item, outcome, text."""
    written = {one.item for one in content.findings}
    outcome = content.outcome or FindingOutcome.DOUBT
    return [
        (item.code, outcome, _told(item.text, item.said(answer["value"], words), answer["note"]))
        for item in bad_answers(questions, content.answers)
        if item.code not in written
        for answer in (content.answers[item.code],)
    ]


def _told(text: str, value: str, note: str) -> str:
    return f"{text}: {value}. {note}".strip()[:MAX_TEXT]
