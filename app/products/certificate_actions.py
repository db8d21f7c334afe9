from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.entities.practice_queries import require_real
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.places.queries import find_place, province_of
from app.products.actions import note
from app.products.models import OcopCertificate, Product
from app.products.queries import get_part, get_product
from app.products.rules import CENTRAL_ISSUER, MOST_STARS, last_valid_day, stars_of
from app.products.subgroup_queries import find_subgroup
from app.products.subgroups import OtherGroup, UnknownSubgroup


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


class IssuerUnknown(Invalid):
    """Who issued the certificate is not known"""

    code = "products.issuer_unknown"
    detail = N_("The entity has no commune to tell its province by. Write the issuer.")
    field = "issuer"


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
    valid_from: date,
    issuer: str = "",
    valid_to: date | None = None,
    certificate_no: str = "",
    score: float | None = None,
    subgroup: str = "",
) -> OcopCertificate:
    """Record an OCOP certificate. Without a last day it holds for the usual 36 months.

    Without an issuer it is who issues such stars: the entity's province, or the centre for 5.
    `subgroup` is "version/code" of a list of sub-groups.
    """
    product = get_product(db, product_id, actor=actor)
    actor.require_officer()
    require_real(db, product.entity_id)
    _check_subgroup(db, product, subgroup)
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
        "subgroup": subgroup,
        "issuer": issuer or usual_issuer(db, product, stars),
        "valid_from": valid_from,
        "valid_to": last,
    }
    certificate = OcopCertificate(product_id=product.id, **facts)
    db.add(certificate)
    db.flush()
    note(db, actor, now, "product.certificate.add", product, None, {"id": certificate.id} | facts)
    return certificate


def usual_issuer(db: Session, product: Product, stars: int) -> str:
    """Return who issues certificates of so many stars for a product: its province for 3 and 4."""
    if stars == MOST_STARS:
        return CENTRAL_ISSUER
    entity = db.get_one(Entity, product.entity_id)
    province = find_place(db, province_of(db, entity.commune_code))
    if province is None:
        raise IssuerUnknown
    return f"Ủy ban nhân dân {province.kind.lower()} {province.name}"


def _check_subgroup(db: Session, product: Product, reference: str) -> None:
    if not reference:
        return
    found = find_subgroup(db, reference)
    if found is None:
        raise UnknownSubgroup
    if product.ocop_group and product.ocop_group != found.ocop_group:
        raise OtherGroup


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
