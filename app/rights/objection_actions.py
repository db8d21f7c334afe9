"""What the Department holds against a use right, and how that ends."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from app.identity.rules import Actor, NotAllowed
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.rights.manager_queries import is_kept
from app.rights.models import UseRight
from app.rights.objection_words import Outcome
from app.rights.queries import get_use_right
from app.rights.use_decision_queries import get_objection
from app.rights.use_models import UseObjection
from app.rights.use_right_actions import note


class ObjectionClosed(Conflict):
    """The objection is closed"""

    code: ClassVar[str] = "rights.objection_closed"
    detail: ClassVar[str] = N_("Raise another where there is more to say.")


class ObjectionAnswered(Conflict):
    """The objection is answered already"""

    code: ClassVar[str] = "rights.objection_answered"
    detail: ClassVar[str] = N_("The Department closes it, or raises another.")


def raise_objection(
    db: Session, *, actor: Actor, now: datetime, use_right_id: int, reason: str
) -> UseObjection:
    """Object to a use right; who keeps the users of its right answers. Officers only."""
    use_right = get_use_right(db, use_right_id, actor=actor)
    actor.require_officer()
    made = UseObjection(
        use_right_id=use_right.id, reason=reason, raised_at=now, raised_by=actor.label
    )
    db.add(made)
    db.flush()
    _note(db, actor, now, use_right, "object", {"objection": made.id, "reason": reason})
    return made


def answer_objection(
    db: Session, *, actor: Actor, now: datetime, use_right_id: int, objection_id: int, answer: str
) -> UseObjection:
    """Answer an objection, once. For who keeps the users of the right."""
    use_right = get_use_right(db, use_right_id, actor=actor)
    found = _open(db, use_right, objection_id)
    if not is_kept(db, actor, use_right.right_id):
        raise NotAllowed
    if found.answered_at is not None:
        raise ObjectionAnswered
    found.answer, found.answered_at, found.answered_by = answer, now, actor.label
    db.flush()
    _note(db, actor, now, use_right, "answer", {"objection": found.id, "answer": answer})
    return found


def close_objection(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    use_right_id: int,
    objection_id: int,
    outcome: Outcome,
    conclusion: str = "",
) -> UseObjection:
    """Close an objection, whether it was answered or not. Officers only.

    The use right stays as it is: what follows is a decision of its own.
    """
    use_right = get_use_right(db, use_right_id, actor=actor)
    found = _open(db, use_right, objection_id)
    actor.require_officer()
    found.outcome, found.conclusion = outcome, conclusion
    found.closed_at, found.closed_by = now, actor.label
    db.flush()
    after = {"objection": found.id, "outcome": outcome, "conclusion": conclusion}
    _note(db, actor, now, use_right, "close_objection", after)
    return found


def _open(db: Session, use_right: UseRight, objection_id: int) -> UseObjection:
    found = get_objection(db, use_right_id=use_right.id, objection_id=objection_id)
    if found.closed_at is not None:
        raise ObjectionClosed
    return found


def _note(
    db: Session,
    actor: Actor,
    now: datetime,
    use_right: UseRight,
    action: str,
    after: dict[str, Any],
) -> None:
    note(db, actor, now, f"use_right.{action}", use_right, None, after)
