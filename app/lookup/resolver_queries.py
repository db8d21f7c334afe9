"""What the resolver reads: whose a key is, and whether a serial is a stamp of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import bindparam, select, union_all
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.entities.models import Entity
from app.entities.part_models import Facility, FacilityCode
from app.entities.practice_queries import real
from app.lookup.gs1_shelf import KnownBatch
from app.lookup.links import Link
from app.lookup.lot_queries import find_product_of
from app.products.link_queries import live_links
from app.products.models import Product, ProductPack
from app.stamps import codes
from app.stamps.export_queries import gtins_of
from app.stamps.keyring import Keyring
from app.stamps.models import Batch
from app.stamps.queries import find_stamp

# Built once: building a statement takes longer than running it.
_PRODUCT: Final = union_all(
    select(Product.id).where(Product.gtin == bindparam("gtin"), real(Product.entity_id)),
    select(ProductPack.product_id)
    .join(Product, Product.id == ProductPack.product_id)
    .where(ProductPack.gtin == bindparam("gtin"), real(Product.entity_id)),
)
_LOT: Final = select(Lot.id).where(
    Lot.product_id == bindparam("product_id"), Lot.number == bindparam("number")
)
_PARTY: Final = select(Entity.id, Entity.name).where(
    Entity.gln == bindparam("gln"), Entity.practice.is_(False)
)
_facility: Final = (
    select(Entity.id, Facility.name)
    .join(Facility, Facility.entity_id == Entity.id)
    .where(Facility.retired_on.is_(None), Entity.practice.is_(False))
)
_PLACE: Final = union_all(
    _PARTY,
    _facility.where(Facility.location_code == bindparam("gln")),
    _facility.join(FacilityCode, FacilityCode.facility_id == Facility.id).where(
        FacilityCode.code == bindparam("gln"), FacilityCode.retired_on.is_(None)
    ),
)


class Owner(NamedTuple):
    """The producer a GLN leads to, under the producer's name or that of its place."""

    entity_id: int
    name: str


@dataclass(frozen=True)
class Proven:
    """A stamp that is one of a GTIN, and its batch for those that come after it."""

    code: str
    batch: KnownBatch


def find_product_id(db: Session, gtin: str) -> int | None:
    """Return the product that bears a GTIN of 14 digits, itself or on a pack of it."""
    return db.scalars(_PRODUCT, {"gtin": gtin}).first()


def find_lot_id(db: Session, product_id: int, number: str) -> int | None:
    """Return a lot that the public may read of."""
    lot_id = db.scalars(_LOT, {"product_id": product_id, "number": number}).first()
    return lot_id if lot_id is not None and find_product_of(db, lot_id) is not None else None


def find_owner(db: Session, gln: str, *, party: bool) -> Owner | None:
    """Return the producer of a GLN: as a party its own, as a place those of its places too."""
    row = db.execute(_PARTY if party else _PLACE, {"gln": gln}).first()
    return Owner(*row) if row else None


def find_proven(
    db: Session, gtin: str, serial: str, *, keyring: Keyring, now: datetime
) -> Proven | None:
    """Return the stamp a serial is, where it is one and the GTIN stands for it.

    Today's GTIN, a pack's, or one that was printed before the product got another. Raises
    KeyMissing.
    """
    stamp = find_stamp(db, keyring=keyring, text=serial)
    if stamp is None:
        return None
    gtins = gtins_of(db, stamp.batch_id)
    batch = db.get_one(Batch, stamp.batch_id)
    if gtin not in gtins or batch.first is None or batch.last is None or batch.secret is None:
        return None
    epoch, _ = codes.unline(batch.first)
    keys = codes.BatchKeys.of(keyring.root(epoch), batch.secret)
    return Proven(stamp.code, KnownBatch(batch.first, batch.last, keys, gtins, now))


def own_links(db: Session, product_id: int) -> Sequence[Link]:
    """Return the links a producer keeps for a product of its own."""
    return [
        Link(
            rel=one.rel,
            href=one.url,
            title=one.title,
            languages=(one.language,) if one.language else (),
        )
        for one in live_links(db, product_id)
    ]
