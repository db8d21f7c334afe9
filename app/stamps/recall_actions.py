"""Recalls, and their lifting: by one officer, or from a set number of stamps on by two."""

from dataclasses import replace
from datetime import datetime
from typing import ClassVar, Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.diary.notice_actions import (
    Act,
    AlreadyStands,
    NothingStands,
    check_said,
    lift_notice,
    set_notice,
)
from app.diary.notice_queries import AnyNotice, find_standing
from app.diary.notices import HOLD, RECALL, Subject
from app.identity.rules import Actor
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.products.queries import lock_product
from app.stamps.order_queries import DONE, WAITING
from app.stamps.policy import SamePerson
from app.stamps.policy_queries import get_policy
from app.stamps.recall_models import RecallOrder
from app.stamps.recall_queries import (
    count_stamps,
    count_together,
    find_waiting,
    get_order,
    subject_of_order,
)

LIFT: Final = "lift"
DECLINED: Final = "declined"


class RecallDecided(Conflict):
    """The request has been decided already"""

    code: ClassVar[str] = "stamps.recall_decided"
    detail: ClassVar[str] = N_("Load the page again to see what became of it.")


class RecallAsked(Conflict):
    """Another officer asked for this already"""

    code: ClassVar[str] = "stamps.recall_asked"
    detail: ClassVar[str] = N_("Confirm or refuse that request: it waits for a second person.")


class HoldNeeded(Conflict):
    """A recall waits for a second person"""

    code: ClassVar[str] = "stamps.hold_needed"
    detail: ClassVar[str] = N_("Until it is confirmed or refused the stop stays.")


def recall(db: Session, *, act: Act, of: Subject) -> AnyNotice | RecallOrder:
    """Recall a lot or a product, or from a set number of stamps on ask a second officer to.

    What is asked for is on hold from now on, so that nothing is sold while it waits. Asked for
    twice by one person, as a form may be, it is the same request.
    """
    _enter(db, act.actor, of)
    waiting = _waiting(db, act.actor, of, RECALL)
    if waiting is not None:
        return waiting
    if find_standing(db, of, kind=RECALL) is not None:
        raise AlreadyStands
    together = count_together(db, of, actor=act.actor, now=act.now)
    if together < get_policy(db).recall_two_from:
        return set_notice(db, act=act, of=of, kind=RECALL)
    held = find_standing(db, of, kind=HOLD)
    order = _new(db, act, of, RECALL)
    if held is None or not held.official:
        order.hold_id = set_notice(db, act=act, of=of, kind=HOLD).id
    return _asked(db, act, order)


def lift_recall(db: Session, *, act: Act, of: Subject) -> AnyNotice | RecallOrder:
    """Lift a recall, or ask a second officer to where two made it or so many stamps need two."""
    _enter(db, act.actor, of)
    waiting = _waiting(db, act.actor, of, LIFT)
    if waiting is not None:
        return waiting
    standing = find_standing(db, of, kind=RECALL)
    if standing is None:
        raise NothingStands
    together = count_together(db, of, actor=act.actor, now=act.now, lifted=True)
    if not standing.confirmed_by and together < get_policy(db).recall_two_from:
        return lift_notice(db, act=act, of=of, kind=RECALL)
    order = _new(db, replace(act, advice=""), of, LIFT)
    order.notice_id = standing.id
    return _asked(db, act, order)


def lift_hold(db: Session, *, act: Act, of: Subject) -> AnyNotice:
    """Lift a hold that no waiting recall needs: an officer's, or the owner's own."""
    act.actor.require_member_or_officer(of.entity_id, owner=True)
    lock_product(db, of.product_id)
    standing = find_standing(db, of, kind=HOLD)
    if standing is not None and standing.official and find_waiting(db, of, kind=RECALL):
        raise HoldNeeded
    return lift_notice(db, act=act, of=of, kind=HOLD)


def confirm_recall(
    db: Session, *, actor: Actor, now: datetime, order_id: int
) -> tuple[RecallOrder, AnyNotice]:
    """Make or lift the recall that another officer asked for.

    Raises SamePerson, and what stands against it by now: it may have been recalled or lifted in
    between, and then the request can only be refused.
    """
    order, of = _take(db, actor, order_id)
    if order.asked_by_id == actor.account_id:
        raise SamePerson(limit=get_policy(db).recall_two_from)
    asked = Actor(order.asked_by_id, order.asked_by)
    act = Act(actor=actor, now=now, reason=order.reason, advice=order.advice, asked=asked)
    if order.kind == RECALL:
        notice = set_notice(db, act=act, of=of, kind=RECALL)
        # After the recall stands, so that at no moment nothing does.
        _release(db, act, order, of)
    else:
        standing = find_standing(db, of, kind=RECALL)
        if standing is None or standing.id != order.notice_id:
            raise NothingStands
        notice = lift_notice(db, act=act, of=of, kind=RECALL)
    order.notice_id = notice.id
    _decide(db, act, order, DONE)
    return order, notice


def decline_recall(
    db: Session, *, actor: Actor, now: datetime, order_id: int, reason: str
) -> RecallOrder:
    """Refuse a request for a recall, or take back one's own; the hold set with it is lifted."""
    order, of = _take(db, actor, order_id)
    act = Act(actor=actor, now=now, reason=reason)
    check_said(act)
    _decide(db, act, order, DECLINED)
    _release(db, act, order, of)
    return order


def _enter(db: Session, actor: Actor, of: Subject) -> None:
    """Refuse who may not, and have others who recall parts of the product wait."""
    actor.require_sight(of.entity_id)
    actor.require_officer()
    lock_product(db, of.product_id)


def _waiting(db: Session, actor: Actor, of: Subject, kind: str) -> RecallOrder | None:
    found = find_waiting(db, of, kind=kind)
    if found is not None and found.asked_by_id != actor.account_id:
        raise RecallAsked
    return found


def _new(db: Session, act: Act, of: Subject, kind: str) -> RecallOrder:
    reason, advice = check_said(act)
    return RecallOrder(
        kind=kind,
        entity_id=of.entity_id,
        product_id=of.product_id,
        lot_id=of.lot_id,
        made_from=of.made_from,
        made_to=of.made_to,
        reason=reason,
        advice=advice,
        stamps=count_stamps(db, [of]),
        asked_at=act.now,
        asked_by=act.actor.label,
        asked_by_id=act.actor.account_id,
    )


def _asked(db: Session, act: Act, order: RecallOrder) -> RecallOrder:
    db.add(order)
    db.flush()
    _noted(db, act, "ask", order)
    return order


def _take(db: Session, actor: Actor, order_id: int) -> tuple[RecallOrder, Subject]:
    order = get_order(db, order_id, actor=actor)
    actor.require_officer()
    lock_product(db, order.product_id)
    db.refresh(order)
    if order.state != WAITING:
        raise RecallDecided
    return order, subject_of_order(db, order)


def _decide(db: Session, act: Act, order: RecallOrder, state: str) -> None:
    told = {"state": state, "refusal": act.reason if state == DECLINED else ""}
    query = (
        update(RecallOrder)
        .where(RecallOrder.id == order.id, RecallOrder.state == WAITING)
        .values(**told, decided_at=act.now, decided_by=act.actor.label)
        .returning(RecallOrder.id)
        .execution_options(synchronize_session=False)
    )
    if db.scalar(query) is None:
        raise RecallDecided
    db.refresh(order)
    _noted(db, act, state, order)


def _release(db: Session, act: Act, order: RecallOrder, of: Subject) -> None:
    """Lift the hold that was set with a request, if it is the one that still stands."""
    standing = find_standing(db, of, kind=HOLD)
    if standing is not None and standing.id == order.hold_id:
        lift_notice(db, act=replace(act, asked=None), of=of, kind=HOLD)


def _noted(db: Session, act: Act, what: str, order: RecallOrder) -> None:
    names = ("kind", "product_id", "lot_id", "reason", "stamps", "state", "asked_by", "refusal")
    days = {name: getattr(order, name) for name in ("made_from", "made_to")}
    record(
        db,
        by=act.actor,
        now=act.now,
        action=f"recall_order.{what}",
        subject_id=order.id,
        entity_id=order.entity_id,
        after={name: getattr(order, name) for name in names}
        | {name: day.isoformat() if day else None for name, day in days.items()},
    )
