"""What producers propose to change of their own records: it waits for an officer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.entities.part_models import Proposal
from app.entities.proposal_queries import (
    ACCEPTED,
    REFUSED,
    WAITING,
    WITHDRAWN,
    get_proposal,
    latest_of,
)
from app.entities.queries import lock_entity
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_


class NothingProposed(Invalid):
    """Nothing was changed"""

    code: ClassVar[str] = "entities.nothing_proposed"
    detail: ClassVar[str] = N_("Change at least one field or picture, then send it.")


class ProposalSettled(Conflict):
    """The proposal no longer waits"""

    code: ClassVar[str] = "entities.proposal_settled"
    detail: ClassVar[str] = N_(
        "It was decided, replaced or taken back meanwhile. Look at it again."
    )


class RefusalUnsaid(Invalid):
    """A reason is needed"""

    code: ClassVar[str] = "entities.refusal_unsaid"
    detail: ClassVar[str] = N_("Write why, so that the producer knows what to send instead.")
    field = "reason"


def propose_change(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    entity_id: int,
    subject: tuple[str, int],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    note: str = "",
) -> Proposal:
    """Have changes of an own record wait for an officer: by the owner of the entity.

    A record has one waiting proposal: an earlier one is taken back by this one, but for the same.
    """
    actor.require_member(entity_id, owner=True)
    if not after:
        raise NothingProposed
    # Two that propose at once go one after the other, so that one waits and not both.
    lock_entity(db, entity_id)
    kind, subject_id = subject
    earlier = latest_of(db, kind=kind, subject_ids=[subject_id]).get(subject_id)
    if earlier is not None and earlier.state == WAITING:
        if (earlier.before, earlier.after, earlier.note) == (dict(before), dict(after), note):
            return earlier
        _settle(db, actor, now, earlier, WITHDRAWN)
    made = Proposal(
        entity_id=entity_id,
        subject_kind=kind,
        subject_id=subject_id,
        before=dict(before),
        after=dict(after),
        note=note,
        state=WAITING,
        proposed_at=now,
        proposed_by=actor.label,
    )
    db.add(made)
    db.flush()
    _noted(db, actor, now, "proposal.add", made, before, after)
    return made


def withdraw_proposal(db: Session, *, actor: Actor, now: datetime, proposal_id: int) -> Proposal:
    """Take a waiting proposal back: by the owner of the entity."""
    found = get_proposal(db, proposal_id, actor=actor)
    actor.require_member(found.entity_id, owner=True)
    _settle(db, actor, now, found, WITHDRAWN)
    _noted(db, actor, now, "proposal.withdraw", found, None, None)
    return found


def refuse_proposal(
    db: Session, *, actor: Actor, now: datetime, proposal_id: int, reason: str
) -> Proposal:
    """Refuse a waiting proposal with a reason its producer reads. Officers only."""
    found = get_proposal(db, proposal_id, actor=actor)
    actor.require_officer()
    if not reason.strip():
        raise RefusalUnsaid
    _settle(db, actor, now, found, REFUSED, reason)
    _noted(db, actor, now, "proposal.refuse", found, None, {"reason": reason})
    return found


def settle_accepted(db: Session, *, actor: Actor, now: datetime, proposal: Proposal) -> None:
    """Mark a waiting proposal as accepted; whoever calls this applies it. Officers only."""
    actor.require_officer()
    _settle(db, actor, now, proposal, ACCEPTED)
    _noted(db, actor, now, "proposal.accept", proposal, None, None)


def _settle(
    db: Session, actor: Actor, now: datetime, proposal: Proposal, state: str, reason: str = ""
) -> None:
    query = (
        update(Proposal)
        .where(Proposal.id == proposal.id, Proposal.state == WAITING)
        .values(state=state, decided_at=now, decided_by=actor.label, reason=reason)
        .returning(Proposal.id)
        .execution_options(synchronize_session=False)
    )
    if db.scalar(query) is None:
        raise ProposalSettled
    db.refresh(proposal)


def _noted(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    proposal: Proposal,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=proposal.id,
        entity_id=proposal.entity_id,
        before=before,
        after=after,
    )
