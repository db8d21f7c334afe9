"""Which stage of its lot's template an entry is of."""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.diary.entries import EntryRow
from app.diary.models import Lot
from app.diary.rules import EntryKind
from app.diary.template import PLAIN, Stage, Template
from app.diary.template_queries import find_templates, template_of

_UNFORESEEN: Final = (EntryKind.TREATMENT, EntryKind.OTHER)


def stages_of(db: Session, entries: Collection[EntryRow]) -> Mapping[UUID, Stage | None]:
    """Return by entry its stage; None where its template knows it under no such code."""
    query = select(Lot.id, Lot.template_version_id).where(
        Lot.id.in_({one.lot_id for one in entries})
    )
    versions = {lot_id: version for lot_id, version in db.execute(query)} if entries else {}  # noqa: C416 - a Row is no plain pair to dict()
    templates = find_templates(db, versions.values())
    found = {}
    for one in entries:
        version = versions.get(one.lot_id)
        template = PLAIN if version is None else templates[version]
        found[one.id] = template.stage(one.stage) or (
            PLAIN.stage(one.kind) if not one.stage else None
        )
    return found


def offered_stages(db: Session, lot: Lot) -> list[Stage]:
    """Return what can be written down of a lot: its template's stages, and what none foresees."""
    stages = template_of(db, lot).stages
    kinds = {stage.kind for stage in stages}
    beside = [PLAIN.stage(kind) for kind in _UNFORESEEN if kind not in kinds]
    return [*stages, *(one for one in beside if one is not None)]


def asked_stage(db: Session, lot: Lot, code: str) -> Stage | None:
    """Return one of the stages offered by its code."""
    return next((one for one in offered_stages(db, lot) if one.code == code), None)


def foreseen(template: Template, stage: Stage) -> bool:
    """Tell whether a stage is of the template, and not beside it."""
    return template.stage(stage.code) == stage
