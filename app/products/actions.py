from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audit.actions import record
from app.entities.practice_queries import require_real
from app.entities.queries import get_active_entity, get_entity
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.kit.saving import check_seen, touched
from app.kit.text import fold
from app.products.measures import checked_measure
from app.products.models import Product, ProductPack, ProductStandard
from app.products.queries import (
    find_by_gtin,
    find_pack_by_gtin,
    get_part,
    get_product,
    lock_product,
)
from app.products.rules import normalise_gtin
from app.products.standards import checked_issue_date


class GtinTaken(Conflict):
    """Another product has this GTIN"""

    code = "products.gtin_taken"
    detail = N_("It belongs to {name}. Check the number under the barcode.")
    field = "gtin"

    def __init__(self, *, name: str) -> None:
        self.name = name


class StandardRetired(Conflict):
    """The standard was taken off before"""

    code = "products.standard_retired"
    detail = N_("It was taken off on {retired_on}.")

    def __init__(self, *, retired_on: date) -> None:
        self.retired_on = retired_on


def add_product(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    entity_id: int,
    **facts: Any,  # noqa: ANN401 - the columns of Product
) -> Product:
    """Add a product of an entity, to which it belongs for good. Officers only."""
    get_entity(db, entity_id, actor=actor)
    actor.require_officer()
    entity = get_active_entity(db, entity_id, actor=actor)
    product = Product(entity_id=entity.id, created_at=now, updated_at=now, name="", folded="")
    _apply(db, product, facts)
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
    seen: datetime | None = None,
    **facts: Any,  # noqa: ANN401 - as above
) -> Product:
    """Change the given fields of a product, its status too; it is retired, never deleted.

    `seen` is as of when the writer saw it: RecordChanged where somebody was faster.
    """
    get_product(db, product_id, actor=actor)
    actor.require_officer()
    product = lock_product(db, product_id)
    check_seen(product.updated_at, seen)
    before = {name: getattr(product, name) for name in facts}
    _apply(db, product, facts)
    product.updated_at = touched(product.updated_at, now)
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
    """Take a standard off the product; what it was is kept."""
    product = get_product(db, product_id, actor=actor)
    actor.require_officer()
    standard = get_part(db, ProductStandard, standard_id, product_id=product.id)
    if standard.retired_on is not None:
        raise StandardRetired(retired_on=standard.retired_on)
    standard.retired_on = day_of(now)
    db.flush()
    names = ("id", "kind", "number", "title", "issued")
    before = {name: getattr(standard, name) for name in names}
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


def _apply(db: Session, product: Product, facts: dict[str, Any]) -> None:
    if facts.get("gtin"):
        require_real(db, product.entity_id)
    if "gtin" in facts:
        facts["gtin"] = free_gtin(db, facts["gtin"] or "", product=product)
    if "ocop_group" in facts:
        facts["ocop_group"] = facts["ocop_group"] or ""
    if "net_quantity" in facts or "net_unit" in facts:
        quantity = facts.get("net_quantity", product.net_quantity)
        unit = facts.get("net_unit", product.net_unit) or ""
        facts["net_quantity"], facts["net_unit"] = checked_measure(quantity, unit)
    for name, value in facts.items():
        setattr(product, name, value)
    product.folded = fold(product.name)


def free_gtin(
    db: Session,
    written: str,
    *,
    product: Product | None = None,
    pack: ProductPack | None = None,
) -> str | None:
    """Return a GTIN as 14 digits, which no other product and no other pack may have."""
    if not written:
        return None
    gtin = normalise_gtin(written, field="gtin")
    other, packed = find_by_gtin(db, gtin), find_pack_by_gtin(db, gtin)
    if other is not None and other is not product:
        raise GtinTaken(name=other.name)
    if packed is not None and packed is not pack:
        raise GtinTaken(name=f"{db.get_one(Product, packed.product_id).name}, {packed.name}")
    return gtin
