"""What a phone sends at once: each item is taken or refused by itself, all in one transaction."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, ClassVar, Final, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.diary import actions, lot_queries
from app.diary.entry_actions import Recorded, UnknownAmended, record_entry, record_run
from app.diary.judging_actions import Sender
from app.diary.models import Lot
from app.diary.photo_queries import stored_names
from app.diary.rules import check_lot_number
from app.diary.source_actions import hold_lots
from app.diary.sync_order import free_number, in_order, stem_of
from app.diary.tracing import InputGiven
from app.diary.upload_queries import Awaited, awaited_of
from app.diary.written import Written
from app.entities.models import Entity
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, DomainError, Invalid, Unavailable
from app.kit.i18n import N_
from app.products.models import Product

log = logging.getLogger("ocop.sync")

T = TypeVar("T")


class LotNotHere(Invalid):
    """Its lot has not arrived yet"""

    code: ClassVar[str] = "diary.lot_not_here"
    detail: ClassVar[str] = N_("It is taken as soon as its lot is. Look at what that lot lacks.")
    field = "lot_uid"


class LotNotNamed(Invalid):
    """It is not said which lot it is of"""

    code: ClassVar[str] = "diary.lot_not_named"
    detail: ClassVar[str] = N_("Choose a lot.")
    field = "lot_id"


class Collided(Conflict):
    """Its id is another's"""

    code: ClassVar[str] = "diary.id_taken"
    detail: ClassVar[str] = N_("Write it anew: it then gets an id of its own.")


class NotKept(Unavailable):
    """It could not be kept just now"""

    code: ClassVar[str] = "diary.not_kept"
    detail: ClassVar[str] = N_(
        "The fault is not yours. Send it again later: it is kept on the phone."
    )


# What may be taken when it is sent again as it is.
RETRYABLE: Final = (LotNotHere, UnknownAmended, NotKept)


@dataclass(frozen=True, slots=True, kw_only=True)
class LotDraft:
    """A lot as a phone opened it, perhaps out of reach of the server.

    `number` is what somebody typed, `proposed` what the phone calls it meanwhile: of that the next
    one that is free is taken.
    """

    uid: UUID
    product_id: int
    number: str = ""
    proposed: str = ""
    like: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """An entry and its lot: by its id, or by the uid a phone gave it.

    `sources` are the uids of lots among the inputs, at the places where those have no id.
    """

    written: Written
    lot_id: int | None = None
    lot_uid: UUID | None = None
    sources: Sequence[UUID | None] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A lot that is there, and whether it was opened just now."""

    lot: Lot
    new: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of each item, in the order they came in; and the photos still to come."""

    lots: Sequence[Opened | DomainError]
    entries: Sequence[Recorded | DomainError]
    due: Mapping[UUID, Sequence[Awaited]]


def take(
    db: Session, *, sender: Sender, lots: Sequence[LotDraft], entries: Sequence[EntryDraft]
) -> Taken:
    """Open lots and record entries, each by itself: what is refused undoes nothing else.

    Lots come first, and what is amended before what amends it. The same again is the same.
    """
    # Held to the end, so that the session need not read them again for each entry.
    locked = _locked(db, sender.actor, lots, entries)
    known = {lot.uid: lot for lot in locked if lot.uid is not None}
    opened = [alone(db, partial(_open, db, sender, one, known)) for one in lots]
    fresh = [one.lot for one in opened if isinstance(one, Opened) and one.new]
    held = {lot.id: lot for lot in (*locked, *fresh)}
    places = {entry_id: place for place, entry_id in enumerate(in_order(_amends(entries)))}
    drafts = sorted(entries, key=lambda one: places[one.written.id])
    taken: dict[int, Recorded | DomainError] = {}
    for run in _runs(drafts, known, held):
        taken |= _taken(db, sender, run, known)
    return Taken(opened, [taken[id(one)] for one in entries], awaited_of(db, places.keys()))


def _runs(
    drafts: Iterable[EntryDraft], known: Mapping[UUID, Lot], held: Mapping[int, Lot]
) -> Iterator[list[tuple[EntryDraft, Lot | None]]]:
    """Return entries in their order: those that `record_run` takes together, others alone."""
    run: dict[UUID, tuple[EntryDraft, Lot | None]] = {}
    for draft in drafts:
        lot = _plain_lot(draft, known, held)
        if lot is None or draft.written.id in run:
            yield list(run.values())
            run = {}
        if lot is None:
            yield [(draft, None)]
        else:
            run[draft.written.id] = (draft, lot)
    yield list(run.values())


def _plain_lot(draft: EntryDraft, known: Mapping[UUID, Lot], held: Mapping[int, Lot]) -> Lot | None:
    """Return the lot of an entry that hangs on nothing else, where it is the actor's and held."""
    written = draft.written
    if written.amends or written.photos or written.inputs or written.dispatch:
        return None
    if draft.lot_id is None and (draft.lot_uid is None or draft.lot_uid not in known):
        return None
    return held.get(_lot_id(draft.lot_id, draft.lot_uid, known))


def _taken(
    db: Session,
    sender: Sender,
    run: Sequence[tuple[EntryDraft, Lot | None]],
    known: Mapping[UUID, Lot],
) -> dict[int, Recorded | DomainError]:
    """Record a run of entries; where one trips the others up, each by itself."""
    plain = [(lot, draft.written) for draft, lot in run if lot is not None]
    if len(plain) > 1:
        done = alone(db, partial(record_run, db, sender=sender, run=plain))
        if not isinstance(done, DomainError):
            return {id(draft): one for (draft, _), one in zip(run, done, strict=True)}
    return {id(draft): alone(db, partial(_record, db, sender, draft, known)) for draft, _ in run}


def _amends(entries: Sequence[EntryDraft]) -> dict[UUID, UUID | None]:
    return {one.written.id: one.written.amends for one in entries}


def _locked(
    db: Session, actor: Actor, lots: Sequence[LotDraft], entries: Sequence[EntryDraft]
) -> Sequence[Lot]:
    """Return the actor's lots that are named; all that is named is locked.

    Locked one after the other as they come, two phones could wait for each other, and for who
    changes a product or a producer.
    """
    own = frozenset(actor.memberships)
    # Beside its keys a producer may be changed meanwhile; of a product numbers are taken.
    entities = select(Entity.id).where(Entity.id.in_(own)).order_by(Entity.id)
    db.execute(entities.with_for_update(read=True, key_share=True))
    products = select(Product.id).where(Product.id.in_({one.product_id for one in lots}))
    db.execute(products.order_by(Product.id).with_for_update())
    uids = {one.uid for one in lots} | {one.lot_uid for one in entries}
    uids |= {uid for one in entries for uid in one.sources}
    ids = {one.lot_id for one in entries}
    ids |= {source.source_lot_id for one in entries for source in one.written.inputs}
    named = select(Lot.id).where(Lot.uid.in_(uids - {None}), Lot.entity_id.in_(own))
    numbered = {one for one in ids if one is not None}
    found = hold_lots(db, numbered | set(db.scalars(named)))
    return [one for one in found.values() if one.entity_id in own]


def alone(db: Session, work: Callable[[], T]) -> T | DomainError:
    """Do the work, or undo all of it and return why.

    A collision is with what another phone sends at this moment: at the second try it is there.
    """
    for _ in range(2):
        try:
            with db.begin_nested():
                return work()
        except DomainError as error:
            return error
        except IntegrityError:
            continue
        except DataError:
            return NotKept()
        except SQLAlchemyError:
            # The database itself is in trouble, and with it the whole batch.
            raise
        except Exception:
            # One item that trips over a fault of ours must not hold up the others for ever.
            log.exception("an item of a sync could not be kept")
            return NotKept()
    return Collided()


def _open(db: Session, sender: Sender, draft: LotDraft, known: dict[UUID, Lot]) -> Opened:
    # Asked anew: another phone may have sent it since the batch began.
    there = db.scalars(select(Lot).where(Lot.uid == draft.uid)).one_or_none()
    if there is not None and sender.actor.sees(there.entity_id):
        sender.actor.require_member(there.entity_id)
        known[draft.uid] = there
        return Opened(there, new=False)
    lot = actions.open_lot(
        db,
        actor=sender.actor,
        now=sender.now,
        product_id=draft.product_id,
        number=_number(db, sender, draft),
        like=draft.like,
        **{"uid": draft.uid, **draft.facts},
    )
    known[draft.uid] = lot
    return Opened(lot, new=True)


def _number(db: Session, sender: Sender, draft: LotDraft) -> str:
    """Return the number that was typed, else a free one like that which was proposed."""
    if draft.number:
        return draft.number
    if not draft.proposed:
        return lot_queries.propose_number(db, product_id=draft.product_id, day=day_of(sender.now))
    proposed = check_lot_number(draft.proposed, field="proposed")
    query = select(Lot.number).where(
        Lot.product_id == draft.product_id,
        (Lot.number == proposed) | Lot.number.startswith(stem_of(proposed), autoescape=True),
    )
    return free_number(proposed, set(db.scalars(query)))


def _record(db: Session, sender: Sender, draft: EntryDraft, known: Mapping[UUID, Lot]) -> Recorded:
    written, lot_id = draft.written, _lot_id(draft.lot_id, draft.lot_uid, known)
    if written.photos:
        written = replace(written, photos=stored_names(db, lot_id, written.photos))
    if draft.sources:
        pairs = zip(written.inputs, draft.sources, strict=True)
        written = replace(written, inputs=[_source(one, uid, known) for one, uid in pairs])
    return record_entry(
        db,
        actor=sender.actor,
        now=sender.now,
        lot_id=lot_id,
        written=written,
        skew=sender.skew,
    )


def _source(given: InputGiven, uid: UUID | None, known: Mapping[UUID, Lot]) -> InputGiven:
    if uid is None:
        return given
    return replace(given, source_lot_id=_lot_id(given.source_lot_id, uid, known))


def _lot_id(lot_id: int | None, uid: UUID | None, known: Mapping[UUID, Lot]) -> int:
    if lot_id is not None:
        return lot_id
    if uid is None:
        raise LotNotNamed
    lot = known.get(uid)
    if lot is None:
        raise LotNotHere
    return lot.id
