import secrets
from datetime import datetime, timedelta
from functools import cache
from typing import cast

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import CursorResult, delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.models import (
    Account,
    AccountRole,
    ApiKey,
    Membership,
    OneTimeLink,
    SessionToken,
)
from app.identity.queries import LinkSpent, find_account, get_account, get_open_link, list_roles
from app.identity.rules import (
    Actor,
    Belonging,
    Role,
    check_password,
    hashed,
    is_erased,
    normalised_phone,
)
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.kit.text import clean_text, fold

LINK_DAYS = 7
# Without look-alikes: a link's code is also read out and typed.
LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


class PhoneTaken(Conflict):
    """The phone number has an account already"""

    code = "identity.phone_taken"
    detail = N_("Open that account instead, or use another number.")
    field = "phone"


class AccountClosed(Conflict):
    """The account is closed"""

    code = "identity.account_closed"
    detail = N_("Open it again before you make a link for it.")


class PersonErased(Conflict):
    """The person of this account was erased"""

    code = "identity.person_erased"
    detail = N_("Make another account for them.")


@cache
def _hasher() -> PasswordHash:
    # OWASP's recommended floor for argon2id: 19 MiB, two passes, one lane.
    return PasswordHash([Argon2Hasher(memory_cost=19_456, time_cost=2, parallelism=1)])


def hash_password(password: str) -> str:
    """Return the argon2id hash. Slow by design: call it before the transaction."""
    return _hasher().hash(check_password(password))


def matches(password: str, stored: str | None) -> bool:
    """Compare in the same time whether or not there is anything to compare with."""
    return _hasher().verify(password, stored or _decoy()) and stored is not None


@cache
def _decoy() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))


def noted(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    account_id: int,
    **after: object,
) -> None:
    """Record an act of the actor on the audit trail, with its new values."""
    record(db, by=actor, now=now, action=action, subject_id=account_id, after=after)


def require_charge(db: Session, actor: Actor, account_id: int) -> Account:
    """Return an account the actor may change for somebody else, or refuse.

    Whoever resets an account can sign in as it: so officers answer for producers only, and an
    account with a role is its administrators' to change, or two-person rules would mean nothing.
    """
    actor.require_officer()
    account = get_account(db, account_id)
    if list_roles(db, account_id=account_id):
        actor.require_role(Role.ADMINISTRATOR)
    if is_erased(account.phone):
        raise PersonErased
    return account


def add_account(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    phone: str,
    name: str,
    password_hash: str | None = None,
    language: str = "vi",
) -> Account:
    """Add an account. Officers only; what it may do is granted by its own actions."""
    actor.require_officer()
    return add_account_for(
        db,
        actor=actor,
        now=now,
        phone=phone,
        name=name,
        password_hash=password_hash,
        language=language,
    )


def add_account_for(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    phone: str,
    name: str,
    password_hash: str | None = None,
    language: str = "vi",
) -> Account:
    """Add an account for an actor who was found to be allowed to."""
    number, name = normalised_phone(phone), clean_text(name, limit=120, field="name")
    if find_account(db, phone=number):
        raise PhoneTaken
    account = Account(
        phone=number,
        name=name,
        folded=fold(name),
        password_hash=password_hash,
        language=language,
        created_at=now,
    )
    try:
        with db.begin_nested():
            db.add(account)
    except IntegrityError as error:
        raise PhoneTaken from error
    noted(db, actor, now, "account.add", account.id, name=name)
    return account


def grant_role(db: Session, *, actor: Actor, now: datetime, account_id: int, role: Role) -> None:
    """Give a role of the Department or another agency. Administrators only."""
    actor.require_role(Role.ADMINISTRATOR)
    get_account(db, account_id)
    db.merge(AccountRole(account_id=account_id, role=role))
    db.flush()
    noted(db, actor, now, "account.grant_role", account_id, role=role)


def join_entity(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    account_id: int,
    entity_id: int,
    belonging: Belonging,
) -> None:
    require_charge(db, actor, account_id)
    add_membership(
        db, actor=actor, now=now, account_id=account_id, entity_id=entity_id, belonging=belonging
    )


def add_membership(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    account_id: int,
    entity_id: int,
    belonging: Belonging,
) -> None:
    """Have the account belong to the entity, for an actor who was found to be allowed to."""
    held = db.get(Membership, (account_id, entity_id))
    before = {"role": held.role} if held else None
    db.merge(Membership(account_id=account_id, entity_id=entity_id, role=belonging))
    db.flush()
    record(
        db,
        by=actor,
        now=now,
        action="account.join",
        subject_id=account_id,
        entity_id=entity_id,
        before=before,
        after={"entity_id": entity_id, "role": belonging},
    )


def make_link(db: Session, *, actor: Actor, now: datetime, account_id: int) -> str:
    """Return a new one-time code that sets the account's password within 7 days.

    Earlier ones no longer work.
    """
    require_charge(db, actor, account_id)
    return make_link_for(db, actor=actor, now=now, account_id=account_id)


def make_link_for(db: Session, *, actor: Actor, now: datetime, account_id: int) -> str:
    """Return a new link for an actor who was found to be allowed to make it."""
    if not get_account(db, account_id).active:
        raise AccountClosed
    spend_links(db, account_id=account_id, now=now)
    token = "".join(secrets.choice(LETTERS) for _ in range(12))
    db.add(
        OneTimeLink(
            hash=hashed(token),
            account_id=account_id,
            made_by=actor.account_id,
            created_at=now,
            expires_at=now + timedelta(days=LINK_DAYS),
        )
    )
    db.flush()
    noted(db, actor, now, "account.link", account_id)
    return token


def set_password_by_link(db: Session, *, now: datetime, token: str, password_hash: str) -> Account:
    """Set the password, spend the link and sign out every device."""
    account = get_account(db, get_open_link(db, token=token, now=now).account_id)
    # Of two who use it at once one spends it; the other has come too late.
    if not spend_links(db, account_id=account.id, now=now):
        raise LinkSpent
    account.password_hash = password_hash
    db.execute(delete(SessionToken).where(SessionToken.account_id == account.id))
    db.flush()
    own = Actor(account_id=account.id, label=account.name)
    noted(db, own, now, "account.set_password", account.id)
    return account


def spend_links(db: Session, *, account_id: int, now: datetime) -> int:
    """Have an account's open links end, and return how many there were."""
    spent = db.execute(
        update(OneTimeLink)
        .where(OneTimeLink.account_id == account_id, OneTimeLink.used_at.is_(None))
        .values(used_at=now)
    )
    return cast("CursorResult[tuple[()]]", spent).rowcount


def choose_language(db: Session, *, actor: Actor, language: str) -> None:
    db.execute(update(Account).where(Account.id == actor.account_id).values(language=language))


def make_api_key(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    account_id: int,
    label: str,
    expires_at: datetime | None = None,
) -> str:
    """Return a new API key of one's own, or, to an administrator, of anybody's.

    It is shown this once; only its hash is kept.
    """
    if account_id != actor.account_id:
        actor.require_role(Role.ADMINISTRATOR)
    key, label = f"ocop_{secrets.token_urlsafe(32)}", clean_text(label, limit=80, field="label")
    db.add(
        ApiKey(
            account_id=account_id,
            label=label,
            hash=hashed(key),
            created_at=now,
            expires_at=expires_at,
        )
    )
    db.flush()
    noted(db, actor, now, "account.api_key", account_id, label=label)
    return key


def revoke_api_key(db: Session, *, actor: Actor, now: datetime, key_id: int) -> None:
    key = db.get(ApiKey, key_id)
    if key is not None and key.account_id == actor.account_id and key.revoked_at is None:
        key.revoked_at = now
        noted(db, actor, now, "account.revoke_key", key.account_id, label=key.label)
