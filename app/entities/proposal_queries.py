from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.part_models import Proposal
from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, take

WAITING, ACCEPTED, REFUSED, WITHDRAWN = "waiting", "accepted", "refused", "withdrawn"


class NoSuchProposal(NotFound):
    """There is no such proposal"""

    code = "entities.no_such_proposal"
    detail = N_("It may belong to somebody else, or the address is mistyped.")


def get_proposal(db: Session, proposal_id: int, *, actor: Actor) -> Proposal:
    """Return a proposal the actor sees, or raise NoSuchProposal."""
    found = db.get(Proposal, proposal_id)
    if found is None or not actor.sees(found.entity_id):
        raise NoSuchProposal
    return found


def list_proposals(db: Session, *, actor: Actor, cut: Cut, state: str = "") -> Page[Proposal]:
    query = select(Proposal)
    scope = actor.scope()
    if scope is not None:
        query = query.where(Proposal.entity_id.in_(scope))
    if state:
        query = query.where(Proposal.state == state)
    return take(db, query, Proposal.id, cut)


def list_own(db: Session, *, actor: Actor) -> list[Proposal]:
    """Return what the actor's own entities proposed, without what they took back, newest first."""
    query = select(Proposal).where(
        Proposal.entity_id.in_(frozenset(actor.memberships)), Proposal.state != WITHDRAWN
    )
    return list(db.scalars(query.order_by(Proposal.id.desc())))


def latest_of(db: Session, *, kind: str, subject_ids: Iterable[int]) -> dict[int, Proposal]:
    """Return the last proposal of each record that has one, without those taken back."""
    query = select(Proposal).where(
        Proposal.subject_kind == kind,
        Proposal.subject_id.in_(set(subject_ids)),
        Proposal.state != WITHDRAWN,
    )
    return {one.subject_id: one for one in db.scalars(query.order_by(Proposal.id))}


def list_waiting_changes(db: Session) -> list[dict[str, object]]:
    """Return what all waiting proposals ask for: what they name must not be swept away."""
    return list(db.scalars(select(Proposal.after).where(Proposal.state == WAITING)))
