from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.audit.queries import search_events
from app.audit.sought import Sought
from app.identity.factor_models import RecoveryCode, SecondFactor
from app.identity.models import Account, SessionToken
from app.identity.queries import list_roles
from app.identity.rules import hashed
from app.identity.second_factor import Step, step_left
from app.kit.db import beyond_fence
from app.kit.paging import Cut

STEP_TIME = timedelta(minutes=15)


@dataclass(frozen=True)
class Half:
    """A session whose password was right, and what it still owes."""

    session: SessionToken
    account: Account
    step: Step


def has_factor(db: Session, *, account_id: int) -> bool:
    return db.get(SecondFactor, account_id) is not None


def find_session(db: Session, *, token: str, now: datetime) -> SessionToken | None:
    session = db.get(SessionToken, hashed(token))
    return session if session is not None and session.expires_at > now else None


def find_half(db: Session, *, token: str, now: datetime, required: bool) -> Half | None:
    """Return the session that owes a step, if its password was given only just now."""
    session = find_session(db, token=token, now=now)
    if session is None or session.created_at <= now - STEP_TIME:
        return None
    account = db.get_one(Account, session.account_id)
    step = step_left(
        given=session.factor_at is not None,
        enrolled=has_factor(db, account_id=account.id),
        has_role=bool(list_roles(db, account_id=account.id)),
        required=required,
    )
    return Half(session, account, step) if account.active and step is not Step.NONE else None


def count_recovery_codes(db: Session, *, account_id: int) -> int:
    """Return how many recovery codes are left."""
    query = select(func.count()).where(
        RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)
    )
    return db.scalar(query) or 0


def find_reset(db: Session, *, account_id: int) -> AuditEvent | None:
    """Return the last reset of the account's second factor by somebody else."""
    asked = Sought(
        subject_kind="account", subject_id=str(account_id), action="account.reset_factor"
    )
    # Who reset it is somebody else, and the fence knows events by who acted.
    with beyond_fence(db):
        found = search_events(db, cut=Cut(limit=1), sought=asked).items
    return found[0] if found else None
