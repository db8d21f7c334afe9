from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.diary.standing_queries import standing_of
from app.kit.errors import Conflict, Words
from app.kit.i18n import N_
from app.scans.models import ScanTotal
from app.stamps.models import Batch
from app.stamps.policy_queries import get_policy
from app.stamps.rules import Move, spoken_run
from app.stamps.runs import check_move
from app.stamps.span_queries import SpanPreview


class UndoTooLate(Conflict):
    """The activation is too old to be undone"""

    code: ClassVar[str] = "stamps.undo_too_late"
    detail: ClassVar[str] = N_(
        "An activation can be undone for {days} days. Stamps {run} can only be made void now."
    )

    def __init__(self, *, days: int, first: int, last: int) -> None:
        self.days = days
        self.first = first
        self.last = last

    def explain(self, words: Words) -> str:
        run = spoken_run(self.first, self.last, words)
        return words.gettext(self.detail).format(days=words.number(self.days), run=run)


class UndoLookedUp(Conflict):
    """A stamp has been looked up since its activation"""

    code: ClassVar[str] = "stamps.undo_looked_up"
    detail: ClassVar[str] = N_(
        "Somebody looked up stamp no. {number}, so it is on goods out there. Its activation stands."
    )

    def __init__(self, *, number: int) -> None:
        self.number = number


class UndoStopped(Conflict):
    """The lot is recalled or its sale stopped"""

    code: ClassVar[str] = "stamps.undo_stopped"
    detail: ClassVar[str] = N_("Its stamps must go on saying so: their activation stands.")


def check_undo(db: Session, *, now: datetime, span: SpanPreview) -> None:
    """Refuse to undo what is not active, too old, looked up since, or of a lot that is stopped.

    Look-ups count once they are written: those of the last half second, in another process,
    may come after. They stay on the stamp, so whoever looks it up next is told of them.
    """
    check_move(Move.UNDO, span.runs, base=1)
    days = get_policy(db).undo_days
    for run in span.runs:
        if run.activated_at is None or now - run.activated_at > timedelta(days=days):
            raise UndoTooLate(days=days, first=run.first, last=run.last)
    product_id = db.get_one(Batch, span.stretch.batch_id).product_id
    if standing_of(db, {(product_id, run.lot_id) for run in span.runs}):
        raise UndoStopped
    first, last = span.stretch.places
    seen = select(func.min(ScanTotal.line)).where(
        ScanTotal.line >= first, ScanTotal.line <= last, ScanTotal.active
    )
    line = db.scalar(seen)
    if line is not None:
        raise UndoLookedUp(number=line - span.stretch.base + 1)
