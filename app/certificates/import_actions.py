from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.certificates.actions import add_certificate, change_certificate
from app.identity.rules import Actor
from app.kit.imports import Fate, Planned


def import_certificates(
    db: Session, *, actor: Actor, now: datetime, planned: Sequence[Planned]
) -> None:
    """Add and change certificates as planned, one by one as a form does. Officers only.

    Those that somebody else has brought there meanwhile are refused, and with them the file.
    """
    actor.require_officer()
    changed = [one for one in planned if one.fate is Fate.CHANGED]
    for one in sorted(changed, key=lambda each: each.record_id or 0):
        facts = {name: value for name, value in one.facts.items() if name != "entity_id"}
        change_certificate(db, actor=actor, now=now, certificate_id=one.record_id or 0, **facts)
    added = [one for one in planned if one.fate is Fate.NEW]
    # In one order, so that two who write at once never wait for each other.
    for one in sorted(added, key=lambda each: int(each.facts["entity_id"])):
        add_certificate(db, actor=actor, now=now, **one.facts)
