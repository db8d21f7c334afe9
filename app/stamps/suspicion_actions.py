"""An officer's finding on one stamp, by its code. Nothing accuses by itself."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.kit.text import clean_note
from app.scans.actions import clear_suspicion, mark_suspicious
from app.stamps.keyring import Keyring
from app.stamps.queries import Stamp, get_stamp


class SuspicionReasonNeeded(Invalid):
    """A reason is needed"""

    code: ClassVar[str] = "stamps.suspicion_reason"
    detail: ClassVar[str] = N_(
        "Write what was seen, or what cleared it: it is kept with the stamp."
    )
    field = "reason"


def suspect_stamp(
    db: Session, *, actor: Actor, now: datetime, keyring: Keyring, text: str, reason: str
) -> Stamp:
    """Have the stamp's page warn that its code may have been copied. Officers only."""
    stamp, words = _meant(db, actor, keyring, text, reason)
    mark_suspicious(db, actor=actor, now=now, line=stamp.line, reason=words)
    return stamp


def trust_stamp(
    db: Session, *, actor: Actor, now: datetime, keyring: Keyring, text: str, reason: str
) -> Stamp:
    """Take the warning back. Officers only."""
    stamp, words = _meant(db, actor, keyring, text, reason)
    clear_suspicion(db, actor=actor, now=now, line=stamp.line, reason=words)
    return stamp


def _meant(
    db: Session, actor: Actor, keyring: Keyring, text: str, reason: str
) -> tuple[Stamp, str]:
    actor.require_officer()
    words = clean_note(reason, field="reason")
    if not words:
        raise SuspicionReasonNeeded
    return get_stamp(db, keyring=keyring, text=text), words
