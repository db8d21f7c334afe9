from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.products.actions import note
from app.products.models import OcopCertificate
from app.products.queries import get_part, get_product
from app.products.rules import last_valid_day, stars_of


class CertificateThere(Conflict):
    """The product has this certificate already"""

    code = "products.certificate_there"
    detail = N_("Decision {decision_no} from {valid_from} is recorded. Look at the list below.")
    field = "decision_no"

    def __init__(self, *, decision_no: str, valid_from: date) -> None:
        self.decision_no = decision_no
        self.valid_from = valid_from


class CertificateRevoked(Conflict):
    """The certificate is revoked already"""

    code = "products.certificate_revoked"
    detail = N_("It was revoked on {revoked_on}.")

    def __init__(self, *, revoked_on: date) -> None:
        self.revoked_on = revoked_on


class EndsBeforeItBegins(Invalid):
    """The last day lies before the first"""

    code = "products.ends_before_it_begins"
    detail = N_("The last day must not be before {valid_from}.")
    field = "valid_to"

    def __init__(self, *, valid_from: date) -> None:
        self.valid_from = valid_from


class OtherStars(Invalid):
    """The score earns other stars"""

    code = "products.other_stars"
    detail = N_("90 points and more are 5 stars, 70 are 4, 50 are 3. Check stars and score.")
    field = "stars"


class RevokedOutsideItsTerm(Invalid):
    """The day lies outside the certificate's validity"""

    code = "products.revoked_outside_its_term"
    detail = N_("Give a day from {valid_from} to {valid_to}.")
    field = "revoked_on"

    def __init__(self, *, valid_from: date, valid_to: date) -> None:
        self.valid_from = valid_from
        self.valid_to = valid_to


def add_certificate(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    product_id: int,
    stars: int,
    decision_no: str,
    issuer: str,
    valid_from: date,
    valid_to: date | None = None,
    certificate_no: str = "",
    score: float | None = None,
) -> OcopCertificate:
    """Record an OCOP certificate. Without a last day it holds for the usual 36 months."""
    product = get_product(db, product_id, actor=actor)
    actor.require_officer()
    if score is not None and stars_of(score) != stars:
        raise OtherStars
    last = valid_to or last_valid_day(valid_from)
    if last < valid_from:
        raise EndsBeforeItBegins(valid_from=valid_from)
    _refuse_second(db, product.id, decision_no, valid_from)
    facts = {
        "stars": stars,
        "score": score,
        "certificate_no": certificate_no,
        "decision_no": decision_no,
        "issuer": issuer,
        "valid_from": valid_from,
        "valid_to": last,
    }
    certificate = OcopCertificate(product_id=product.id, **facts)
    db.add(certificate)
    db.flush()
    note(db, actor, now, "product.certificate.add", product, None, {"id": certificate.id} | facts)
    return certificate


def _refuse_second(db: Session, product_id: int, decision_no: str, valid_from: date) -> None:
    same = select(OcopCertificate.id).where(
        OcopCertificate.product_id == product_id,
        OcopCertificate.decision_no == decision_no,
        OcopCertificate.valid_from == valid_from,
    )
    if db.scalar(same) is not None:
        raise CertificateThere(decision_no=decision_no, valid_from=valid_from)


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
) -> OcopCertificate:
    """Revoke a certificate by a decision, from today or from a day within its validity."""
    product = get_product(db, product_id, actor=actor)
    actor.require_officer()
    found = get_part(db, OcopCertificate, certificate_id, product_id=product.id)
    if found.revoked_on is not None:
        raise CertificateRevoked(revoked_on=found.revoked_on)
    day = revoked_on or day_of(now)
    if not found.valid_from <= day <= found.valid_to:
        raise RevokedOutsideItsTerm(valid_from=found.valid_from, valid_to=found.valid_to)
    found.revoked_on, found.revocation_decision, found.revocation_reason = day, decision_no, reason
    db.flush()
    after = {"id": found.id, "revoked_on": day, "decision_no": decision_no, "reason": reason}
    note(db, actor, now, "product.certificate.revoke", product, None, after)
    return found
