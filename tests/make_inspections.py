"""Factories of inspections, and what a phone sends of one."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from app.oversight.checklist_actions import install_ready
from app.oversight.checklist_queries import find_by_code, latest_versions, questions_of
from app.oversight.checklists import NOT_HERE, AnswerKind, Questions
from app.oversight.inspection_actions import Arranged, open_inspection, write_inspection
from app.oversight.inspection_models import ChecklistVersion, Inspection, Measure
from app.oversight.inspection_queries import find_target
from app.oversight.inspection_sign_actions import sign_inspection
from app.oversight.inspections import Content, FindingSaid
from app.oversight.measure_queries import measures_of
from app.oversight.rules import FindingOutcome, Subject
from app.wiring import words
from tests import make

HELD = date(2026, 3, 9)
GOOD = {AnswerKind.YES_NO: NOT_HERE, AnswerKind.NUMBER: 12.5, AnswerKind.TEXT: "Đã xem"}


def annual(db: Session) -> ChecklistVersion:
    """Return the latest version of the annual checklist, installed where it is not."""
    install_ready(db, actor=make.SYSTEM, now=make.NOW)
    found = find_by_code(db, "hang-nam")
    assert found is not None
    return latest_versions(db, [found.id])[found.id]


def inspection(
    db: Session,
    *,
    subject: Subject = Subject.ENTITY,
    record_id: int,
    right_id: int | None = None,
    **arranged: Any,  # noqa: ANN401 - the members of Arranged
) -> Inspection:
    """Open an inspection that is to be held."""
    annual(db)
    target = find_target(db, subject=subject, record_id=record_id, right_id=right_id)
    return open_inspection(
        db,
        actor=make.SYSTEM,
        now=make.NOW,
        uid=uuid4(),
        target=target,
        arranged=Arranged(**{"planned_on": HELD, **arranged}),
    )


def answers(questions: Questions, **given: object) -> dict[str, dict[str, Any]]:
    """Return an answer to each item that makes no finding, or the one given for it."""
    made: dict[str, dict[str, Any]] = {}
    for item in questions.items():
        value: object = item.choices[0].value if item.choices else GOOD.get(item.kind)
        made[item.code] = {"value": value, "note": "", "photos": []}
        if item.photo and item.choices:
            made[item.code]["photos"] = [{"sha256": "a" * 64, "size": 3}]
    for code, answer in given.items():
        told = answer if isinstance(answer, Mapping) else {"value": answer}
        made[code.replace("_", "-")] = {"note": "", "photos": [], "value": None, **told}
    return made


def sent(found: Inspection, version: ChecklistVersion, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - the members of what is sent
    """Return an inspection as a phone sends it, not answered yet."""
    return {
        "uid": str(found.uid),
        "id": found.id,
        "base_version": found.version,
        "checklist_version_id": version.id,
        "held_on": HELD.isoformat(),
        "place": "Ấp Rạch Gốc",
        "team": ["Thanh tra Hải"],
        "present": "Bà Nguyễn Thị Chủ, giám đốc",
        "answers": {},
        "findings": [],
        "summary": "",
        **more,
    }


def latest(db: Session, checklist_id: int) -> ChecklistVersion:
    return latest_versions(db, [checklist_id])[checklist_id]


def signed_with_measure(
    db: Session,
    entity_id: int,
    *,
    deadline: date = make.TODAY,
    **arranged: Any,  # noqa: ANN401 - the members of Arranged
) -> Measure:
    """Return the measure of an inspection that was held and signed."""
    version = annual(db)
    found = inspection(db, record_id=entity_id, **arranged)
    photos = [{"sha256": "a" * 64, "size": 3}]
    said = FindingSaid(
        uid=uuid4(),
        outcome=FindingOutcome.VIOLATION,
        text="Thiếu sổ ghi nhập vật tư",
        measure="Lập sổ ghi nhập vật tư",
        deadline=deadline,
    )
    content = Content(
        held_on=HELD,
        place="Ấp Rạch Gốc",
        team=["Thanh tra Hải"],
        answers=answers(questions_of(version), ve_sinh={"value": "tot", "photos": photos}),
        findings=[said],
        outcome=FindingOutcome.VIOLATION,
        summary="Thiếu sổ ghi",
    )
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW, "inspection_id": found.id}
    write_inspection(db, content=content, **who)
    sign_inspection(db, words=words()["vi"], **who)
    return measures_of(db, [found.id])[found.id][0]
