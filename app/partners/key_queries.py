from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.identity.rules import Actor, hashed
from app.kit.errors import NotFound, Unauthenticated
from app.kit.i18n import N_
from app.partners.models import Partner, PartnerKey, PartnerUse
from app.partners.rules import SOON_DAYS, Scope


class NoSuchKey(NotFound):
    """The partner has no such key"""

    code = "partners.key_not_found"


class KeyUnknown(Unauthenticated):
    """The key is not known"""

    code = "partners.key_unknown"
    detail = N_("Copy it again, or ask the Department for a new one.")


class KeyExpired(Unauthenticated):
    """The key has expired"""

    code = "partners.key_expired"
    detail = N_("It was valid until {expired_at}. Ask the Department for a new one.")

    def __init__(self, *, expired_at: str) -> None:
        self.expired_at = expired_at


class KeyRevoked(Unauthenticated):
    """The key was revoked"""

    code = "partners.key_revoked"
    detail = N_("Ask the Department for a new one if you still need it.")


@dataclass(frozen=True)
class HeldKey:
    """A key that may be used now, by plain values."""

    key_id: int
    partner_id: int
    partner: str
    scopes: frozenset[Scope]
    per_minute: int
    per_day: int


def get_held_key(db: Session, *, token: str, now: datetime) -> HeldKey:
    """Return the key of a token, or say why it is none: unknown, revoked or expired."""
    query = select(PartnerKey, Partner).join(Partner, Partner.id == PartnerKey.partner_id)
    row = db.execute(query.where(PartnerKey.hash == hashed(token))).one_or_none()
    if row is None:
        raise KeyUnknown
    key, partner = row
    if key.revoked_at is not None or partner.retired_at is not None:
        raise KeyRevoked
    if key.expires_at <= now:
        raise KeyExpired(expired_at=key.expires_at.isoformat(timespec="seconds"))
    return HeldKey(
        key_id=key.id,
        partner_id=partner.id,
        partner=partner.name,
        scopes=frozenset(Scope(one) for one in key.scopes),
        per_minute=key.per_minute,
        per_day=key.per_day,
    )


def get_key(db: Session, key_id: int, *, partner_id: int, actor: Actor) -> PartnerKey:
    """Return a key of that partner to an officer, or raise NoSuchKey."""
    actor.require_officer()
    key = db.get(PartnerKey, key_id)
    if key is None or key.partner_id != partner_id:
        raise NoSuchKey
    return key


def keys_of(db: Session, partner_ids: Iterable[int]) -> dict[int, list[PartnerKey]]:
    """Return the keys of partners, the newest first; each partner asked for has a list."""
    found: dict[int, list[PartnerKey]] = {partner_id: [] for partner_id in set(partner_ids)}
    query = select(PartnerKey).where(PartnerKey.partner_id.in_(found))
    for key in db.scalars(query.order_by(PartnerKey.id.desc())):
        found[key.partner_id].append(key)
    return found


def last_used(db: Session, key_ids: Iterable[int]) -> Mapping[int, date]:
    """Return the last day each key was used, without those that never were."""
    query = select(PartnerUse.key_id, func.max(PartnerUse.day)).group_by(PartnerUse.key_id)
    rows = db.execute(query.where(PartnerUse.key_id.in_(set(key_ids))))
    return {key_id: day for key_id, day in rows}  # noqa: C416 - a Row is no plain pair to dict()


def list_uses(db: Session, *, partner_id: int, since: date) -> list[tuple[PartnerUse, str]]:
    """Return the days a partner's keys were used since a day, the latest first, by label."""
    query = (
        select(PartnerUse, PartnerKey.label)
        .join(PartnerKey, PartnerKey.id == PartnerUse.key_id)
        .where(PartnerKey.partner_id == partner_id, PartnerUse.day >= since)
        .order_by(PartnerUse.day.desc(), PartnerUse.key_id)
    )
    return [(use, label) for use, label in db.execute(query)]


def count_expiring(db: Session, *, now: datetime) -> int:
    """Count the keys in use that end within 30 days."""
    query = select(func.count()).select_from(PartnerKey)
    soon = PartnerKey.expires_at.between(now, now + timedelta(days=SOON_DAYS))
    return db.scalar(query.where(soon, PartnerKey.revoked_at.is_(None))) or 0
