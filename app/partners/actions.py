from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.kit.saving import check_seen, touched
from app.kit.text import fold
from app.partners.models import Partner
from app.partners.queries import PartnerRetired, find_by_name, get_partner, lock_partner
from app.partners.rules import checked_hosts

FIELDS: Final = ("name", "kind", "website", "contact", "hosts")


class NameTaken(Conflict):
    """Another shop has this name"""

    code = "partners.name_taken"
    detail = N_("Change that record instead of adding a second one.")
    field = "name"


class NotRetired(Conflict):
    """The shop is not retired"""

    code = "partners.not_retired"


def add_partner(db: Session, *, actor: Actor, now: datetime, **facts: Any) -> Partner:  # noqa: ANN401 - the columns of Partner
    """Add a shop or a platform. Officers only; hosts and name are checked."""
    actor.require_officer()
    partner = Partner(created_at=now, updated_at=now)
    _apply(db, partner, facts)
    db.add(partner)
    db.flush()
    _note(db, actor, now, "partner.add", partner, None, facts)
    return partner


def change_partner(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    partner_id: int,
    seen: datetime | None = None,
    **facts: Any,  # noqa: ANN401 - as above
) -> Partner:
    """Change the given fields of a partner.

    A host that is taken away leaves the confirmed listings on it without effect.
    """
    get_partner(db, partner_id, actor=actor)
    partner = lock_partner(db, partner_id)
    check_seen(partner.updated_at, seen)
    before = {name: getattr(partner, name) for name in facts}
    _apply(db, partner, facts)
    partner.updated_at = touched(partner.updated_at, now)
    db.flush()
    _note(db, actor, now, "partner.change", partner, before, facts)
    return partner


def retire_partner(db: Session, *, actor: Actor, now: datetime, partner_id: int) -> Partner:
    """End the work with a partner: its keys stop at once, its listings no longer show."""
    get_partner(db, partner_id, actor=actor)
    partner = lock_partner(db, partner_id)
    if partner.retired_at is not None:
        raise PartnerRetired
    return _stand(db, actor, now, partner, "partner.retire", now)


def restore_partner(db: Session, *, actor: Actor, now: datetime, partner_id: int) -> Partner:
    """Take a partner up again, with the keys that have not ended since."""
    get_partner(db, partner_id, actor=actor)
    partner = lock_partner(db, partner_id)
    if partner.retired_at is None:
        raise NotRetired
    return _stand(db, actor, now, partner, "partner.restore", None)


def _stand(
    db: Session,
    actor: Actor,
    now: datetime,
    partner: Partner,
    action: str,
    retired_at: datetime | None,
) -> Partner:
    before = {"retired_at": partner.retired_at}
    partner.retired_at = retired_at
    partner.updated_at = touched(partner.updated_at, now)
    db.flush()
    _note(db, actor, now, action, partner, before, {"retired_at": retired_at})
    return partner


def _apply(db: Session, partner: Partner, facts: dict[str, Any]) -> None:
    if "hosts" in facts:
        facts["hosts"] = checked_hosts(facts["hosts"])
    if "name" in facts:
        other = find_by_name(db, facts["name"])
        if other is not None and other is not partner:
            raise NameTaken
        partner.folded = fold(facts["name"])
    for name, value in facts.items():
        setattr(partner, name, value)


def _note(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    partner: Partner,
    before: dict[str, Any] | None,
    after: dict[str, Any],
) -> None:
    record(db, by=actor, now=now, action=action, subject_id=partner.id, before=before, after=after)
