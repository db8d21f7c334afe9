import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from app.kit.errors import NotFound, Unavailable
from app.kit.i18n import N_
from app.stamps import codes
from app.stamps.keyring import KeyMissing, Keyring
from app.stamps.models import Batch, KeyEpoch, Span

MOST_GUESSES = 3


class NoSuchStamp(NotFound):
    """No such stamp was issued"""

    code: ClassVar[str] = "stamps.unknown"
    detail: ClassVar[str] = N_("Compare the code with the stamp, character by character.")


class RootMismatch(Unavailable):
    """A key is not the one the codes were made with"""

    code: ClassVar[str] = "stamps.root_mismatch"
    detail: ClassVar[str] = N_(
        "The root of epoch {epoch} in the key file does not match the database. Restore the key "
        "file that belongs to this database; nothing was changed."
    )

    def __init__(self, *, epoch: int) -> None:
        self.epoch = epoch


@dataclass(frozen=True)
class Stamp:
    """A genuine stamp as it stands now.

    `line` is its place on the line of all stamps, `number` the running one printed for people,
    from 1 in its batch. A void stamp keeps the lot and time of its activation.
    """

    code: str
    line: int
    number: int
    batch_id: int
    entity_id: int
    product_id: int
    state: str
    lot_id: int | None
    lapses_on: date | None
    activated_at: datetime | None


def find_stamp(db: Session, *, keyring: Keyring, text: str) -> Stamp | None:
    """Return the stamp whose code was read or typed; None where no such code was ever made.

    Raises KeyMissing where the code's epoch was opened but its root is missing or another one:
    then nothing can be said about the code.
    """
    parsed = codes.parse(text)
    if parsed is None:
        return None
    root = keyring.roots.get(parsed.epoch)
    if root is None:
        if db.get(KeyEpoch, parsed.epoch) is not None:
            raise KeyMissing(epoch=parsed.epoch)
        return None
    number = codes.number_of(parsed, root)
    row = _at(db, codes.line(parsed.epoch, number))
    if row is None:
        return None
    if not _matches(root, row.root_check):
        raise KeyMissing(epoch=parsed.epoch)
    if row.secret is None or not codes.verify(parsed, root, row.secret, number):
        return None
    return _stamp(parsed, number, row)


def get_stamp(db: Session, *, keyring: Keyring, text: str) -> Stamp:
    """Return the stamp of a code, or raise NoSuchStamp or KeyMissing."""
    stamp = find_stamp(db, keyring=keyring, text=text)
    if stamp is None:
        raise NoSuchStamp
    return stamp


def near_codes(db: Session, *, keyring: Keyring, text: str) -> tuple[str, ...]:
    """Return up to three genuine codes one typing fault away from the text."""
    ends = {row.epoch: row for row in db.execute(select(KeyEpoch.epoch, KeyEpoch.next))}
    found: list[str] = []
    for near in codes.neighbours(text):
        parsed = codes.parse(near)
        root = parsed and keyring.roots.get(parsed.epoch)
        if parsed is None or not root or parsed.epoch not in ends:
            continue
        # Nearly every neighbour unmasks to a number never allotted: no query is spent on it.
        if codes.number_of(parsed, root) >= ends[parsed.epoch].next:
            continue
        if find_stamp(db, keyring=keyring, text=near) is not None:
            found.append(near)
            if len(found) == MOST_GUESSES:
                break
    return tuple(found)


def check_roots(db: Session, *, keyring: Keyring) -> tuple[int, ...]:
    """Return the opened epochs whose root is missing; their codes can't be checked.

    Raises RootMismatch for the first epoch whose root is not the one its codes were made with.
    """
    missing = []
    for row in db.execute(select(KeyEpoch.epoch, KeyEpoch.root_check).order_by(KeyEpoch.epoch)):
        root = keyring.roots.get(row.epoch)
        if root is None:
            missing.append(row.epoch)
        elif not _matches(root, row.root_check):
            raise RootMismatch(epoch=row.epoch)
    return tuple(missing)


def _matches(root: codes.Root, check: bytes) -> bool:
    return hmac.compare_digest(codes.root_check(root), check)


def _at(db: Session, place: int) -> Row[*tuple[object, ...]] | None:
    """Read the epoch of a place, and the span and batch there, by one index seek."""
    epoch, _ = codes.unline(place)
    nearest = (
        select(Span.id)
        .where(Span.first <= place)
        .order_by(Span.first.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            KeyEpoch.root_check,
            Span.state,
            Span.lot_id,
            Span.activated_at,
            Batch.id,
            Batch.entity_id,
            Batch.product_id,
            Batch.first,
            Batch.secret,
            Batch.lapses_on,
        )
        .select_from(KeyEpoch)
        .outerjoin(Span, and_(Span.id == nearest, Span.last >= place))
        .outerjoin(Batch, Batch.id == Span.batch_id)
        .where(KeyEpoch.epoch == epoch)
    )
    return db.execute(query).one_or_none()


def _stamp(parsed: codes.ParsedCode, number: int, row: Row[*tuple[object, ...]]) -> Stamp:
    place = codes.line(parsed.epoch, number)
    return Stamp(
        code=parsed.code,
        line=place,
        number=place - row.first + 1,
        batch_id=row.id,
        entity_id=row.entity_id,
        product_id=row.product_id,
        state=row.state,
        lot_id=row.lot_id,
        lapses_on=row.lapses_on,
        activated_at=row.activated_at,
    )
