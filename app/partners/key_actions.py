import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor, hashed
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.kit.text import clean_text
from app.partners.key_queries import get_key
from app.partners.models import PartnerKey, PartnerUse
from app.partners.queries import get_open_partner
from app.partners.rules import KEY_DAYS, OVERLAP_DAYS, PER_DAY, PER_MINUTE, Scope


class KeyOver(Conflict):
    """The key is revoked already"""

    code = "partners.key_over"
    detail = N_("Make a new one instead.")


def issue_key(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    partner_id: int,
    label: str,
    scopes: Collection[Scope],
    per_minute: int = PER_MINUTE,
    per_day: int = PER_DAY,
    days: int = KEY_DAYS,
) -> tuple[PartnerKey, str]:
    """Return a new key of a partner and its token, which is shown this once. Officers only."""
    actor.require_officer()
    partner = get_open_partner(db, partner_id, actor=actor)
    token = f"ocopshop_{secrets.token_urlsafe(32)}"
    key = PartnerKey(
        partner_id=partner.id,
        label=clean_text(label, limit=80, field="label"),
        hash=hashed(token),
        ending=token[-4:],
        scopes=sorted(scopes),
        per_minute=per_minute,
        per_day=per_day,
        created_at=now,
        expires_at=now + timedelta(days=days),
        revoked_at=None,
    )
    db.add(key)
    db.flush()
    _note(db, actor, now, "partner.key.issue", key, None, _told(key))
    return key, token


def rotate_key(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    partner_id: int,
    key_id: int,
    overlap_days: int = OVERLAP_DAYS,
) -> tuple[PartnerKey, str]:
    """Return a new key like another one, which ends after the days both are valid."""
    old = get_key(db, key_id, partner_id=partner_id, actor=actor)
    db.refresh(old, with_for_update=True)
    if old.revoked_at is not None:
        raise KeyOver
    made = issue_key(
        db,
        actor=actor,
        now=now,
        partner_id=partner_id,
        label=old.label,
        scopes=[Scope(one) for one in old.scopes],
        per_minute=old.per_minute,
        per_day=old.per_day,
        days=max(1, (old.expires_at - old.created_at).days),
    )
    before = {"expires_at": old.expires_at}
    old.expires_at = min(old.expires_at, now + timedelta(days=overlap_days))
    db.flush()
    _note(db, actor, now, "partner.key.replace", old, before, {"expires_at": old.expires_at})
    return made


def revoke_key(
    db: Session, *, actor: Actor, now: datetime, partner_id: int, key_id: int
) -> PartnerKey:
    """End a key at once; what it was used for stays recorded."""
    key = get_key(db, key_id, partner_id=partner_id, actor=actor)
    db.refresh(key, with_for_update=True)
    if key.revoked_at is not None:
        raise KeyOver
    key.revoked_at = now
    db.flush()
    _note(db, actor, now, "partner.key.revoke", key, {"revoked_at": None}, {"revoked_at": now})
    return key


def use_key(db: Session, *, key_id: int, day: date, per_day: int) -> int | None:
    """Count one request on a day and return how many it are now; None where that is too many.

    One statement counts and compares, so that of two at once for the last request one is refused.
    """
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    one = insert(PartnerUse).values(key_id=key_id, day=day, requests=1, refused=0)
    counted = one.on_conflict_do_update(
        index_elements=["key_id", "day"],
        set_={"requests": PartnerUse.requests + 1},
        where=PartnerUse.requests < per_day,
    )
    count = db.scalar(counted.returning(PartnerUse.requests))
    if count is None:
        of_day = (PartnerUse.key_id == key_id) & (PartnerUse.day == day)
        db.execute(update(PartnerUse).where(of_day).values(refused=PartnerUse.refused + 1))
    return count


def _told(key: PartnerKey) -> dict[str, Any]:
    names = ("label", "ending", "scopes", "per_minute", "per_day", "expires_at")
    return {name: getattr(key, name) for name in names}


def _note(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    key: PartnerKey,
    before: dict[str, Any] | None,
    after: dict[str, Any],
) -> None:
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=key.partner_id,
        before=before,
        after={"key": key.id, **after},
    )
