import secrets
from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from app.entities.part_models import Facility
from app.entities.practice_queries import require_real
from app.entities.queries import get_entity
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.products.models import Product, ProductPack
from app.products.queries import get_product
from app.stamps.batch_queries import counts_of, get_batch, next_in_state
from app.stamps.codes import LINE_END, SECRET_BYTES, line
from app.stamps.epoch_actions import allot_numbers
from app.stamps.gate_actions import check_lapse
from app.stamps.handover_actions import write_minutes
from app.stamps.keyring import Keyring
from app.stamps.models import Batch
from app.stamps.movement_actions import (
    Act,
    ChangedMeanwhile,
    issue_span,
    move_span,
    noted,
    swap_batch,
)
from app.stamps.policy import lapse_day, require_two_people
from app.stamps.policy_queries import get_policy
from app.stamps.quota_actions import charge_quotas
from app.stamps.quota_queries import granted_alone
from app.stamps.rules import (
    BatchState,
    Move,
    State,
    check_quantity,
    check_reason,
    require_state,
)
from app.stamps.runs import Run, take_next
from app.stamps.single_actions import allot_alone


class ProductNotActive(Conflict):
    """The product or its producer is not active"""

    code: ClassVar[str] = "stamps.product_not_active"
    detail: ClassVar[str] = N_("Stamps are granted for products still made and producers at work.")
    field = "product_id"


class NotOfProduct(Invalid):
    """The pack or the facility does not belong to it"""

    code: ClassVar[str] = "stamps.not_of_product"
    detail: ClassVar[str] = N_("Choose a pack of this product, or a facility of its producer.")

    def __init__(self, *, field: str) -> None:
        self.field = field


class TooFewLeft(Conflict):
    """More stamps than are left of the batch"""

    code: ClassVar[str] = "stamps.too_few_left"
    detail: ClassVar[str] = N_("{left} stamps of this batch are left to hand over.")
    field = "quantity"

    def __init__(self, *, left: int) -> None:
        self.left = left


def request_batch(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    product_id: int,
    quantity: int,
    reason: str,
    largest: int,
    pack_id: int | None = None,
    facility_id: int | None = None,
) -> Batch:
    """Ask for stamps of a product, at most `largest`: by the entity's owner or an officer.

    They may be for one pack of it, and for one of the entity's facilities.
    """
    product = get_product(db, product_id, actor=actor)
    actor.require_member_or_officer(product.entity_id, owner=True)
    _require_active(db, actor, product)
    require_real(db, product.entity_id)
    check_quantity(quantity, most=min(largest, LINE_END))
    _check_parts(db, product, pack_id, facility_id)
    batch = Batch(
        entity_id=product.entity_id,
        product_id=product.id,
        state=BatchState.REQUESTED,
        requested=quantity,
        reason=reason,
        pack_id=pack_id,
        facility_id=facility_id,
        requested_at=now,
        requested_by=actor.label,
        requested_by_id=actor.account_id,
    )
    db.add(batch)
    db.flush()
    facts = {"reason": reason, "pack_id": pack_id, "facility_id": facility_id}
    _noted(db, actor, now, "batch.request", batch, quantity=quantity, **facts)
    return batch


def _require_active(db: Session, actor: Actor, product: Product) -> None:
    entity = get_entity(db, product.entity_id, actor=actor)
    if (product.status, entity.status) != ("active", "active"):
        raise ProductNotActive


def _check_parts(
    db: Session, product: Product, pack_id: int | None, facility_id: int | None
) -> None:
    pack = db.get(ProductPack, pack_id) if pack_id is not None else None
    if pack_id is not None and (
        pack is None or pack.product_id != product.id or pack.retired_on is not None
    ):
        raise NotOfProduct(field="pack_id")
    place = db.get(Facility, facility_id) if facility_id is not None else None
    if facility_id is not None and (
        place is None or place.entity_id != product.entity_id or place.retired_on is not None
    ):
        raise NotOfProduct(field="facility_id")


def approve_batch(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    batch_id: int,
    quantity: int,
    decision_no: str,
    programme: str = "",
    budget_year: int | None = None,
) -> Batch:
    """Grant a requested batch, the whole of it or fewer stamps, by a decision.

    It counts against the quotas of its budget year, else of the year it is decided in. From the
    policy's quantity on SamePerson refuses whoever requested it; what a person alone granted of
    the product in this year counts too, so that to cut much into little helps nobody.
    """
    batch = _get_for_officer(db, actor, batch_id, BatchState.REQUESTED)
    _require_active(db, actor, get_product(db, batch.product_id, actor=actor))
    check_quantity(quantity, most=batch.requested)
    alone = granted_alone(db, actor_id=actor.account_id, product_ids={batch.product_id}, now=now)
    _require_another(db, quantity + alone, batch.requested_by_id, actor)
    year = budget_year or day_of(now).year
    charge_quotas(
        db,
        year=year,
        entity_id=batch.entity_id,
        product_id=batch.product_id,
        facility_id=batch.facility_id,
        quantity=quantity,
    )
    facts = {"decision_no": decision_no, "programme": programme, "budget_year": year}
    swap_batch(
        db,
        batch,
        state=BatchState.APPROVED,
        granted=quantity,
        decided_at=now,
        decided_by=actor.label,
        decided_by_id=actor.account_id,
        **facts,
    )
    _noted(db, actor, now, "batch.approve", batch, quantity=quantity, **facts)
    return batch


def _require_another(db: Session, quantity: int, first_id: int | None, actor: Actor) -> None:
    limit = get_policy(db).two_people_from
    require_two_people(
        quantity=quantity, policy_from=limit, first_id=first_id, second_id=actor.account_id
    )


def refuse_batch(db: Session, *, actor: Actor, now: datetime, batch_id: int, reason: str) -> Batch:
    batch = _get_for_officer(db, actor, batch_id, BatchState.REQUESTED)
    check_reason(reason)
    by = {"decided_by": actor.label, "decided_by_id": actor.account_id}
    swap_batch(db, batch, state=BatchState.REFUSED, refusal=reason, decided_at=now, **by)
    _noted(db, actor, now, "batch.refuse", batch, reason=reason)
    return batch


def issue_batch(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    batch_id: int,
    keyring: Keyring,
) -> Batch:
    """Give an approved batch its numbers and its secret: one span, however many stamps.

    From the policy's quantity on another officer than the approver does it. A batch of no
    allotment becomes one of one row. Raises LineFull where the open epoch has too few numbers
    left, and KeyMissing.
    """
    batch = _get_for_officer(db, actor, batch_id, BatchState.APPROVED)
    _require_active(db, actor, get_product(db, batch.product_id, actor=actor))
    granted = batch.granted or 0
    _require_another(db, granted, batch.decided_by_id, actor)
    epoch, number = allot_numbers(db, now=now, keyring=keyring, quantity=granted)
    first, last = line(epoch, number), line(epoch, number + granted - 1)
    swap_batch(
        db,
        batch,
        state=BatchState.ISSUED,
        epoch=epoch,
        first=first,
        last=last,
        secret=secrets.token_bytes(SECRET_BYTES),
        lapses_on=lapse_day(day_of(now), get_policy(db).lapse_months),
        issued_at=now,
        issued_by=actor.label,
    )
    if batch.allotment_id is None:
        allot_alone(db, batch)
    act = Act(actor=actor, now=now, document_no=batch.decision_no)
    issue_span(db, act=act, batch_id=batch.id, run=Run(first, last, State.ISSUED))
    _noted(db, actor, now, "batch.issue", batch, quantity=granted)
    return batch


def hand_over(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    batch_id: int,
    receiver: str,
    quantity: int,
    document_no: str = "",
    seen: int | None = None,
) -> Batch:
    """Hand the next stamps of an issued batch, in the order of their numbers, to a receiver.

    `seen` is how many the reader saw as handed over before: where it is another number by now,
    as when a form is sent twice, ChangedMeanwhile is raised. The minutes are the batch's newest
    `Handover`.
    """
    batch = _get_for_officer(db, actor, batch_id, BatchState.ISSUED)
    if seen is not None and seen != batch.handed_over:
        raise ChangedMeanwhile
    check_quantity(quantity, most=batch.granted or 0)
    check_lapse(batch, now)
    left = counts_of(db, [batch.id])[batch.id][State.ISSUED]
    if quantity > left:
        raise TooFewLeft(left=left)
    spans = next_in_state(db, batch_id=batch.id, state=State.ISSUED, quantity=quantity)
    state = BatchState.HANDED_OVER if quantity == left else BatchState.ISSUED
    swap_batch(db, batch, state=state, handed_over=batch.handed_over + quantity)
    act = Act(actor=actor, now=now, receiver=receiver, document_no=document_no)
    taken = take_next((span.run for span in spans), quantity)
    for places in taken:
        base = batch.first or 0
        move_span(db, act=act, batch_id=batch.id, base=base, move=Move.HANDOVER, places=places)
    write_minutes(db, act=act, batch=batch, places=taken)
    told = {"receiver": receiver, "document_no": document_no}
    _noted(db, actor, now, "batch.handover", batch, quantity=quantity, **told)
    return batch


def _get_for_officer(db: Session, actor: Actor, batch_id: int, needed: BatchState) -> Batch:
    batch = get_batch(db, batch_id, actor=actor)
    actor.require_officer()
    require_state(batch.state, needed)
    return batch


def _noted(
    db: Session, actor: Actor, now: datetime, action: str, batch: Batch, **after: object
) -> None:
    act = Act(actor=actor, now=now)
    noted(db, act=act, action=action, batch=(batch.id, batch.entity_id), **after)
