import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.identity.models import Account, SessionToken
from app.identity.rules import Actor, delay_after, hashed
from app.kit.db import on_refusal
from app.kit.errors import Throttled, Unauthenticated
from app.kit.i18n import N_

SESSION_DAYS = 90


class WrongPassword(Unauthenticated):
    """The phone number or the password is wrong"""

    code = "identity.wrong_password"
    detail = N_("Check both. If you forgot the password, ask for a new link.")


def sign_in(
    db: Session, *, now: datetime, account: Account | None, right: bool, device: str
) -> str:
    """Return the token of a new session, good for 90 days.

    `right` says whether the password matched. Failures raise WrongPassword, and after five of
    them Throttled for a growing while; both are counted although the transaction rolls back.
    """
    if account is None or not account.active:
        raise WrongPassword
    wait = _seconds_left(account, now)
    if wait:
        raise Throttled(seconds=wait)
    if not right:
        account_id = account.id
        on_refusal(db, lambda after: count_failure(after, now=now, account_id=account_id))
        raise WrongPassword
    account.failures = 0
    token = secrets.token_urlsafe(32)
    db.add(
        SessionToken(
            hash=hashed(token),
            account_id=account.id,
            device=device[:120],
            created_at=now,
            seen_at=now,
            expires_at=now + timedelta(days=SESSION_DAYS),
        )
    )
    db.flush()
    return token


def _seconds_left(account: Account, now: datetime) -> int:
    if account.failed_at is None:
        return 0
    until = account.failed_at + timedelta(seconds=delay_after(account.failures))
    return max(0, round((until - now).total_seconds()))


def count_failure(db: Session, *, now: datetime, account_id: int) -> None:
    db.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(failures=Account.failures + 1, failed_at=now)
    )


def sign_out(db: Session, *, token: str) -> None:
    db.execute(delete(SessionToken).where(SessionToken.hash == hashed(token)))


def end_session(db: Session, *, actor: Actor, token_hash: str) -> None:
    """Sign out one of the actor's own devices."""
    db.execute(
        delete(SessionToken).where(
            SessionToken.hash == token_hash, SessionToken.account_id == actor.account_id
        )
    )
