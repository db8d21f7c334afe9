"""What follows a draft: its decision makes batches of all its rows, which are handed over."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from app.audit.actions import Entry, record, record_many
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.stamps.actions import hand_over
from app.stamps.allotment_actions import take_draft
from app.stamps.allotment_models import Allotment, AllotmentRow
from app.stamps.allotment_queries import Row, get_allotment, rows_of
from app.stamps.allotting import AllotmentState, RowsRefused, faults_of
from app.stamps.allotting_queries import ground_for
from app.stamps.batch_queries import counts_of
from app.stamps.codes import LINE_END, SECRET_BYTES, line
from app.stamps.epoch_actions import allot_numbers
from app.stamps.keyring import Keyring
from app.stamps.models import Batch
from app.stamps.movement_actions import Act, issue_spans, lost_races, swap_batch
from app.stamps.policy import lapse_day, require_two_people
from app.stamps.policy_queries import get_policy
from app.stamps.quota_queries import granted_alone
from app.stamps.rules import BatchState, State
from app.stamps.runs import Run


class NoRows(Invalid):
    """The plan has no rows"""

    code: ClassVar[str] = "stamps.allotment_empty"
    detail: ClassVar[str] = N_("Add the products that are to get stamps.")


class DecisionAhead(Invalid):
    """The decision is dated in the future"""

    code: ClassVar[str] = "stamps.decision_ahead"
    detail: ClassVar[str] = N_("Write the day the decision was signed, today at the latest.")
    field = "decided_on"


class NotYetIssued(Conflict):
    """The plan is not issued"""

    code: ClassVar[str] = "stamps.allotment_open"
    detail: ClassVar[str] = N_("Its stamps can be handed over once it is approved and issued.")


class NothingToHandOver(Conflict):
    """Nothing of this plan is left to hand over"""

    code: ClassVar[str] = "stamps.allotment_handed_over"
    detail: ClassVar[str] = N_("All its stamps are with the producers. Print the minutes.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The paper that grants an allotment."""

    decision_no: str
    decided_on: date
    programme: str = ""


def issue_allotment(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    allotment_id: int,
    version: int,
    decision: Decision,
    keyring: Keyring,
    largest: int,
) -> Allotment:
    """Grant and issue every row of a draft as it was looked at, or none.

    From the policy's quantity on, by another person than who set its rows last, or asked for so
    many of its stamps. Raises RowsRefused with every row that can't be granted any more.
    """
    draft = take_draft(db, actor=actor, allotment_id=allotment_id, version=version)
    rows = rows_of(db, draft.id)
    if not rows:
        raise NoRows
    if decision.decided_on > day_of(now):
        raise DecisionAhead
    total = sum(row.row.quantity for row in rows)
    policy = get_policy(db)
    _require_another(db, draft, rows, actor, now)
    _check(db, draft, rows, largest=largest)
    draft.state, draft.approved_at, draft.approved_by = AllotmentState.ISSUED, now, actor.label
    draft.decision_no, draft.decided_on = decision.decision_no, decision.decided_on
    draft.programme = decision.programme
    epoch, number = allot_numbers(db, now=now, keyring=keyring, quantity=total)
    facts = _granted(draft, actor, now) | {
        "epoch": epoch,
        "lapses_on": lapse_day(day_of(now), policy.lapse_months),
    }
    made = list(_batches(db, draft, rows, facts, line(epoch, number)))
    act = Act(actor=actor, now=now, document_no=draft.decision_no)
    runs = [(one["id"], Run(one["first"], one["last"], State.ISSUED)) for one in made]
    issue_spans(db, act=act, runs=runs)
    _tell(db, act, draft, made)
    return draft


def _require_another(
    db: Session, draft: Allotment, rows: list[Row], actor: Actor, now: datetime
) -> None:
    """Refuse who wrote the rows, or asked for their stamps, where so many need two people."""
    asked = [row for row in rows if row.batch and row.batch.requested_by_id == actor.account_id]
    products = {row.row.product_id for row in rows}
    before = granted_alone(db, actor_id=actor.account_id, product_ids=products, now=now)
    for first_id, own in ((draft.changed_by_id, rows), (actor.account_id, asked)):
        quantity = sum(row.row.quantity for row in own)
        require_two_people(
            quantity=before + quantity if own else 0,
            policy_from=get_policy(db).two_people_from,
            first_id=first_id,
            second_id=actor.account_id,
        )


def _tell(db: Session, act: Act, draft: Allotment, made: list[dict[str, Any]]) -> None:
    """Write the decision and each batch of it on the audit trail."""
    told = {"allotment": draft.id, "decision_no": draft.decision_no}
    entries = [
        Entry(
            "batch.issue",
            one["id"],
            entity_id=one["entity_id"],
            after=told | {"quantity": one["granted"]},
        )
        for one in made
    ]
    total = sum(one["granted"] for one in made)
    whole = {"decision_no": draft.decision_no, "rows": len(made), "quantity": total}
    entries.append(Entry("allotment.issue", draft.id, after=whole))
    record_many(db, by=act.actor, now=act.now, entries=entries)


def _check(db: Session, draft: Allotment, rows: list[Row], *, largest: int) -> None:
    wanted = [row.wanted(number) for number, row in enumerate(rows, start=1)]
    with lost_races():
        ground = ground_for(
            db,
            wanted,
            year=draft.year,
            largest=min(largest, LINE_END),
            allotment_id=draft.id,
            lock=True,
        )
    faults = faults_of(wanted, ground)
    if faults:
        raise RowsRefused(faults)


def _granted(draft: Allotment, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return what all batches of an allotment have alike."""
    return {
        "allotment_id": draft.id,
        "state": BatchState.ISSUED,
        "decision_no": draft.decision_no,
        "programme": draft.programme,
        "budget_year": draft.year,
        "decided_at": now,
        "decided_by": actor.label,
        "decided_by_id": actor.account_id,
        "issued_at": now,
        "issued_by": actor.label,
    }


def _batches(
    db: Session, draft: Allotment, rows: list[Row], facts: dict[str, Any], first: int
) -> Iterator[dict[str, Any]]:
    """Make each row a batch of the next numbers, and return what was written of it.

    New batches are inserted together: one by one a thousand of them take three times as long.
    """
    fresh = []
    for row in rows:
        own = _numbered(row, facts, first)
        first = own["last"] + 1
        if row.batch is None:
            fresh.append(own | _requested(draft, row))
        else:
            swap_batch(db, row.batch, **own)
            yield own | {"id": row.batch.id, "entity_id": row.batch.entity_id}
    if not fresh:
        return
    inserted = insert(Batch).returning(Batch.id, sort_by_parameter_order=True)
    ids = db.scalars(inserted, fresh).all()
    made = (row.row.id for row in rows if row.batch is None)
    links = [{"id": row_id, "batch_id": key} for row_id, key in zip(made, ids, strict=True)]
    db.execute(update(AllotmentRow), links)
    for key, own in zip(ids, fresh, strict=True):
        yield own | {"id": key}


def _numbered(row: Row, facts: dict[str, Any], first: int) -> dict[str, Any]:
    quantity = row.row.quantity
    return facts | {
        "granted": quantity,
        "first": first,
        "last": first + quantity - 1,
        "secret": secrets.token_bytes(SECRET_BYTES),
    }


def _requested(draft: Allotment, row: Row) -> dict[str, Any]:
    return {
        "entity_id": row.row.entity_id,
        "product_id": row.row.product_id,
        "facility_id": row.row.facility_id,
        "requested": row.row.quantity,
        "reason": row.row.note,
        "requested_at": draft.made_at,
        "requested_by": draft.made_by,
        "requested_by_id": draft.made_by_id,
    }


@dataclass(frozen=True, slots=True)
class Minutes:
    """Who receives an entity's stamps, and the number of the minutes that say so."""

    receiver: str
    document_no: str


def get_issued(db: Session, allotment_id: int, *, actor: Actor) -> Allotment:
    """Return an allotment an officer may hand over, or raise NotYetIssued."""
    found = get_allotment(db, allotment_id, actor=actor)
    actor.require_officer()
    if found.state != AllotmentState.ISSUED:
        raise NotYetIssued
    return found


def hand_over_allotment(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    allotment_id: int,
    minutes: Mapping[int, Minutes],
) -> int:
    """Hand over all that is left of the batches of those entities, or nothing at all.

    Returns how many batches were handed over; raises NothingToHandOver where none was left.
    """
    found = get_issued(db, allotment_id, actor=actor)
    batches = [row.batch for row in rows_of(db, found.id) if row.batch is not None]
    counts = counts_of(db, [batch.id for batch in batches])
    waiting = [
        batch
        for batch in batches
        if batch.state == BatchState.ISSUED
        and counts[batch.id][State.ISSUED]
        and batch.entity_id in minutes
    ]
    if not waiting:
        raise NothingToHandOver
    for batch in waiting:
        said = minutes[batch.entity_id]
        hand_over(
            db,
            actor=actor,
            now=now,
            batch_id=batch.id,
            quantity=counts[batch.id][State.ISSUED],
            receiver=said.receiver,
            document_no=said.document_no,
        )
    told = {"batches": len(waiting), "entities": len({batch.entity_id for batch in waiting})}
    record(db, by=actor, now=now, action="allotment.handover", subject_id=found.id, after=told)
    return len(waiting)
