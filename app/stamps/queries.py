import hmac
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, ClassVar, Final, NamedTuple

from sqlalchemy import Row, and_, bindparam, select
from sqlalchemy.orm import Session, aliased

from app.kit.db import beyond_fence, numbers_asked
from app.kit.errors import NotFound, Unavailable
from app.kit.i18n import N_
from app.stamps import codes
from app.stamps.keyring import KeyMissing, Keyring
from app.stamps.models import Batch, KeyEpoch, Span

MOST_GUESSES = 3

_CHECKS: Final = select(KeyEpoch.epoch, KeyEpoch.root_check).where(
    KeyEpoch.epoch.in_(bindparam("epochs", expanding=True))
)
_nearest = aliased(Span)
_asked = numbers_asked("lines")
_near = (
    select(
        _asked.c.number,
        select(_nearest.id)
        .where(_nearest.first <= _asked.c.number)
        .order_by(_nearest.first.desc())
        .limit(1)
        .scalar_subquery()
        .label("span_id"),
    )
    .cte("near")
    .prefix_with("MATERIALIZED", dialect="postgresql")
)
# The span and batch at each place, by one index seek. Built once: building takes longer than
# running.
_AT: Final = (
    select(
        _near.c.number,
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
    .select_from(_near)
    .join(Span, and_(Span.id == _near.c.span_id, Span.last >= _near.c.number))
    .join(Batch, Batch.id == Span.batch_id)
)


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


class Stamp(NamedTuple):
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


class Claim(NamedTuple):
    """A well-formed code and the place it claims, if its root is at hand."""

    text: str
    parsed: codes.ParsedCode
    root: codes.Root | None
    number: int
    line: int | None


def find_stamp(db: Session, *, keyring: Keyring, text: str) -> Stamp | None:
    """Return the stamp whose code was read or typed; None where no such code was ever made.

    Raises KeyMissing where the code's epoch was opened but its root is missing or another one:
    then nothing can be said about the code.
    """
    # A code proves itself: whose its stamp is, everybody may learn by looking it up.
    with beyond_fence(db):
        found = find_stamps(db, claims_of((text,), keyring)).get(text)
    if isinstance(found, KeyMissing):
        raise found
    return found


def claims_of(texts: Iterable[str], keyring: Keyring) -> tuple[Claim, ...]:
    """Return what each text claims to be; what is no code at all is left out."""
    return tuple(claim for text in set(texts) if (claim := claim_of(text, keyring)) is not None)


def find_stamps(db: Session, claims: Collection[Claim]) -> dict[str, Stamp | KeyMissing]:
    """Return the stamp of each text, or why nothing can be said of it; see `find_stamp`.

    Two statements, however many claims. What no code was ever made for is left out.
    """
    if not claims:
        return {}
    epochs = {claim.parsed.epoch for claim in claims}
    checks = {row.epoch: row.root_check for row in db.execute(_CHECKS, {"epochs": epochs})}
    lines = [claim.line for claim in claims if claim.line is not None]
    rows = {row.number: row for row in db.execute(_AT, {"lines": lines})} if lines else {}
    found: dict[str, Stamp | KeyMissing] = {}
    for claim in claims:
        epoch, row = claim.parsed.epoch, rows.get(claim.line)
        check = checks.get(epoch)
        if check is None:
            continue
        if claim.root is None or not _matches(claim.root, check):
            found[claim.text] = KeyMissing(epoch=epoch)
        elif row is not None and _proven(claim, claim.root, row.secret):
            found[claim.text] = _stamp(claim, row)
    return found


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


def claim_of(text: str, keyring: Keyring) -> Claim | None:
    """Return what a text claims to be; None where it is no code at all."""
    parsed = codes.parse(text)
    if parsed is None:
        return None
    root = keyring.roots.get(parsed.epoch)
    if root is None:
        return Claim(text, parsed, None, 0, None)
    number = codes.number_of(parsed, root)
    return Claim(text, parsed, root, number, codes.line(parsed.epoch, number))


def is_proven(claim: Claim, *, check: bytes, secret: bytes | None) -> bool:
    """Tell whether a claim is proven by the batch's secret and a root that is the database's."""
    root = claim.root
    return root is not None and _matches(root, check) and _proven(claim, root, secret)


def _proven(claim: Claim, root: codes.Root, secret: bytes | None) -> bool:
    return secret is not None and codes.verify(claim.parsed, root, secret, claim.number)


def _stamp(claim: Claim, row: Row[Any]) -> Stamp:
    return Stamp(
        code=claim.parsed.code,
        line=row.number,
        number=row.number - row.first + 1,
        batch_id=row.id,
        entity_id=row.entity_id,
        product_id=row.product_id,
        state=row.state,
        lot_id=row.lot_id,
        lapses_on=row.lapses_on,
        activated_at=row.activated_at,
    )
