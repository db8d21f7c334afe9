"""OCOP certificates of all products, as one list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from app.entities.models import Entity
from app.entities.practice_queries import real
from app.entities.queries import names_of as entity_names_of
from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, take
from app.kit.text import fold
from app.products.issuer_queries import issuer_rules
from app.products.issuers import IssuerRule, Level, other_level
from app.products.models import OcopCertificate, OcopSubgroup, Product
from app.products.queries import certificate_facts
from app.products.rules import CertificateStatus, certificate_status
from app.products.subgroup_queries import subgroups_by

SOON: Final = timedelta(days=90)
_made = OcopCertificate


class NoSuchOcopCertificate(NotFound):
    """There is no such OCOP certificate"""

    code = "certificates.ocop_not_found"
    detail = N_("It may belong to somebody else, or the address is mistyped.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OcopRow:
    """An OCOP certificate with whose it is; `unusual` is the rule its issuer does not fit."""

    certificate: OcopCertificate
    product: str
    entity_id: int
    entity: str
    subgroup: OcopSubgroup | None
    status: CertificateStatus
    since: date
    unusual: IssuerRule | None


def get_ocop(db: Session, certificate_id: int, *, actor: Actor) -> OcopCertificate:
    """Return an OCOP certificate of a product the actor sees, struck out ones too."""
    found = db.get(_made, certificate_id)
    product = db.get(Product, found.product_id) if found else None
    if found is None or product is None or not actor.sees(product.entity_id):
        raise NoSuchOcopCertificate
    return found


def list_ocop(
    db: Session,
    *,
    actor: Actor,
    cut: Cut,
    day: date,
    text: str = "",
    stars: int = 0,
    state: str = "",
) -> Page[OcopCertificate]:
    """Return OCOP certificates; `text` is part of a name or decision, or a certificate's number.

    `state` may be "dissolved" for those still in force of entities that are dissolved.
    """
    query = select(_made).join(Product, Product.id == _made.product_id)
    scope = actor.scope()
    if scope is not None:
        query = query.where(Product.entity_id.in_(scope))
    else:
        query = query.where(real(Product.entity_id))
    if text:
        query = query.where(_named(text))
    if stars:
        query = query.where(_made.stars == stars)
    return take(db, query.where(_in_state(state, day)), _made.id, cut)


def _named(text: str) -> ColumnElement[bool]:
    folded, written = fold(text), text.strip()
    makers = select(Entity.id).where(Entity.folded.contains(folded, autoescape=True))
    return or_(
        Product.folded.contains(folded, autoescape=True),
        Product.entity_id.in_(makers),
        _made.decision_no.contains(written, autoescape=True),
        _made.certificate_no == written,
    )


def _in_state(state: str, day: date) -> ColumnElement[bool]:
    stands = _made.struck_at.is_(None)
    revoked = and_(_made.revoked_on <= day, _made.revoked_on <= _made.valid_to)
    open_ = and_(
        stands, _made.revoked_on.is_(None) | (_made.revoked_on > day), _made.valid_to >= day
    )
    valid = and_(open_, _made.valid_from <= day)
    later = aliased(_made)
    follows = exists().where(
        later.product_id == _made.product_id,
        later.valid_to > day + SOON,
        later.revoked_on.is_(None),
        later.struck_at.is_(None),
    )
    gone = select(Entity.id).where(Entity.dissolved_on.is_not(None))
    states: dict[str, ColumnElement[bool]] = {
        "valid": valid,
        "expiring": and_(valid, _made.valid_to <= day + SOON, ~follows),
        "not_yet": and_(open_, _made.valid_from > day),
        "expired": and_(stands, _made.valid_to < day, _made.revoked_on.is_(None) | ~revoked),
        "revoked": and_(stands, revoked),
        "dissolved": and_(open_, Product.entity_id.in_(gone)),
        "struck": _made.struck_at.is_not(None),
    }
    return states.get(state, stands)


def ocop_rows(db: Session, found: Sequence[OcopCertificate], day: date) -> list[OcopRow]:
    """Return certificates as a list shows them, in their order."""
    query = select(Product.id, Product.name, Product.entity_id).where(
        Product.id.in_({one.product_id for one in found})
    )
    products = {row.id: row for row in db.execute(query)}
    entities = entity_names_of(db, {row.entity_id for row in products.values()})
    subgroups = subgroups_by(db, [one.subgroup for one in found])
    rules = issuer_rules(db)
    return [
        OcopRow(
            certificate=one,
            product=products[one.product_id].name,
            entity_id=products[one.product_id].entity_id,
            entity=entities[products[one.product_id].entity_id],
            subgroup=subgroups.get(one.subgroup),
            status=(status := certificate_status(certificate_facts(one), day)),
            since=_since(one, status),
            unusual=other_level(
                rules,
                one.stars,
                one.valid_from,
                Level(one.issuer_level) if one.issuer_level else None,
            ),
        )
        for one in found
    ]


def _since(one: OcopCertificate, status: CertificateStatus) -> date:
    turned = {
        CertificateStatus.REVOKED: one.revoked_on,
        CertificateStatus.EXPIRED: one.valid_to,
    }
    return turned.get(status) or one.valid_from
