from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.audit.actions import Entry, record_many
from app.identity.rules import Actor
from app.kit.bulk import add_rows
from app.kit.clock import day_of
from app.kit.imports import Fate, Planned
from app.kit.text import fold
from app.rights.deciding import DecisionKind
from app.rights.holder_actions import keep_holders
from app.rights.models import IpRight, UseRight
from app.rights.right_check import CHECK, UNCHECKED, must_be_checked_again
from app.rights.right_decision_actions import keep_registered
from app.rights.use_checks import TERMS
from app.rights.use_models import UseRightDecision


def _blank(column: Any) -> object:  # noqa: ANN401 - a column of any type
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


def import_rights(db: Session, *, actor: Actor, now: datetime, planned: Sequence[Planned]) -> None:
    """Add and change rights as planned; what was checked and is changed is so no more.

    Officers only. The plan must be of this transaction, with the table locked where others write
    to it.
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
    query = select(IpRight).where(IpRight.id.in_([key for key, _ in written]))
    rights = db.scalars(query, execution_options={"populate_existing": True}).all()
    keep_registered(db, actor=actor, now=now, rights=rights)
    keep_holders(db, actor=actor, now=now, rights=rights)


def import_use_rights(
    db: Session, *, actor: Actor, now: datetime, planned: Sequence[Planned]
) -> None:
    """Add and change use rights as planned, as `import_rights` does. Officers only."""
    actor.require_officer()
    written = list(
        _write(db, UseRight, planned, lambda facts: dict(facts) | {"updated_at": now}, now)
    )
    who = {"recorded_at": now, "recorded_by": actor.label, "recorded_by_id": actor.account_id}
    decided = [_decision(key, one, day_of(now)) | who for key, one in written if _decided(one)]
    add_rows(db, UseRightDecision, decided)
    owners = dict(db.execute(select(UseRight.id, UseRight.entity_id)).all())
    entries = [_entry("use_right", key, one, owners[key]) for key, one in written]
    record_many(db, by=actor, now=now, entries=entries)


def _to_be_unchecked(db: Session, planned: Sequence[Planned]) -> dict[int, dict[str, Any]]:
    """Return by right how it was checked, where what is planned will take that from it."""
    ids = {one.record_id for one in planned if must_be_checked_again(one.facts)}
    columns = [getattr(IpRight, name) for name in CHECK]
    found = db.execute(select(IpRight.id, *columns).where(IpRight.checked_on.is_not(None)))
    return {row.id: {name: getattr(row, name) for name in CHECK} for row in found if row.id in ids}


def _with_check(one: Planned, checked: Mapping[str, Any]) -> Planned:
    """Return what is written with what becomes of the check, which the trail is to tell."""
    lost = {name: value for name, value in checked.items() if value}
    if not lost or one.before is None:
        return one
    after = {name: UNCHECKED[name] for name in lost}
    return replace(one, before={**one.before, **lost}, facts={**one.facts, **after})


def _decided(one: Planned) -> bool:
    return one.fate is Fate.NEW or bool(one.facts.keys() & TERMS)


def _decision(use_right_id: int, one: Planned, today: date) -> dict[str, Any]:
    """Return the decision a row tells of: what granted the use right, or amends it today."""
    new = one.fate is Fate.NEW
    return {
        "use_right_id": use_right_id,
        "kind": DecisionKind.GRANTED if new else DecisionKind.AMENDED,
        "decision_no": one.facts.get("decision_no", "") if new else "",
        "decided_on": None,
        "effective_on": one.facts["valid_from"] if new else today,
        "until": None,
        "reason": "",
        "annuls_id": None,
    }


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
    if must_be_checked_again(facts):
        written |= UNCHECKED
    return written
