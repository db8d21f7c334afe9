from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.audit.models import AuditEvent
from app.identity.rules import Actor
from tests import make


def note(db: Session, subject_id: object = 1, **more: object) -> AuditEvent:
    return record(
        db,
        by=Actor(account_id=1, label="Cán bộ"),
        now=make.NOW,
        action="entity.change",
        subject_id=subject_id,
        after=more,
    )


def test_events_are_numbered_one_after_another(db: Session) -> None:
    numbers = [note(db).seq for _ in range(5)]
    assert numbers == list(range(numbers[0], numbers[0] + 5))


def test_values_of_any_kind_are_kept_as_plain_ones_at_any_depth(db: Session) -> None:
    event = note(
        db,
        day=date(2026, 3, 10),
        at=make.NOW,
        weight=Decimal("12.5"),
        nothing=None,
        ids=[UUID(int=7), 8],
        nested={"rows": [{"until": date(2027, 1, 1)}], 3: (True, "x")},
    )
    db.expire(event)
    assert event.after == {
        "day": "2026-03-10",
        "at": "2026-03-10 03:00:00+00:00",
        "weight": "12.5",
        "nothing": None,
        "ids": [str(UUID(int=7)), 8],
        "nested": {"rows": [{"until": "2027-01-01"}], "3": [True, "x"]},
    }


def test_an_event_that_rolled_back_leaves_no_gap(db: Session) -> None:
    first = note(db).seq
    with db.begin_nested() as nested:
        note(db)
        nested.rollback()
    assert note(db).seq == first + 1


def test_an_instant_comes_back_as_it_was(db: Session) -> None:
    event = note(db)
    db.expire(event)
    assert event.at == make.NOW
    assert event.at.utcoffset() == timedelta(0)
