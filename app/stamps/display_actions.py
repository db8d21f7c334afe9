"""Packs on display: marked by their producer, so that many look-ups of one raise no alarm."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.scans.models import DisplayPack
from app.scans.signal_actions import mark_display, unmark_display
from app.stamps.keyring import Keyring
from app.stamps.queries import Stamp, find_stamp
from app.stamps.rules import State
from app.stamps.span_queries import UnknownCode


class NotOnSale(Conflict):
    """The stamp is not active"""

    code: ClassVar[str] = "stamps.display_inactive"
    detail: ClassVar[str] = N_("Only a pack with an active stamp can stand on display.")
    field = "first_code"


def mark_pack(
    db: Session, *, actor: Actor, now: datetime, keyring: Keyring, text: str, place: str
) -> DisplayPack:
    """Mark the pack of a code as one on display, by its producer or an officer.

    What was looked up before the mark still counts, so that it hides no copies.
    """
    stamp = _own(db, actor, keyring, text)
    if stamp.state != State.ACTIVE:
        raise NotOnSale
    return mark_display(
        db,
        actor=actor,
        now=now,
        line=stamp.line,
        batch_id=stamp.batch_id,
        entity_id=stamp.entity_id,
        place=place,
    )


def unmark_pack(db: Session, *, actor: Actor, now: datetime, keyring: Keyring, text: str) -> Stamp:
    """Take the mark off: the pack was sold or put away."""
    stamp = _own(db, actor, keyring, text)
    unmark_display(db, actor=actor, now=now, line=stamp.line, entity_id=stamp.entity_id)
    return stamp


def _own(db: Session, actor: Actor, keyring: Keyring, text: str) -> Stamp:
    stamp = find_stamp(db, keyring=keyring, text=text)
    if stamp is None or not actor.sees(stamp.entity_id):
        raise UnknownCode(field="first_code")
    actor.require_member_or_officer(stamp.entity_id)
    return stamp
