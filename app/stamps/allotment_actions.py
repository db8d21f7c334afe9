"""Drafts of allotments: made from last year, their rows set all at once, cancelled."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.stamps.allotment_models import Allotment, AllotmentRow
from app.stamps.allotment_queries import Row, get_allotment, rows_of
from app.stamps.allotting import (
    MOST_ROWS,
    AllotmentState,
    Basis,
    Key,
    RowsRefused,
    TooManyRows,
    Wanted,
    faults_of,
    suggested,
)
from app.stamps.allotting_queries import (
    given_in,
    ground_for,
    list_waiting,
    planned_in,
    still_made,
)
from app.stamps.movement_actions import lost_races
from app.stamps.rules import check_reason


class AllotmentChanged(Conflict):
    """Somebody changed this plan meanwhile"""

    code: ClassVar[str] = "stamps.allotment_changed"
    detail: ClassVar[str] = N_(
        "It was last changed by {by}. Nothing of yours was saved: look at the plan, then repeat."
    )

    def __init__(self, *, by: str) -> None:
        self.by = by


class AllotmentDecided(Conflict):
    """The plan is a draft no more"""

    code: ClassVar[str] = "stamps.allotment_decided"
    detail: ClassVar[str] = N_("It was issued or cancelled. Make a new plan for further stamps.")


def make_draft(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    year: int,
    programme: str = "",
    basis: Basis | None = None,
    requests: bool = False,
) -> Allotment:
    """Make a draft, filled from last year by a basis, and with the requests that wait.

    Left out are products that got stamps of this year or stand in another draft of it, so that
    to do it twice gives nothing twice; and of more rows than fit, the last by name.
    """
    actor.require_officer()
    made = Allotment(
        year=year,
        programme=programme,
        made_at=now,
        made_by=actor.label,
        made_by_id=actor.account_id,
        changed_by=actor.label,
        changed_by_id=actor.account_id,
    )
    db.add(made)
    db.flush()
    asked = _asked(db) if requests else []
    rows = [*asked, *_from_last_year(db, year, basis, {row["product_id"] for row in asked})]
    if rows:
        db.execute(
            insert(AllotmentRow), [row | {"allotment_id": made.id} for row in rows[:MOST_ROWS]]
        )
    facts = {"year": year, "programme": programme, "basis": basis, "rows": len(rows[:MOST_ROWS])}
    _noted(db, actor, now, "allotment.add", made, after=facts)
    return made


def _asked(db: Session) -> list[dict[str, object]]:
    waiting = list_waiting(db)
    active = still_made(db, {(batch.product_id, batch.facility_id) for batch in waiting})
    return [
        _row(batch.entity_id, batch.product_id, batch.facility_id, batch.requested)
        | {"batch_id": batch.id}
        for batch in waiting
        if (batch.product_id, batch.facility_id) in active
    ]


def _from_last_year(
    db: Session, year: int, basis: Basis | None, asked: set[object]
) -> list[dict[str, object]]:
    if basis is None:
        return []
    last = given_in(db, year - 1)
    done = planned_in(db, year) | set(given_in(db, year))
    return [
        _row(entity_id, product_id, facility_id, quantity)
        for (product_id, facility_id), entity_id in still_made(db, last).items()
        if (quantity := suggested(last[product_id, facility_id], basis))
        and (product_id, facility_id) not in done
        and product_id not in asked
    ]


def _row(
    entity_id: int, product_id: int, facility_id: int | None, quantity: int
) -> dict[str, object]:
    return {
        "entity_id": entity_id,
        "product_id": product_id,
        "facility_id": facility_id,
        "quantity": quantity,
        "note": "",
        "batch_id": None,
    }


def set_rows(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    allotment_id: int,
    version: int,
    rows: Sequence[Wanted],
    largest: int,
) -> Allotment:
    """Make the rows of a draft these, all or nothing; `version` is the one that was looked at.

    Raises RowsRefused with everything that is wrong, and AllotmentChanged.
    """
    draft = take_draft(db, actor=actor, allotment_id=allotment_id, version=version)
    if len(rows) > MOST_ROWS:
        raise TooManyRows
    ground = ground_for(db, rows, year=draft.year, largest=largest, allotment_id=draft.id)
    faults = faults_of(rows, ground)
    if faults:
        raise RowsRefused(faults)
    before = {row.key: row for row in rows_of(db, draft.id)}
    entities = {product_id: one.entity_id for product_id, one in ground.products.items()}
    changes = _apply(db, draft.id, before, rows, entities)
    if changes:
        # Who saves what another wrote, as it is, has not written it.
        draft.changed_by, draft.changed_by_id = actor.label, actor.account_id
        db.flush()
        _noted(db, actor, now, "allotment.rows", draft, after={"changes": changes})
    return draft


def _apply(
    db: Session,
    allotment_id: int,
    before: dict[Key, Row],
    rows: Sequence[Wanted],
    entities: dict[int, int],
) -> list[dict[str, object]]:
    """Write only what differs, and return it for the audit trail."""
    wanted = {row.key: row for row in rows}
    gone = [row for key, row in before.items() if key not in wanted]
    fresh = [row for key, row in wanted.items() if key not in before]
    changed = [
        (before[key].row, row)
        for key, row in wanted.items()
        if key in before
        and (row.quantity, row.note) != (before[key].row.quantity, before[key].row.note)
    ]
    changes: list[dict[str, object]] = [
        {"product": new.product_id, "was": old.quantity, "is": new.quantity} for old, new in changed
    ]
    if gone:
        db.execute(delete(AllotmentRow).where(AllotmentRow.id.in_([one.row.id for one in gone])))
    if changed:
        values = [
            {"id": old.id, "quantity": row.quantity, "note": row.note} for old, row in changed
        ]
        db.execute(update(AllotmentRow), values)
    if fresh:
        with lost_races():
            db.execute(
                insert(AllotmentRow),
                [
                    _row(
                        entities[row.product_id], row.product_id, row.facility_id, row.quantity or 0
                    )
                    | {"allotment_id": allotment_id, "note": row.note, "batch_id": row.request_id}
                    for row in fresh
                ],
            )
    told: list[dict[str, object]] = []
    told += [{"product": one.row.product_id, "was": one.row.quantity} for one in gone]
    told += changes
    told += [{"product": row.product_id, "is": row.quantity} for row in fresh]
    return told


def cancel_allotment(
    db: Session, *, actor: Actor, now: datetime, allotment_id: int, version: int, reason: str
) -> Allotment:
    """Give a draft up for good, for a reason; the requests it held wait again."""
    draft = take_draft(db, actor=actor, allotment_id=allotment_id, version=version)
    check_reason(reason)
    draft.state, draft.reason = AllotmentState.CANCELLED, reason
    draft.changed_by, draft.changed_by_id = actor.label, actor.account_id
    held = update(AllotmentRow).where(AllotmentRow.allotment_id == draft.id)
    db.execute(held.values(batch_id=None))
    db.flush()
    _noted(db, actor, now, "allotment.cancel", draft, after={"reason": reason})
    return draft


def take_draft(db: Session, *, actor: Actor, allotment_id: int, version: int) -> Allotment:
    """Return a draft for this transaction to change, counted on by one.

    Raises AllotmentChanged where it is no longer the one that was looked at.
    """
    draft = get_allotment(db, allotment_id, actor=actor)
    actor.require_officer()
    query = (
        update(Allotment)
        .where(
            Allotment.id == draft.id,
            Allotment.state == AllotmentState.DRAFT,
            Allotment.version == version,
        )
        .values(version=version + 1)
        .returning(Allotment.id)
        .execution_options(synchronize_session=False)
    )
    with lost_races():
        taken = db.scalar(query)
    db.refresh(draft)
    if taken is not None:
        return draft
    if draft.state != AllotmentState.DRAFT:
        raise AllotmentDecided
    raise AllotmentChanged(by=draft.changed_by)


def _noted(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    allotment: Allotment,
    *,
    after: dict[str, object],
) -> None:
    record(db, by=actor, now=now, action=action, subject_id=allotment.id, after=after)
