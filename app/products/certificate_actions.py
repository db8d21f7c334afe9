from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.entities.practice_queries import require_real
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.places.queries import find_place, province_of
from app.products.actions import note
from app.products.issuer_queries import issuer_rules
from app.products.issuers import IssuerUnsaid, Level, level_told, rule_on
from app.products.models import OcopCertificate, Product
from app.products.queries import get_product, lock_product
from app.products.rules import CENTRAL_ISSUER, last_valid_day, stars_of
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


class EndsBeforeItBegins(Invalid):
    """The last day lies before the first"""

    code = "products.ends_before_it_begins"
    detail = N_("The last day must not be before {valid_from}.")
    field = "valid_to"

    def __init__(self, *, valid_from: date) -> None:
        self.valid_from = valid_from


class MakerDissolved(Conflict):
    """The entity was dissolved before that day"""

    code = "products.maker_dissolved"
    detail = N_("It was dissolved on {dissolved_on}. Check the first day of the certificate.")
    field = "valid_from"

    def __init__(self, *, dissolved_on: date) -> None:
        self.dissolved_on = dissolved_on


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
    issuer_level: Level | None = None,
) -> OcopCertificate:
    """Record an OCOP certificate. Without a last day it holds for the usual 36 months.

    Without an issuer it is who granted such stars on the first day, where the register knows the
    name; another one is recorded as written. `subgroup` is "version/code" of a list.
    """
    product = _held(db, actor, product_id)
    require_real(db, product.entity_id)
    _refuse_dissolved(db, product, valid_from)
    _check_subgroup(db, product, subgroup)
    if score is not None and stars_of(score) != stars:
        raise OtherStars
    last = valid_to or last_valid_day(valid_from)
    if last < valid_from:
        raise EndsBeforeItBegins(valid_from=valid_from)
    _refuse_second(db, product.id, decision_no, valid_from)
    if not issuer:
        issuer, issuer_level = usual_issuer(db, product, stars, valid_from)
    facts = {
        "stars": stars,
        "score": score,
        "certificate_no": certificate_no,
        "decision_no": decision_no,
        "subgroup": subgroup,
        "issuer": issuer,
        "issuer_level": issuer_level or level_told(issuer) or "",
        "valid_from": valid_from,
        "valid_to": last,
    }
    certificate = OcopCertificate(
        product_id=product.id, recorded_at=now, recorded_by=actor.label, **facts
    )
    db.add(certificate)
    db.flush()
    note(db, actor, now, "product.certificate.add", product, None, {"id": certificate.id} | facts)
    return certificate


def usual_issuer(db: Session, product: Product, stars: int, day: date) -> tuple[str, Level]:
    """Return who granted a product so many stars on a day, or raise where that is to be written."""
    rule = rule_on(issuer_rules(db), stars, day)
    if rule is None or rule.level in {None, Level.DISTRICT}:
        raise IssuerUnsaid(day=day, stars=stars)
    if rule.level is Level.CENTRE:
        return CENTRAL_ISSUER, Level.CENTRE
    entity = db.get_one(Entity, product.entity_id)
    province = find_place(db, province_of(db, entity.commune_code))
    if province is None:
        raise IssuerUnknown
    return f"Ủy ban nhân dân {province.kind.lower()} {province.name}", Level.PROVINCE


def _held(db: Session, actor: Actor, product_id: int) -> Product:
    """Return the product, held so that two acts on its certificates come one after the other."""
    get_product(db, product_id, actor=actor)
    actor.require_officer()
    return lock_product(db, product_id)


def _refuse_dissolved(db: Session, product: Product, first: date) -> None:
    gone = db.get_one(Entity, product.entity_id).dissolved_on
    if gone is not None and first >= gone:
        raise MakerDissolved(dissolved_on=gone)


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
        OcopCertificate.struck_at.is_(None),
    )
    if db.scalar(same) is not None:
        raise CertificateThere(decision_no=decision_no, valid_from=valid_from)
