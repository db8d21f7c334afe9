"""Stamps seen in a photo, as far as they are the reader's own."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.stamps.keyring import KeyMissing, Keyring
from app.stamps.queries import Stamp, claims_of, find_stamps
from app.stamps.typed import typed_code, typed_ends


@dataclass(frozen=True)
class Seen:
    """Own stamps in a photo in the order of their numbers, and how many codes are none of them.

    `ends` are the two codes on the label of a sheet or roll, where one was in the photo.
    """

    stamps: tuple[Stamp, ...]
    others: int
    ends: tuple[str, str] | None


def find_seen(db: Session, *, actor: Actor, keyring: Keyring, texts: Iterable[str]) -> Seen:
    """Return what the texts of a photo's symbols are; of two batches the one with more stamps.

    Raises KeyMissing where a code's epoch was opened but its root is missing.
    """
    all_ = tuple(texts)
    ends = next((found for text in all_ if (found := typed_ends(text))), None)
    codes = {typed_code(text) for text in all_ if typed_ends(text) is None}
    batches: dict[int, list[Stamp]] = {}
    for one in find_stamps(db, claims_of(codes, keyring)).values():
        if isinstance(one, KeyMissing):
            raise one
        if one.entity_id in actor.memberships:
            batches.setdefault(one.batch_id, []).append(one)
    most = max(batches.values(), key=len, default=[])
    ordered = tuple(sorted(most, key=lambda stamp: stamp.line))
    return Seen(ordered, len(codes) - len(ordered), ends)
