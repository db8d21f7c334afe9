from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.errors import Conflict, NotFound
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, take
from app.kit.text import fold
from app.partners.models import Partner, PartnerKey
from app.partners.rules import SOON_DAYS

SORTS: Final = {"name": (Partner.folded,)}


class NoSuchPartner(NotFound):
    """There is no such shop"""

    code = "partners.not_found"


class PartnerRetired(Conflict):
    """The shop is retired"""

    code = "partners.retired"
    detail = N_("Bring it back on its page first.")


def get_partner(db: Session, partner_id: int, *, actor: Actor) -> Partner:
    """Return a partner to an officer, or raise NoSuchPartner."""
    actor.require_officer()
    partner = db.get(Partner, partner_id)
    if partner is None:
        raise NoSuchPartner
    return partner


def get_open_partner(db: Session, partner_id: int, *, actor: Actor) -> Partner:
    """Return a partner that is not retired, or raise PartnerRetired."""
    partner = get_partner(db, partner_id, actor=actor)
    if partner.retired_at is not None:
        raise PartnerRetired
    return partner


def lock_partner(db: Session, partner_id: int) -> Partner:
    """Return a partner as it stands now, held until this transaction ends."""
    return db.get_one(Partner, partner_id, with_for_update=True, populate_existing=True)


def find_by_name(db: Session, name: str) -> Partner | None:
    return db.scalars(select(Partner).where(Partner.folded == fold(name))).one_or_none()


def list_partners(
    db: Session,
    *,
    actor: Actor,
    cut: Cut,
    now: datetime,
    text: str = "",
    kind: str = "",
    state: str = "",
) -> Page[Partner]:
    """Return partners to an officer; `state` is open, retired or expiring (a key ends soon)."""
    actor.require_officer()
    query = select(Partner)
    if text:
        query = query.where(Partner.folded.contains(fold(text), autoescape=True))
    if kind:
        query = query.where(Partner.kind == kind)
    if state in {"open", "retired"}:
        query = query.where(Partner.retired_at.is_(None) == (state == "open"))
    if state == "expiring":
        soon = PartnerKey.expires_at.between(now, now + timedelta(days=SOON_DAYS))
        query = query.where(
            exists().where(
                PartnerKey.partner_id == Partner.id, soon, PartnerKey.revoked_at.is_(None)
            )
        )
    return take(db, query, Partner.id, cut, SORTS)


def partners_by_id(db: Session, ids: Iterable[int]) -> dict[int, Partner]:
    rows = db.scalars(select(Partner).where(Partner.id.in_(set(ids))))
    return {partner.id: partner for partner in rows}
