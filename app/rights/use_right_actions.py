from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.entities.queries import NoSuchEntity, names_of
from app.entities.rules import PracticeOnly
from app.identity.rules import Actor, NotAllowed, Role
from app.kit.clock import day_of
from app.kit.db import beyond_fence
from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.kit.saving import check_seen, touched
from app.products.queries import NoSuchProduct, get_product
from app.rights.bearer_queries import get_bearer
from app.rights.deciding import DecisionKind
from app.rights.manager_queries import is_kept, keeps, require_keeper
from app.rights.models import IpRight, UseRight
from app.rights.queries import (
    get_right,
    get_use_right,
    hold_right,
)
from app.rights.right_faults import DecidedLater
from app.rights.turn_checks import Paper, check_cut
from app.rights.use_checks import TERMS, Held, check_grant
from app.rights.use_models import UseObservation, UseRightDecision
from app.rights.use_queries import held_by, use_rights_beside


class SeenLater(Invalid):
    """The day has not come yet"""

    code = "rights.seen_later"
    detail = N_("Record what was seen, on the day it was seen.")
    field = "seen_on"


class NothingChanged(Invalid):
    """Nothing is different"""

    code = "rights.nothing_changed"
    detail = N_("The record says the same already.")


def add_use_right(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    right_id: int,
    product_id: int,
    decided_on: date | None = None,
    reason: str = "",
    **facts: Any,  # noqa: ANN401 - the columns of UseRight
) -> UseRight:
    """Record that a product's entity may use a right for that product, by a decision.

    For officers, and for who keeps the users of that right.
    """
    right = get_right(db, right_id)
    if not keeps(db, actor, right.id):
        get_product(db, product_id, actor=actor)
        raise NotAllowed
    bearer = get_bearer(db, product_id)
    if bearer.practice:
        raise PracticeOnly
    if decided_on is not None and decided_on > day_of(now):
        raise DecidedLater(field="decided_on")
    use_right = UseRight(
        right_id=right.id,
        entity_id=bearer.entity_id,
        product_id=bearer.product_id,
        created_at=now,
        updated_at=now,
    )
    _apply(db, use_right, facts | {"form": facts.get("form") or ""})
    db.add(use_right)
    db.flush()
    paper = Paper(
        decision_no=use_right.decision_no,
        decided_on=decided_on,
        effective_on=use_right.valid_from,
        reason=reason,
    )
    keep_decision(db, actor, now, use_right, DecisionKind.GRANTED, paper)
    after = {"right_id": right.id, "product_id": bearer.product_id} | facts
    note(db, actor, now, "use_right.add", use_right, None, after)
    return use_right


def change_use_right(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    use_right_id: int,
    seen: datetime | None = None,
    by: Paper | None = None,
    past_is_meant: bool = False,
    **facts: Any,  # noqa: ANN401 - as above
) -> UseRight:
    """Amend the given fields of a use right, `by` a decision where there was one.

    What changes its form or days is kept among its decisions in any case. A last day that is past
    must be meant, as a revocation from the day after it.
    """
    use_right = hold_use_right(db, use_right_id, actor=actor)
    require_keeper(db, actor, use_right.right_id)
    check_seen(use_right.updated_at, seen)
    if by is not None and by.decided_on is not None and by.decided_on > day_of(now):
        raise DecidedLater(field="decided_on")
    if "form" in facts:
        facts["form"] = facts["form"] or ""
    before = {name: getattr(use_right, name) for name in facts}
    changed = {name for name, value in facts.items() if value != before[name]}
    if not changed:
        if by is None:
            return use_right
        raise NothingChanged
    held = held_by(use_right)
    _apply(db, use_right, facts)
    if "valid_to" in changed and not past_is_meant:
        check_cut(held, use_right.valid_to, day_of(now))
    use_right.updated_at = touched(use_right.updated_at, now)
    db.flush()
    after = dict(facts)
    if by is not None or changed & TERMS:
        paper = by or Paper(effective_on=day_of(now))
        made = keep_decision(db, actor, now, use_right, DecisionKind.AMENDED, paper)
        after |= told_of(made)
    note(db, actor, now, "use_right.change", use_right, before, after)
    return use_right


def hold_use_right(db: Session, use_right_id: int, *, actor: Actor) -> UseRight:
    """Return a use right the actor sees as it stands now, held until this transaction ends."""
    get_use_right(db, use_right_id, actor=actor)
    return db.get_one(UseRight, use_right_id, with_for_update=True, populate_existing=True)


def hold_users(db: Session, right_id: int) -> IpRight:
    """Return a right, held so that of two who may let its users overlap one waits."""
    # To hold a row is to write it, and mark managers write none of the register.
    with beyond_fence(db):
        return hold_right(db, right_id)


def keep_decision(
    db: Session,
    actor: Actor,
    now: datetime,
    use_right: UseRight,
    kind: DecisionKind,
    paper: Paper,
    *,
    until: date | None = None,
    annuls_id: int | None = None,
) -> UseRightDecision:
    """Add a decision to those on a use right."""
    made = UseRightDecision(
        use_right_id=use_right.id,
        kind=kind,
        decision_no=paper.decision_no,
        decided_on=paper.decided_on,
        effective_on=paper.effective_on,
        until=until,
        reason=paper.reason,
        annuls_id=annuls_id,
        recorded_at=now,
        recorded_by=actor.label,
        recorded_by_id=actor.account_id,
    )
    db.add(made)
    db.flush()
    return made


def told_of(decision: UseRightDecision) -> dict[str, Any]:
    """Return what the audit trail tells of a decision, under names that are no column's."""
    told = {
        "decision": decision.id,
        "kind": decision.kind,
        "document": decision.decision_no,
        "decided_on": decision.decided_on,
        "effective_on": decision.effective_on,
        "until": decision.until,
        "reason": decision.reason,
    }
    return {name: value for name, value in told.items() if value}


def note(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    use_right: UseRight,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    """Record a change of a use right in the audit trail."""
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=use_right.id,
        entity_id=use_right.entity_id,
        before=before,
        after=after,
    )


def _apply(db: Session, use_right: UseRight, facts: Mapping[str, Any]) -> None:
    new = use_right.id is None
    changed = {name for name, value in facts.items() if value != getattr(use_right, name)}
    if new or changed & TERMS:
        right = hold_users(db, use_right.right_id)
        bearer = get_bearer(db, use_right.product_id)
        check_grant(_to_be(use_right, facts), right, bearer, use_rights_beside(db, use_right))
    for name, value in facts.items():
        setattr(use_right, name, value)


def _to_be(use_right: UseRight, facts: Mapping[str, Any]) -> Held:
    def told(name: str) -> Any:  # noqa: ANN401 - a column's value
        return facts.get(name, getattr(use_right, name))

    return Held(
        id=use_right.id,
        form=told("form") or "",
        valid_from=told("valid_from"),
        valid_to=told("valid_to"),
        ended_on=use_right.ended_on,
    )


def observe_use(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    right_id: int,
    entity_id: int,
    seen_on: date,
    in_use: bool,
    product_id: int | None = None,
    inspection_id: int | None = None,
    note: str = "",
) -> UseObservation:
    """Record whether an entity was found to use a right, on the day somebody looked.

    For officers and inspectors, and for who keeps the users of the right.
    """
    get_right(db, right_id)
    if not (actor.officer or Role.INSPECTOR in actor.roles or is_kept(db, actor, right_id)):
        raise NotAllowed
    if seen_on > day_of(now):
        raise SeenLater
    _check_user(db, entity_id, product_id)
    made = UseObservation(
        right_id=right_id,
        entity_id=entity_id,
        product_id=product_id,
        seen_on=seen_on,
        in_use=in_use,
        inspection_id=inspection_id,
        note=note,
        recorded_at=now,
        recorded_by=actor.label,
        recorded_by_id=actor.account_id,
    )
    db.add(made)
    db.flush()
    after = {"product_id": product_id, "seen_on": seen_on, "in_use": in_use, "note": note}
    record(
        db,
        by=actor,
        now=now,
        action="right.observe",
        subject_id=right_id,
        entity_id=entity_id,
        after=after,
    )
    return made


def _check_user(db: Session, entity_id: int, product_id: int | None) -> None:
    # Mark managers read no other record of who uses their right.
    with beyond_fence(db):
        if not names_of(db, [entity_id]):
            raise NoSuchEntity
        if product_id is not None and get_bearer(db, product_id).entity_id != entity_id:
            raise NoSuchProduct
