from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, select, update
from sqlalchemy.orm import Session

from app.audit.actions import Entry, record_many
from app.identity.rules import Actor
from app.kit.bulk import add_rows
from app.kit.imports import Fate, Planned
from app.kit.text import fold
from app.rights.models import IpRight, UseRight


def _blank(column: Column[Any]) -> object:
    """Return what stands in a column of which a row says nothing."""
    if column.nullable:
        return None
    default: Any = column.default
    if default is None:
        return ""
    return default.arg if default.is_scalar else []


# Every row the same columns, or the rows would not go into one statement.
_BLANK: Final = {
    model: {
        column.name: _blank(column)
        for column in model.__table__.columns
        if column.name not in {"id", "created_at", "updated_at"}
    }
    for model in (IpRight, UseRight)
}

# As if it were entered by hand: another number is one nobody has checked.
_UNCHECKED: Final = {"checked_on": None, "checked_by": "", "checked_against": ""}


def import_rights(db: Session, *, actor: Actor, now: datetime, planned: Sequence[Planned]) -> None:
    """Add and change rights as planned; with another number one is unchecked. Officers only.

    The plan must be of this transaction, with the table locked where others write to it.
    """
    actor.require_officer()
    unchecked = _to_be_unchecked(db, planned)
    written = list(_write(db, IpRight, planned, lambda facts: _right(facts, now), now))
    owners = dict(db.execute(select(IpRight.id, IpRight.owner_entity_id)).all())
    entries = [
        _entry("right", key, _with_check(one, unchecked.get(key, {})), owners[key])
        for key, one in written
    ]
    record_many(db, by=actor, now=now, entries=entries)


def import_use_rights(
    db: Session, *, actor: Actor, now: datetime, planned: Sequence[Planned]
) -> None:
    """Add and change use rights as planned, as `import_rights` does. Officers only."""
    actor.require_officer()
    written = list(
        _write(db, UseRight, planned, lambda facts: dict(facts) | {"updated_at": now}, now)
    )
    owners = dict(db.execute(select(UseRight.id, UseRight.entity_id)).all())
    entries = [_entry("use_right", key, one, owners[key]) for key, one in written]
    record_many(db, by=actor, now=now, entries=entries)


def _to_be_unchecked(db: Session, planned: Sequence[Planned]) -> dict[int, dict[str, Any]]:
    """Return by right how it was checked, where another number will take that from it."""
    ids = {one.record_id for one in planned if "registration_no" in one.facts}
    columns = [getattr(IpRight, name) for name in _UNCHECKED]
    found = db.execute(select(IpRight.id, *columns).where(IpRight.checked_on.is_not(None)))
    return {
        row.id: {name: getattr(row, name) for name in _UNCHECKED} for row in found if row.id in ids
    }


def _with_check(one: Planned, checked: Mapping[str, Any]) -> Planned:
    """Return what is written with what becomes of the check, which the trail is to tell."""
    lost = {name: value for name, value in checked.items() if value}
    if not lost or one.before is None:
        return one
    after = {name: _UNCHECKED[name] for name in lost}
    return replace(one, before={**one.before, **lost}, facts={**one.facts, **after})


def _entry(kind: str, key: int, one: Planned, entity_id: int | None) -> Entry:
    new = one.fate is Fate.NEW
    return Entry(
        f"{kind}.add" if new else f"{kind}.change",
        key,
        entity_id=entity_id,
        before=None if new else one.before,
        after=one.facts,
    )


def _write(
    db: Session,
    model: type[IpRight | UseRight],
    planned: Sequence[Planned],
    written: Callable[[Mapping[str, Any]], dict[str, Any]],
    now: datetime,
) -> Iterator[tuple[int, Planned]]:
    """Write what is new and what is changed, and return each with its record's id."""
    new = [one for one in planned if one.fate is Fate.NEW]
    changed = [one for one in planned if one.fate is Fate.CHANGED]
    added = [_BLANK[model] | written(one.facts) | {"created_at": now} for one in new]
    ids = add_rows(db, model, added)
    if changed:
        db.execute(update(model), [{"id": one.record_id} | written(one.facts) for one in changed])
    return zip([*ids, *(one.record_id or 0 for one in changed)], [*new, *changed], strict=True)


def _right(facts: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    written = dict(facts) | {"updated_at": now}
    if "sign" in facts:
        written["folded"] = fold(facts["sign"])
    if "registration_no" in facts:
        written |= _UNCHECKED
    return written
