from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor, Role
from app.kit.text import clean_note, clean_text
from app.oversight.finding_queries import find_recorded
from app.oversight.models import Finding, FindingPhoto
from app.oversight.rules import (
    MAX_TEXT,
    MIN_TEXT,
    FindingOutcome,
    Subject,
    TextTooShort,
    Traced,
    checked_position,
    folded_words,
    key_of,
    links_to,
)
from app.products.pictures import CheckedPicture

INSPECTORS = (Role.INSPECTOR, Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What an inspector saw and decided on the spot, as it was written."""

    outcome: FindingOutcome
    text: str
    measure: str = ""
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None

    def checked(self) -> "Seen":
        """Return the same, cleaned. Raises Invalid with the field that is wrong."""
        text = clean_note(self.text, limit=MAX_TEXT, field="text")
        if len(text) < MIN_TEXT:
            raise TextTooShort
        latitude, longitude = checked_position(self.latitude, self.longitude)
        return Seen(
            outcome=self.outcome,
            text=text,
            measure=clean_note(self.measure, limit=MAX_TEXT, field="measure"),
            place=clean_text(self.place, field="place"),
            latitude=latitude,
            longitude=longitude,
        )


def record_finding(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    subject: Subject,
    belongs: Traced,
    seen: Seen,
    verdict: str,
    sent_hash: str,
    photos: Sequence[CheckedPicture] = (),
) -> Finding:
    """Record for good what was seen of something; the same form sent twice is one finding.

    `belongs` is where the subject belongs, `verdict` the words of a look-up at that moment.
    `photos` are stored already, `seen` is checked.
    """
    actor.require_role(*INSPECTORS)
    key = key_of(subject, belongs)
    finding = Finding(
        sent_hash=sent_hash,
        subject=subject,
        key=key,
        verdict=verdict,
        outcome=seen.outcome,
        text=seen.text,
        measure=seen.measure,
        place=seen.place,
        latitude=seen.latitude,
        longitude=seen.longitude,
        folded=folded_words(key, seen.text, seen.measure, seen.place, actor.label),
        at=now,
        actor_label=actor.label,
        actor_id=actor.account_id,
        **links_to(belongs),
    )
    try:
        with db.begin_nested():
            db.add(finding)
    except IntegrityError:
        first = find_recorded(db, sent_hash)
        if first is None:
            raise
        return first
    _keep_photos(db, finding, photos)
    _record(db, finding, len(photos), actor=actor, now=now)
    return finding


def _keep_photos(db: Session, finding: Finding, photos: Sequence[CheckedPicture]) -> None:
    unlike = {one.sha256: one for one in photos}
    for position, one in enumerate(unlike.values(), start=1):
        db.add(
            FindingPhoto(
                finding_id=finding.id,
                position=position,
                sha256=one.sha256,
                width=one.width,
                height=one.height,
            )
        )
    db.flush()


def _record(db: Session, finding: Finding, photos: int, *, actor: Actor, now: datetime) -> None:
    told = ("subject", "key", "verdict", "outcome", "text", "measure", "place")
    # Without the entity: its people read its events, and findings are not theirs to read yet.
    record(
        db,
        by=actor,
        now=now,
        action="finding.record",
        subject_id=finding.id,
        after={**{name: getattr(finding, name) for name in told}, "photos": photos},
    )
