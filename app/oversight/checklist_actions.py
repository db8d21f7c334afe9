import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.audit.models import AuditEvent
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.db import Database
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.saving import touched
from app.kit.text import clean_note, clean_text
from app.oversight.checklist_body import CODE, read_questions
from app.oversight.checklist_queries import (
    count_checklists,
    find_by_code,
    get_checklist,
    latest_versions,
)
from app.oversight.finding_actions import INSPECTORS
from app.oversight.inspection_models import Checklist, ChecklistVersion

READY: Final = Path(__file__).parent / "ready"


class BadChecklistCode(Invalid):
    """The checklist's code can't be used"""

    code: ClassVar[str] = "oversight.checklist_bad_code"
    detail: ClassVar[str] = N_("Use small letters without diacritics, digits and “-”.")
    field = "code"


class ChecklistNameNeeded(Invalid):
    """The checklist has no name"""

    code: ClassVar[str] = "oversight.checklist_no_name"
    detail: ClassVar[str] = N_("Write what it is for.")
    field = "name"


class SameChecklist(Conflict):
    """Nothing differs from the last version of this checklist"""

    code: ClassVar[str] = "oversight.checklist_same"
    detail: ClassVar[str] = N_("Version {version} asks the same. Change something first.")

    def __init__(self, *, version: int) -> None:
        self.version = version


class ChecklistRetired(Conflict):
    """The checklist is no longer in use"""

    code: ClassVar[str] = "oversight.checklist_retired"
    detail: ClassVar[str] = N_("Bring it back first.")


def publish_checklist(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    code: str,
    name: str,
    name_en: str = "",
    body: object,
    note: str = "",
) -> ChecklistVersion:
    """Add a checklist, or the next version of the one with this code. Officers only.

    Inspections that have begun keep the version they were begun with.
    """
    actor.require_officer()
    return _publish(db, actor, now, code=code, name=name, name_en=name_en, body=body, note=note)


def _publish(
    db: Session,
    actor: Actor,
    now: datetime,
    *,
    code: str,
    name: str,
    name_en: str,
    body: object,
    note: str = "",
) -> ChecklistVersion:
    questions = read_questions(body)
    found = _named(db, actor, now, code, name, name_en)
    latest = latest_versions(db, [found.id]).get(found.id)
    if latest is not None and latest.body == questions.body():
        raise SameChecklist(version=latest.version)
    made = ChecklistVersion(
        checklist_id=found.id,
        version=latest.version + 1 if latest else 1,
        body=questions.body(),
        note=clean_note(note, field="note"),
        created_at=now,
        created_by=actor.label,
    )
    db.add(made)
    db.flush()
    before = {"version": latest.version} if latest else None
    items = sum(1 for _ in questions.items())
    after = {"version": made.version, "items": items, "note": made.note}
    _noted(db, actor, now, "checklist.publish", found, before, after)
    return made


def retire_checklist(
    db: Session, *, actor: Actor, now: datetime, checklist_id: int, gone: bool
) -> Checklist:
    """No longer offer a checklist, or offer it again; the same again is accepted."""
    actor.require_officer()
    get_checklist(db, checklist_id)
    found = _lock(db, checklist_id)
    if (found.retired_on is not None) != gone:
        before = {"retired_on": found.retired_on}
        found.retired_on = day_of(now) if gone else None
        found.changed_at = touched(found.changed_at, now)
        db.flush()
        action = "checklist.retire" if gone else "checklist.restore"
        _noted(db, actor, now, action, found, before, {"retired_on": found.retired_on})
    return found


def install_ready(db: Session, *, actor: Actor, now: datetime) -> list[ChecklistVersion]:
    """Publish the ready checklists whose code is not taken yet, and return those."""
    actor.require_role(*INSPECTORS)
    added = []
    for path in sorted(READY.glob("*.json")):
        ready = json.loads(path.read_text(encoding="utf-8"))
        if find_by_code(db, ready["code"]) is None:
            added.append(_publish(db, actor, now, **ready))
    return added


def require_some(database: Database, *, actor: Actor, now: datetime) -> None:
    """Have checklists to inspect by: where none was ever published, the ready ones."""
    with database.begin(write=False) as db:
        if count_checklists(db) or not actor.roles & set(INSPECTORS):
            return
    # Of two who find none at once, the later finds what the first installed.
    with suppress(IntegrityError), database.begin() as db:
        install_ready(db, actor=actor, now=now)


def _named(
    db: Session, actor: Actor, now: datetime, code: str, name: str, name_en: str
) -> Checklist:
    """Return the checklist with this code under this name, a new one where there is none."""
    if not CODE.fullmatch(code):
        raise BadChecklistCode
    named = {
        "name": clean_text(name, field="name"),
        "name_en": clean_text(name_en, field="name_en"),
    }
    if not named["name"]:
        raise ChecklistNameNeeded
    there = find_by_code(db, code)
    if there is None:
        made = Checklist(code=code, created_at=now, changed_at=now, **named)
        db.add(made)
        db.flush()
        _noted(db, actor, now, "checklist.add", made, None, {"code": code, **named})
        return made
    found = _lock(db, there.id)
    if found.retired_on is not None:
        raise ChecklistRetired
    before = {"name": found.name, "name_en": found.name_en}
    if before != named:
        for key, value in named.items():
            setattr(found, key, value)
        found.changed_at = touched(found.changed_at, now)
        db.flush()
        _noted(db, actor, now, "checklist.rename", found, before, named)
    return found


def _lock(db: Session, checklist_id: int) -> Checklist:
    query = select(Checklist).where(Checklist.id == checklist_id).with_for_update()
    return db.scalars(query.execution_options(populate_existing=True)).one()


def _noted(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    checklist: Checklist,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> AuditEvent:
    return record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=checklist.id,
        before=before,
        after=after,
    )
