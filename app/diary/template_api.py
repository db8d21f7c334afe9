from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from app.diary import template_actions
from app.diary.template_models import ProcessTemplate, ProcessTemplateVersion
from app.diary.template_queries import (
    get_template,
    get_version,
    latest_versions,
    list_templates,
    list_versions,
)
from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Line, Note, Out
from app.kit.paging import Cutting, Listed, listed
from app.kit.web import Db, Id, Now

router = APIRouter(prefix="/api/v1/templates", tags=["diary"], route_class=ApiRoute)

Body = Annotated[
    dict[str, Any],
    Field(
        description="Stages and fields, as `GET /api/v1/templates/{id}/versions/{n}` returns them; "
        "what may be left out has a default."
    ),
]


class TemplateIn(In):
    """A new process template with its first version."""

    name: Annotated[Line, Field(min_length=1, max_length=200)]
    name_en: Annotated[Line, Field(max_length=200)] = ""
    code: Annotated[str, Field(max_length=40)] = ""
    body: Body
    note: Annotated[Note, Field(max_length=2000)] = ""


class TemplateVersionIn(In):
    """The next version of a process template."""

    body: Body
    note: Annotated[Note, Field(max_length=2000)] = ""


class TemplateOut(Out):
    """A process template; `version` is the number of its latest version, or null."""

    id: int
    code: str
    name: str
    name_en: str
    version: int | None
    version_id: int | None
    retired_at: datetime | None


class TemplateVersionLine(Out):
    """A version of a process template without its body."""

    id: int
    version: int
    note: str
    published_at: datetime
    published_by: str


class TemplateVersionOut(TemplateVersionLine):
    """A version of a process template: it never changes."""

    template_id: int
    body: dict[str, Any]


class TemplateFullOut(TemplateOut):
    """A process template with its versions, the latest first."""

    versions: Sequence[TemplateVersionLine]


@router.get("")
def read_templates(
    request: Request, db: Db, actor: CurrentActor, cut: Cutting, q: Line = ""
) -> Listed[TemplateOut]:
    """Return the process templates; those that are retired are no longer offered to products."""
    page = list_templates(db, actor=actor, cut=cut, text=q)
    latest = latest_versions(db, (one.id for one in page.items))
    return listed(request, page, lambda one: _out(one, latest.get(one.id)))


@router.get("/{template_id}")
def read_template(template_id: Id, db: Db, actor: CurrentActor) -> TemplateFullOut:
    """Return one template with its versions."""
    found = get_template(db, template_id, actor=actor)
    versions = list_versions(db, template_id)
    facts = _out(found, versions[0] if versions else None)
    lines = [TemplateVersionLine.model_validate(one) for one in versions]
    return TemplateFullOut(**facts.model_dump(), versions=lines)


@router.get("/{template_id}/versions/{version}")
def read_version(template_id: Id, version: Id, db: Db, actor: CurrentActor) -> TemplateVersionOut:
    """Return a version with its stages and fields."""
    found = get_template(db, template_id, actor=actor)
    return TemplateVersionOut.model_validate(get_version(db, found.id, version))


@router.post("", status_code=201)
def add_template(given: TemplateIn, db: Db, actor: CurrentActor, now: Now) -> TemplateOut:
    """Add a template and publish its first version. Officers only."""
    facts = given.model_dump(exclude={"body", "note"})
    made = template_actions.add_template(db, actor=actor, now=now, **facts)
    return _out(made, _publish(db, actor, now, made.id, given))


@router.post("/{template_id}/versions", status_code=201)
def publish_version(
    template_id: Id, given: TemplateVersionIn, db: Db, actor: CurrentActor, now: Now
) -> TemplateVersionOut:
    """Publish the next version; lots that are kept by another keep theirs. Officers only."""
    return TemplateVersionOut.model_validate(_publish(db, actor, now, template_id, given))


@router.post("/{template_id}/retire")
def retire_template(template_id: Id, db: Db, actor: CurrentActor, now: Now) -> TemplateOut:
    """No longer offer a template to products. Officers only."""
    found = template_actions.retire_template(db, actor=actor, now=now, template_id=template_id)
    return _out(found, latest_versions(db, [found.id]).get(found.id))


@router.post("/{template_id}/restore")
def restore_template(template_id: Id, db: Db, actor: CurrentActor, now: Now) -> TemplateOut:
    """Offer a retired template again. Officers only."""
    found = template_actions.restore_template(db, actor=actor, now=now, template_id=template_id)
    return _out(found, latest_versions(db, [found.id]).get(found.id))


def _publish(
    db: Db, actor: CurrentActor, now: Now, template_id: int, given: TemplateIn | TemplateVersionIn
) -> ProcessTemplateVersion:
    return template_actions.publish_version(
        db, actor=actor, now=now, template_id=template_id, body=given.body, note=given.note
    )


def _out(found: ProcessTemplate, latest: ProcessTemplateVersion | None) -> TemplateOut:
    names = ("id", "code", "name", "name_en", "retired_at")
    facts = {name: getattr(found, name) for name in names}
    version = (latest.version, latest.id) if latest else (None, None)
    return TemplateOut(**facts, version=version[0], version_id=version[1])
