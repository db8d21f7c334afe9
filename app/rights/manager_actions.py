"""Who keeps the users of a right for its owner."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.queries import get_account, list_roles
from app.identity.rules import Actor, Role
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.rights.manager_queries import NoSuchManager, find_manager
from app.rights.queries import get_right
from app.rights.use_models import RightManager


class NotAMarkManager(Invalid):
    """The account does not have the role of a mark manager"""

    code: ClassVar[str] = "rights.not_a_mark_manager"
    detail: ClassVar[str] = N_("An administrator gives it on the account's page first.")
    field = "account_id"


class ManagerThere(Conflict):
    """The account keeps the users of this right already"""

    code: ClassVar[str] = "rights.manager_there"
    detail: ClassVar[str] = N_("Nothing was changed.")
    field = "account_id"


def appoint_manager(
    db: Session, *, actor: Actor, now: datetime, right_id: int, account_id: int
) -> RightManager:
    """Let a mark manager keep the users of a right. Officers only."""
    right = get_right(db, right_id)
    actor.require_officer()
    account = get_account(db, account_id)
    if Role.MARK_MANAGER not in list_roles(db, account_id=account.id) or not account.active:
        raise NotAMarkManager
    if find_manager(db, right_id=right.id, account_id=account.id) is not None:
        raise ManagerThere
    made = RightManager(
        right_id=right.id, account_id=account.id, appointed_at=now, appointed_by=actor.label
    )
    db.add(made)
    try:
        with db.begin_nested():
            db.flush()
    except IntegrityError as error:
        raise ManagerThere from error
    _note(db, actor, now, "right.appoint", made)
    return made


def end_manager(
    db: Session, *, actor: Actor, now: datetime, right_id: int, account_id: int
) -> RightManager:
    """End it: from now on the account sees the right as everybody does. Officers only."""
    get_right(db, right_id)
    actor.require_officer()
    found = find_manager(db, right_id=right_id, account_id=account_id)
    if found is None:
        raise NoSuchManager
    found.ended_at, found.ended_by = now, actor.label
    db.flush()
    _note(db, actor, now, "right.dismiss", found)
    return found


def _note(db: Session, actor: Actor, now: datetime, action: str, one: RightManager) -> None:
    after = {"account_id": one.account_id}
    record(db, by=actor, now=now, action=action, subject_id=one.right_id, after=after)
