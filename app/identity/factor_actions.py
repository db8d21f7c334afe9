import secrets
from datetime import datetime
from typing import cast

from sqlalchemy import CursorResult, delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.identity.actions import LETTERS, noted, require_charge
from app.identity.factor_models import RecoveryCode, SecondFactor
from app.identity.factor_queries import has_factor
from app.identity.models import Account, SessionToken
from app.identity.queries import get_account, list_roles
from app.identity.rules import Actor, Role, normalised_code
from app.identity.sealing import Sealer
from app.identity.second_factor import (
    RECOVERY_CODES,
    RECOVERY_LETTERS,
    CodeUsed,
    FactorMissing,
    FactorNeeded,
    FactorThere,
    OwnFactor,
    WrongCode,
    WrongRecoveryCode,
    matching_step,
)
from app.identity.session_actions import end_other_sessions, open_session
from app.identity.tries import Counted
from app.kit.db import on_refusal
from app.kit.errors import Throttled

_PATIENCE = Counted("")


def confirm_factor(
    db: Session, *, sealer: Sealer, now: datetime, session: SessionToken, code: str
) -> tuple[str, list[str]]:
    """Take the session's candidate as the account's secret, once its app shows the right code.

    Returns the token of the session that follows and the recovery codes, shown this once. Every
    other device is signed out. Raises WrongCode, and FactorThere where another device came first.
    """
    account_id, sealed = session.account_id, session.candidate
    if sealed is None:
        raise FactorMissing
    step = matching_step(sealer.unseal(sealed, account_id=account_id), code, now=now)
    if step is None:
        raise WrongCode
    if session.factor_at is not None:
        db.execute(delete(SecondFactor).where(SecondFactor.account_id == account_id))
    try:
        with db.begin_nested():
            db.add(
                SecondFactor(account_id=account_id, secret=sealed, confirmed_at=now, last_step=step)
            )
    except IntegrityError as error:
        raise FactorThere from error
    token = make_whole(db, now=now, session=session)
    end_other_sessions(db, account_id=account_id, kept=token)
    account = get_account(db, account_id)
    noted(db, _own(account), now, "account.enrol_factor", account_id)
    return token, _make_codes(db, sealer=sealer, now=now, account_id=account_id)


def give_code(db: Session, *, sealer: Sealer, now: datetime, account_id: int, code: str) -> None:
    """Take a code of the account's app, or raise WrongCode, CodeUsed or Throttled.

    Each is taken once, also of two who send it at the same moment.
    """
    factor = _patient_factor(db, now=now, account_id=account_id)
    step = matching_step(sealer.unseal(factor.secret, account_id=account_id), code, now=now)
    if step is None:
        raise _counted(db, WrongCode, now=now, account_id=account_id)
    taken = db.execute(
        update(SecondFactor)
        .where(SecondFactor.account_id == account_id, SecondFactor.last_step < step)
        .values(last_step=step, failures=0)
        .execution_options(synchronize_session=False)
    )
    if not cast("CursorResult[tuple[()]]", taken).rowcount:
        raise _counted(db, CodeUsed, now=now, account_id=account_id)


def give_recovery_code(
    db: Session, *, sealer: Sealer, now: datetime, account_id: int, code: str
) -> None:
    """Take one of the account's recovery codes, or raise WrongRecoveryCode or Throttled."""
    _patient_factor(db, now=now, account_id=account_id)
    marks = sealer.marks(_marked(account_id, normalised_code(code)))
    used = db.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.hash.in_(marks),
            RecoveryCode.account_id == account_id,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
    )
    if not cast("CursorResult[tuple[()]]", used).rowcount:
        raise _counted(db, WrongRecoveryCode, now=now, account_id=account_id)
    db.execute(update(SecondFactor).where(SecondFactor.account_id == account_id).values(failures=0))
    noted(db, _own(get_account(db, account_id)), now, "account.use_recovery_code", account_id)


def _patient_factor(db: Session, *, now: datetime, account_id: int) -> SecondFactor:
    factor = db.get(SecondFactor, account_id, populate_existing=True)
    if factor is None:
        raise FactorMissing
    if factor.failed_at is not None:
        wait = _PATIENCE.wait(factor.failures, (now - factor.failed_at).total_seconds())
        if wait:
            raise Throttled(seconds=wait)
    return factor


def _counted(db: Session, kind: type[WrongCode], *, now: datetime, account_id: int) -> WrongCode:
    """Return the refusal, which is counted although its transaction rolls back."""

    def count(after: Session) -> None:
        after.execute(
            update(SecondFactor)
            .where(SecondFactor.account_id == account_id)
            .values(failures=SecondFactor.failures + 1, failed_at=now)
        )

    on_refusal(db, count)
    return kind()


def make_whole(db: Session, *, now: datetime, session: SessionToken) -> str:
    """Return the token of the session that follows one whose second factor was just given.

    A token that was there before somebody had proved who they are never becomes theirs.
    """
    account_id, device = session.account_id, session.device
    db.execute(delete(SessionToken).where(SessionToken.hash == session.hash))
    return open_session(db, now=now, account_id=account_id, device=device, factor_at=now)


def renew_codes(db: Session, *, actor: Actor, sealer: Sealer, now: datetime) -> list[str]:
    """Return new recovery codes of one's own; the earlier ones no longer work."""
    account_id = actor.account_id or 0
    if not has_factor(db, account_id=account_id):
        raise FactorMissing
    noted(db, actor, now, "account.renew_codes", account_id)
    return _make_codes(db, sealer=sealer, now=now, account_id=account_id)


def end_factor(db: Session, *, actor: Actor, now: datetime, required: bool) -> None:
    """Turn one's own second factor off, where nothing asks for it."""
    account_id = actor.account_id or 0
    if required and list_roles(db, account_id=account_id):
        raise FactorNeeded
    _drop(db, account_id=account_id)
    noted(db, actor, now, "account.end_factor", account_id)


def reset_factor(db: Session, *, actor: Actor, now: datetime, account_id: int) -> None:
    """Take the second factor from an account whose phone is lost; every device is signed out.

    Administrators only, and never their own: who holds one stolen device must not get past it.
    """
    actor.require_role(Role.ADMINISTRATOR)
    account = require_charge(db, actor, account_id)
    if account.id == actor.account_id:
        raise OwnFactor
    if not has_factor(db, account_id=account_id):
        raise FactorMissing
    _drop(db, account_id=account_id)
    end_other_sessions(db, account_id=account_id)
    noted(db, actor, now, "account.reset_factor", account_id)


def _drop(db: Session, *, account_id: int) -> None:
    for kind in (RecoveryCode, SecondFactor):
        db.execute(delete(kind).where(kind.account_id == account_id))


def _make_codes(db: Session, *, sealer: Sealer, now: datetime, account_id: int) -> list[str]:
    db.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = [
        "".join(secrets.choice(LETTERS) for _ in range(RECOVERY_LETTERS))
        for _ in range(RECOVERY_CODES)
    ]
    db.add_all(
        RecoveryCode(
            hash=sealer.marks(_marked(account_id, code))[0], account_id=account_id, made_at=now
        )
        for code in codes
    )
    db.flush()
    return codes


def _marked(account_id: int, code: str) -> str:
    return f"recovery {account_id} {code}"


def _own(account: Account) -> Actor:
    return Actor(account_id=account.id, label=account.name)
