"""Templates written, published and retired; a version that was published never changes."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.diary.template import Template
from app.diary.template_changes import changes
from app.diary.template_models import (
    ProcessTemplate,
    ProcessTemplateVersion,
)
from app.diary.template_parts import VALUE, slug
from app.diary.template_queries import (
    find_by_code,
    get_template,
    latest_versions,
)
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.text import clean_note, clean_text, fold

CODE_CHARS: Final = 40
READY: Final = Path(__file__).parent / "ready"


class TemplateCodeTaken(Conflict):
    """Another template has this code"""

    code: ClassVar[str] = "diary.template_code_taken"
    detail: ClassVar[str] = N_("Change that one, or choose another code than {written}.")
    field = "code"

    def __init__(self, *, written: str) -> None:
        self.written = written


class BadTemplateCode(Invalid):
    """The template's code can't be used"""

    code: ClassVar[str] = "diary.template_bad_code"
    detail: ClassVar[str] = N_(
        "Use up to {limit} small letters without diacritics, digits and “-”."
    )
    field = "code"

    def __init__(self) -> None:
        self.limit = CODE_CHARS


class TemplateNameNeeded(Invalid):
    """The template has no name"""

    code: ClassVar[str] = "diary.template_no_name"
    detail: ClassVar[str] = N_("Write what it is for, such as “Nuôi tôm, cua”.")
    field = "name"


class SameTemplate(Conflict):
    """Nothing differs from the last version"""

    code: ClassVar[str] = "diary.template_same"
    detail: ClassVar[str] = N_("Version {version} says the same. Change something first.")

    def __init__(self, *, version: int) -> None:
        self.version = version


class TemplateRetired(Conflict):
    """The template is no longer in use"""

    code: ClassVar[str] = "diary.template_retired"
    detail: ClassVar[str] = N_("Bring it back first.")


def add_template(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    name: str,
    name_en: str = "",
    code: str = "",
) -> ProcessTemplate:
    """Add a template, for which a draft or a version is written next. Officers only."""
    actor.require_officer()
    named = _names(name, name_en)
    code = code.strip() or slug(named["name"], "-", limit=CODE_CHARS)
    if not VALUE.fullmatch(code[:1]) or slug(code, "-", limit=CODE_CHARS) != code:
        raise BadTemplateCode
    if find_by_code(db, code) is not None:
        raise TemplateCodeTaken(written=code)
    made = ProcessTemplate(code=code, created_at=now, created_by=actor.label, **named)
    db.add(made)
    db.flush()
    told = {"code": code, "name": made.name, "name_en": made.name_en}
    noted(db, actor, now, "template.add", made, None, told)
    return made


def rename_template(
    db: Session, *, actor: Actor, now: datetime, template_id: int, name: str, name_en: str = ""
) -> ProcessTemplate:
    """Change what a template is called; versions, and what is kept by them, stay as they are."""
    found = lock_template(db, template_id, actor=actor)
    named = _names(name, name_en)
    before = {"name": found.name, "name_en": found.name_en}
    for key, value in named.items():
        setattr(found, key, value)
    db.flush()
    after = {"name": found.name, "name_en": found.name_en}
    noted(db, actor, now, "template.rename", found, before, after)
    return found


def publish_version(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    template_id: int,
    body: object,
    note: str = "",
) -> ProcessTemplateVersion:
    """Publish a body as the next version. Raises TemplateWrong with all that is wrong with it."""
    found = lock_template(db, template_id, actor=actor)
    if found.retired_at is not None:
        raise TemplateRetired
    template = Template.read(body)
    latest = latest_versions(db, [template_id]).get(template_id)
    if latest is not None and not changes(Template.of(latest.body), template):
        raise SameTemplate(version=latest.version)
    made = ProcessTemplateVersion(
        template_id=template_id,
        version=latest.version + 1 if latest else 1,
        body=template.body(),
        note=clean_note(note, field="note"),
        published_at=now,
        published_by=actor.label,
    )
    db.add(made)
    db.flush()
    before = {"version": latest.version} if latest else None
    stages = [stage.name for stage in template.stages]
    after = {"version": made.version, "stages": stages, "note": made.note}
    noted(db, actor, now, "template.publish", found, before, after)
    return made


def retire_template(
    db: Session, *, actor: Actor, now: datetime, template_id: int
) -> ProcessTemplate:
    """No longer offer a template; products that took it, and their lots, keep it."""
    return _retire(db, actor, now, template_id, gone=True)


def restore_template(
    db: Session, *, actor: Actor, now: datetime, template_id: int
) -> ProcessTemplate:
    """Offer a retired template again; the same again is accepted."""
    return _retire(db, actor, now, template_id, gone=False)


def install_ready(db: Session, *, actor: Actor, now: datetime) -> list[ProcessTemplate]:
    """Publish the ready templates whose code is not taken yet, and return those."""
    actor.require_officer()
    added = []
    for path in sorted(READY.glob("*.json")):
        ready = json.loads(path.read_text(encoding="utf-8"))
        body = ready.pop("body")
        if find_by_code(db, ready["code"]) is None:
            made = add_template(db, actor=actor, now=now, **ready)
            publish_version(db, actor=actor, now=now, template_id=made.id, body=body)
            added.append(made)
    return added


def lock_template(db: Session, template_id: int, *, actor: Actor) -> ProcessTemplate:
    """Return a template kept from other writers until the end. Officers only."""
    actor.require_officer()
    get_template(db, template_id, actor=actor)
    query = select(ProcessTemplate).where(ProcessTemplate.id == template_id).with_for_update()
    return db.scalars(query.execution_options(populate_existing=True)).one()


def _retire(
    db: Session, actor: Actor, now: datetime, template_id: int, *, gone: bool
) -> ProcessTemplate:
    found = lock_template(db, template_id, actor=actor)
    if (found.retired_at is not None) != gone:
        before = {"retired_at": found.retired_at}
        found.retired_at = now if gone else None
        db.flush()
        action = "template.retire" if gone else "template.restore"
        noted(db, actor, now, action, found, before, {"retired_at": found.retired_at})
    return found


def _names(name: str, name_en: str) -> dict[str, str]:
    named = {
        "name": clean_text(name, field="name"),
        "name_en": clean_text(name_en, field="name_en"),
    }
    if not named["name"]:
        raise TemplateNameNeeded
    return {**named, "folded": fold(f"{named['name']} {named['name_en']}")}


def noted(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    template: ProcessTemplate,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    """Record what was done to a template."""
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=template.id,
        before=before,
        after=after,
    )
