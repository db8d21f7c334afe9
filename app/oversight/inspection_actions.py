from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.kit.saving import check_seen, touched
from app.kit.text import clean_note, clean_text
from app.oversight.checklist_actions import ChecklistRetired
from app.oversight.checklist_queries import (
    get_checklist,
    get_version,
    latest_versions,
    offered,
    questions_of,
)
from app.oversight.checklists import Questions
from app.oversight.finding_actions import INSPECTORS
from app.oversight.inspection_lead_queries import is_lead
from app.oversight.inspection_models import ChecklistVersion, Inspection
from app.oversight.inspection_photo_actions import promise_photos, written_here
from app.oversight.inspection_queries import Target, get_inspection
from app.oversight.inspection_refusals import (
    InspectionCancelled,
    InspectionSigned,
    OtherChecklist,
    OtherVersion,
)
from app.oversight.inspections import MOST_TEAM, Cause, Content, InspectionState, checked
from app.oversight.row_queries import names_of
from app.oversight.rules import MIN_TEXT, TextTooShort, folded_words
from app.rights.models import IpRight

_TOLD: Final = (
    *("state", "subject", "right_id", "entity_id", "product_id", "lot_id", "batch_id"),
    *("cause", "plan_id", "planned_on", "held_on", "place", "team", "lead_id"),
    *("checklist_version_id", "in_use", "present", "summary", "opinion", "outcome"),
)


class NoChecklist(Invalid):
    """There is no checklist to inspect by"""

    code: ClassVar[str] = "oversight.no_checklist"
    detail: ClassVar[str] = N_("Install the ready ones, or import one, among the checklists.")
    field = "checklist_id"


class NoSuchLead(Invalid):
    """Nobody who inspects has this number"""

    code: ClassVar[str] = "oversight.no_such_lead"
    detail: ClassVar[str] = N_("Choose an inspector or an officer.")
    field = "lead_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """When an inspection is to be held, by whom, and what led to it."""

    cause: Cause = Cause.AD_HOC
    planned_on: date | None = None
    month_only: bool = False
    team: Sequence[str] = ()
    lead_id: int | None = None
    checklist_id: int | None = None
    plan_id: int | None = None
    report_id: int | None = None
    from_finding_id: int | None = None
    recheck_of: int | None = None
    occasion: str = ""


def open_inspection(
    db: Session, *, actor: Actor, now: datetime, uid: UUID, target: Target, arranged: Arranged
) -> Inspection:
    """Open an inspection that is to be held; its checklist is the first in use unless said."""
    actor.require_role(*INSPECTORS)
    checklist = _checklist_id(db, arranged.checklist_id)
    require_lead(db, arranged.lead_id)
    made = Inspection(
        uid=uid,
        plan_id=arranged.plan_id,
        cause=arranged.cause,
        report_id=arranged.report_id,
        from_finding_id=arranged.from_finding_id,
        recheck_of=arranged.recheck_of,
        occasion=clean_text(arranged.occasion, limit=500, field="occasion"),
        planned_on=arranged.planned_on,
        month_only=arranged.month_only,
        team=clean_team(arranged.team),
        lead_id=arranged.lead_id,
        checklist_id=checklist,
        folded="",
        created_at=now,
        created_by=actor.label,
        updated_at=now,
        **target.columns(),
    )
    made.folded = _folded(db, made)
    db.add(made)
    db.flush()
    note(db, actor, now, "inspection.open", made, None)
    return made


def rearrange(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    inspection_id: int,
    planned_on: date | None,
    month_only: bool = False,
    team: Sequence[str] = (),
    lead_id: int | None = None,
    checklist_id: int | None = None,
    seen: datetime | None = None,
) -> Inspection:
    """Change when and by whom an inspection is held; its checklist until it is begun."""
    found = lock_open(db, inspection_id, actor=actor)
    check_seen(found.updated_at, seen)
    require_lead(db, lead_id)
    before = facts(found)
    found.planned_on, found.month_only = planned_on, month_only
    found.team, found.lead_id = clean_team(team), lead_id
    # The phone's own names of the team would take the place of these.
    written_here(found)
    if checklist_id is not None and checklist_id != found.checklist_id:
        if found.checklist_version_id is not None:
            raise OtherChecklist(version=get_version(db, found.checklist_version_id).version)
        found.checklist_id = _checklist_id(db, checklist_id)
    return changed(db, actor, now, "inspection.arrange", found, before)


def write_inspection(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    inspection_id: int,
    content: Content,
    base_version: int | None = None,
    checklist_version_id: int | None = None,
) -> Inspection:
    """Write down what was seen so far; the whole content is replaced.

    `base_version` is the one that was read before: where somebody wrote since, OtherVersion is
    raised. The first writing settles by which version of the checklist it is kept.
    """
    found = lock_open(db, inspection_id, actor=actor)
    if base_version is not None and base_version != found.version:
        raise OtherVersion
    before = facts(found)
    questions = begin(db, found, checklist_version_id)
    put(db, found, checked(content, questions, today=day_of(now)))
    return changed(db, actor, now, "inspection.write", found, before)


def cancel_inspection(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    inspection_id: int,
    reason: str,
    seen: datetime | None = None,
) -> Inspection:
    """Cancel an inspection that is not signed. It stays in the list, with the reason."""
    found = lock_open(db, inspection_id, actor=actor)
    check_seen(found.updated_at, seen)
    told = clean_note(reason, field="reason")
    if len(told) < MIN_TEXT:
        raise TextTooShort(field="reason")
    before = facts(found)
    found.state, found.cancel_reason = InspectionState.CANCELLED, told
    return changed(db, actor, now, "inspection.cancel", found, before, {"reason": told})


def lock_open(db: Session, inspection_id: int, *, actor: Actor) -> Inspection:
    """Return an inspection that may still be written on, kept from other writers."""
    actor.require_role(*INSPECTORS)
    found = get_inspection(db, inspection_id, actor=actor, lock=True)
    require_open(found)
    return found


def require_open(found: Inspection) -> None:
    if found.state == InspectionState.SIGNED:
        raise InspectionSigned
    if found.state == InspectionState.CANCELLED:
        raise InspectionCancelled


def begin(db: Session, found: Inspection, version_id: int | None) -> Questions:
    """Return what an inspection asks; the first time by the version named, else by the latest."""
    if found.checklist_version_id is None:
        found.checklist_version_id = _version(db, found, version_id).id
    kept = get_version(db, found.checklist_version_id)
    if version_id not in {None, kept.id}:
        raise OtherChecklist(version=kept.version)
    return questions_of(kept)


def put(db: Session, found: Inspection, content: Content) -> None:
    """Have an inspection hold this content; it is under way from then on."""
    for name, value in content.columns().items():
        setattr(found, name, value)
    found.state = InspectionState.HELD
    written_here(found)
    found.folded = _folded(db, found)
    promise_photos(db, found)


def facts(found: Inspection) -> dict[str, Any]:
    """Return what the audit trail keeps of an inspection."""
    told = {name: getattr(found, name) for name in _TOLD}
    written = [one["text"] for one in found.findings or ()]
    return told | {"answered": len(found.answers or {}), "findings": written}


def changed(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    found: Inspection,
    before: Mapping[str, Any],
    more: Mapping[str, Any] | None = None,
) -> Inspection:
    found.version += 1
    found.updated_at = touched(found.updated_at, now)
    db.flush()
    note(db, actor, now, action, found, before, more)
    return found


def note(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    found: Inspection,
    before: Mapping[str, Any] | None,
    more: Mapping[str, Any] | None = None,
) -> None:
    # Its people read an entity's events: of an inspection once it is signed.
    signed = found.state == InspectionState.SIGNED
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=found.id,
        entity_id=found.entity_id if signed else None,
        before=before,
        after=facts(found) | dict(more or {}),
    )


def clean_team(team: Sequence[str]) -> list[str]:
    """Return the names of a team, each once."""
    named = (clean_text(one, limit=120, field="team") for one in team)
    return list(dict.fromkeys(one for one in named if one))[:MOST_TEAM]


def require_lead(db: Session, lead_id: int | None) -> None:
    if lead_id is not None and not is_lead(db, lead_id):
        raise NoSuchLead


def _version(db: Session, found: Inspection, version_id: int | None) -> ChecklistVersion:
    if version_id is None:
        return latest_versions(db, [found.checklist_id])[found.checklist_id]
    version = get_version(db, version_id)
    # Begun out of reach by another checklist than was planned: what was answered decides.
    found.checklist_id = version.checklist_id
    return version


def _checklist_id(db: Session, checklist_id: int | None) -> int:
    if checklist_id is not None:
        found = get_checklist(db, checklist_id)
        if found.retired_on is not None:
            raise ChecklistRetired
        return found.id
    first = next(iter(offered(db)), None)
    if first is None:
        raise NoChecklist
    return first.id


def _folded(db: Session, one: Inspection) -> str:
    names = names_of(db, entity_id=one.entity_id, product_id=one.product_id, lot_id=one.lot_id)
    right = db.get(IpRight, one.right_id) if one.right_id else None
    sign = right.sign if right else ""
    said = (one.place or "", one.occasion, one.code or "", *one.team)
    return folded_words(names.entity, names.product, names.lot, sign, *said)
