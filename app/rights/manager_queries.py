"""Whose users of rights an account keeps."""

from collections.abc import Sequence
from typing import ClassVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.identity.models import Account, AccountRole
from app.identity.rules import Actor, NotAllowed, Role
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.rights.models import IpRight
from app.rights.use_models import RightManager


class NoSuchManager(NotFound):
    """The account does not keep the users of this right"""

    code: ClassVar[str] = "rights.no_such_manager"
    detail: ClassVar[str] = N_("Open the right again: somebody may have changed it.")


def kept_by(actor: Actor) -> Select[int] | None:
    """Return the ids of the rights whose users a mark manager keeps; none for all others."""
    if Role.MARK_MANAGER not in actor.roles:
        return None
    return select(RightManager.right_id).where(
        RightManager.account_id == actor.account_id, RightManager.ended_at.is_(None)
    )


def keeps(db: Session, actor: Actor, right_id: int) -> bool:
    """Tell whether the actor records the users of a right: an officer, or its manager."""
    if actor.officer:
        return True
    return is_kept(db, actor, right_id)


def is_kept(db: Session, actor: Actor, right_id: int) -> bool:
    """Tell whether a right is one of those the actor manages."""
    kept = kept_by(actor)
    return kept is not None and db.scalar(kept.where(RightManager.right_id == right_id)) is not None


def require_keeper(db: Session, actor: Actor, right_id: int) -> None:
    if not keeps(db, actor, right_id):
        raise NotAllowed


def rights_kept(db: Session, actor: Actor) -> list[IpRight]:
    """Return the rights a mark manager keeps the users of."""
    kept = kept_by(actor)
    if kept is None:
        return []
    return list(db.scalars(select(IpRight).where(IpRight.id.in_(kept)).order_by(IpRight.id)))


def list_managers(db: Session, right_id: int) -> Sequence[tuple[RightManager, str]]:
    """Return who keeps the users of a right, or did, with their names; the present ones first."""
    query = (
        select(RightManager, Account.name)
        .join(Account, Account.id == RightManager.account_id)
        .where(RightManager.right_id == right_id)
        .order_by(RightManager.ended_at.is_not(None), RightManager.id.desc())
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def rights_of_account(db: Session, account_id: int) -> Sequence[tuple[RightManager, IpRight]]:
    """Return the rights whose users an account keeps now."""
    query = (
        select(RightManager, IpRight)
        .join(IpRight, IpRight.id == RightManager.right_id)
        .where(RightManager.account_id == account_id, RightManager.ended_at.is_(None))
        .order_by(RightManager.id)
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def find_manager(db: Session, *, right_id: int, account_id: int) -> RightManager | None:
    """Return the appointment that stands of an account to a right."""
    query = select(RightManager).where(
        RightManager.right_id == right_id,
        RightManager.account_id == account_id,
        RightManager.ended_at.is_(None),
    )
    return db.scalars(query).one_or_none()


def accounts_to_appoint(db: Session, right_id: int, *, limit: int) -> list[tuple[int, str]]:
    """Return the open accounts of mark managers that do not keep the right's users yet."""
    standing = select(RightManager.account_id).where(
        RightManager.right_id == right_id, RightManager.ended_at.is_(None)
    )
    query = (
        select(Account.id, Account.name)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(AccountRole.role == Role.MARK_MANAGER, Account.active, Account.id.not_in(standing))
        .order_by(Account.folded, Account.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def count_managers(db: Session, right_id: int) -> int:
    query = select(func.count()).select_from(RightManager)
    query = query.where(RightManager.right_id == right_id, RightManager.ended_at.is_(None))
    return db.scalar(query) or 0
