from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.entities.queries import get_entity
from app.identity.rules import Actor
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.kit.text import fold
from app.products.models import Product, ProductStandard
from app.products.queries import find_by_gtin, get_part, get_product
from app.products.rules import normalise_gtin
from app.products.standards import checked_issue_date


class GtinTaken(Conflict):
    """Another product has this GTIN"""

    code = "products.gtin_taken"
    detail = N_("It belongs to {name}. Check the number under the barcode.")
    field = "gtin"

    def __init__(self, *, name: str) -> None:
        self.name = name


def add_product(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    entity_id: int,
    **facts: Any,  # noqa: ANN401 - the columns of Product
) -> Product:
    """Add a product of an entity, to which it belongs for good. Officers only."""
    entity = get_entity(db, entity_id, actor=actor)
    actor.require_officer()
    product = Product(entity_id=entity.id, created_at=now, updated_at=now, name="", folded="")
    _apply(db, product, facts, now)
    db.add(product)
    db.flush()
    note(db, actor, now, "product.add", product, None, {"entity_id": entity.id} | facts)
    return product


def change_product(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    product_id: int,
    **facts: Any,  # noqa: ANN401 - as above
) -> Product:
    """Change the given fields of a product, its status too; it is retired, never deleted."""
    product = get_product(db, product_id, actor=actor)
    actor.require_officer()
    before = {name: getattr(product, name) for name in facts}
    _apply(db, product, facts, now)
    db.flush()
    note(db, actor, now, "product.change", product, before, facts)
    return product


def add_standard(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    product_id: int,
    kind: str,
    number: str,
    title: str = "",
    issued: str = "",
) -> ProductStandard:
    """Record a standard the product is made to. Officers only."""
    product = get_product(db, product_id, actor=actor)
    actor.require_officer()
    facts = {"kind": kind, "number": number, "title": title, "issued": checked_issue_date(issued)}
    standard = ProductStandard(product_id=product.id, **facts)
    db.add(standard)
    db.flush()
    note(db, actor, now, "product.standard.add", product, None, {"id": standard.id} | facts)
    return standard


def retire_standard(
    db: Session, *, actor: Actor, now: datetime, product_id: int, standard_id: int
) -> None:
    """Take a standard off the product; the audit trail keeps what it was."""
    product = get_product(db, product_id, actor=actor)
    actor.require_officer()
    standard = get_part(db, ProductStandard, standard_id, product_id=product.id)
    names = ("id", "kind", "number", "title", "issued")
    before = {name: getattr(standard, name) for name in names}
    db.delete(standard)
    db.flush()
    note(db, actor, now, "product.standard.retire", product, before, None)


def note(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    product: Product,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    """Record a change of a product, or of what hangs on it, in the audit trail."""
    record(
        db,
        by=actor,
        now=now,
        action=action,
        subject_id=product.id,
        entity_id=product.entity_id,
        before=before,
        after=after,
    )


def _apply(db: Session, product: Product, facts: dict[str, Any], now: datetime) -> None:
    if "gtin" in facts:
        facts["gtin"] = _free_gtin(db, product, facts["gtin"] or "")
    if "ocop_group" in facts:
        facts["ocop_group"] = facts["ocop_group"] or ""
    for name, value in facts.items():
        setattr(product, name, value)
    product.folded, product.updated_at = fold(product.name), now


def _free_gtin(db: Session, product: Product, written: str) -> str | None:
    if not written:
        return None
    gtin = normalise_gtin(written, field="gtin")
    other = find_by_gtin(db, gtin)
    if other is not None and other is not product:
        raise GtinTaken(name=other.name)
    return gtin
