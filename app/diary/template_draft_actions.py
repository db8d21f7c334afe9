"""Drafts of templates: begun, written by one officer after the other, published or discarded."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

from sqlalchemy.orm import Session

from app.diary.template_actions import TemplateRetired, lock_template, noted, publish_version
from app.diary.template_body import FORMAT, Body, clean_body
from app.diary.template_faults import TemplateCount, TemplateWrong
from app.diary.template_models import ProcessTemplateDraft, ProcessTemplateVersion
from app.diary.template_queries import find_draft, latest_versions
from app.identity.rules import Actor
from app.kit.errors import NotFound
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


def _draft(db: Session, template_id: int, seen: int) -> ProcessTemplateDraft:
    draft = find_draft(db, template_id)
    if draft is None:
        raise NoDraft
    db.refresh(draft)
    if draft.saved != seen:
        raise RecordChanged
    return draft
