"""Use rights suspended, resumed, revoked and ended, each by a decision that is kept."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.saving import check_past, check_seen, touched
from app.rights.deciding import TURNS, Course, Decision, DecisionKind, course, standing_decisions
from app.rights.manager_queries import require_keeper
from app.rights.models import UseRight
from app.rights.turn_checks import (
    Paper,
    check_annulled,
    check_paper,
    check_turn,
)
from app.rights.use_checks import check_apart
from app.rights.use_decision_queries import decision_facts, get_use_decision, use_decisions
from app.rights.use_models import UseRightDecision
from app.rights.use_queries import held_by, use_rights_beside
from app.rights.use_right_actions import (
    hold_use_right,
    hold_users,
    keep_decision,
    note,
    told_of,
)

_FOLLOWS: Final = (
    "suspended_on",
    "resumed_on",
    "pauses",
    "ended_on",
    "revoked",
    "status_reason",
)


def decide_use_right(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    use_right_id: int,
    kind: DecisionKind,
    paper: Paper,
    until: date | None = None,
    past_is_meant: bool = False,
    seen: datetime | None = None,
) -> UseRightDecision:
    """Suspend, resume, revoke or end a use right from a day, past or to come.

    For officers, and for who keeps the users of its right. A day that is past must be meant:
    whatever is asked about a day since then is answered otherwise from now on.
    """
    use_right = hold_use_right(db, use_right_id, actor=actor)
    require_keeper(db, actor, use_right.right_id)
    check_seen(use_right.updated_at, seen)
    check_paper(kind, paper, day_of(now))
    known = use_decisions(db, use_right.id)
    new = Decision(id=0, kind=kind, effective_on=paper.effective_on, until=until)
    check_turn(new, _course(known), use_right.valid_from, use_right.valid_to)
    check_past(paper.effective_on, day_of(now), meant=past_is_meant)
    kept = keep_decision(db, actor, now, use_right, kind, paper, until=until)
    _settle(db, actor, now, use_right, [*known, kept], kept)
    return kept


def annul_use_decision(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    use_right_id: int,
    decision_id: int,
    paper: Paper,
    past_is_meant: bool = False,
    seen: datetime | None = None,
) -> UseRightDecision:
    """Annul a suspension, a resumption or an end: it counts as if it had never been.

    For whom `decide_use_right` is. The decision itself stays, with this one that names it.
    """
    use_right = hold_use_right(db, use_right_id, actor=actor)
    found = get_use_decision(db, use_right_id=use_right.id, decision_id=decision_id)
    require_keeper(db, actor, use_right.right_id)
    check_seen(use_right.updated_at, seen)
    check_paper(DecisionKind.ANNULLED, paper, day_of(now))
    known = use_decisions(db, use_right.id)
    check_annulled(decision_facts(found), standing_decisions(map(decision_facts, known)))
    check_past(found.effective_on, day_of(now), meant=past_is_meant)
    kept = keep_decision(
        db, actor, now, use_right, DecisionKind.ANNULLED, paper, annuls_id=found.id
    )
    _settle(db, actor, now, use_right, [*known, kept], kept)
    # Another may have been granted once this one was over.
    hold_users(db, use_right.right_id)
    check_apart(held_by(use_right), use_rights_beside(db, use_right))
    return kept


def _course(decisions: Sequence[UseRightDecision]) -> Course:
    return course(map(decision_facts, decisions))


def _settle(
    db: Session,
    actor: Actor,
    now: datetime,
    use_right: UseRight,
    decisions: Sequence[UseRightDecision],
    last: UseRightDecision,
) -> None:
    """Let the use right say what its decisions come to, and tell of the one recorded last."""
    before = {name: getattr(use_right, name) for name in _FOLLOWS}
    found = _course(decisions)
    last_pause = found.pauses[-1] if found.pauses else None
    use_right.suspended_on = last_pause.first if last_pause else None
    use_right.resumed_on = last_pause.after if last_pause else None
    use_right.pauses = [(str(one.first), str(one.after)) for one in found.pauses[:-1]]
    use_right.ended_on = found.over.effective_on if found.over else None
    use_right.revoked = found.over is not None and found.over.kind is DecisionKind.REVOKED
    use_right.status_reason = _reason(decisions)
    use_right.updated_at = touched(use_right.updated_at, now)
    db.flush()
    names = [name for name, value in before.items() if value != getattr(use_right, name)]
    old = {name: before[name] for name in names}
    new = {name: getattr(use_right, name) for name in names}
    action = "annul" if last.kind == DecisionKind.ANNULLED else "decide"
    note(db, actor, now, f"use_right.{action}", use_right, old, told_of(last) | new)


def _reason(decisions: Sequence[UseRightDecision]) -> str:
    """Return why it stands as it does: the reason of what turned it last."""
    reasons = {one.id: one.reason for one in decisions}
    turned = [
        one for one in standing_decisions(map(decision_facts, decisions)) if one.kind in TURNS
    ]
    return reasons[turned[-1].id] if turned else ""
