from sqlalchemy.orm import Session

from app.stamps.ledger_models import StampPolicy

_ONLY = 1


def get_policy(db: Session) -> StampPolicy:
    """Return the province's rules on stamps, the usual ones where it has set none."""
    return db.get(StampPolicy, _ONLY) or usual_policy()


def usual_policy() -> StampPolicy:
    """Return the rules that hold until an administrator sets others; not yet a record."""
    return StampPolicy(
        id=_ONLY,
        two_people_from=10_000,
        recall_two_from=1_000,
        undo_days=10,
        lapse_months=None,
        tolerance_percent=5.0,
    )
