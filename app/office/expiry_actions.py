"""Notices of what ends soon: events of the audit trail, from which the world is told of them."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.actions import Entry, record_many
from app.audit.models import AuditEvent
from app.identity.rules import Actor, Role
from app.kit.clock import day_of, start_of
from app.kit.locks import Lock, alone
from app.office.expiries import AHEAD, Expiry, ExpiryKind, notice_due
from app.office.expiry_queries import Wanted, list_expiries

SYSTEM: Final = Actor(account_id=None, label="system", roles=frozenset({Role.READER}))
# No notice is older than the earliest is ahead, but for what was told of a day that was moved.
_LOOKED_BACK: Final = timedelta(days=max(AHEAD) + 30)
# So that a first start on a long register takes its steps.
_MOST: Final = 2000


def record_expiring(db: Session, *, now: datetime) -> int:
    """Record a notice of each thing that ends within 90, 30 or 7 days, each once.

    Returns how many there were. What is found later than 90 days ahead gets the nearest one only.
    """
    day = day_of(now)
    # Of two at once the later sees what the other recorded.
    alone(db, Lock.NOTICES)
    wanted = Wanted(day, day + timedelta(days=max(AHEAD)))
    known = _known(db, now)
    made, skip = 0, 0
    while True:
        found = list_expiries(db, wanted, actor=SYSTEM, skip=skip, limit=_MOST)
        due = [(one, notice_due(one.last_day, day)) for one in found]
        entries = [
            _entry(one, ahead)
            for one, ahead in due
            if ahead is not None and _key(one, ahead) not in known
        ]
        record_many(db, by=SYSTEM, now=now, entries=entries)
        made, skip = made + len(entries), skip + len(found)
        if len(found) < _MOST:
            return made


_Key = tuple[str, int, str, int]


def _key(one: Expiry, ahead: int) -> _Key:
    return one.kind.action, one.id, one.last_day.isoformat(), ahead


def _known(db: Session, now: datetime) -> set[_Key]:
    actions = [kind.action for kind in ExpiryKind]
    query = select(AuditEvent.action, AuditEvent.after).where(
        AuditEvent.action.in_(actions), AuditEvent.at >= start_of(day_of(now) - _LOOKED_BACK)
    )
    return {
        (action, after["id"], after["last_day"], after["days_ahead"])
        for action, after in db.execute(query)
        if after
    }


def _entry(one: Expiry, ahead: int) -> Entry:
    subject = one.product_id if one.kind is ExpiryKind.OCOP else one.id
    after = {"id": one.id, "last_day": one.last_day.isoformat(), "days_ahead": ahead}
    return Entry(one.kind.action, subject, entity_id=one.entity_id, after=after)
