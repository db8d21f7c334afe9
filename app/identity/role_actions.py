"""What an account is called, may do, and belongs to, changed by those who answer for it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.actions import PhoneTaken, grant_role, require_charge
from app.identity.models import Account, AccountRole, Membership
from app.identity.queries import find_account, get_account, list_roles
from app.identity.rules import Actor, Role, masked_phone, normalised_phone
from app.kit.errors import Conflict, NotFound
from app.kit.i18n import N_
from app.kit.text import clean_text, fold


class LastAdministrator(Conflict):
    """There would be no administrator left"""

    code = "identity.last_administrator"
    detail = N_("Make somebody else an administrator first.")


class OwnRole(Conflict):
    """You can't give up your own administrator role"""

    code = "identity.own_role"
    detail = N_("Ask another administrator to do it.")


class NoSuchMembership(NotFound):
    """The account does not belong to that entity"""

    code = "identity.no_such_membership"
    detail = N_("Open the account again: somebody may have changed it.")


def hold_account(db: Session, account_id: int) -> Account:
    """Return an account as it stands now, held from other writers of its names and roles.

    The administrators' are held too, all in one order, as `require_another_administrator` does.
    """
    heads = select(AccountRole.account_id).where(AccountRole.role == Role.ADMINISTRATOR)
    either = or_(Account.id == account_id, Account.id.in_(heads))
    query = select(Account).where(either).order_by(Account.id).with_for_update()
    db.scalars(query.execution_options(populate_existing=True)).all()
    return get_account(db, account_id)


def change_account(
    db: Session, *, actor: Actor, now: datetime, account_id: int, name: str, phone: str
) -> Account:
    """Change what a person is called and signs in with. The trail keeps the phone's end only."""
    account = require_charge(db, actor, account_id)
    number, name = normalised_phone(phone), clean_text(name, limit=120, field="name")
    other = find_account(db, phone=number)
    if other is not None and other.id != account_id:
        raise PhoneTaken
    before = {"name": account.name, "phone": masked_phone(account.phone)}
    after = {"name": name, "phone": masked_phone(number)}
    if (account.name, account.phone) == (name, number):
        return account
    account.name, account.folded, account.phone = name, fold(name), number
    try:
        with db.begin_nested():
            db.flush()
    except IntegrityError as error:
        raise PhoneTaken from error
    record(
        db,
        by=actor,
        now=now,
        action="account.change",
        subject_id=account_id,
        before=before,
        after=after,
    )
    return account


def change_roles(
    db: Session, *, actor: Actor, now: datetime, account_id: int, roles: Collection[Role]
) -> None:
    """Have the account hold just these roles. Administrators only.

    Nobody gives up being an administrator by themselves, and there is always one left.
    """
    actor.require_role(Role.ADMINISTRATOR)
    require_charge(db, actor, account_id)
    held = {Role(role) for role in list_roles(db, account_id=account_id)}
    lost = held - set(roles)
    if Role.ADMINISTRATOR in lost:
        if account_id == actor.account_id:
            raise OwnRole
        require_another_administrator(db, account_id=account_id)
    for role in sorted(set(roles) - held):
        grant_role(db, actor=actor, now=now, account_id=account_id, role=role)
    for role in sorted(lost):
        gone = delete(AccountRole).where(AccountRole.account_id == account_id)
        db.execute(gone.where(AccountRole.role == role))
        record(
            db,
            by=actor,
            now=now,
            action="account.revoke_role",
            subject_id=account_id,
            before={"role": role},
        )


def require_another_administrator(db: Session, *, account_id: int) -> None:
    """Refuse where no other open account is an administrator's.

    All of them are locked, in one order: of two who remove each other one comes too late.
    """
    query = (
        select(Account.id)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(AccountRole.role == Role.ADMINISTRATOR, Account.active)
        .order_by(Account.id)
        .with_for_update()
    )
    if not set(db.scalars(query)) - {account_id}:
        raise LastAdministrator


def end_membership(
    db: Session, *, actor: Actor, now: datetime, account_id: int, entity_id: int
) -> None:
    """End what an account is to an entity; its sessions see nothing of it from then on."""
    require_charge(db, actor, account_id)
    drop_membership(db, actor=actor, now=now, account_id=account_id, entity_id=entity_id)


def drop_membership(
    db: Session, *, actor: Actor, now: datetime, account_id: int, entity_id: int
) -> None:
    """End a membership for an actor who was found to be allowed to."""
    membership = db.get(Membership, (account_id, entity_id))
    if membership is None:
        raise NoSuchMembership
    before = {"entity_id": entity_id, "role": membership.role}
    db.delete(membership)
    db.flush()
    record(
        db,
        by=actor,
        now=now,
        action="account.leave",
        subject_id=account_id,
        entity_id=entity_id,
        before=before,
    )
