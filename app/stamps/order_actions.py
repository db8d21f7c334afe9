"""Stamps that two people make void: one asks, another confirms."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.stamps.change_actions import carry_out, check_change, check_said
from app.stamps.keyring import Keyring
from app.stamps.ledger_models import SpanOrder
from app.stamps.movement_actions import Act, noted
from app.stamps.order_queries import DONE, WAITING, find_waiting, get_order
from app.stamps.policy import SamePerson
from app.stamps.policy_queries import get_policy
from app.stamps.refusal_actions import Attempt, refusals_kept
from app.stamps.rules import Move, check_reason
from app.stamps.span_queries import Chosen, Numbers, Stretch

DECLINED = "declined"


class OrderDecided(Conflict):
    """The request has been decided already"""

    code: ClassVar[str] = "stamps.order_decided"
    detail: ClassVar[str] = N_("Load the page again to see what became of it.")


def ask_void(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    keyring: Keyring,
    move: Move,
    chosen: Chosen,
    reason: str,
) -> SpanOrder:
    """Ask that stamps be made void, where the policy wants a second person to confirm it.

    Sent twice, as a form may be, it is the same request.
    """
    act = Act(actor=actor, now=now, reason=reason)
    check_said(act, move)
    with refusals_kept(db, act, Attempt(move)) as attempt:
        span = check_change(db, act=act, keyring=keyring, chosen=chosen, attempt=attempt)
    found = span.stretch
    waiting = find_waiting(
        db,
        batch_id=found.batch_id,
        move=move,
        places=(found.first, found.last),
        asked_by_id=actor.account_id,
    )
    if waiting is not None:
        return waiting
    order = SpanOrder(
        batch_id=found.batch_id,
        entity_id=found.entity_id,
        move=move,
        first=found.first,
        last=found.last,
        reason=reason,
        asked_at=now,
        asked_by=actor.label,
        asked_by_id=actor.account_id,
    )
    db.add(order)
    db.flush()
    _noted(db, act, "order.ask", order)
    return order


def confirm_order(
    db: Session, *, actor: Actor, now: datetime, keyring: Keyring, order_id: int
) -> Stretch:
    """Make the stamps void that another person asked for: by an officer.

    Raises SamePerson, and what keeps any of the stamps from being void by now.
    """
    order = _take(db, actor, order_id)
    found = Numbers(order.batch_id, order.first, order.last)
    if order.asked_by_id == actor.account_id:
        raise SamePerson(limit=get_policy(db).two_people_from)
    act = Act(actor=actor, now=now, reason=order.reason)
    move = Move(order.move)
    with refusals_kept(db, act, Attempt(move)) as attempt:
        span = check_change(db, act=act, keyring=keyring, chosen=found, attempt=attempt)
        carry_out(db, act=act, move=move, span=span)
    _decide(db, act, order, DONE)
    return span.stretch


def decline_order(
    db: Session, *, actor: Actor, now: datetime, order_id: int, reason: str
) -> SpanOrder:
    """Decline a request to make stamps void, or take back one's own: by an officer."""
    order = _take(db, actor, order_id)
    check_reason(reason)
    _decide(db, Act(actor=actor, now=now, reason=reason), order, DECLINED)
    return order


def _take(db: Session, actor: Actor, order_id: int) -> SpanOrder:
    order = get_order(db, order_id, actor=actor)
    actor.require_officer()
    if order.state != WAITING:
        raise OrderDecided
    return order


def _decide(db: Session, act: Act, order: SpanOrder, state: str) -> None:
    told = {"state": state, "refusal": act.reason if state == DECLINED else ""}
    query = (
        update(SpanOrder)
        .where(SpanOrder.id == order.id, SpanOrder.state == WAITING)
        .values(**told, decided_at=act.now, decided_by=act.actor.label)
        .returning(SpanOrder.id)
        .execution_options(synchronize_session=False)
    )
    if db.scalar(query) is None:
        raise OrderDecided
    db.refresh(order)
    _noted(db, act, f"order.{state}", order)


def _noted(db: Session, act: Act, action: str, order: SpanOrder) -> None:
    names = ("move", "first", "last", "reason", "state", "asked_by", "refusal")
    facts = {name: getattr(order, name) for name in names}
    noted(db, act=act, action=action, batch=(order.batch_id, order.entity_id), **facts)
