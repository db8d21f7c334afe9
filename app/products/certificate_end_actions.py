from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.kit.saving import check_past
from app.products.actions import note
from app.products.models import OcopCertificate, Product
from app.products.queries import NoSuchPart, get_part, get_product


class CertificateRevoked(Conflict):
    """The certificate is revoked already"""

    code = "products.certificate_revoked"
    detail = N_("It was revoked on {revoked_on}.")

    def __init__(self, *, revoked_on: date) -> None:
        self.revoked_on = revoked_on


class CertificateStruck(Conflict):
    """The certificate was struck out"""

    code = "products.certificate_struck"
    detail = N_("It counts as never recorded.")


class RevokedOutsideItsTerm(Invalid):
    """The day lies outside the certificate's validity"""

    code = "products.revoked_outside_its_term"
    detail = N_("Give a day from {valid_from} to {valid_to}.")
    field = "revoked_on"

    def __init__(self, *, valid_from: date, valid_to: date) -> None:
        self.valid_from = valid_from
        self.valid_to = valid_to


class SomeNotRevoked(Conflict):
    """Some of the certificates can't be revoked so"""

    code = "products.some_not_revoked"
    detail = N_(
        "Nothing was revoked. Already revoked or struck out, or not valid on {day}: {which}. Leave "
        "them out, or give another day."
    )
    field = "certificates"

    def __init__(self, *, day: date, which: str) -> None:
        self.day = day
        self.which = which


class NothingToRevoke(Invalid):
    """No certificate was chosen"""

    code = "products.nothing_to_revoke"
    detail = N_("Tick at least one.")
    field = "certificates"


def revoke_certificate(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    product_id: int,
    certificate_id: int,
    decision_no: str,
    reason: str,
    revoked_on: date | None = None,
    past_is_meant: bool = False,
) -> OcopCertificate:
    """Revoke a certificate by a decision, from today or from a day within its validity.

    A day that is past must be meant.
    """
    product = get_product(db, product_id, actor=actor)
    actor.require_officer()
    found = get_part(db, OcopCertificate, certificate_id, product_id=product.id)
    db.refresh(found, with_for_update=True)
    day = revoked_on or day_of(now)
    wrong = _refusal(found, day)
    if wrong is not None:
        raise wrong
    check_past(day, day_of(now), meant=past_is_meant)
    _revoke(db, actor, now, found, day, decision_no, reason)
    return found


def revoke_certificates(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    certificates: Collection[int],
    decision_no: str,
    reason: str,
    revoked_on: date | None = None,
    past_is_meant: bool = False,
) -> list[OcopCertificate]:
    """Revoke many certificates by one numbered decision: all of them or, with the reasons, none.

    A day that is past must be meant.
    """
    actor.require_officer()
    wanted = set(certificates)
    if not wanted:
        raise NothingToRevoke
    query = select(OcopCertificate).where(OcopCertificate.id.in_(wanted))
    found = list(db.scalars(query.order_by(OcopCertificate.id).with_for_update()))
    if len(found) != len(wanted):
        raise NoSuchPart
    day = revoked_on or day_of(now)
    wrong = [one for one in found if _refusal(one, day) is not None]
    if wrong:
        told = ", ".join(f"{one.decision_no} ({one.certificate_no or one.id})" for one in wrong)
        raise SomeNotRevoked(day=day, which=told)
    check_past(day, day_of(now), meant=past_is_meant)
    for one in found:
        _revoke(db, actor, now, one, day, decision_no, reason)
    return found


def strike_certificate(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    product_id: int,
    certificate_id: int,
    reason: str,
) -> OcopCertificate:
    """Strike out a certificate that was entered by mistake; it stays in the history."""
    product = get_product(db, product_id, actor=actor)
    actor.require_officer()
    found = get_part(db, OcopCertificate, certificate_id, product_id=product.id)
    db.refresh(found, with_for_update=True)
    if found.struck_at is not None:
        raise CertificateStruck
    found.struck_at, found.struck_reason = now, reason
    db.flush()
    before = {"id": found.id, "stars": found.stars, "struck_at": None}
    after = {"id": found.id, "stars": None, "struck_at": now, "reason": reason}
    note(db, actor, now, "product.certificate.strike", product, before, after)
    return found


def _refusal(one: OcopCertificate, day: date) -> Conflict | Invalid | None:
    if one.struck_at is not None:
        return CertificateStruck()
    if one.revoked_on is not None:
        return CertificateRevoked(revoked_on=one.revoked_on)
    if not one.valid_from <= day <= one.valid_to:
        return RevokedOutsideItsTerm(valid_from=one.valid_from, valid_to=one.valid_to)
    return None


def _revoke(
    db: Session,
    actor: Actor,
    now: datetime,
    one: OcopCertificate,
    day: date,
    decision_no: str,
    reason: str,
) -> None:
    one.revoked_on, one.revocation_decision, one.revocation_reason = day, decision_no, reason
    db.flush()
    product = db.get_one(Product, one.product_id)
    before = {"id": one.id, "revoked_on": None}
    after = {"id": one.id, "revoked_on": day, "decision_no": decision_no, "reason": reason}
    note(db, actor, now, "product.certificate.revoke", product, before, after)
