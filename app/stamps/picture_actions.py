from datetime import datetime

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor
from app.stamps.batch_queries import get_batch
from app.stamps.export_actions import check_layout, checked_form
from app.stamps.export_queries import facts_of, gtin_of, spec_of
from app.stamps.layout import JobSpec
from app.stamps.preset_queries import choose_preset
from app.stamps.print_actions import Press
from app.stamps.queries import Stamp, get_stamp


def picture_of(
    db: Session, *, actor: Actor, press: Press, text: str, preset: str
) -> tuple[Stamp, JobSpec]:
    """Return a stamp and what a picture of it shows.

    Officers only: a picture is a stamp that anyone can print.
    """
    actor.require_officer()
    chosen = choose_preset(db, preset)
    stamp = get_stamp(db, keyring=press.keyring, text=text)
    batch = get_batch(db, stamp.batch_id, actor=actor)
    form = checked_form("", gtin_of(db, batch))
    facts = facts_of(
        db, batch, base_url=press.base_url, words=press.words, chosen=chosen, form=form
    )
    spec = spec_of(facts, preset=preset, first=stamp.number)
    check_layout(spec)
    return stamp, spec


def record_picture(db: Session, *, actor: Actor, now: datetime, stamp: Stamp) -> None:
    """Record who takes the picture of which stamp, before it leaves."""
    record(
        db,
        by=actor,
        now=now,
        action="stamp.picture",
        subject_id=stamp.batch_id,
        entity_id=stamp.entity_id,
        after={"batch": stamp.batch_id, "number": stamp.number},
    )
