"""The audit trail followed: what the world is told of it, and what ended by the calendar alone."""

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.actions import Entry, record_many
from app.audit.models import AuditEvent
from app.certificates.models import Certificate
from app.entities.models import Entity
from app.identity.rules import Actor
from app.kit.clock import day_of, start_of
from app.kit.db import Database
from app.partners.event_models import EventTail, PublicEvent
from app.partners.event_queries import last_happening, looked_through, told_of
from app.partners.events import PUBLIC_ACTIONS, Happening
from app.products.models import OcopCertificate, Product
from app.rights.models import IpRight, UseRight

log = logging.getLogger("ocop.work")

SYSTEM: Final = Actor(account_id=None, label="system")
_TAIL: Final = 1
# Few enough that on SQLite nobody waits long for the one writer.
_AT_ONCE: Final = 50
# What ended longer ago is no news: an installation that begins does not tell its whole past.
_LOOKED_BACK: Final = timedelta(days=30)


def publish(database: Database, *, base_url: str) -> int:
    """Tell the world what happened since the last time; return how many events that were.

    Each event is looked at once, in the order of their commits, however often this is called
    and by however many at once.
    """
    made = 0
    while True:
        with database.begin(write=False) as db:
            top, tail = last_happening(db), looked_through(db)
        if top <= tail:
            return made
        with database.begin() as db:
            made += _publish_some(db, base_url=base_url)


def _publish_some(db: Session, *, base_url: str) -> int:
    tail = db.get(EventTail, _TAIL, with_for_update=True)
    if tail is None:
        tail = EventTail(id=_TAIL, seq=0)
        db.add(tail)
        db.flush()
    # Read before the events themselves: what is committed in between is left for the next time.
    top = last_happening(db)
    query = (
        select(AuditEvent)
        .where(AuditEvent.seq > tail.seq, AuditEvent.seq <= top)
        .where(AuditEvent.action.in_(PUBLIC_ACTIONS))
        .order_by(AuditEvent.seq)
        .limit(_AT_ONCE)
    )
    found = db.scalars(query).all()
    made = [one for event in found if (one := _public(db, event, base_url)) is not None]
    db.add_all(made)
    tail.seq = found[-1].seq if len(found) == _AT_ONCE else top
    db.flush()
    return len(made)


def _public(db: Session, event: AuditEvent, base_url: str) -> PublicEvent | None:
    happening = Happening(
        seq=event.seq,
        at=event.at,
        action=event.action,
        subject_id=event.subject_id,
        entity_id=event.entity_id,
        before=event.before or {},
        after=event.after or {},
    )
    try:
        told = told_of(db, happening, base_url=base_url)
    except (LookupError, TypeError, ValueError, AttributeError):
        # One that can't be told must not keep all later ones, recalls among them, from going out.
        log.exception("an event could not be told", extra={"task": f"event {event.seq}"})
        return None
    return (
        None
        if told is None
        else PublicEvent(seq=event.seq, at=event.at, type=told[0], facts=told[1])
    )


def record_ended(db: Session, *, now: datetime) -> int:
    """Record as events what ended by the calendar alone, each once: nobody acts on that day.

    Returns how many there were.
    """
    day = day_of(now)
    # Of two at once the later one sees what the other recorded.
    db.get(EventTail, _TAIL, with_for_update=True)
    entries = [
        entry
        for action, ended in (
            ("product.certificate.end", _certificates(db, day)),
            ("certificate.end", _papers(db, day)),
            ("use_right.end", _use_rights(db, day)),
            ("right.end", _rights(db, day)),
        )
        for entry in _not_recorded(db, action, ended, day)
    ]
    record_many(db, by=SYSTEM, now=now, entries=entries)
    return len(entries)


# Whose it is, its own number, what it ended on, and what more is told.
_Ended = tuple[int, int | None, int, date, dict[str, Any]]


def _not_recorded(db: Session, action: str, ended: Iterable[_Ended], day: date) -> Iterable[Entry]:
    since = start_of(day - 2 * _LOOKED_BACK)
    query = select(AuditEvent.after).where(AuditEvent.action == action, AuditEvent.at >= since)
    known = {(after["id"], after["last_day"]) for after in db.scalars(query) if after}
    for subject_id, entity_id, key, last, more in ended:
        if (key, last.isoformat()) not in known:
            after = {"id": key, "last_day": last.isoformat(), **more}
            yield Entry(action, subject_id, entity_id=entity_id, after=after)


def _certificates(db: Session, day: date) -> Iterable[_Ended]:
    made = OcopCertificate
    query = (
        select(made, Product.entity_id)
        .join(Product, Product.id == made.product_id)
        .where(made.valid_to < day, made.valid_to >= day - _LOOKED_BACK)
        .where(made.revoked_on.is_(None) | (made.revoked_on > made.valid_to))
        .where(made.struck_at.is_(None))
        .order_by(made.valid_to, made.id)
    )
    for one, entity_id in db.execute(query):
        more = {"stars": one.stars, "decision_no": one.decision_no}
        yield one.product_id, entity_id, one.id, one.valid_to, more


def _papers(db: Session, day: date) -> Iterable[_Ended]:
    """Yield the public certificates other than OCOP's."""
    made = Certificate
    query = (
        select(made)
        .where(made.valid_to < day, made.valid_to >= day - _LOOKED_BACK)
        .where(made.revoked_on.is_(None) | (made.revoked_on > made.valid_to))
        .where(made.public, made.struck_at.is_(None))
        .order_by(made.valid_to, made.id)
    )
    for one in db.scalars(query):
        if one.valid_to is not None:
            yield one.id, one.entity_id, one.id, one.valid_to, {}


def _use_rights(db: Session, day: date) -> Iterable[_Ended]:
    query = (
        select(UseRight)
        .where(UseRight.valid_to < day, UseRight.valid_to >= day - _LOOKED_BACK)
        .join(Entity, Entity.id == UseRight.entity_id)
        .where(UseRight.ended_on.is_(None) | (UseRight.ended_on > UseRight.valid_to))
        .where(Entity.dissolved_on.is_(None) | (Entity.dissolved_on > UseRight.valid_to))
        .order_by(UseRight.valid_to, UseRight.id)
    )
    for one in db.scalars(query):
        if one.valid_to is not None:
            yield one.id, one.entity_id, one.id, one.valid_to, {}


def _rights(db: Session, day: date) -> Iterable[_Ended]:
    query = (
        select(IpRight)
        .where(IpRight.expires_on < day, IpRight.expires_on >= day - _LOOKED_BACK)
        .where(IpRight.ended_on.is_(None) | (IpRight.ended_on > IpRight.expires_on))
        .order_by(IpRight.expires_on, IpRight.id)
    )
    for one in db.scalars(query):
        if one.expires_on is not None:
            yield one.id, one.owner_entity_id, one.id, one.expires_on, {}
