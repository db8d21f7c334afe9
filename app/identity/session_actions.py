import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.identity.factor_models import SignInTry
from app.identity.factor_queries import has_factor
from app.identity.models import Account, Idempotency, OneTimeLink, SessionToken
from app.identity.queries import list_roles
from app.identity.rules import Actor, hashed
from app.identity.sealing import NONCE_BYTES, Sealer
from app.identity.second_factor import SECRET_BYTES, Step, step_left
from app.identity.tries import Counted
from app.kit.db import on_refusal
from app.kit.errors import Throttled, Unauthenticated
from app.kit.i18n import N_

SESSION_DAYS = 90
# How long the second factor may take to follow the password.
STEP_MINUTES = 15
KEEP_ANSWERS = timedelta(days=7)
KEEP_TRIES = timedelta(days=1)


class WrongPassword(Unauthenticated):
    """The phone number or the password is wrong"""

    code = "identity.wrong_password"
    detail = N_("Check both. If you forgot the password, ask for a new link.")


@dataclass(frozen=True)
class Opened:
    """A new session, and what it still owes."""

    token: str
    step: Step


def sign_in(
    db: Session,
    *,
    now: datetime,
    account: Account | None,
    right: bool,
    device: str,
    counted: Sequence[Counted],
    sealer: Sealer,
    required: bool,
) -> Opened:
    """Return a new session, good for 90 days once it owes nothing more.

    `right` says whether the password matched. Failures raise WrongPassword, and after some of
    them Throttled for a growing while, alike whether or not the number is anybody's; they are
    counted although the transaction rolls back. The first of `counted` forgets on success.
    """
    _require_patience(db, now=now, counted=counted)
    if account is None or not account.active or not right:
        on_refusal(db, lambda after: count_failure(after, now=now, counted=counted))
        raise WrongPassword
    forget_failures(db, counted=counted[:1])
    step = step_left(
        given=False,
        enrolled=has_factor(db, account_id=account.id),
        has_role=bool(list_roles(db, account_id=account.id)),
        required=required,
    )
    token = open_session(db, now=now, account_id=account.id, device=device, step=step)
    if step is Step.ENROL:
        begin_factor(db, sealer=sealer, token=token)
    return Opened(token, step)


def open_session(
    db: Session,
    *,
    now: datetime,
    account_id: int,
    device: str,
    step: Step = Step.NONE,
    factor_at: datetime | None = None,
) -> str:
    """Return the token of a new session; one that owes a step soon ends by itself."""
    token = secrets.token_urlsafe(32)
    lasts = timedelta(days=SESSION_DAYS) if step is Step.NONE else timedelta(minutes=STEP_MINUTES)
    db.add(
        SessionToken(
            hash=hashed(token),
            account_id=account_id,
            device=device[:120],
            created_at=now,
            seen_at=now,
            expires_at=now + lasts,
            factor_at=factor_at,
        )
    )
    db.flush()
    return token


def begin_factor(db: Session, *, sealer: Sealer, token: str) -> None:
    """Give the session a new secret to set up; another device's is not touched by it."""
    session = db.get_one(SessionToken, hashed(token))
    session.candidate = sealer.seal(
        secrets.token_bytes(SECRET_BYTES),
        nonce=secrets.token_bytes(NONCE_BYTES),
        account_id=session.account_id,
    )
    db.flush()


def _require_patience(db: Session, *, now: datetime, counted: Sequence[Counted]) -> None:
    waits = [0]
    for one in counted:
        tried = db.get(SignInTry, one.hash)
        if tried is not None:
            waits.append(one.wait(tried.failures, (now - tried.failed_at).total_seconds()))
    if max(waits):
        raise Throttled(seconds=max(waits))


def count_failure(db: Session, *, now: datetime, counted: Sequence[Counted]) -> None:
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    # In one order, so that two requests never wait for each other.
    for one in sorted(counted, key=lambda one: one.hash):
        fresh = {"hash": one.hash, "failures": 0, "failed_at": now}
        db.execute(insert(SignInTry).values(fresh).on_conflict_do_nothing())
        tried = db.get_one(SignInTry, one.hash, with_for_update=True, populate_existing=True)
        seconds = (now - tried.failed_at).total_seconds()
        tried.failures, tried.failed_at = one.kept(tried.failures, seconds) + 1, now
        db.flush()


def forget_failures(db: Session, *, counted: Sequence[Counted]) -> None:
    db.execute(delete(SignInTry).where(SignInTry.hash.in_([one.hash for one in counted])))


def sign_out(db: Session, *, token: str) -> None:
    db.execute(delete(SessionToken).where(SessionToken.hash == hashed(token)))


def end_session(db: Session, *, actor: Actor, token_hash: str) -> None:
    """Sign out one of the actor's own devices."""
    db.execute(
        delete(SessionToken).where(
            SessionToken.hash == token_hash, SessionToken.account_id == actor.account_id
        )
    )


def end_other_sessions(db: Session, *, account_id: int, kept: str = "") -> None:
    """Sign out every device of an account but the one with the token."""
    others = delete(SessionToken).where(SessionToken.account_id == account_id)
    db.execute(others.where(SessionToken.hash != hashed(kept)) if kept else others)


def tidy(db: Session, *, now: datetime) -> None:
    """Forget sessions, links and tries that ended, and answers no client asks for again."""
    db.execute(delete(SessionToken).where(SessionToken.expires_at < now))
    db.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < now - KEEP_ANSWERS))
    db.execute(delete(SignInTry).where(SignInTry.failed_at < now - KEEP_TRIES))
    db.execute(delete(Idempotency).where(Idempotency.created_at < now - KEEP_ANSWERS))
