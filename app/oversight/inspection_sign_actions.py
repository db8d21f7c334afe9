"""An inspection is signed: what was a draft becomes findings and measures, for good."""

from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Invalid, Words
from app.kit.i18n import N_
from app.kit.saving import check_seen
from app.kit.text import clean_note, clean_text
from app.oversight.checklist_queries import get_version, questions_of
from app.oversight.finding_actions import INSPECTORS
from app.oversight.inspection_actions import changed, facts, lock_open, note
from app.oversight.inspection_models import Inspection, InspectionNote
from app.oversight.inspection_queries import get_inspection
from app.oversight.inspection_refusals import HeldNeeded
from app.oversight.inspections import (
    Content,
    FindingSaid,
    Followed,
    InspectionState,
    Observed,
    made_findings,
    require_signable,
)
from app.oversight.measure_actions import add_measure, follow_measures
from app.oversight.models import Finding
from app.oversight.rules import (
    MIN_TEXT,
    FindingOutcome,
    Subject,
    TextTooShort,
    folded_words,
    sent_hash,
)
from app.rights.use_right_actions import observe_use

AGENCY_CHARS: Final = 200
NUMBER_CHARS: Final = 60


class NotSigned(Invalid):
    """The inspection is not signed"""

    code: ClassVar[str] = "oversight.not_signed"
    detail: ClassVar[str] = N_("Change it as it is; corrections are for what was signed.")


class HandedOverLater(Invalid):
    """The day of the hand-over lies ahead, or before the inspection"""

    code: ClassVar[str] = "oversight.handed_over_day"
    detail: ClassVar[str] = N_("Write the day that stands on the document.")
    field = "day"


def content_of(found: Inspection) -> Content:
    """Return what is written down of an inspection."""
    return Content(
        held_on=found.held_on,
        place=found.place,
        latitude=found.latitude,
        longitude=found.longitude,
        team=found.team,
        present=found.present,
        answers=found.answers,
        findings=[FindingSaid.of(one) for one in found.findings],
        observed=[Observed(**one) for one in found.observed],
        followed=[Followed(**one) for one in found.followed],
        in_use=found.in_use,
        summary=found.summary,
        opinion=found.opinion,
        outcome=FindingOutcome(found.outcome) if found.outcome else None,
    )


def sign_inspection(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    inspection_id: int,
    words: Words,
    seen: datetime | None = None,
) -> Inspection:
    """Sign an inspection: from then on nothing of it changes.

    Its findings are recorded, each measure with a deadline is followed from now on, and what was
    seen of a right's use is told to the right. `words` are what bad answers are told in.
    """
    found = lock_open(db, inspection_id, actor=actor)
    check_seen(found.updated_at, seen)
    if found.checklist_version_id is None:
        raise HeldNeeded
    questions = questions_of(get_version(db, found.checklist_version_id))
    content = content_of(found)
    before = facts(found)
    outcome = require_signable(content, questions)
    made = [_finding(db, found, one, actor, now) for one in content.findings]
    for item, graded, text in made_findings(content, questions, words):
        said = FindingSaid(uid=_uid(found, item), item=item, outcome=graded, text=text)
        _finding(db, found, said, actor, now)
    for said, finding in zip(content.findings, made, strict=True):
        if said.deadline is not None:
            add_measure(db, found, finding.id, said, actor=actor, now=now)
    follow_measures(db, found, content.followed, actor=actor, now=now)
    _tell_use(db, found, content, actor, now)
    found.state, found.outcome = InspectionState.SIGNED, outcome
    found.signed_at, found.signed_by, found.signed_by_id = now, actor.label, actor.account_id
    return changed(db, actor, now, "inspection.sign", found, before)


def correct_inspection(
    db: Session, *, actor: Actor, now: datetime, inspection_id: int, text: str
) -> InspectionNote:
    """Add a correction to a signed inspection; what was signed stays beside it."""
    found = _signed(db, inspection_id, actor)
    told = clean_note(text, field="text")
    if len(told) < MIN_TEXT:
        raise TextTooShort
    return _add_note(db, actor, now, found, "inspection.correct", kind="correction", text=told)


def hand_over(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    inspection_id: int,
    agency: str,
    document_no: str,
    day: date,
    text: str = "",
) -> InspectionNote:
    """Record that a signed inspection was handed to another agency, such as market control."""
    found = _signed(db, inspection_id, actor)
    if day > day_of(now) or (found.held_on is not None and day < found.held_on):
        raise HandedOverLater
    return _add_note(
        db,
        actor,
        now,
        found,
        "inspection.hand_over",
        kind="handed_over",
        agency=clean_text(agency, limit=AGENCY_CHARS, field="agency"),
        document_no=clean_text(document_no, limit=NUMBER_CHARS, field="document_no"),
        day=day,
        text=clean_note(text, field="text"),
    )


def _signed(db: Session, inspection_id: int, actor: Actor) -> Inspection:
    actor.require_role(*INSPECTORS)
    found = get_inspection(db, inspection_id, actor=actor, lock=True)
    if found.state != InspectionState.SIGNED:
        raise NotSigned
    return found


def _add_note(
    db: Session,
    actor: Actor,
    now: datetime,
    found: Inspection,
    action: str,
    **facts: Any,  # noqa: ANN401 - the columns of InspectionNote
) -> InspectionNote:
    made = InspectionNote(
        inspection_id=found.id,
        recorded_at=now,
        recorded_by=actor.label,
        recorded_by_id=actor.account_id,
        **facts,
    )
    db.add(made)
    db.flush()
    told = {name: value for name, value in facts.items() if name != "kind"}
    note(db, actor, now, action, found, None, told)
    return made


def _finding(
    db: Session, found: Inspection, said: FindingSaid, actor: Actor, now: datetime
) -> Finding:
    subject = Subject(found.subject)
    key = str(getattr(found, f"{subject}_id"))
    made = Finding(
        # An inspection is signed once, so this is the finding's alone.
        sent_hash=sent_hash(("inspection", found.uid, said.uid)),
        subject=subject,
        key=key,
        batch_id=found.batch_id,
        entity_id=found.entity_id,
        product_id=found.product_id,
        lot_id=found.lot_id,
        inspection_id=found.id,
        item=said.item,
        outcome=said.outcome,
        text=said.text,
        measure=said.measure,
        place=found.place,
        latitude=found.latitude,
        longitude=found.longitude,
        folded=folded_words(key, said.text, said.measure, found.place, actor.label),
        at=now,
        actor_label=actor.label,
        actor_id=actor.account_id,
    )
    db.add(made)
    db.flush()
    return made


def _uid(found: Inspection, item: str) -> UUID:
    """Return an id for a finding that an answer makes: always the same for one item."""
    return UUID(sent_hash((found.uid, item))[:32])


def _tell_use(
    db: Session, found: Inspection, content: Content, actor: Actor, now: datetime
) -> None:
    """Tell a right which of its users were found to use its sign, and which not."""
    if found.right_id is None or content.held_on is None:
        return
    seen = [(one.entity_id, one.in_use, one.note) for one in content.observed]
    if found.entity_id is not None and content.in_use is not None:
        seen.append((found.entity_id, content.in_use, ""))
    for entity_id, in_use, note_text in seen:
        observe_use(
            db,
            actor=actor,
            now=now,
            right_id=found.right_id,
            entity_id=entity_id,
            seen_on=content.held_on,
            in_use=in_use,
            product_id=found.product_id,
            inspection_id=found.id,
            note=note_text,
        )
