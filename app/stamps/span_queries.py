from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.products.models import Product
from app.stamps.batch_queries import spans_over
from app.stamps.keyring import Keyring
from app.stamps.queries import find_stamp
from app.stamps.runs import Run


class UnknownCode(Invalid):
    """The code belongs to no stamp"""

    code: ClassVar[str] = "stamps.unknown_code"
    detail: ClassVar[str] = N_("Compare it with the stamp, character by character.")

    def __init__(self, *, field: str) -> None:
        self.field = field


class TwoBatches(Invalid):
    """The two stamps are of different batches"""

    code: ClassVar[str] = "stamps.two_batches"
    detail: ClassVar[str] = N_("Take the first and the last stamp of one batch at a time.")
    field = "last_code"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Stamps of one batch from one to another, as running numbers; `base` is the batch's start."""

    batch_id: int
    entity_id: int
    product_id: int
    base: int
    first: int
    last: int

    @property
    def quantity(self) -> int:
        return self.last - self.first + 1

    @property
    def places(self) -> tuple[int, int]:
        """Return the ends as places on the line."""
        return self.base + self.first - 1, self.base + self.last - 1


@dataclass(frozen=True, slots=True)
class SpanPreview:
    """What two codes span, to be read before confirming; runs carry running numbers."""

    stretch: Stretch
    product_name: str
    runs: tuple[Run, ...]


def read_ends(
    db: Session, *, actor: Actor, keyring: Keyring, first_code: str, last_code: str
) -> Stretch:
    """Return the stamps from one code to another, in either order.

    Raises UnknownCode naming the field, NotYours where one belongs to somebody else, TwoBatches,
    and KeyMissing.
    """
    stamps = []
    for field, text in (("first_code", first_code), ("last_code", last_code)):
        stamp = find_stamp(db, keyring=keyring, text=text)
        if stamp is None:
            raise UnknownCode(field=field)
        stamps.append(stamp)
    for stamp in stamps:
        actor.require_sight(stamp.entity_id)
    low, high = sorted(stamps, key=lambda stamp: stamp.line)
    if low.batch_id != high.batch_id:
        raise TwoBatches
    base = low.line - low.number + 1
    return Stretch(low.batch_id, low.entity_id, low.product_id, base, low.number, high.number)


def preview_span(
    db: Session, *, actor: Actor, keyring: Keyring, first_code: str, last_code: str
) -> SpanPreview:
    """Return which and how many stamps lie between two codes, and their states; see `read_ends`."""
    found = read_ends(db, actor=actor, keyring=keyring, first_code=first_code, last_code=last_code)
    product = db.get_one(Product, found.product_id)
    first, last = found.places
    return SpanPreview(
        found,
        product.name,
        tuple(
            span.run.part(first, last).numbered(found.base)
            for span in spans_over(db, first=first, last=last)
        ),
    )
