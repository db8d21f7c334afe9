"""Drafts of templates: begun, written by one officer after the other, published or discarded."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

from sqlalchemy.orm import Session

from app.diary.template_actions import (
    TemplateRetired,
    add_template,
    lock_template,
    noted,
    publish_version,
)
from app.diary.template_body import FORMAT, Body, clean_body
from app.diary.template_faults import TemplateCount, TemplateWrong
from app.diary.template_models import ProcessTemplateDraft, ProcessTemplateVersion
from app.diary.template_queries import find_by_code, find_draft, latest_versions
from app.diary.template_sheet_reading import TemplateFile
from app.identity.rules import Actor
from app.kit.errors import Conflict, NotFound
from app.kit.i18n import N_
from app.kit.saving import RecordChanged

EMPTY: Final[Mapping[str, Any]] = {
    "format": FORMAT,
    "late_after_hours": 48,
    "approval_after_days": 7,
    "stages": [],
}


class NoDraft(NotFound):
    """There is no draft"""

    code: ClassVar[str] = "diary.template_no_draft"
    detail: ClassVar[str] = N_("It was published or discarded. Begin a new one.")


class DraftStands(Conflict):
    """The template has a draft already"""

    code: ClassVar[str] = "diary.template_draft_stands"
    detail: ClassVar[str] = N_(
        "{saved_by} saved it last. Tick that it may be replaced, and send the file again."
    )
    field = "replace"

    def __init__(self, *, saved_by: str) -> None:
        self.saved_by = saved_by


def begin_draft(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    template_id: int,
    body: Mapping[str, Any] | None = None,
) -> ProcessTemplateDraft:
    """Begin a draft from the latest version, or from a body; one that is there stays."""
    found = lock_template(db, template_id, actor=actor)
    if found.retired_at is not None:
        raise TemplateRetired
    draft = find_draft(db, template_id)
    if draft is None:
        latest = latest_versions(db, [template_id]).get(template_id)
        begun = body or (latest.body if latest else EMPTY)
        facts = {"body": draftable(begun), "saved_at": now, "saved_by": actor.label}
        draft = ProcessTemplateDraft(template_id=template_id, saved=1, **facts)
        db.add(draft)
        db.flush()
        noted(db, actor, now, "template.draft", found, None, {"saved": 1})
    return draft


def save_draft(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    template_id: int,
    seen: int,
    body: Mapping[str, Any],
) -> ProcessTemplateDraft:
    """Keep the draft as it is written now; RecordChanged where somebody was faster."""
    found = lock_template(db, template_id, actor=actor)
    draft = _draft(db, template_id, seen)
    draft.body = draftable(body)
    draft.saved += 1
    draft.saved_at, draft.saved_by = now, actor.label
    db.flush()
    noted(db, actor, now, "template.draft", found, {"saved": seen}, {"saved": draft.saved})
    return draft


def discard_draft(db: Session, *, actor: Actor, now: datetime, template_id: int, seen: int) -> None:
    """Throw the draft away; what was published stays."""
    found = lock_template(db, template_id, actor=actor)
    draft = _draft(db, template_id, seen)
    db.delete(draft)
    db.flush()
    noted(db, actor, now, "template.discard", found, {"saved": draft.saved}, None)


def publish_draft(
    db: Session, *, actor: Actor, now: datetime, template_id: int, seen: int, note: str = ""
) -> ProcessTemplateVersion:
    """Publish the draft as the next version; lots that are kept by another keep theirs."""
    actor.require_officer()
    draft = _draft(db, template_id, seen)
    made = publish_version(
        db, actor=actor, now=now, template_id=template_id, body=draft.body, note=note
    )
    db.delete(draft)
    db.flush()
    return made


def draftable(body: object) -> Body:
    """Return a body as a draft keeps it: nothing wrong in it, but stages may still lack."""
    cleaned, faults = clean_body(body)
    wrong = [one for one in faults if not (isinstance(one, TemplateCount) and one.count == 0)]
    if wrong:
        raise TemplateWrong(wrong)
    return cleaned


def get_draft(db: Session, template_id: int) -> ProcessTemplateDraft:
    draft = find_draft(db, template_id)
    if draft is None:
        raise NoDraft
    return draft


def _draft(db: Session, template_id: int, seen: int) -> ProcessTemplateDraft:
    draft = get_draft(db, template_id)
    db.refresh(draft)
    if draft.saved != seen:
        raise RecordChanged
    return draft


def import_draft(
    db: Session, *, actor: Actor, now: datetime, file: TemplateFile, replace: bool
) -> ProcessTemplateDraft:
    """Make a file the draft of the template of its code, added where there is none.

    A draft that is there is replaced only where that is wanted. Names stay as they are.
    """
    actor.require_officer()
    found = find_by_code(db, file.code) if file.code else None
    if found is None:
        names = {"name": file.name, "name_en": file.name_en, "code": file.code}
        found = add_template(db, actor=actor, now=now, **names)
    draft = find_draft(db, found.id)
    where: dict[str, Any] = {"actor": actor, "now": now, "template_id": found.id}
    if draft is None:
        return begin_draft(db, **where, body=file.body)
    if not replace:
        raise DraftStands(saved_by=draft.saved_by)
    return save_draft(db, **where, seen=draft.saved, body=file.body)
