"""Checklists by JSON: what inspections are held by, and the bodies of their versions."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session

from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Line, Note, Out
from app.kit.paging import Listed, NewestFirst, next_path
from app.kit.web import Db, Id, Now
from app.oversight import checklist_actions
from app.oversight.checklist_queries import (
    get_checklist,
    get_numbered,
    latest_versions,
    list_checklists,
    list_versions,
)
from app.oversight.inspection_models import Checklist

router = APIRouter(prefix="/api/v1/checklists", tags=["inspections"], route_class=ApiRoute)


class ChecklistIn(In):
    """A checklist, or the next version of the one with this code."""

    code: Annotated[Line, Field(min_length=1, max_length=40)]
    name: Annotated[Line, Field(min_length=1, max_length=200)]
    name_en: Annotated[Line, Field(max_length=200)] = ""
    body: Annotated[dict[str, Any], Field(description="As a version answers it.")]
    note: Annotated[Note, Field(max_length=2000)] = ""


class ListedChecklistOut(Out):
    """A checklist; `version` is what inspections begun now are kept by."""

    id: int
    code: str
    name: str
    name_en: str
    retired_on: date | None
    changed_at: datetime
    version: int | None


class VersionOut(Out):
    """A version that was published; it never changes."""

    version: int
    note: str
    created_at: datetime
    created_by: str


class WholeVersionOut(VersionOut):
    """A version with what it asks."""

    body: dict[str, Any]


class ChecklistOut(ListedChecklistOut):
    """A checklist with its versions, the newest first."""

    versions: Sequence[VersionOut]


@router.get("")
def list_all_checklists(
    request: Request, db: Db, actor: CurrentActor, cut: NewestFirst, *, retired: bool = False
) -> Listed[ListedChecklistOut]:
    """Return the checklists in use, or those that no longer are; the Department only."""
    actor.require_department()
    page = list_checklists(db, cut=cut, retired=retired)
    return Listed(items=_listed(db, page.items), next=next_path(request, page))


@router.post("", status_code=201)
def publish_checklist(given: ChecklistIn, db: Db, actor: CurrentActor, now: Now) -> ChecklistOut:
    """Publish a checklist; inspections that have begun keep the version they were begun with."""
    made = checklist_actions.publish_checklist(db, actor=actor, now=now, **given.model_dump())
    return _one(db, get_checklist(db, made.checklist_id))


@router.post("/ready")
def install_ready_checklists(db: Db, actor: CurrentActor, now: Now) -> list[ListedChecklistOut]:
    """Publish the checklists that come with the system, those whose code is not taken."""
    actor.require_officer()
    made = checklist_actions.install_ready(db, actor=actor, now=now)
    return _listed(db, [get_checklist(db, one.checklist_id) for one in made])


@router.get("/{checklist_id}")
def get_one_checklist(checklist_id: Id, db: Db, actor: CurrentActor) -> ChecklistOut:
    actor.require_department()
    return _one(db, get_checklist(db, checklist_id))


@router.get("/{checklist_id}/versions/{version}")
def get_checklist_version(
    checklist_id: Id, version: Id, db: Db, actor: CurrentActor
) -> WholeVersionOut:
    """Return what a version asks."""
    actor.require_department()
    return WholeVersionOut.model_validate(get_numbered(db, checklist_id, version))


@router.post("/{checklist_id}/retire")
def retire_checklist(checklist_id: Id, db: Db, actor: CurrentActor, now: Now) -> ChecklistOut:
    """No longer offer a checklist to new inspections."""
    found = checklist_actions.retire_checklist(
        db, actor=actor, now=now, checklist_id=checklist_id, gone=True
    )
    return _one(db, found)


@router.post("/{checklist_id}/restore")
def restore_checklist(checklist_id: Id, db: Db, actor: CurrentActor, now: Now) -> ChecklistOut:
    """Offer a checklist again."""
    found = checklist_actions.retire_checklist(
        db, actor=actor, now=now, checklist_id=checklist_id, gone=False
    )
    return _one(db, found)


def _listed(db: Session, found: Sequence[Checklist]) -> list[ListedChecklistOut]:
    latest = latest_versions(db, [one.id for one in found])
    plain = [name for name in ListedChecklistOut.model_fields if name != "version"]
    return [
        ListedChecklistOut(
            **{name: getattr(one, name) for name in plain},
            version=latest[one.id].version if one.id in latest else None,
        )
        for one in found
    ]


def _one(db: Session, found: Checklist) -> ChecklistOut:
    versions = [VersionOut.model_validate(one) for one in list_versions(db, found.id)]
    return ChecklistOut(**_listed(db, [found])[0].model_dump(), versions=versions)
