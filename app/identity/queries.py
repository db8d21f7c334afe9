from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.factor_models import SecondFactor
from app.identity.models import Account, AccountRole, ApiKey, Membership, OneTimeLink, SessionToken
from app.identity.rules import Actor, Belonging, Role, hashed
from app.identity.second_factor import Step, step_left
from app.kit.errors import NotFound
from app.kit.i18n import N_


class NoSuchAccount(NotFound):
    """There is no such account"""

    code = "identity.no_such_account"
    detail = N_("Check the phone number.")


class LinkSpent(NotFound):
    """The link is used or too old"""

    code = "identity.link_spent"
    detail = N_("Ask the Department for a new one.")


def find_account(db: Session, *, phone: str) -> Account | None:
    return db.scalars(select(Account).where(Account.phone == phone)).one_or_none()


def get_account(db: Session, account_id: int) -> Account:
    account = db.get(Account, account_id)
    if account is None:
        raise NoSuchAccount
    return account


def actor_for(db: Session, account: Account) -> Actor:
    roles = db.scalars(select(AccountRole.role).where(AccountRole.account_id == account.id))
    memberships = db.execute(
        select(Membership.entity_id, Membership.role).where(Membership.account_id == account.id)
    )
    return Actor(
        account_id=account.id,
        label=account.name,
        roles=frozenset(Role(role) for role in roles),
        memberships={entity_id: Belonging(role) for entity_id, role in memberships},
        language=account.language,
    )


def find_actor_by_session(
    db: Session, *, token: str, now: datetime, required: bool = True
) -> Actor | None:
    """Return whose session it is; nobody's while it still owes the second factor."""
    query = (
        select(Account, SessionToken.factor_at, SecondFactor.confirmed_at)
        .join(SessionToken, SessionToken.account_id == Account.id)
        .outerjoin(SecondFactor, SecondFactor.account_id == Account.id)
        .where(SessionToken.hash == hashed(token), SessionToken.expires_at > now, Account.active)
    )
    found = db.execute(query).one_or_none()
    if found is None:
        return None
    account, given, enrolled = found
    actor = actor_for(db, account)
    step = step_left(
        given=given is not None,
        enrolled=enrolled is not None,
        has_role=bool(actor.roles),
        required=required,
    )
    return actor if step is Step.NONE else None


def find_actor_by_key(db: Session, *, key: str, now: datetime) -> Actor | None:
    query = (
        select(Account)
        .join(ApiKey, ApiKey.account_id == Account.id)
        .where(
            ApiKey.hash == hashed(key),
            ApiKey.revoked_at.is_(None),
            (ApiKey.expires_at.is_(None)) | (ApiKey.expires_at > now),
            Account.active,
        )
    )
    account = db.scalars(query).one_or_none()
    return actor_for(db, account) if account else None


def get_open_link(db: Session, *, token: str, now: datetime) -> OneTimeLink:
    link = db.get(OneTimeLink, hashed(token))
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise LinkSpent
    return link


def list_sessions(db: Session, *, account_id: int, now: datetime) -> list[SessionToken]:
    query = (
        select(SessionToken)
        .where(SessionToken.account_id == account_id, SessionToken.expires_at > now)
        .order_by(SessionToken.seen_at.desc())
    )
    return list(db.scalars(query))


def session_end(db: Session, *, token: str) -> datetime | None:
    """Return when this device is signed out by itself; nothing where it is not signed in."""
    return db.scalar(select(SessionToken.expires_at).where(SessionToken.hash == hashed(token)))


def list_api_keys(db: Session, *, account_id: int) -> list[ApiKey]:
    query = select(ApiKey).where(ApiKey.account_id == account_id).order_by(ApiKey.id)
    return list(db.scalars(query))


def list_accounts(db: Session) -> list[Account]:
    return list(db.scalars(select(Account).order_by(Account.name, Account.id)))


def list_roles(db: Session, *, account_id: int) -> list[str]:
    roles = select(AccountRole.role).where(AccountRole.account_id == account_id)
    return sorted(db.scalars(roles))
