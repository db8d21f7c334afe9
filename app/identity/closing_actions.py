from datetime import datetime

from sqlalchemy.orm import Session

from app.identity.actions import noted, require_charge, spend_links
from app.identity.queries import list_roles
from app.identity.role_actions import require_another_administrator
from app.identity.rules import Actor, Role
from app.identity.session_actions import end_other_sessions
from app.kit.errors import Conflict
from app.kit.i18n import N_


class OwnAccount(Conflict):
    """You can't close your own account"""

    code = "identity.own_account"
    detail = N_("Ask another administrator to do it.")


def close_account(db: Session, *, actor: Actor, now: datetime, account_id: int) -> None:
    """Keep somebody from signing in: devices, links and keys stop working at once."""
    account = require_charge(db, actor, account_id)
    if account.id == actor.account_id:
        raise OwnAccount
    if Role.ADMINISTRATOR in list_roles(db, account_id=account_id):
        require_another_administrator(db, account_id=account_id)
    account.active = False
    end_other_sessions(db, account_id=account_id)
    spend_links(db, account_id=account_id, now=now)
    noted(db, actor, now, "account.close", account_id, active=False)


def open_account(db: Session, *, actor: Actor, now: datetime, account_id: int) -> None:
    """Let a closed account sign in again, with its old password or by a new link."""
    account = require_charge(db, actor, account_id)
    account.active = True
    db.flush()
    noted(db, actor, now, "account.open", account_id, active=True)
