"""What the law lets a person ask for: all that is kept of them, and that it be erased."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.identity.actions import noted, require_charge
from app.identity.factor_models import RecoveryCode, SecondFactor
from app.identity.models import ApiKey, Idempotency, Membership, OneTimeLink, SessionToken
from app.identity.queries import get_account
from app.identity.role_actions import change_roles, drop_membership, hold_account
from app.identity.rules import Actor, Role, erased_phone
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.kit.text import fold

_THEIRS = (SessionToken, ApiKey, OneTimeLink, SecondFactor, RecoveryCode, Idempotency)


class AccountOpen(Conflict):
    """The account is still open"""

    code = "identity.account_open"
    detail = N_("Close it before you erase the person.")


def hand_out(db: Session, *, actor: Actor, now: datetime, account_id: int) -> None:
    """Note that what is kept of a person was taken out. Administrators only."""
    actor.require_role(Role.ADMINISTRATOR)
    get_account(db, account_id)
    noted(db, actor, now, "account.export", account_id)


def erase_person(db: Session, *, actor: Actor, now: datetime, account_id: int) -> None:
    """Erase the person of a closed account, whose number stays. Administrators only.

    What others rely on stays valid: inserted-only records keep the name as it was said then.
    """
    actor.require_role(Role.ADMINISTRATOR)
    hold_account(db, account_id)
    account = require_charge(db, actor, account_id)
    if account.active:
        raise AccountOpen
    change_roles(db, actor=actor, now=now, account_id=account_id, roles=())
    places = select(Membership.entity_id).where(Membership.account_id == account_id)
    for entity_id in db.scalars(places.order_by(Membership.entity_id)).all():
        drop_membership(db, actor=actor, now=now, account_id=account_id, entity_id=entity_id)
    for kind in _THEIRS:
        db.execute(delete(kind).where(kind.account_id == account_id))
    account.name, account.phone = f"#{account_id}", erased_phone(account_id)
    account.folded, account.password_hash = fold(account.name), None
    db.flush()
    noted(db, actor, now, "account.erase", account_id)
