from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.diary.models import LotNotice, ProductNotice
from app.diary.notice_queries import AnyNotice, find_standing, subject_of
from app.diary.notices import HOLD, RECALL, Subject
from app.identity.rules import Actor, NotAllowed
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.text import clean_note
from app.products.queries import lock_product


class AlreadyStands(Conflict):
    """It is recalled or on hold already"""

    code: ClassVar[str] = "diary.notice_stands"
    detail: ClassVar[str] = N_("Lift what stands first if its reason is to change.")


class NothingStands(Conflict):
    """There is nothing to lift"""

    code: ClassVar[str] = "diary.nothing_stands"
    detail: ClassVar[str] = N_("Reload the page: somebody may have lifted it already.")


class ReasonNeeded(Invalid):
    """A reason is needed"""

    code: ClassVar[str] = "diary.reason_needed"
    detail: ClassVar[str] = N_("Write in a few words why. It is kept with the record.")
    field = "reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who acts when and why. `asked` is who asked for it first, where two people decide."""

    actor: Actor
    now: datetime
    reason: str
    advice: str = ""
    asked: Actor | None = None

    @property
    def first(self) -> Actor:
        return self.asked or self.actor

    @property
    def second(self) -> str:
        return self.actor.label if self.asked else ""


def set_notice(db: Session, *, act: Act, of: Subject, kind: str) -> AnyNotice:
    """Recall or hold a lot or a product; look-ups tell it at once.

    Officers may both, an owner may hold what is their own. An officer's hold takes the place of
    the owner's, so that the owner can't lift it.
    """
    _check(act.actor, of, kind)
    lock_product(db, of.product_id)
    standing = find_standing(db, of, kind=kind)
    if standing is not None:
        if kind == RECALL or standing.official or not act.actor.officer:
            raise AlreadyStands
        _lift(db, act, of, standing)
    notice = _new(of)
    notice.kind = kind
    notice.reason, notice.advice = check_said(act)
    notice.set_at = act.now
    notice.set_by, notice.set_by_id = act.first.label, act.first.account_id
    notice.confirmed_by = act.second
    notice.official = act.actor.officer
    db.add(notice)
    db.flush()
    facts = {"reason": notice.reason, "advice": notice.advice}
    _noted(db, act, kind, of, facts)
    return notice


def lift_notice(db: Session, *, act: Act, of: Subject, kind: str) -> AnyNotice:
    """Lift a recall or a hold of this very lot or product; it stays on record.

    The owner may lift an own hold, not the Department's.
    """
    _check(act.actor, of, kind)
    lock_product(db, of.product_id)
    standing = find_standing(db, of, kind=kind)
    if standing is None:
        raise NothingStands
    if standing.official and not act.actor.officer:
        raise NotAllowed
    _lift(db, act, of, standing)
    return standing


def check_said(act: Act) -> tuple[str, str]:
    """Return reason and advice as they are kept, or say what is wrong with them."""
    reason = clean_note(act.reason, field="reason")
    if not reason:
        raise ReasonNeeded
    return reason, clean_note(act.advice, field="advice")


def recall_lot(
    db: Session, *, actor: Actor, now: datetime, lot_id: int, reason: str, advice: str = ""
) -> AnyNotice:
    act = Act(actor=actor, now=now, reason=reason, advice=advice)
    return set_notice(db, act=act, of=subject_of(db, actor=actor, lot_id=lot_id), kind=RECALL)


def hold_lot(
    db: Session, *, actor: Actor, now: datetime, lot_id: int, reason: str, advice: str = ""
) -> AnyNotice:
    act = Act(actor=actor, now=now, reason=reason, advice=advice)
    return set_notice(db, act=act, of=subject_of(db, actor=actor, lot_id=lot_id), kind=HOLD)


def lift_recall(db: Session, *, actor: Actor, now: datetime, lot_id: int, reason: str) -> AnyNotice:
    act = Act(actor=actor, now=now, reason=reason)
    return lift_notice(db, act=act, of=subject_of(db, actor=actor, lot_id=lot_id), kind=RECALL)


def lift_hold(db: Session, *, actor: Actor, now: datetime, lot_id: int, reason: str) -> AnyNotice:
    act = Act(actor=actor, now=now, reason=reason)
    return lift_notice(db, act=act, of=subject_of(db, actor=actor, lot_id=lot_id), kind=HOLD)


def _check(actor: Actor, of: Subject, kind: str) -> None:
    if kind == RECALL:
        actor.require_sight(of.entity_id)
        actor.require_officer()
    else:
        actor.require_member_or_officer(of.entity_id, owner=True)


def _new(of: Subject) -> AnyNotice:
    if of.lot_id is not None:
        return LotNotice(lot_id=of.lot_id)
    return ProductNotice(product_id=of.product_id, made_from=of.made_from, made_to=of.made_to)


def _lift(db: Session, act: Act, of: Subject, standing: AnyNotice) -> None:
    standing.lift_reason, _ = check_said(act)
    standing.lifted_at = act.now
    standing.lifted_by, standing.lifted_by_id = act.first.label, act.first.account_id
    standing.lift_confirmed_by = act.second
    db.flush()
    _noted(db, act, f"lift_{standing.kind}", of, {"reason": standing.lift_reason})


def _noted(db: Session, act: Act, what: str, of: Subject, facts: dict[str, str]) -> None:
    about: dict[str, object] = {**facts, "product_id": of.product_id}
    if of.lot_id is not None:
        about["number"] = of.lot_number
    else:
        about |= {"made_from": _day(of.made_from), "made_to": _day(of.made_to)}
    if act.asked is not None:
        about["asked_by"] = act.asked.label
    record(
        db,
        by=act.actor,
        now=act.now,
        action=f"{of.kind}.{what}",
        subject_id=of.product_id if of.lot_id is None else of.lot_id,
        entity_id=of.entity_id,
        after=about,
    )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
