from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.products.models import Product
from app.stamps.batch_queries import get_batch, next_in_state, spans_over
from app.stamps.keyring import Keyring
from app.stamps.queries import find_stamp
from app.stamps.rules import State
from app.stamps.runs import Run, merged, take_next


class UnknownCode(Invalid):
    """The code belongs to no stamp"""

    code: ClassVar[str] = "stamps.unknown_code"
    detail: ClassVar[str] = N_("Compare it with the stamp, character by character.")

    def __init__(self, *, field: str) -> None:
        self.field = field


class NumbersOutside(Invalid):
    """The batch has no such running numbers"""

    code: ClassVar[str] = "stamps.numbers"
    detail: ClassVar[str] = N_("Its stamps are numbered from 1 to {last}.")
    field = "last"

    def __init__(self, *, last: int) -> None:
        self.last = last


class StampsUnchosen(Invalid):
    """It is not said which stamps"""

    code: ClassVar[str] = "stamps.unchosen"
    detail: ClassVar[str] = N_("Give the codes of two stamps, or their running numbers.")
    field = "first_code"


class TwoBatches(Invalid):
    """The two stamps are of different batches"""

    code: ClassVar[str] = "stamps.two_batches"
    detail: ClassVar[str] = N_("Take the first and the last stamp of one batch at a time.")
    field = "last_code"


@dataclass(frozen=True, slots=True)
class Ends:
    """Stamps chosen by two codes, as they were given."""

    first_code: str
    last_code: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """Stamps chosen by running numbers of a batch, as printed on roll, sheet and minutes."""

    batch_id: int
    first: int
    last: int


Chosen = Ends | Numbers


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
    """What two codes span, to be read before confirming; runs carry running numbers.

    `unweighed` (a msgid) is why an activation was not weighed against its lot's output.
    """

    stretch: Stretch
    product_name: str
    runs: tuple[Run, ...]
    unweighed: str = ""


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
    # What a code tells of anybody's stamp is of use only to who sees it within.
    get_batch(db, low.batch_id, actor=actor)
    base = low.line - low.number + 1
    return Stretch(low.batch_id, low.entity_id, low.product_id, base, low.number, high.number)


def read_numbers(db: Session, *, actor: Actor, chosen: Numbers) -> Stretch:
    """Return the stamps between two running numbers, in either order, or raise NumbersOutside."""
    batch = get_batch(db, chosen.batch_id, actor=actor)
    low, high = sorted((chosen.first, chosen.last))
    if batch.first is None or not 1 <= low <= high <= (batch.granted or 0):
        raise NumbersOutside(last=batch.granted or 0 if batch.first is not None else 0)
    return Stretch(batch.id, batch.entity_id, batch.product_id, batch.first, low, high)


def preview_chosen(db: Session, *, actor: Actor, keyring: Keyring, chosen: Chosen) -> SpanPreview:
    """Return which stamps were chosen and their states; see `read_ends` and `read_numbers`."""
    if isinstance(chosen, Numbers):
        return preview_of(db, read_numbers(db, actor=actor, chosen=chosen))
    ends = {"first_code": chosen.first_code, "last_code": chosen.last_code}
    return preview_of(db, read_ends(db, actor=actor, keyring=keyring, **ends))


def preview_span(
    db: Session, *, actor: Actor, keyring: Keyring, first_code: str, last_code: str
) -> SpanPreview:
    """Return which and how many stamps lie between two codes, and their states; see `read_ends`."""
    chosen = Ends(first_code, last_code)
    return preview_chosen(db, actor=actor, keyring=keyring, chosen=chosen)


def preview_of(db: Session, found: Stretch) -> SpanPreview:
    """Return a stretch of stamps with the states they are in."""
    first, last = found.places
    return SpanPreview(
        found,
        db.get_one(Product, found.product_id).name,
        tuple(
            span.run.part(first, last).numbered(found.base)
            for span in spans_over(db, first=first, last=last)
        ),
    )


def next_free(db: Session, *, actor: Actor, batch_id: int, quantity: int) -> tuple[Stretch, ...]:
    """Return the next stamps of a batch that may be activated, in the order of their numbers.

    They are in several pieces where stamps between them are void, lost or returned, and fewer
    than asked for where the batch has no more.
    """
    batch = get_batch(db, batch_id, actor=actor)
    base = batch.first
    if base is None:
        return ()
    spans = next_in_state(db, batch_id=batch.id, state=State.RECEIVED, quantity=quantity)
    taken = merged(take_next((span.run for span in spans), quantity))
    return tuple(
        Stretch(
            batch.id, batch.entity_id, batch.product_id, base, first - base + 1, last - base + 1
        )
        for first, last in taken
    )
