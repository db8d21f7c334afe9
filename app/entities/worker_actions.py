"""An owner adds and removes the workers of an entity of their own, and nobody else."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.entities.queries import get_entity
from app.entities.worker_queries import count_members, holds_role, places_of
from app.identity.actions import add_account_for, add_membership, make_link_for, spend_links
from app.identity.models import Account, ApiKey, Membership
from app.identity.queries import find_account, get_account
from app.identity.role_actions import NoSuchMembership, drop_membership
from app.identity.rules import Actor, Belonging, normalised_phone
from app.identity.session_actions import end_other_sessions
from app.kit.db import beyond_fence
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.kit.text import clean_text, fold

# More people than any producer here has: it bounds how many numbers can be tried out.
MOST_MEMBERS = 50


class CannotJoin(Conflict):
    """The number can't be added here"""

    code = "entities.cannot_join"
    detail = N_("It may be written wrongly, or belong to somebody else. Ask the Department.")
    field = "phone"


class WorksHere(Conflict):
    """The person belongs to this entity already"""

    code = "entities.works_here"
    detail = N_("Make a new link if they can't sign in.")
    field = "phone"


class TooManyPeople(Conflict):
    """The entity has as many people as one may have"""

    code = "entities.too_many_people"
    detail = N_("At most {limit}. Remove who no longer works there.")

    def __init__(self, *, limit: int) -> None:
        self.limit = limit


class OwnerStays(Conflict):
    """Owners are the Department's to change"""

    code = "entities.owner_stays"
    detail = N_("Ask the Department to change who owns the entity.")


class LinkByDepartment(Conflict):
    """The link is the Department's to make"""

    code = "entities.link_by_department"
    detail = N_("The person also works elsewhere, so only the Department resets their password.")


@dataclass(frozen=True)
class Added:
    """A worker, and the code of their one-time link; who has a password needs none."""

    account: Account
    token: str


def add_worker(
    db: Session, *, actor: Actor, now: datetime, entity_id: int, phone: str, name: str
) -> Added:
    """Have somebody work for an entity of the actor's own.

    A number that has an account already is taken only under the same name: a number alone must
    not give somebody's name away, nor an account be taken over by it.
    """
    actor.require_member(entity_id, owner=True)
    get_entity(db, entity_id, actor=actor)
    number, name = normalised_phone(phone), clean_text(name, limit=120, field="name")
    # The owner may look for one account by its number, and the fence knows accounts as such.
    with beyond_fence(db):
        if count_members(db, entity_id=entity_id) >= MOST_MEMBERS:
            raise TooManyPeople(limit=MOST_MEMBERS)
        account = find_account(db, phone=number)
        if account is None:
            account = add_account_for(db, actor=actor, now=now, phone=number, name=name)
        else:
            _require_joinable(db, account, name=name, entity_id=entity_id)
        add_membership(
            db,
            actor=actor,
            now=now,
            account_id=account.id,
            entity_id=entity_id,
            belonging=Belonging.WORKER,
        )
        token = ""
        if account.password_hash is None and _only_here(db, account.id, actor=actor):
            token = make_link_for(db, actor=actor, now=now, account_id=account.id)
    return Added(account, token)


def _require_joinable(db: Session, account: Account, *, name: str, entity_id: int) -> None:
    if db.get(Membership, (account.id, entity_id)) is not None:
        raise WorksHere
    known = account.active and fold(name) == account.folded
    if not known or holds_role(db, account_id=account.id):
        raise CannotJoin


def _only_here(db: Session, account_id: int, *, actor: Actor) -> bool:
    """Tell whether the account is nothing but a worker of the actor's own entities."""
    places = places_of(db, account_id=account_id)
    mine = all(
        one.role == Belonging.WORKER and actor.memberships.get(one.entity_id) is Belonging.OWNER
        for one in places
    )
    return mine and not holds_role(db, account_id=account_id)


def make_worker_link(
    db: Session, *, actor: Actor, now: datetime, entity_id: int, account_id: int
) -> Added:
    """Return a new one-time link for a worker of the actor's own who can't sign in."""
    actor.require_member(entity_id, owner=True)
    with beyond_fence(db):
        _require_worker(db, account_id=account_id, entity_id=entity_id)
        if not _only_here(db, account_id, actor=actor):
            raise LinkByDepartment
        token = make_link_for(db, actor=actor, now=now, account_id=account_id)
        return Added(get_account(db, account_id), token)


def remove_worker(
    db: Session, *, actor: Actor, now: datetime, entity_id: int, account_id: int
) -> None:
    """End a worker's membership: the entity is closed to them at once, on every device.

    Who belongs nowhere else and has no role is signed out, and their links and keys end; what
    they recorded stays.
    """
    actor.require_member(entity_id, owner=True)
    with beyond_fence(db):
        _require_worker(db, account_id=account_id, entity_id=entity_id)
        drop_membership(db, actor=actor, now=now, account_id=account_id, entity_id=entity_id)
        if places_of(db, account_id=account_id) or holds_role(db, account_id=account_id):
            return
        end_other_sessions(db, account_id=account_id)
        spend_links(db, account_id=account_id, now=now)
        keys = update(ApiKey).where(ApiKey.account_id == account_id, ApiKey.revoked_at.is_(None))
        db.execute(keys.values(revoked_at=now))


def _require_worker(db: Session, *, account_id: int, entity_id: int) -> None:
    membership = db.get(Membership, (account_id, entity_id))
    if membership is None:
        raise NoSuchMembership
    if membership.role != Belonging.WORKER:
        raise OwnerStays
