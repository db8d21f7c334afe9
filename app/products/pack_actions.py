from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from app.entities.practice_queries import require_real
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.products.actions import free_gtin, note
from app.products.measures import checked_measure
from app.products.models import Product, ProductPack
from app.products.queries import get_part, get_product, lock_product


class PackRetired(Conflict):
    """The pack was retired before"""

    code: ClassVar[str] = "products.pack_retired"
    detail: ClassVar[str] = N_("Since {retired_on}. Bring it back before you change it.")

    def __init__(self, *, retired_on: date) -> None:
        self.retired_on = retired_on


def add_pack(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    product_id: int,
    **facts: Any,  # noqa: ANN401 - the columns of ProductPack
) -> ProductPack:
    """Add a pack the product is sold in, with a GTIN of its own where it has one."""
    product = _product(db, actor, product_id)
    pack = ProductPack(product_id=product.id, name="", net_quantity=None, net_unit="")
    _apply(db, pack, facts)
    db.add(pack)
    db.flush()
    note(db, actor, now, "product.pack.add", product, None, {"pack": pack.name} | facts)
    return pack


def change_pack(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    product_id: int,
    pack_id: int,
    **facts: Any,  # noqa: ANN401 - as above
) -> ProductPack:
    """Change the given fields of a pack in use."""
    product = _product(db, actor, product_id)
    pack = _in_use(db, product, pack_id)
    before = {name: getattr(pack, name) for name in facts}
    _apply(db, pack, facts)
    db.flush()
    named = {"pack": pack.name}
    note(db, actor, now, "product.pack.change", product, named | before, named | facts)
    return pack


def retire_pack(
    db: Session, *, actor: Actor, now: datetime, product_id: int, pack_id: int
) -> ProductPack:
    """Take a pack out of use; batches keep naming it, and its GTIN stays its own."""
    product = _product(db, actor, product_id)
    pack = _in_use(db, product, pack_id)
    pack.retired_on = day_of(now)
    db.flush()
    note(db, actor, now, "product.pack.retire", product, None, {"pack": pack.name})
    return pack


def restore_pack(
    db: Session, *, actor: Actor, now: datetime, product_id: int, pack_id: int
) -> ProductPack:
    """Bring a retired pack back into use."""
    product = _product(db, actor, product_id)
    pack = get_part(db, ProductPack, pack_id, product_id=product.id)
    if pack.retired_on is not None:
        pack.retired_on = None
        db.flush()
        note(db, actor, now, "product.pack.restore", product, None, {"pack": pack.name})
    return pack


def _product(db: Session, actor: Actor, product_id: int) -> Product:
    """Return the product, held so that two changes of its packs come one after the other."""
    get_product(db, product_id, actor=actor)
    actor.require_officer()
    return lock_product(db, product_id)


def _in_use(db: Session, product: Product, pack_id: int) -> ProductPack:
    pack = get_part(db, ProductPack, pack_id, product_id=product.id)
    db.refresh(pack)
    if pack.retired_on is not None:
        raise PackRetired(retired_on=pack.retired_on)
    return pack


def _apply(db: Session, pack: ProductPack, facts: dict[str, Any]) -> None:
    if facts.get("gtin"):
        require_real(db, db.get_one(Product, pack.product_id).entity_id)
    if "gtin" in facts:
        facts["gtin"] = free_gtin(db, facts["gtin"] or "", pack=pack)
    if "net_quantity" in facts or "net_unit" in facts:
        quantity = facts.get("net_quantity", pack.net_quantity)
        unit = facts.get("net_unit", pack.net_unit) or ""
        facts["net_quantity"], facts["net_unit"] = checked_measure(quantity, unit)
    for name, value in facts.items():
        setattr(pack, name, value)
