from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.certificates.kinds import OF_A_PLACE, OF_A_PRODUCT, Kind
from app.certificates.models import Certificate
from app.certificates.queries import (
    certificate_facts,
    find_follower,
    get_certificate,
    unlisted,
)
from app.certificates.refusals import (
    CertificateThere,
    EndsBeforeItBegins,
    EntityGone,
    IssuedAfterItsEnd,
    NoNumber,
    NothingChosen,
    OfAPlace,
    OtherEntity,
    ProductNeeded,
    RenewedAlready,
    RevokedAlready,
    RevokedOutsideItsTerm,
    StruckOut,
)
from app.certificates.rules import number_key, overlap
from app.entities.models import Entity
from app.entities.part_models import Facility
from app.entities.practice_queries import require_real
from app.entities.queries import get_entity, lock_entity
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.saving import check_past, check_seen, check_shortened, touched
from app.kit.text import fold
from app.products.models import Product

# What an officer writes of a certificate; all of it stands in the history.
WRITTEN: Final = (
    *("kind", "number", "title", "issuer", "scope", "issued_on", "valid_from", "valid_to"),
    *("product_id", "facility_id", "public"),
)
_HOLDER: Final = ("entity_id", "follows_id")


def add_certificate(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    entity_id: int,
    **facts: Any,  # noqa: ANN401 - the columns of Certificate that are WRITTEN
) -> Certificate:
    """Record a certificate of an entity in operation. Officers only."""
    entity = _open_entity(db, actor, entity_id)
    return _add(db, actor, now, Certificate(entity_id=entity.id), facts)


def renew_certificate(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    certificate_id: int,
    **facts: Any,  # noqa: ANN401 - as above
) -> Certificate:
    """Record the certificate that follows one; that one keeps its own dates."""
    old = get_certificate(db, certificate_id, actor=actor)
    entity = _open_entity(db, actor, old.entity_id)
    _refuse_struck(old)
    follower = find_follower(db, old.id)
    if follower is not None:
        raise RenewedAlready(number=follower.number)
    kept = {"kind": old.kind, "product_id": old.product_id, "facility_id": old.facility_id}
    made = Certificate(entity_id=entity.id, follows_id=old.id)
    return _add(db, actor, now, made, facts | kept)


def change_certificate(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    certificate_id: int,
    seen: datetime | None = None,
    past_is_meant: bool = False,
    **facts: Any,  # noqa: ANN401 - as above
) -> Certificate:
    """Change what was written of a certificate; a revocation stays as it is.

    A last day that is past must be meant where the certificate held after it.
    """
    lock_entity(db, get_certificate(db, certificate_id, actor=actor).entity_id)
    one = _held(db, actor, certificate_id)
    check_seen(one.updated_at, seen)
    before = {name: getattr(one, name) for name in facts}
    if not past_is_meant:
        check_shortened(one.valid_to, facts.get("valid_to", one.valid_to), day_of(now))
    _apply(db, one, facts)
    one.updated_at = touched(one.updated_at, now)
    db.flush()
    _note(db, actor, now, "certificate.change", one, before, facts)
    return one


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
) -> list[Certificate]:
    """Revoke certificates by one decision, from today or from a day of their terms: all or none.

    A day that is past must be meant.
    """
    actor.require_officer()
    if not certificates:
        raise NothingChosen
    day = revoked_on or day_of(now)
    found = [_held(db, actor, one) for one in sorted(set(certificates))]
    for one in found:
        if one.revoked_on is not None:
            raise RevokedAlready(number=one.number, revoked_on=one.revoked_on)
        if not one.valid_from <= day <= (one.valid_to or date.max):
            raise RevokedOutsideItsTerm(
                number=one.number, valid_from=one.valid_from, valid_to=one.valid_to
            )
    check_past(day, day_of(now), meant=past_is_meant)
    after = {
        "revoked_on": day,
        "revocation_decision": decision_no,
        "revocation_reason": reason,
    }
    for one in found:
        _set(one, after, now)
        db.flush()
        _note(db, actor, now, "certificate.revoke", one, {"revoked_on": None}, after)
    return found


def strike_certificate(
    db: Session, *, actor: Actor, now: datetime, certificate_id: int, reason: str
) -> Certificate:
    """Strike out a certificate that was entered by mistake; it stays in the history."""
    one = _held(db, actor, certificate_id)
    before = {"struck_at": None, "public": one.public}
    after = {"struck_at": now, "struck_by": actor.label, "struck_reason": reason}
    _set(one, after | {"public": False}, now)
    db.flush()
    _note(db, actor, now, "certificate.strike", one, before, after | {"public": False})
    return one


def list_declarations(db: Session, *, actor: Actor, now: datetime) -> int:
    """Bring the self-declarations told with products into the list; return how many.

    The product keeps what it says. None is public until an officer marks it so.
    """
    actor.require_officer()
    found = unlisted(db)
    for product in found:
        facts = {
            "kind": Kind.SELF_DECLARATION,
            "number": product.self_declaration_no,
            "product_id": product.id,
            "issued_on": product.self_declared_on,
            "valid_from": product.self_declared_on or day_of(product.created_at),
            "public": False,
        }
        _add(db, actor, now, Certificate(entity_id=product.entity_id), facts)
    return len(found)


def _open_entity(db: Session, actor: Actor, entity_id: int) -> Entity:
    """Return the entity, held so that two who record the same come one after the other."""
    get_entity(db, entity_id, actor=actor)
    actor.require_officer()
    require_real(db, entity_id)
    entity = lock_entity(db, entity_id)
    if entity.dissolved_on is not None:
        raise EntityGone(dissolved_on=entity.dissolved_on)
    return entity


def _held(db: Session, actor: Actor, certificate_id: int) -> Certificate:
    """Return a certificate that was not struck out, held until this transaction ends."""
    found = get_certificate(db, certificate_id, actor=actor)
    actor.require_officer()
    db.refresh(found, with_for_update=True)
    _refuse_struck(found)
    return found


def _refuse_struck(one: Certificate) -> None:
    if one.struck_at is not None:
        raise StruckOut


def _add(
    db: Session, actor: Actor, now: datetime, one: Certificate, facts: Mapping[str, Any]
) -> Certificate:
    one.recorded_at = one.updated_at = now
    one.recorded_by = actor.label
    _apply(db, one, {"valid_to": None, "title": "", "issuer": "", "scope": ""} | dict(facts))
    db.add(one)
    db.flush()
    told = {name: getattr(one, name) for name in (*WRITTEN, *_HOLDER)}
    _note(db, actor, now, "certificate.add", one, None, told)
    return one


def _apply(db: Session, one: Certificate, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        setattr(one, name, value)
    if one.valid_to is not None and one.valid_to < one.valid_from:
        raise EndsBeforeItBegins(valid_from=one.valid_from)
    if one.issued_on is not None and one.valid_to is not None and one.issued_on > one.valid_to:
        raise IssuedAfterItsEnd(valid_to=one.valid_to)
    one.number_key = number_key(one.number)
    if not one.number_key:
        raise NoNumber
    one.folded = fold(f"{one.number} {one.title} {one.issuer}")
    # Nothing is written before the database was asked whether it may be.
    with db.no_autoflush:
        _check_holder(db, one)
        _refuse_second(db, one)


def _check_holder(db: Session, one: Certificate) -> None:
    if one.kind in OF_A_PLACE:
        raise OfAPlace
    if one.kind in OF_A_PRODUCT and one.product_id is None:
        raise ProductNeeded
    if one.product_id is not None:
        _check_own(one, db.get(Product, one.product_id), "product_id")
    if one.facility_id is not None:
        _check_own(one, db.get(Facility, one.facility_id), "facility_id")


def _check_own(one: Certificate, part: Product | Facility | None, field: str) -> None:
    if part is None or part.entity_id != one.entity_id:
        raise OtherEntity(name=part.name if part else "?", field=field)


def _refuse_second(db: Session, one: Certificate) -> None:
    """Refuse the same number of the same kind twice at once for the same product."""
    query = select(Certificate).where(
        Certificate.entity_id == one.entity_id,
        Certificate.kind == one.kind,
        Certificate.number_key == one.number_key,
        Certificate.product_id == one.product_id
        if one.product_id is not None
        else Certificate.product_id.is_(None),
        Certificate.struck_at.is_(None),
        Certificate.id != (one.id or 0),
    )
    mine = certificate_facts(one)
    for other in db.scalars(query):
        if overlap(mine, certificate_facts(other)):
            raise CertificateThere(number=other.number, valid_from=other.valid_from)


def _set(one: Certificate, facts: Mapping[str, Any], now: datetime) -> None:
    for name, value in facts.items():
        setattr(one, name, value)
    one.updated_at = touched(one.updated_at, now)


def _note(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    one: Certificate,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
) -> None:
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=one.id,
        entity_id=one.entity_id,
        before=before,
        after=after,
    )
