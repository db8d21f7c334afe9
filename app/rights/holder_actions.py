from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from app.entities.queries import get_entity, names_of
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.saving import check_seen, touched
from app.rights.holder_queries import get_part, holders_of
from app.rights.holding import HolderRole, clash
from app.rights.models import IpRight
from app.rights.queries import right_to_change
from app.rights.right_check import CHECK, UNCHECKED
from app.rights.right_faults import (
    AlreadyEnded,
    EndsBeforeItBegins,
    HolderNeeded,
    HoldersOverlap,
    NotYetHolder,
)
from app.rights.right_models import RightHolder
from app.rights.right_trail_actions import changed, columns, note

_DAY: Final = timedelta(days=1)
_FOLLOWS: Final = ("owner", "owner_entity_id", "managing_body", *CHECK)


def add_holder(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    right_id: int,
    role: HolderRole,
    document: str,
    name: str = "",
    entity_id: int | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
    takes_over: bool = False,
    seen: datetime | None = None,
) -> RightHolder:
    """Record an owner or managing body with the document that says so. Officers only.

    One that takes over ends whoever holds it now, the day before. Of a time to come nothing is
    recorded, so that who holds a right today is always who did when it was written down.
    """
    right = right_to_change(db, right_id, actor=actor)
    check_seen(right.updated_at, seen)
    if entity_id is not None:
        entity = get_entity(db, entity_id, actor=actor)
        name = name or entity.name
    if not name:
        raise HolderNeeded
    _check_days(from_day, to_day, day_of(now))
    before = columns(right, _FOLLOWS)
    others = [one for one in holders_of(db, [right.id])[right.id] if one.role == role]
    if takes_over and from_day is not None:
        _hand_over(others, from_day)
    other = clash(others, from_day, to_day)
    if other is not None:
        since, until = other.from_day or "…", other.to_day or "…"
        raise HoldersOverlap(name=other.name, since=since, until=until)
    added = RightHolder(
        right_id=right.id,
        role=role,
        name=name,
        entity_id=entity_id,
        from_day=from_day,
        to_day=to_day,
        document=document,
        recorded_at=now,
        recorded_by=actor.label,
    )
    db.add(added)
    told = {"holder": name, "from_day": from_day, "to_day": to_day, "document": document}
    _settle(db, actor, now, right, "right.holder", before, {"kind": role} | told)
    return added


def end_holder(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    right_id: int,
    holder_id: int,
    to_day: date,
    seen: datetime | None = None,
) -> RightHolder:
    """Record the last day of an owner or managing body nobody has followed. Officers only."""
    right = right_to_change(db, right_id, actor=actor)
    found = get_part(db, RightHolder, holder_id, right_id=right.id)
    check_seen(right.updated_at, seen)
    if found.to_day is not None:
        raise AlreadyEnded(to_day=found.to_day)
    _check_days(found.from_day, to_day, day_of(now))
    before = columns(right, _FOLLOWS)
    found.to_day = to_day
    told = {"kind": found.role, "holder": found.name, "to_day": to_day}
    _settle(db, actor, now, right, "right.end_holder", before, told)
    return found


def strike_holder(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    right_id: int,
    holder_id: int,
    reason: str,
    seen: datetime | None = None,
) -> RightHolder:
    """Strike a line that was recorded by mistake. Officers only.

    A right that was checked with another owner than it has now is to be checked again.
    """
    right = right_to_change(db, right_id, actor=actor)
    found = get_part(db, RightHolder, holder_id, right_id=right.id)
    check_seen(right.updated_at, seen)
    before = columns(right, _FOLLOWS)
    found.struck_at, found.struck_by = now, actor.label
    told = {"kind": found.role, "holder": found.name, "reason": reason}
    _settle(db, actor, now, right, "right.strike_holder", before, told, uncheck=True)
    return found


def keep_holders(db: Session, *, actor: Actor, now: datetime, rights: Sequence[IpRight]) -> None:
    """Bring the lines in step with what the rights themselves say, which was written by hand.

    A line that says otherwise was mistaken: it is struck, and another takes its days.
    """
    known = holders_of(db, [right.id for right in rights], day=day_of(now))
    named = names_of(db, [right.owner_entity_id for right in rights if right.owner_entity_id])
    for right in rights:
        owner = right.owner or named.get(right.owner_entity_id or 0, "")
        for role, name, entity_id in (
            (HolderRole.OWNER, owner, right.owner_entity_id),
            (HolderRole.MANAGER, right.managing_body, None),
        ):
            now_is = next((one for one in known[right.id] if one.role == role), None)
            if now_is is None and not name:
                continue
            if now_is is not None:
                unsaid = not right.owner and entity_id is not None
                if now_is.entity_id == entity_id and (unsaid or now_is.name == name):
                    continue
                now_is.struck_at, now_is.struck_by = now, actor.label
            if name:
                db.add(_following(now_is, right, role, name, entity_id, actor, now))
    db.flush()


def _following(
    last: RightHolder | None,
    right: IpRight,
    role: HolderRole,
    name: str,
    entity_id: int | None,
    actor: Actor,
    now: datetime,
) -> RightHolder:
    return RightHolder(
        right_id=right.id,
        role=role,
        name=name,
        entity_id=entity_id,
        from_day=last.from_day if last else None,
        to_day=None,
        document=last.document if last else "",
        recorded_at=now,
        recorded_by=actor.label,
    )


def _check_days(first: date | None, last: date | None, today: date) -> None:
    if first is not None and last is not None and last < first:
        raise EndsBeforeItBegins
    for field, day in (("from_day", first), ("to_day", last)):
        if day is not None and day > today:
            raise NotYetHolder(field=field)


def _hand_over(others: Sequence[RightHolder], from_day: date) -> None:
    for one in others:
        if one.to_day is None and (one.from_day is None or one.from_day < from_day):
            one.to_day = from_day - _DAY


def _settle(
    db: Session,
    actor: Actor,
    now: datetime,
    right: IpRight,
    action: str,
    before: dict[str, Any],
    told: dict[str, Any],
    *,
    uncheck: bool = False,
) -> None:
    """Let the right say who holds it today, and tell what was recorded."""
    db.flush()
    today = {one.role: one for one in holders_of(db, [right.id], day=day_of(now))[right.id]}
    owner, manager = today.get(HolderRole.OWNER), today.get(HolderRole.MANAGER)
    right.owner = owner.name if owner else ""
    right.owner_entity_id = owner.entity_id if owner else None
    right.managing_body = manager.name if manager else ""
    old, _ = changed(right, before)
    if uncheck and {"owner", "owner_entity_id"} & old.keys():
        for name, value in UNCHECKED.items():
            setattr(right, name, value)
    right.updated_at = touched(right.updated_at, now)
    db.flush()
    old, new = changed(right, before)
    note(db, actor, now, action, right, old, {n: v for n, v in told.items() if v} | new)
