"""Inspections as phones send them: each is taken or refused by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from app.diary.sync_actions import alone
from app.identity.rules import Actor
from app.kit.errors import DomainError, Words
from app.kit.i18n import N_
from app.oversight.checklist_queries import get_version
from app.oversight.finding_actions import INSPECTORS
from app.oversight.inspection_actions import (
    Arranged,
    open_inspection,
    require_open,
    write_inspection,
)
from app.oversight.inspection_models import Inspection
from app.oversight.inspection_queries import Target, find_by_uid, find_target, target_of
from app.oversight.inspection_refusals import NoSuchInspection, OtherVersion
from app.oversight.inspection_sign_actions import sign_inspection
from app.oversight.inspections import Content
from app.oversight.rules import Subject, SubjectNeeded, Traced, sent_hash

Tracing = Callable[[Session, str], Traced]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An inspection as a phone has it; `subject` says what one begun on the spot is of."""

    uid: UUID
    id: int | None
    base_version: int
    subject: tuple[str, str] | None
    checklist_version_id: int
    content: Content
    finished: bool

    def mark(self) -> str:
        """Return what tells two sendings apart."""
        return sent_hash((self.checklist_version_id, self.content.digest(), self.finished))


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, from which phone, and what tells where a stamp's code belongs."""

    actor: Actor
    now: datetime
    device: str
    words: Words
    trace: Tracing


@dataclass(frozen=True, slots=True)
class Kept:
    """An inspection that is there as it was sent, and whether that is news."""

    found: Inspection
    result: Literal["accepted", "duplicate"]


def take_inspections(
    db: Session, *, sender: Sender, drafts: Sequence[Draft]
) -> list[Kept | DomainError]:
    """Take each inspection or refuse it, all in one transaction; the same again is the same."""
    sender.actor.require_role(*INSPECTORS)
    return [alone(db, partial(_take, db, sender, one)) for one in drafts]


def _take(db: Session, sender: Sender, draft: Draft) -> Kept:
    found = find_by_uid(db, draft.uid)
    if found is None:
        found = _open(db, sender, draft)
    elif draft.id not in {None, found.id}:
        raise NoSuchInspection
    elif found.sent_hash == draft.mark():
        return Kept(found, "duplicate")
    else:
        _require_fresh(found, sender, draft)
    write_inspection(
        db,
        actor=sender.actor,
        now=sender.now,
        inspection_id=found.id,
        content=draft.content,
        checklist_version_id=draft.checklist_version_id,
    )
    if draft.finished:
        sign_inspection(
            db, actor=sender.actor, now=sender.now, inspection_id=found.id, words=sender.words
        )
    found.sent_hash, found.sent_device = draft.mark(), sender.device
    found.sent_base = draft.base_version
    db.flush()
    return Kept(found, "accepted")


def _require_fresh(found: Inspection, sender: Sender, draft: Draft) -> None:
    """Refuse what was written upon an older version than the one that stands."""
    require_open(found)
    # The phone that wrote last never heard the answer, and has gone on writing since.
    own = bool(sender.device) and found.sent_device == sender.device
    if own and found.sent_base == draft.base_version:
        return
    if found.version != draft.base_version:
        raise OtherVersion


def _open(db: Session, sender: Sender, draft: Draft) -> Inspection:
    if draft.id is not None:
        raise NoSuchInspection
    if draft.subject is None:
        raise SubjectNeeded(field="subject")
    version = get_version(db, draft.checklist_version_id)
    arranged = Arranged(
        team=draft.content.team,
        lead_id=sender.actor.account_id,
        checklist_id=version.checklist_id,
        occasion=N_("Begun on the spot"),
    )
    return open_inspection(
        db,
        actor=sender.actor,
        now=sender.now,
        uid=draft.uid,
        target=_target(db, sender, *draft.subject),
        arranged=arranged,
    )


def _target(db: Session, sender: Sender, kind: str, told: str) -> Target:
    if kind == Subject.STAMP:
        return target_of(sender.trace(db, told))
    if not (told.isascii() and told.isdecimal() and len(told) <= 18):  # noqa: PLR2004 - as many digits as an id may have
        raise SubjectNeeded(field="subject")
    return find_target(db, subject=Subject(kind), record_id=int(told))
