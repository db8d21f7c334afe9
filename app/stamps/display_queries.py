from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.products.models import Product
from app.scans.models import DisplayPack, ScanTotal
from app.stamps.codes import encode, unline
from app.stamps.keyring import Keyring
from app.stamps.models import Batch


@dataclass(frozen=True)
class Displayed:
    """A pack on display, with the code on its stamp; empty where the root is not at hand."""

    pack: DisplayPack
    code: str
    number: int
    product: str
    lookups: int


def list_displayed(db: Session, *, actor: Actor, keyring: Keyring) -> Sequence[Displayed]:
    """Return the packs that the actor's entities have on display, the latest first."""
    query = (
        select(DisplayPack, Batch, Product.name, ScanTotal.lookups)
        .join(Batch, Batch.id == DisplayPack.batch_id)
        .join(Product, Product.id == Batch.product_id)
        .outerjoin(ScanTotal, and_(ScanTotal.line == DisplayPack.line, ScanTotal.active))
        .where(Batch.entity_id.in_(actor.memberships))
        .order_by(DisplayPack.marked_at.desc(), DisplayPack.line)
    )
    return [
        Displayed(
            pack,
            code_at(batch, pack.line, keyring=keyring),
            pack.line - (batch.first or 0) + 1,
            name,
            lookups or 0,
        )
        for pack, batch, name, lookups in db.execute(query)
    ]


def code_at(batch: Batch, line: int, *, keyring: Keyring) -> str:
    """Return the code at a place of the line; an empty text where the epoch's root is missing."""
    epoch, number = unline(line)
    root = keyring.roots.get(epoch)
    return encode(root, batch.secret or b"", number) if root else ""
