from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.saving import check_seen, touched
from app.kit.text import fold
from app.places.models import Level
from app.places.queries import find_place
from app.rights.holder_queries import areas_of, get_part
from app.rights.holding import clash
from app.rights.models import IpRight
from app.rights.queries import right_to_change
from app.rights.right_faults import AlreadyEnded, AreaThere, EndsBeforeItBegins, NoSuchUnit
from app.rights.right_models import RightArea
from app.rights.right_trail_actions import note


def add_area(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    right_id: int,
    as_written: str,
    place_codes: Sequence[str] = (),
    from_day: date | None = None,
    to_day: date | None = None,
    document: str = "",
    seen: datetime | None = None,
) -> list[RightArea]:
    """Record a place of a right's area as its document names it. Officers only.

    A district, or a commune that was merged, is a line for each commune of today it is a part of;
    without any the name stands alone.
    """
    right = right_to_change(db, right_id, actor=actor)
    check_seen(right.updated_at, seen)
    if from_day is not None and to_day is not None and to_day < from_day:
        raise EndsBeforeItBegins
    known = areas_of(db, [right.id])[right.id]
    added = []
    for code in dict.fromkeys(place_codes) or [None]:
        place = find_place(db, code)
        if code is not None and (place is None or place.level != Level.COMMUNE):
            raise NoSuchUnit
        same = [one for one in known if _same(one, as_written, code)]
        if clash(same, from_day, to_day) is not None:
            raise AreaThere(as_written=as_written)
        line = RightArea(
            right_id=right.id,
            place_code=code,
            as_written=as_written,
            from_day=from_day,
            to_day=to_day,
            document=document,
            recorded_at=now,
            recorded_by=actor.label,
        )
        db.add(line)
        added.append(line)
    told = {"place": as_written, "communes": list(place_codes), "from_day": from_day}
    _settle(db, actor, now, right, "right.area", told | {"to_day": to_day, "document": document})
    return added


def end_area(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    right_id: int,
    area_id: int,
    to_day: date,
    seen: datetime | None = None,
) -> RightArea:
    """Record the last day on which a place was in a right's area. Officers only."""
    right = right_to_change(db, right_id, actor=actor)
    found = get_part(db, RightArea, area_id, right_id=right.id)
    check_seen(right.updated_at, seen)
    if found.to_day is not None:
        raise AlreadyEnded(to_day=found.to_day)
    if found.from_day is not None and to_day < found.from_day:
        raise EndsBeforeItBegins
    found.to_day = to_day
    told = {"line": found.id, "place": found.as_written, "to_day": to_day}
    _settle(db, actor, now, right, "right.end_area", told)
    return found


def strike_area(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    right_id: int,
    area_id: int,
    reason: str,
    seen: datetime | None = None,
) -> RightArea:
    """Strike a place that was recorded by mistake. Officers only."""
    right = right_to_change(db, right_id, actor=actor)
    found = get_part(db, RightArea, area_id, right_id=right.id)
    check_seen(right.updated_at, seen)
    found.struck_at, found.struck_by = now, actor.label
    told = {"line": found.id, "place": found.as_written, "reason": reason}
    _settle(db, actor, now, right, "right.strike_area", told)
    return found


def _same(line: RightArea, as_written: str, code: str | None) -> bool:
    return line.place_code == code and fold(line.as_written) == fold(as_written)


def _settle(
    db: Session,
    actor: Actor,
    now: datetime,
    right: IpRight,
    action: str,
    told: Mapping[str, object],
) -> None:
    right.updated_at = touched(right.updated_at, now)
    db.flush()
    note(db, actor, now, action, right, {}, {name: v for name, v in told.items() if v})
