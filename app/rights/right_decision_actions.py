from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.saving import check_past, check_seen, touched
from app.rights.dates import earliest, latest, parse_partial_date
from app.rights.deciding import Course, Decision, DecisionKind, course
from app.rights.holder_queries import decisions_of, get_part
from app.rights.kinds import RightType
from app.rights.models import IpRight
from app.rights.queries import right_to_change
from app.rights.right_faults import (
    AlreadyOver,
    AlreadySuspended,
    BeforeItBegan,
    DecidedLater,
    DecisionAnnulled,
    DecisionStays,
    EffectNeeded,
    NothingToRenew,
    NotSuspended,
    ReasonNeeded,
    RenewalOutsideItsTime,
    RenewedSince,
)
from app.rights.right_models import RightDecision
from app.rights.right_renewal import grace_ends, renewal_opens, renewed_until
from app.rights.right_trail_actions import changed, columns, note

# What may be decided of a right that stands in the register.
OFFERED: Final = (
    DecisionKind.RENEWED,
    DecisionKind.AMENDED,
    DecisionKind.SUSPENDED,
    DecisionKind.RESUMED,
    DecisionKind.ENDED,
)
_TURNS: Final = frozenset({DecisionKind.SUSPENDED, DecisionKind.RESUMED, DecisionKind.ENDED})
_FOLLOWS: Final = (
    "suspended_on",
    "resumed_on",
    "pauses",
    "ended_on",
    "status_reason",
    "expires_on",
)


def decide_right(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    right_id: int,
    kind: DecisionKind,
    effective_on: date | None = None,
    decision_no: str = "",
    decided_on: str = "",
    filed_on: date | None = None,
    reason: str = "",
    past_is_meant: bool = False,
    seen: datetime | None = None,
) -> RightDecision:
    """Record a decision on a right, which takes effect on its day, past or to come. Officers only.

    `decided_on` is given as written. A day in the past that pages showed otherwise must be meant.
    A renewal adds ten years to the last day: what was expired
    meanwhile never was.
    """
    right = right_to_change(db, right_id, actor=actor)
    check_seen(right.updated_at, seen)
    decision = RightDecision(
        right_id=right.id,
        kind=kind,
        decision_no=decision_no,
        decided_on=parse_partial_date(decided_on, field="decided_on") if decided_on else "",
        effective_on=effective_on,
        filed_on=filed_on,
        reason=reason,
        recorded_at=now,
        recorded_by=actor.label,
    )
    known = decisions_of(db, [right.id])[right.id]
    _check(right, decision, _course(known), day_of(now))
    _check_past(right, decision, now, past_is_meant=past_is_meant)
    if kind is DecisionKind.RENEWED:
        _renew(right, decision, day_of(now))
    db.add(decision)
    db.flush()
    _settle(db, actor, now, right, [*known, decision], decision)
    return decision


def annul_decision(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    right_id: int,
    decision_id: int,
    reason: str,
    past_is_meant: bool = False,
    seen: datetime | None = None,
) -> RightDecision:
    """Annul a decision that was mistaken: the right stands as if it had never been. Officers only.

    The decision itself stays, with this one that names it.
    """
    right = right_to_change(db, right_id, actor=actor)
    found = get_part(db, RightDecision, decision_id, right_id=right.id)
    check_seen(right.updated_at, seen)
    known = decisions_of(db, [right.id])[right.id]
    if found.kind in {DecisionKind.REGISTERED, DecisionKind.ANNULLED}:
        raise DecisionStays
    if any(one.annuls_id == found.id for one in known):
        raise DecisionAnnulled
    if found.kind == DecisionKind.RENEWED and right.expires_on != found.expires_on:
        raise RenewedSince
    _check_past(right, found, now, past_is_meant=past_is_meant)
    annulment = RightDecision(
        right_id=right.id,
        kind=DecisionKind.ANNULLED,
        reason=reason,
        annuls_id=found.id,
        recorded_at=now,
        recorded_by=actor.label,
    )
    db.add(annulment)
    db.flush()
    last = found.expired_on if found.kind == DecisionKind.RENEWED else right.expires_on
    _settle(db, actor, now, right, [*known, annulment], annulment, expires_on=last)
    return annulment


def keep_registered(db: Session, *, actor: Actor, now: datetime, rights: Sequence[IpRight]) -> None:
    """Bring the decisions in step with what the rights themselves say they are registered by."""
    known = decisions_of(db, [right.id for right in rights])
    for right in rights:
        annulled = {one.annuls_id for one in known[right.id]}
        stands = [
            one
            for one in known[right.id]
            if one.kind == DecisionKind.REGISTERED and one.id not in annulled
        ]
        said = (right.decision_no, right.decision_date)
        there = right.registration_no is not None or any(said)
        if there and stands and (stands[0].decision_no, stands[0].decided_on) == said:
            continue
        facts = {"right_id": right.id, "recorded_at": now, "recorded_by": actor.label}
        for one in stands:
            db.add(RightDecision(kind=DecisionKind.ANNULLED, annuls_id=one.id, **facts))
        if there:
            kind, (no, on) = DecisionKind.REGISTERED, said
            db.add(RightDecision(kind=kind, decision_no=no, decided_on=on, **facts))
    db.flush()


def _check(right: IpRight, decision: RightDecision, known: Course, today: date) -> None:
    if known.over is not None:
        raise AlreadyOver(ended_on=known.over.effective_on)
    for field, day in (("decided_on", decision.decided_on), ("filed_on", decision.filed_on)):
        if day and earliest(day) > today:
            raise DecidedLater(field=field)
    if decision.kind not in _TURNS:
        return
    if decision.effective_on is None:
        raise EffectNeeded
    if not decision.reason:
        raise ReasonNeeded
    if right.registration_date and decision.effective_on < earliest(right.registration_date):
        raise BeforeItBegan(registered_on=earliest(right.registration_date))
    pause = known.pause_on(decision.effective_on)
    if decision.kind == DecisionKind.SUSPENDED and pause is not None:
        raise AlreadySuspended(since=pause.first)
    if decision.kind == DecisionKind.RESUMED and pause is None:
        raise NotSuspended


def _check_past(
    right: IpRight, decision: RightDecision, now: datetime, *, past_is_meant: bool
) -> None:
    """Refuse to change unasked what pages said of a right that they showed."""
    day = decision.effective_on if decision.kind in _TURNS else None
    if day and right.checked_on is not None:
        check_past(day, day_of(now), meant=past_is_meant)


def _renew(right: IpRight, decision: RightDecision, today: date) -> None:
    if right.type == RightType.GI or right.expires_on is None:
        raise NothingToRenew
    opens, until = renewal_opens(right.expires_on), grace_ends(right.expires_on)
    outside = {
        "filed_on": decision.filed_on and not opens <= decision.filed_on <= until,
        "decided_on": decision.decided_on and latest(decision.decided_on) < opens,
        "kind": today < opens,
    }
    for field, wrong in outside.items():
        if wrong:
            raise RenewalOutsideItsTime(opens=opens, until=until, field=field)
    decision.expired_on, decision.expires_on = right.expires_on, renewed_until(right.expires_on)
    # Asked for in time or late, it follows on the day the right would have lapsed.
    decision.effective_on = right.expires_on + timedelta(days=1)


def _course(decisions: Iterable[RightDecision]) -> Course:
    return course(
        Decision(
            id=one.id,
            kind=DecisionKind(one.kind),
            # What has no day of its own turns nothing.
            effective_on=one.effective_on or date.min,
            annuls_id=one.annuls_id,
        )
        for one in decisions
    )


def _settle(
    db: Session,
    actor: Actor,
    now: datetime,
    right: IpRight,
    decisions: Sequence[RightDecision],
    last: RightDecision,
    *,
    expires_on: date | None = None,
) -> None:
    """Let the right say what its decisions come to, and tell of the one that was recorded last."""
    before = columns(right, _FOLLOWS)
    found = _course(decisions)
    *earlier, last_pause = found.pauses or (None,)
    right.suspended_on = last_pause.first if last_pause else None
    right.resumed_on = last_pause.after if last_pause else None
    right.pauses = [(str(one.first), str(one.after)) for one in earlier if one]
    right.ended_on = found.over.effective_on if found.over else None
    right.status_reason = _reason(decisions)
    right.expires_on = last.expires_on or expires_on or right.expires_on
    right.updated_at = touched(right.updated_at, now)
    db.flush()
    old, new = changed(right, before)
    told = {
        "kind": last.kind,
        "document": last.decision_no,
        "decided_on": last.decided_on,
        "effective_on": last.effective_on,
        "reason": last.reason,
    }
    action = "right.annul" if last.kind == DecisionKind.ANNULLED else "right.decide"
    after = {"decision": last.id} | {name: value for name, value in told.items() if value} | new
    note(db, actor, now, action, right, old, after)


def _reason(decisions: Sequence[RightDecision]) -> str:
    """Return why the right stands as it does: the reason of what turned it last."""
    annulled = {one.annuls_id for one in decisions}
    turns = [
        (one.effective_on, one.id, one.reason)
        for one in decisions
        if one.kind in _TURNS and one.id not in annulled and one.effective_on
    ]
    return max(turns)[2] if turns else ""
