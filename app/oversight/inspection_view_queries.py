"""All of one inspection, as its pages and its minutes show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.queries import names_of
from app.identity.models import Account
from app.kit.db import beyond_fence
from app.kit.i18n import Translator
from app.oversight.checklist_queries import (
    get_checklist,
    get_version,
    latest_versions,
    questions_of,
)
from app.oversight.checklists import Item, Questions
from app.oversight.inspection_models import (
    Checklist,
    ChecklistVersion,
    Inspection,
    InspectionNote,
    InspectionPhoto,
    InspectionPlan,
)
from app.oversight.inspection_queries import notes_of, photos_of, rechecks_of
from app.oversight.inspection_row_queries import InspectionRow, inspection_rows, users_of
from app.oversight.measure_queries import measures_of
from app.oversight.measure_row_queries import MeasureRow, measure_rows
from app.oversight.models import Finding
from app.oversight.rules import FindingOutcome, Subject


@dataclass(frozen=True, slots=True)
class Answered:
    """An item with what was answered, in words."""

    item: Item
    text: str
    said: str
    note: str
    bad: bool
    photos: Sequence[InspectionPhoto]


@dataclass(frozen=True, slots=True)
class AnsweredSection:
    name: str
    answers: Sequence[Answered]

    @property
    def bad(self) -> int:
        return sum(one.bad for one in self.answers)


@dataclass(frozen=True, slots=True)
class FoundOut:
    """A finding in words, with the item of the checklist it is of."""

    item: str
    outcome: FindingOutcome
    text: str
    measure: str
    deadline: date | None


@dataclass(frozen=True, slots=True)
class Whole:
    """An inspection with all that hangs on it."""

    row: InspectionRow
    plan: InspectionPlan | None
    lead: str
    checklist: Checklist
    version: ChecklistVersion | None
    sections: Sequence[AnsweredSection]
    findings: Sequence[FoundOut]
    observed: Sequence[tuple[str, bool, str]]
    users: Sequence[tuple[int, str]]
    measures: Sequence[MeasureRow]
    followed: Sequence[tuple[MeasureRow, bool | None, str]]
    notes: Sequence[InspectionNote]
    rechecks: Sequence[Inspection]
    awaited: int


def questions_for(db: Session, one: Inspection) -> tuple[ChecklistVersion | None, Questions]:
    """Return what an inspection asks: by the version it is kept by, else by the latest."""
    version = (
        get_version(db, one.checklist_version_id)
        if one.checklist_version_id is not None
        else latest_versions(db, [one.checklist_id]).get(one.checklist_id)
    )
    return version, questions_of(version) if version else Questions(())


def whole_of(db: Session, one: Inspection, *, words: Translator, today: date) -> Whole:
    """Return all of an inspection."""
    version, questions = questions_for(db, one)
    photos = photos_of(db, [one.id])[one.id]
    named = names_of(db, [each["entity_id"] for each in one.observed])
    mark = one.subject == Subject.RIGHT and one.right_id is not None
    lead = db.scalar(select(Account.name).where(Account.id == one.lead_id))
    return Whole(
        row=inspection_rows(db, [one], words)[0],
        plan=db.get(InspectionPlan, one.plan_id) if one.plan_id else None,
        lead=lead or "",
        checklist=get_checklist(db, one.checklist_id),
        version=version,
        sections=_sections(questions, one, photos, words),
        findings=told_findings(db, one, questions, words),
        observed=[
            (named.get(each["entity_id"], ""), each["in_use"], each["note"])
            for each in one.observed
        ],
        users=users_of(db, [one.right_id])[one.right_id] if mark and one.right_id else (),
        measures=measure_rows(db, measures_of(db, [one.id])[one.id], today=today),
        followed=_followed(db, one, today),
        notes=notes_of(db, one.id),
        rechecks=rechecks_of(db, one.id),
        awaited=sum(each.sha256 is None for each in photos),
    )


def _sections(
    questions: Questions, one: Inspection, photos: Sequence[InspectionPhoto], words: Translator
) -> list[AnsweredSection]:
    by_item: dict[str, list[InspectionPhoto]] = {}
    for photo in photos:
        by_item.setdefault(photo.item, []).append(photo)
    return [
        AnsweredSection(
            section.named(words.language),
            [_answered(item, one.answers, by_item, words) for item in section.items],
        )
        for section in questions.sections
    ]


def _answered(
    item: Item,
    answers: Mapping[str, Mapping[str, object]],
    photos: Mapping[str, Sequence[InspectionPhoto]],
    words: Translator,
) -> Answered:
    answer = answers.get(item.code, {})
    value = answer.get("value")
    return Answered(
        item=item,
        text=item.named(words.language),
        said="" if value is None else item.said(value, words),
        note=str(answer.get("note", "")),
        bad=item.is_bad(value),
        photos=photos.get(item.code, ()),
    )


def told_findings(
    db: Session, one: Inspection, questions: Questions, words: Translator
) -> list[FoundOut]:
    """Return the findings of a signed inspection, or those that are a draft yet."""
    items = {code: item.named(words.language) for code, item in questions.by_code().items()}
    days = {each["text"]: each["deadline"] for each in one.findings}
    query = select(Finding).where(Finding.inspection_id == one.id).order_by(Finding.id)
    # Findings are the Department's; who may see an inspection may see what it found.
    with beyond_fence(db):
        kept = list(db.scalars(query))
    told = [(each.item, each.outcome, each.text, each.measure) for each in kept] or [
        (each["item"], each["outcome"], each["text"], each["measure"]) for each in one.findings
    ]
    return [
        FoundOut(items.get(item, ""), FindingOutcome(outcome), text, measure, _day(days.get(text)))
        for item, outcome, text, measure in told
    ]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _followed(
    db: Session, one: Inspection, today: date
) -> list[tuple[MeasureRow, bool | None, str]]:
    """Return the measures that a re-check looks at, with what it saw."""
    if one.recheck_of is None:
        return []
    seen = {each["measure_id"]: each for each in one.followed}
    rows = measure_rows(db, measures_of(db, [one.recheck_of])[one.recheck_of], today=today)
    return [
        (row, told["done"] if told else None, told["note"] if told else "")
        for row in rows
        for told in (seen.get(row.measure.id),)
        if told or row.measure.done_on is None
    ]
