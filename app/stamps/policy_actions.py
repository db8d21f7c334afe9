from datetime import datetime

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor, Role
from app.stamps.ledger_models import StampPolicy
from app.stamps.movement_actions import lost_races
from app.stamps.policy_queries import get_policy


def set_policy(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    two_people_from: int,
    recall_two_from: int | None = None,
    undo_days: int,
    lapse_months: int | None,
    tolerance_percent: float,
) -> StampPolicy:
    """Set the province's rules on stamps: by an administrator.

    What was issued keeps the day on which it lapses.
    """
    actor.require_role(Role.ADMINISTRATOR)
    policy = get_policy(db)
    before = _facts(policy)
    policy.two_people_from = two_people_from
    if recall_two_from is not None:
        policy.recall_two_from = recall_two_from
    policy.undo_days = undo_days
    policy.lapse_months = lapse_months
    policy.tolerance_percent = tolerance_percent
    db.add(policy)
    with lost_races():
        db.flush()
    after = _facts(policy)
    record(
        db,
        by=actor,
        now=now,
        action="policy.set",
        subject_id=policy.id,
        before=before,
        after=after,
    )
    return policy


def _facts(policy: StampPolicy) -> dict[str, object]:
    names = ("two_people_from", "recall_two_from", "undo_days", "lapse_months", "tolerance_percent")
    return {name: getattr(policy, name) for name in names}
