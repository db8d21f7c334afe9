from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Executable, Row, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from app.certificates.kinds import BY_SCHEME, Kind
from app.certificates.models import Certificate, CertificatePolicy
from app.certificates.policy import PolicyFacts
from app.certificates.rules import SOON, CertificateFacts, Source, Status, number_key
from app.entities.models import Entity
from app.entities.part_models import Facility, FacilityCode
from app.entities.practice_queries import real
from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, take
from app.kit.text import fold
from app.products.models import Product

SORTS: Final = {"folded": (Certificate.folded,)}
# Read by columns, for what look-ups may not read of a row is not asked for.
FACTS: Final = (
    Certificate.id,
    Certificate.kind,
    Certificate.number,
    Certificate.entity_id,
    Certificate.product_id,
    Certificate.facility_id,
    Certificate.title,
    Certificate.issuer,
    Certificate.scope,
    Certificate.issued_on,
    Certificate.valid_from,
    Certificate.valid_to,
    Certificate.revoked_on,
    Certificate.struck_at,
    Certificate.public,
)
_CODE: Final = (
    FacilityCode.id,
    FacilityCode.scheme,
    FacilityCode.code,
    FacilityCode.issuer,
    FacilityCode.valid_from,
    FacilityCode.valid_to,
    FacilityCode.retired_on,
    Facility.id.label("facility_id"),
    Facility.entity_id,
)

# Built once: building it anew takes longer than running it.
_PUBLIC: Final[Executable] = (
    select(*FACTS)
    .where(
        Certificate.entity_id.in_(bindparam("entities", expanding=True)),
        Certificate.public,
        Certificate.struck_at.is_(None),
    )
    .order_by(Certificate.id)
)


class NoSuchCertificate(NotFound):
    """There is no such certificate"""

    code = "certificates.not_found"
    detail = N_("It may belong to somebody else, or the address is mistyped.")


def get_certificate(db: Session, certificate_id: int, *, actor: Actor) -> Certificate:
    """Return a certificate of an entity the actor sees, struck out ones too."""
    found = db.get(Certificate, certificate_id)
    if found is None or not actor.sees(found.entity_id):
        raise NoSuchCertificate
    return found


def list_certificates(
    db: Session,
    *,
    actor: Actor,
    cut: Cut,
    day: date,
    text: str = "",
    kind: str = "",
    state: str = "",
    entity_id: int = 0,
    product_id: int = 0,
) -> Page[Certificate]:
    """Return the certificates the actor sees; those struck out only where they are asked for.

    `text` is part of a number, title, issuer, or of the name of the entity or product.
    """
    query = select(Certificate)
    scope = actor.scope()
    if scope is not None:
        query = query.where(Certificate.entity_id.in_(scope))
    elif not entity_id:
        query = query.where(real(Certificate.entity_id))
    if text:
        query = query.where(_named(fold(text)))
    if kind:
        query = query.where(Certificate.kind == kind)
    if entity_id:
        query = query.where(Certificate.entity_id == entity_id)
    if product_id:
        query = query.where(Certificate.product_id == product_id)
    query = query.where(in_state(state, day))
    return take(db, query, Certificate.id, cut, SORTS)


def _named(folded: str) -> ColumnElement[bool]:
    return or_(
        Certificate.folded.contains(folded, autoescape=True),
        Certificate.entity_id.in_(
            select(Entity.id).where(Entity.folded.contains(folded, autoescape=True))
        ),
        Certificate.product_id.in_(
            select(Product.id).where(Product.folded.contains(folded, autoescape=True))
        ),
    )


def in_state(state: str, day: date) -> ColumnElement[bool]:
    """Return the condition that certificates are in a state on a day, or not struck out."""
    made = Certificate
    stands, last = made.struck_at.is_(None), made.valid_to
    revoked = and_(made.revoked_on <= day, last.is_(None) | (made.revoked_on <= last))
    open_ = and_(
        stands,
        made.revoked_on.is_(None) | (made.revoked_on > day),
        last.is_(None) | (last >= day),
    )
    in_force = and_(open_, made.valid_from <= day)
    states: dict[str, ColumnElement[bool]] = {
        Status.NOT_YET: and_(open_, made.valid_from > day),
        Status.IN_FORCE: in_force,
        "expiring": and_(in_force, last <= day + SOON, ~renewed()),
        Status.EXPIRED: and_(stands, last < day, ~and_(made.revoked_on.is_not(None), revoked)),
        Status.REVOKED: and_(stands, made.revoked_on.is_not(None), revoked),
        Status.STRUCK: made.struck_at.is_not(None),
    }
    return states.get(state, stands)


def renewed() -> ColumnElement[bool]:
    """Return the condition that another certificate, not struck out, follows."""
    after = aliased(Certificate)
    return exists().where(after.follows_id == Certificate.id, after.struck_at.is_(None))


def find_follower(db: Session, certificate_id: int) -> Certificate | None:
    """Return the certificate that renews one, where there is one."""
    query = select(Certificate).where(
        Certificate.follows_id == certificate_id, Certificate.struck_at.is_(None)
    )
    return db.scalars(query.order_by(Certificate.id.desc())).first()


def certificate_facts(one: Certificate | Row[Any]) -> CertificateFacts:
    """Return what the rules judge a certificate by."""
    return CertificateFacts(
        id=one.id,
        kind=Kind(one.kind),
        number=one.number,
        entity_id=one.entity_id,
        product_id=one.product_id,
        facility_id=one.facility_id,
        title=one.title,
        issuer=one.issuer,
        scope=one.scope,
        issued_on=one.issued_on,
        valid_from=one.valid_from,
        valid_to=one.valid_to,
        revoked_on=one.revoked_on,
        struck=one.struck_at is not None,
        public=one.public,
    )


def certificates_for(
    db: Session, *, entity_id: int, product_id: int | None = None
) -> tuple[CertificateFacts, ...]:
    """Return all that is recorded of an entity, or what of it bears on one product.

    Codes of its places and a self-declaration told with the product are among them; what was
    struck out is not. The caller answers for who may see it.
    """
    return tuple(
        one
        for one in facts_of(db, [entity_id])[entity_id]
        if product_id is None or one.product_id in {None, product_id}
    )


def facts_of(db: Session, entities: Collection[int]) -> dict[int, list[CertificateFacts]]:
    """Return by entity all its certificates, wherever they are recorded, in three statements."""
    found: dict[int, list[CertificateFacts]] = {one: [] for one in entities}
    if not found:
        return found
    query: Executable = (
        select(*FACTS)
        .where(Certificate.entity_id.in_(found), Certificate.struck_at.is_(None))
        .order_by(Certificate.id)
    )
    told = set()
    for row in db.execute(query):
        one = certificate_facts(row)
        told.add((one.kind, one.product_id, number_key(one.number)))
        found[one.entity_id].append(one)
    for one in (*_codes(db, found), *declarations(db, found)):
        if (one.kind, one.product_id, number_key(one.number)) not in told:
            found[one.entity_id].append(one)
    return found


def public_certificates(
    db: Session, entities: Collection[int]
) -> dict[int, tuple[CertificateFacts, ...]]:
    """Return by entity what of its certificates is marked public, whatever the day."""
    found: dict[int, list[CertificateFacts]] = {one: [] for one in entities}
    for row in db.execute(_PUBLIC, {"entities": list(found)}) if found else ():
        found[row.entity_id].append(certificate_facts(row))
    return {entity_id: tuple(some) for entity_id, some in found.items()}


def _codes(db: Session, entities: Collection[int]) -> Iterable[CertificateFacts]:
    query: Executable = (
        select(*_CODE)
        .join(Facility, Facility.id == FacilityCode.facility_id)
        .where(Facility.entity_id.in_(entities))
        .order_by(FacilityCode.id)
    )
    return [code_facts(row) for row in db.execute(query)]


def code_facts(row: Row[Any]) -> CertificateFacts:
    """Return a code of a place as a certificate; taken out of use, it counts no more."""
    return CertificateFacts(
        id=row.id,
        kind=BY_SCHEME.get(row.scheme, Kind.OTHER),
        number=row.code,
        entity_id=row.entity_id,
        facility_id=row.facility_id,
        issuer=row.issuer,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        revoked_on=row.retired_on,
        public=True,
        source=Source.CODE,
    )


def declarations(db: Session, entities: Collection[int]) -> list[CertificateFacts]:
    """Return the self-declarations told with products that were never brought into the list."""
    query = select(
        Product.id, Product.entity_id, Product.self_declaration_no, Product.self_declared_on
    ).where(Product.entity_id.in_(entities), ~_listed(), Product.self_declaration_no != "")
    return [
        CertificateFacts(
            id=row.id,
            kind=Kind.SELF_DECLARATION,
            number=row.self_declaration_no,
            entity_id=row.entity_id,
            product_id=row.id,
            valid_from=row.self_declared_on,
            source=Source.PRODUCT,
        )
        for row in db.execute(query.order_by(Product.id))
    ]


def unlisted(db: Session) -> list[Product]:
    """Return the products of real entities whose self-declaration is not in the list yet."""
    query = select(Product).where(
        Product.self_declaration_no != "", ~_listed(), real(Product.entity_id)
    )
    return list(db.scalars(query.order_by(Product.id)))


def _listed() -> ColumnElement[bool]:
    """Return the condition that a product's number stands in the list, struck out or not."""
    return exists().where(
        Certificate.product_id == Product.id,
        Certificate.kind == Kind.SELF_DECLARATION,
        Certificate.number == Product.self_declaration_no,
    )


def list_policies(db: Session) -> list[CertificatePolicy]:
    """Return all that was ever asked for, the latest day first."""
    order = CertificatePolicy.in_force_from.desc(), CertificatePolicy.id.desc()
    return list(db.scalars(select(CertificatePolicy).order_by(*order)))


def policy_facts(row: CertificatePolicy) -> PolicyFacts:
    return PolicyFacts(
        id=row.id,
        group=row.ocop_group,
        all_of=frozenset(Kind(one) for one in row.all_of),
        any_of=frozenset(Kind(one) for one in row.any_of),
        in_force_from=row.in_force_from,
    )


def certificates_by_id(db: Session, ids: Collection[int]) -> Mapping[int, Certificate]:
    query = select(Certificate).where(Certificate.id.in_(ids))
    return {one.id: one for one in db.scalars(query)}
