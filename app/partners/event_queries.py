"""What an event tells the world: public facts of the moment it is looked at, and nothing else."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.certificates.models import Certificate
from app.certificates.queries import certificate_facts as paper_facts
from app.certificates.rules import status as paper_status
from app.diary.models import Lot, ProductNotice
from app.diary.notice_queries import subject_of_lot
from app.diary.notices import Subject
from app.diary.standing_queries import NOTHING, standing_of
from app.entities.models import Entity
from app.entities.practice_queries import is_practice
from app.entities.queries import dissolutions_of
from app.kit.clock import day_of
from app.partners.event_models import EventTail, PublicEvent
from app.partners.event_reach_queries import made_from_it
from app.partners.events import PRODUCT_FIELDS, EventType, Happening, type_of
from app.products.models import OcopCertificate, Product
from app.products.queries import certificate_facts, certificates_of
from app.products.rules import certificate_status, current_certificate
from app.rights.models import IpRight, UseRight
from app.rights.queries import products_of, right_facts, use_right_standing
from app.rights.rules import right_status
from app.stamps.models import Batch

Facts = dict[str, Any]
_TAIL: Final = 1


def list_public_events(
    db: Session, *, after: int, limit: int, types: frozenset[EventType] = frozenset()
) -> list[PublicEvent]:
    """Return events behind a number, the oldest first, of some types or of all."""
    query = select(PublicEvent).where(PublicEvent.seq > after)
    if types:
        query = query.where(PublicEvent.type.in_(types))
    return list(db.scalars(query.order_by(PublicEvent.seq).limit(limit)))


def last_event(db: Session) -> int:
    """Return the number of the newest event the world was told, 0 where there is none."""
    return db.scalar(select(func.max(PublicEvent.seq))) or 0


def looked_through(db: Session) -> int:
    """Return up to which event the audit trail has been looked through."""
    return db.scalar(select(EventTail.seq).where(EventTail.id == _TAIL)) or 0


def last_happening(db: Session) -> int:
    return db.scalar(select(func.max(AuditEvent.seq))) or 0


def told_of(db: Session, happening: Happening, *, base_url: str) -> tuple[EventType, Facts] | None:
    """Return an event's type and facts; None where the world is not told of it."""
    kind = type_of(happening, follows=_follows(db, happening))
    if kind is None or (happening.entity_id and is_practice(db, happening.entity_id)):
        return None
    facts = _READ[happening.action.partition(".")[0]](db, happening, base_url)
    if facts is not None and kind in {EventType.RIGHT_EXPIRING, EventType.CERTIFICATE_EXPIRING}:
        facts |= {name: happening.after[name] for name in ("last_day", "days_ahead")}
    return None if facts is None else (kind, facts)


def _follows(db: Session, happening: Happening) -> bool:
    """Tell whether an earlier certificate, use right or check of the same kind is recorded."""
    if happening.action == "product.certificate.add":
        this = db.get(OcopCertificate, happening.after.get("id") or 0)
        made = OcopCertificate
        return this is not None and _any(
            db, made.product_id == this.product_id, made.valid_from < this.valid_from
        )
    if happening.action == "use_right.add":
        granted = db.get(UseRight, int(happening.subject_id))
        return granted is not None and _any(
            db,
            UseRight.product_id == granted.product_id,
            UseRight.right_id == granted.right_id,
            UseRight.valid_from < granted.valid_from,
        )
    return happening.action == "right.check" and _checked_before(db, happening)


def _any(db: Session, *conditions: Any) -> bool:  # noqa: ANN401 - conditions on columns
    return bool(db.scalar(select(exists().where(*conditions))))


def _checked_before(db: Session, happening: Happening, right_id: object = "") -> bool:
    return _any(
        db,
        AuditEvent.subject_kind == "right",
        AuditEvent.subject_id == str(right_id or happening.subject_id),
        AuditEvent.action == "right.check",
        AuditEvent.seq < happening.seq,
    )


def _of_product(db: Session, happening: Happening, base_url: str) -> Facts | None:
    product = db.get(Product, int(happening.subject_id))
    if product is None:
        return None
    told = _product(db, product, base_url)
    match happening.action.split("."):
        case ["product", "certificate", _]:
            return told | _certificate(db, happening, product)
        case ["product", "recall" | "hold" | "lift_recall" | "lift_hold"]:
            of = _part(product, happening.after)
            told |= {"made_from_it": made_from_it(db, of, base_url)}
            return told | _notice(happening, _against_product(db, product.id))
        case ["product", "change"]:
            return told | {"changed": sorted(happening.changed & PRODUCT_FIELDS)}
        case ["product", part, _]:
            return told | {"changed": [f"{part}s"]}
    return told


def _of_producer(db: Session, happening: Happening, base_url: str) -> Facts | None:
    entity = db.get(Entity, int(happening.subject_id))
    if entity is None:
        return None
    made = select(Product.id).where(Product.entity_id == entity.id).order_by(Product.id)
    told = _entity(entity, base_url) | {"dissolved_on": _day(entity.dissolved_on)}
    return {"entity": told, "product_ids": list(db.scalars(made))}


def _of_certificate(db: Session, happening: Happening, base_url: str) -> Facts | None:
    """Tell of a certificate other than OCOP's while it is public, and when it is so no more."""
    found = db.get(Certificate, int(happening.subject_id))
    if found is None or not (found.public or happening.before.get("public")):
        return None
    told: Facts = {
        "id": found.id,
        "kind": found.kind,
        "number": found.number,
        "title": found.title,
        "issuer": found.issuer,
        "status": paper_status(paper_facts(found), day_of(happening.at)).value,
        **_days(found, "valid_from", "valid_to", "revoked_on"),
    }
    if found.product_id is not None:
        product = _product(db, db.get_one(Product, found.product_id), base_url)
        return product | {"certificate": told}
    made = select(Product.id).where(Product.entity_id == found.entity_id).order_by(Product.id)
    entity = _entity(db.get_one(Entity, found.entity_id), base_url)
    return {"entity": entity, "product_ids": list(db.scalars(made)), "certificate": told}


def _of_lot(db: Session, happening: Happening, base_url: str) -> Facts | None:
    lot = db.get(Lot, int(happening.subject_id))
    if lot is None:
        return None
    facts = {
        "id": lot.id,
        "number": lot.number,
        "production_date": _day(lot.production_date),
        "url": f"{base_url}/l/{lot.id}",
    }
    product = _product(db, db.get_one(Product, lot.product_id), base_url)
    made = made_from_it(db, subject_of_lot(lot), base_url)
    told = product | {"lot": facts, "made_from_it": made}
    return told | _notice(happening, _against_lot(db, lot))


def _of_span(db: Session, happening: Happening, base_url: str) -> Facts | None:
    batch = db.get(Batch, int(happening.subject_id))
    if batch is None:
        return None
    count = int(happening.after["last"]) - int(happening.after["first"]) + 1
    product = _product(db, db.get_one(Product, batch.product_id), base_url)
    return product | {"stamps": {"batch_id": batch.id, "count": count}}


def _of_right(db: Session, happening: Happening, base_url: str) -> Facts | None:
    right = db.get(IpRight, int(happening.subject_id))
    if right is None or not _known(db, happening, right):
        return None
    told = {"right": _right(right, happening.at)}
    named = {**happening.before, **happening.after}.get("product_id")
    if named is not None and happening.action in {"right.link", "right.unlink"}:
        return _product(db, db.get_one(Product, int(named)), base_url) | told
    granted = select(UseRight.product_id).where(UseRight.right_id == right.id)
    bearing = {*db.scalars(granted), *products_of(db, [right.id])[right.id]}
    return told | {"product_ids": sorted(bearing)}


def _of_use_right(db: Session, happening: Happening, base_url: str) -> Facts | None:
    granted = db.get(UseRight, int(happening.subject_id))
    if granted is None:
        return None
    right = db.get_one(IpRight, granted.right_id)
    if not _known(db, happening, right):
        return None
    day = day_of(happening.at)
    gone_on = dissolutions_of(db, [granted.entity_id]).get(granted.entity_id)
    facts = {
        "id": granted.id,
        "certificate_no": granted.certificate_no,
        "issuer": granted.issuer,
        "status": use_right_standing(granted, day, gone_on).value,
        **_days(granted, "valid_from", "valid_to", "suspended_on", "resumed_on", "ended_on"),
    }
    product = _product(db, db.get_one(Product, granted.product_id), base_url)
    return product | {"right": _right(right, happening.at), "use_right": facts}


def _known(db: Session, happening: Happening, right: IpRight) -> bool:
    """Tell whether a right has ever been held against its certificate: else none shows it."""
    return right.checked_on is not None or _checked_before(db, happening, right.id)


def _product(db: Session, product: Product, base_url: str) -> Facts:
    entity = db.get_one(Entity, product.entity_id)
    return {
        "product": {
            "id": product.id,
            "name": product.name,
            "gtin": product.gtin,
            "status": product.status,
            "url": f"{base_url}/p/{product.id}",
        },
        "entity": _entity(entity, base_url),
    }


def _entity(entity: Entity, base_url: str) -> Facts:
    return {"id": entity.id, "name": entity.name, "url": f"{base_url}/e/{entity.id}"}


def _certificate(db: Session, happening: Happening, product: Product) -> Facts:
    found = db.get_one(OcopCertificate, int(happening.after["id"]))
    day = day_of(happening.at)
    known = [certificate_facts(one) for one in certificates_of(db, [product.id])[product.id]]
    current = current_certificate(known, day)
    told = {
        "id": found.id,
        "kind": "ocop",
        "stars": found.stars,
        "certificate_no": found.certificate_no,
        "decision_no": found.decision_no,
        "issuer": found.issuer,
        "status": "struck"
        if found.struck_at
        else certificate_status(certificate_facts(found), day).value,
        **_days(found, "valid_from", "valid_to", "revoked_on"),
    }
    return {"certificate": told, "stars": current.stars if current else None}


def _right(right: IpRight, at: datetime) -> Facts:
    status = right_status(right_facts(right), day_of(at)).value
    return {
        "id": right.id,
        "type": right.type,
        "sign": right.sign,
        "number": right.registration_no,
        "status": status if right.checked_on is not None else "unconfirmed",
        **_days(right, "expires_on", "suspended_on", "resumed_on", "ended_on"),
    }


def _notice(happening: Happening, stands: Iterable[str]) -> Facts:
    """Return what a recall or a hold says to buyers; why it was lifted is said to nobody.

    One may be lifted while another stands, so what does is told with each.
    """
    after = happening.after
    told: Facts = {"stands": sorted(stands)}
    told |= {name: after[name] for name in ("made_from", "made_to") if after.get(name)}
    if "lift_" not in happening.action:
        told |= {name: after.get(name) or "" for name in ("reason", "advice")}
    return told


def _against_product(db: Session, product_id: int) -> set[str]:
    """Return what stands against a product or any days of it."""
    query = select(ProductNotice.kind).where(
        ProductNotice.product_id == product_id, ProductNotice.lifted_at.is_(None)
    )
    return set(db.scalars(query))


def _against_lot(db: Session, lot: Lot) -> list[str]:
    standing = standing_of(db, [(lot.product_id, lot.id)]).get((lot.product_id, lot.id), NOTHING)
    found = {"recall": standing.recall, "hold": standing.hold}
    return [name for name, notice in found.items() if notice is not None]


def _part(product: Product, after: Mapping[str, Any]) -> Subject:
    """Return which lots of a product a notice was of."""
    first, last = (after.get(name) for name in ("made_from", "made_to"))
    return Subject(
        entity_id=product.entity_id,
        product_id=product.id,
        made_from=date.fromisoformat(first) if first else None,
        made_to=date.fromisoformat(last) if last else None,
    )


def _days(record: object, *names: str) -> Facts:
    return {name: _day(getattr(record, name)) for name in names}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


_READ: Final[Mapping[str, Callable[[Session, Happening, str], Facts | None]]] = {
    "product": _of_product,
    "entity": _of_producer,
    "certificate": _of_certificate,
    "lot": _of_lot,
    "span": _of_span,
    "right": _of_right,
    "use_right": _of_use_right,
}
