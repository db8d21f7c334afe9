from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.entities.queries import names_of
from app.identity.models import Account, AccountRole, Membership
from app.identity.rules import ROLE_LABELS, Actor, Belonging, shown_phone
from app.kit.db import beyond_fence


@dataclass(frozen=True)
class Member:
    """A person of an entity, as its owner sees them; the label is a msgid."""

    account_id: int
    name: str
    phone: str
    label: str
    worker: bool
    enrolled: bool
    active: bool


@dataclass(frozen=True)
class People:
    """An entity with its people, owners first."""

    entity_id: int
    entity: str
    members: list[Member]


def owned_by(actor: Actor) -> list[int]:
    """Return the entities the actor owns."""
    return sorted(one for one, what in actor.memberships.items() if what is Belonging.OWNER)


def list_people(db: Session, *, actor: Actor) -> list[People]:
    """Return the people of each entity the actor owns."""
    owned = owned_by(actor)
    names = names_of(db, owned)
    # An owner sees accounts by their membership only, and the fence knows accounts as such.
    with beyond_fence(db):
        rows = db.execute(
            select(Membership, Account)
            .join(Account, Account.id == Membership.account_id)
            .where(Membership.entity_id.in_(owned))
            .order_by(Membership.role, Account.folded, Account.id)
        ).all()
    found: dict[int, list[Member]] = {entity_id: [] for entity_id in owned}
    for membership, account in rows:
        found[membership.entity_id].append(_member(membership, account))
    return [People(one, names[one], members) for one, members in found.items()]


def _member(membership: Membership, account: Account) -> Member:
    return Member(
        account_id=account.id,
        name=account.name,
        phone=shown_phone(account.phone),
        label=ROLE_LABELS[membership.role],
        worker=membership.role == Belonging.WORKER,
        enrolled=account.password_hash is not None,
        active=account.active,
    )


def count_members(db: Session, *, entity_id: int) -> int:
    query = select(func.count()).where(Membership.entity_id == entity_id)
    return db.scalar(query) or 0


def places_of(db: Session, *, account_id: int) -> Sequence[Membership]:
    return db.scalars(select(Membership).where(Membership.account_id == account_id)).all()


def holds_role(db: Session, *, account_id: int) -> bool:
    query = select(AccountRole.role).where(AccountRole.account_id == account_id)
    return db.scalars(query.limit(1)).first() is not None
