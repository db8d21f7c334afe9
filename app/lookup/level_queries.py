"""The links of what an address names, level by level up to its key."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.diary.standing_queries import NOTHING, standing_of
from app.kit.errors import NotFound, Words
from app.kit.i18n import N_
from app.lookup.gs1_uri import GLN, GTIN, LOT, SERIAL, Address, Part
from app.lookup.links import (
    HOMEPAGE,
    LOCATION,
    Level,
    Told,
    lot_level,
    place_level,
    product_level,
    stamp_level,
    unknown_serial_level,
)
from app.lookup.queries import keep_sheet
from app.lookup.resolver_queries import (
    Owner,
    find_lot_id,
    find_owner,
    find_product_id,
    own_links,
)
from app.lookup.sheet import Sheet
from app.lookup.shelf import Shelf
from app.stamps.keyring import Keyring
from app.stamps.queries import Stamp, find_stamp

# A serial number that a third party controls claims one single thing, too.
_SERIALS: Final = (SERIAL, "235")


class NotRegistered(NotFound):
    """Nothing is registered under this number here"""

    code = "lookup.not_registered"
    detail = N_("Compare the number with the pack. If it is right, it is not of this register.")


@dataclass(frozen=True, kw_only=True)
class Asker:
    """What links are told by: the site's address, the reader's language, the time."""

    base: str
    words: Words
    now: datetime
    shelf: Shelf


def serial_of(address: Address) -> Part | None:
    return next((part for part in address.parts if part.ai in _SERIALS), None)


def default_path(db: Session, address: Address) -> str:
    """Return where an address without a stamp of ours leads by itself.

    Raises NotRegistered.
    """
    if address.key.ai != GTIN:
        return f"/e/{_owner(db, address).entity_id}"
    product_id = _product_id(db, address)
    serial, lot = serial_of(address), address.find(LOT)
    if serial is not None:
        return f"/p/{product_id}/serial/{serial.raw}"
    lot_id = find_lot_id(db, product_id, lot.value) if lot else None
    return f"/p/{product_id}" if lot_id is None else f"/l/{lot_id}"


def levels_of(
    db: Session, address: Address, *, code: str | None, keyring: Keyring, asker: Asker
) -> tuple[Level, ...]:
    """Return the levels of an address that are known here, nearest first.

    `code` is that of the stamp its serial is proven to be. Raises NotRegistered.
    """
    if address.key.ai != GTIN:
        owner, party = _owner(db, address), address.key.ai != GLN
        anchor = asker.base + address.path(address.key.ai)
        told = Told(base=asker.base, words=asker.words)
        rel = HOMEPAGE if party else LOCATION
        return (place_level(owner.name, owner.entity_id, told, anchor=anchor, rel=rel),)
    stamp = find_stamp(db, keyring=keyring, text=code) if code else None
    product_id = stamp.product_id if stamp else _product_id(db, address)
    serial, lot = serial_of(address), address.find(LOT)
    asked = find_lot_id(db, product_id, lot.value) if lot else None
    # A serial number outranks the lot that stands beside it.
    lot_id = stamp.lot_id if stamp else asked
    sheet, of_lot, of_product = _told(db, product_id, lot_id, asker)
    levels = []
    if serial is not None:
        anchor = asker.base + address.path(serial.ai)
        levels.append(
            stamp_level(sheet, of_lot, anchor=anchor, code=stamp.code)
            if stamp
            else unknown_serial_level(sheet, of_lot, anchor=anchor, raw=serial.raw)
        )
    if asked is not None and asked == lot_id:
        levels.append(lot_level(sheet, of_lot, anchor=asker.base + address.path(LOT)))
    anchor, own = asker.base + address.path(GTIN), own_links(db, product_id)
    return (*levels, product_level(sheet, of_product, anchor=anchor, own=own))


def levels_of_stamp(db: Session, stamp: Stamp, *, asker: Asker) -> tuple[Level, ...]:
    """Return the levels above a stamp at the addresses of its own pages."""
    product_id, lot_id = stamp.product_id, stamp.lot_id
    sheet, of_lot, of_product = _told(db, product_id, lot_id, asker)
    anchor = f"{asker.base}/t/{stamp.code}"
    levels = [stamp_level(sheet, of_lot, anchor=anchor, code=stamp.code)]
    if sheet.lot is not None:
        levels.append(lot_level(sheet, of_lot, anchor=f"{asker.base}/l/{sheet.lot.id}"))
    anchor, own = f"{asker.base}/p/{product_id}", own_links(db, product_id)
    return (*levels, product_level(sheet, of_product, anchor=anchor, own=own))


def levels_of_product(db: Session, product_id: int, *, asker: Asker) -> tuple[Level, ...]:
    """Return the one level of a product at the address of its page. Raises NotRegistered."""
    sheet, _, told = _told(db, product_id, None, asker)
    anchor, own = f"{asker.base}/p/{product_id}", own_links(db, product_id)
    return (product_level(sheet, told, anchor=anchor, own=own),)


def _told(
    db: Session, product_id: int, lot_id: int | None, asker: Asker
) -> tuple[Sheet, Told, Told]:
    """Return the sheet, and by what the links of the lot and of the product are told."""
    kept = keep_sheet(db, product_id=product_id, lot_id=lot_id, now=asker.now, shelf=asker.shelf)
    if kept is None:
        raise NotRegistered
    keys: Collection[tuple[int, int | None]] = {(product_id, lot_id), (product_id, None)}
    standing = standing_of(db, keys)

    def told(key: tuple[int, int | None]) -> Told:
        found = standing.get(key, NOTHING)
        return Told(base=asker.base, words=asker.words, recall=found.recall, hold=found.hold)

    return kept.sheet, told((product_id, lot_id)), told((product_id, None))


def _owner(db: Session, address: Address) -> Owner:
    owner = find_owner(db, address.key.value, party=address.key.ai != GLN)
    if owner is None:
        raise NotRegistered
    return owner


def _product_id(db: Session, address: Address) -> int:
    product_id = find_product_id(db, address.key.value)
    if product_id is None:
        raise NotRegistered
    return product_id
