import hmac
from datetime import datetime
from typing import ClassVar

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor, Role
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.stamps.codes import LINE_END, Root, root_check
from app.stamps.keyring import KeyMissing, Keyring
from app.stamps.models import KeyEpoch
from app.stamps.movement_actions import ChangedMeanwhile
from app.stamps.queries import check_roots


class LineFull(Conflict):
    """The numbers of this epoch are used up"""

    code: ClassVar[str] = "stamps.line_full"
    detail: ClassVar[str] = N_(
        "{left} numbers of epoch {epoch} are left. The administrator opens the next epoch with "
        "`ocop keys rotate`; then issue the batch again."
    )

    def __init__(self, *, epoch: int, left: int) -> None:
        self.epoch = epoch
        self.left = left


class NoNewRoot(Conflict):
    """There is no key for the next epoch"""

    code: ClassVar[str] = "stamps.no_new_root"
    detail: ClassVar[str] = N_("The newest key is of epoch {epoch}, which was opened already.")

    def __init__(self, *, epoch: int) -> None:
        self.epoch = epoch


def allot_numbers(
    db: Session, *, now: datetime, keyring: Keyring, quantity: int
) -> tuple[int, int]:
    """Take consecutive numbers for new stamps and return the epoch and the first of them.

    Opens the epoch of the newest root where none is open. Raises LineFull and KeyMissing.
    """
    epoch = _open_epoch(db)
    if epoch is None:
        epoch = keyring.newest().epoch
        _open(db, keyring.newest(), now)
    query = (
        update(KeyEpoch)
        .where(
            KeyEpoch.epoch == epoch,
            KeyEpoch.closed_at.is_(None),
            KeyEpoch.next <= LINE_END - quantity,
        )
        .values(next=KeyEpoch.next + quantity)
        .returning(KeyEpoch.next, KeyEpoch.root_check)
        .execution_options(synchronize_session=False)
    )
    taken = db.execute(query).one_or_none()
    if taken is None:
        following = db.scalar(select(KeyEpoch.next).where(KeyEpoch.epoch == epoch)) or 0
        left = LINE_END - following
        raise ChangedMeanwhile if left >= quantity else LineFull(epoch=epoch, left=left)
    if not hmac.compare_digest(root_check(keyring.root(epoch)), taken.root_check):
        raise KeyMissing(epoch=epoch)
    return epoch, taken.next - quantity


def rotate_epoch(db: Session, *, actor: Actor, now: datetime, keyring: Keyring) -> int:
    """Close the open epoch, open that of the newest root, and return its number.

    Codes of the closed epoch stay good. Raises NoNewRoot, and RootMismatch where the keyring
    is not the one of this database.
    """
    actor.require_role(Role.ADMINISTRATOR)
    check_roots(db, keyring=keyring)
    newest = keyring.newest()
    opened = select(KeyEpoch.epoch).where(KeyEpoch.epoch >= newest.epoch).limit(1)
    if db.scalar(opened) is not None:
        raise NoNewRoot(epoch=newest.epoch)
    db.execute(update(KeyEpoch).where(KeyEpoch.closed_at.is_(None)).values(closed_at=now))
    _open(db, newest, now)
    record(db, by=actor, now=now, action="epoch.open", subject_id=newest.epoch)
    return newest.epoch


def _open_epoch(db: Session) -> int | None:
    query = select(KeyEpoch.epoch).where(KeyEpoch.closed_at.is_(None))
    return db.scalar(query.order_by(KeyEpoch.epoch.desc()).limit(1))


def _open(db: Session, root: Root, now: datetime) -> None:
    # Two first batches may be issued at the same moment: one of them opens the epoch.
    made = {"epoch": root.epoch, "root_check": root_check(root), "next": 0, "opened_at": now}
    if db.get_bind().dialect.name == "postgresql":
        db.execute(postgresql.insert(KeyEpoch).values(made).on_conflict_do_nothing())
    else:
        db.execute(sqlite.insert(KeyEpoch).values(made).on_conflict_do_nothing())
