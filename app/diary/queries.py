from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.diary.models import DiaryContent, DiaryEntry, DiaryPhoto, Lot, LotNotice
from app.diary.rules import EntryKind, LateMark, LotFacts, Missing, late_mark, missing
from app.diary.values import Value
from app.entities.models import Entity
from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.kit.paging import Cut, Page
from app.places.queries import find_place
from app.products.models import Product, ProductPicture


class NoSuchLot(NotFound):
    """There is no such lot"""

    code = "diary.lot_not_found"
    detail = N_("It may belong to somebody else, or the address is mistyped.")


class NoSuchEntry(NotFound):
    """There is no such diary entry"""

    code = "diary.entry_not_found"
    detail = N_("The lot's diary has no entry of that id.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A recall or a hold that stands. `official` tells the Department's from the owner's."""

    kind: str
    reason: str
    advice: str
    since: datetime
    by: str
    official: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands against a lot; both None is the usual case."""

    recall: Notice | None = None
    hold: Notice | None = None


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A stored photo: `<sha256>-320.webp` to look at, `<sha256>-1280.jpg` whole."""

    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """An entry as it is read.

    `amends` is the entry it corrects, `amended_by` the one that corrects it; the last of such a
    chain holds. Where the content was erased, facts, note and photos are empty.
    """

    id: UUID
    lot_id: int
    sequence: int
    kind: EntryKind
    stage: str
    performed_at: datetime
    received_at: datetime
    late: LateMark
    recorder: str
    public: bool
    facts: Mapping[str, Value]
    note: str
    reason: str
    photos: tuple[PhotoRow, ...]
    amends: UUID | None
    amended_by: UUID | None
    erased: bool

    @property
    def amended(self) -> bool:
        return self.amended_by is not None


def find_lot(db: Session, lot_id: int) -> Lot | None:
    """Return a lot whoever asks; the caller answers for who may see it."""
    return db.get(Lot, lot_id)


def get_lot(db: Session, lot_id: int, *, actor: Actor) -> Lot:
    """Return a lot the actor sees, or raise NoSuchLot."""
    lot = db.get(Lot, lot_id)
    if lot is None or not actor.sees(lot.entity_id):
        raise NoSuchLot
    return lot


def standing_notices(db: Session, lot_id: int) -> Standing:
    """Return the recall and the hold that stand against a lot now."""
    return standing_of(db, [lot_id]).get(lot_id, Standing())


def find_standing(db: Session, lot_id: int, *, kind: str) -> LotNotice | None:
    return db.scalars(select(LotNotice).where(stands(lot_id, kind))).one_or_none()


def list_notices(db: Session, lot_id: int) -> list[LotNotice]:
    """Return all recalls and holds of a lot, lifted ones too, newest first."""
    query = select(LotNotice).where(LotNotice.lot_id == lot_id).order_by(LotNotice.id.desc())
    return list(db.scalars(query))


def standing_of(db: Session, ids: Sequence[int]) -> dict[int, Standing]:
    query = select(LotNotice).where(LotNotice.lot_id.in_(ids), LotNotice.lifted_at.is_(None))
    found: dict[int, dict[str, Notice]] = {}
    for row in db.scalars(query):
        found.setdefault(row.lot_id, {})[row.kind] = Notice(
            kind=row.kind,
            reason=row.reason,
            advice=row.advice,
            since=row.set_at,
            by=row.set_by,
            official=row.official,
        )
    return {lot_id: Standing(**kinds) for lot_id, kinds in found.items()}


def count_entries(db: Session, lot_id: int) -> int:
    """Return how many entries tell something: none amends them, and they are not erased."""
    return entry_counts(db, [lot_id]).get(lot_id, 0)


def entry_counts(db: Session, ids: Sequence[int]) -> dict[int, int]:
    later = aliased(DiaryEntry)
    query = (
        select(DiaryEntry.lot_id, func.count())
        .join(DiaryContent, DiaryContent.entry_id == DiaryEntry.id)
        .where(DiaryEntry.lot_id.in_(ids), ~exists().where(later.amends == DiaryEntry.id))
        .group_by(DiaryEntry.lot_id)
    )
    return {lot_id: count for lot_id, count in db.execute(query)}  # noqa: C416 - a Row is no plain pair to dict()


def missing_for(db: Session, lot: Lot) -> tuple[Missing, ...]:
    """Return all that keeps stamps from being activated onto the lot, by the rule `missing`."""
    product = db.get_one(Product, lot.product_id)
    entity = db.get_one(Entity, lot.entity_id)
    picture = select(ProductPicture.id).where(ProductPicture.product_id == product.id).limit(1)
    standing = standing_notices(db, lot.id)
    facts = LotFacts(
        product_name=product.name,
        has_picture=db.scalar(picture) is not None,
        maker=entity.name,
        has_commune=find_place(db, entity.commune_code) is not None,
        entries=count_entries(db, lot.id),
        produced_on=lot.production_date,
        product_active=product.status == "active",
        entity_active=entity.status == "active",
        recalled=standing.recall is not None,
        on_hold=standing.hold is not None,
    )
    return missing(facts)


def stands(lot_id: ColumnElement[int] | object, kind: str) -> ColumnElement[bool]:
    return (LotNotice.lot_id == lot_id) & (LotNotice.kind == kind) & (LotNotice.lifted_at.is_(None))


def public_entries(db: Session, lot_id: int, *, limit: int | None = None) -> tuple[EntryRow, ...]:
    """Return what the public may read of a lot's diary, the latest work first.

    Corrected entries stay in it, beside those that correct them. `recorder` is a person's name
    and no part of what may be shown: it is empty here.
    """
    newest = (DiaryEntry.performed_at.desc(), DiaryEntry.sequence.desc())
    query = select(DiaryEntry).where(DiaryEntry.lot_id == lot_id, DiaryEntry.public)
    return _rows(db, query.order_by(*newest).limit(limit), named=False)


def list_timeline(db: Session, lot_id: int, *, limit: int | None = None) -> tuple[EntryRow, ...]:
    """Return a lot's whole diary for those who keep or check it, the latest work first."""
    newest = (DiaryEntry.performed_at.desc(), DiaryEntry.sequence.desc())
    query = select(DiaryEntry).where(DiaryEntry.lot_id == lot_id)
    return _rows(db, query.order_by(*newest).limit(limit))


def list_recent(db: Session, *, actor: Actor, limit: int) -> tuple[EntryRow, ...]:
    """Return the entries last received of the actor's own entities, without those corrected."""
    later = aliased(DiaryEntry)
    own = DiaryEntry.entity_id.in_(frozenset(actor.memberships))
    query = select(DiaryEntry).where(own, ~exists().where(later.amends == DiaryEntry.id))
    latest = (DiaryEntry.received_at.desc(), DiaryEntry.sequence.desc())
    return _rows(db, query.order_by(*latest).limit(limit))


def list_entries(db: Session, lot_id: int, *, actor: Actor, cut: Cut) -> Page[EntryRow]:
    """Return a page of a lot's diary in the order of receipt; `after` is a sequence number."""
    lot = get_lot(db, lot_id, actor=actor)
    query = select(DiaryEntry).where(DiaryEntry.lot_id == lot.id, DiaryEntry.sequence > cut.after)
    rows = _rows(db, query.order_by(DiaryEntry.sequence).limit(cut.limit + 1))
    kept = rows[: cut.limit]
    return Page(kept, kept[-1].sequence if len(rows) > cut.limit else None)


def get_entry(db: Session, lot_id: int, entry_id: UUID, *, actor: Actor) -> EntryRow:
    """Return an entry of a lot the actor sees, or raise NoSuchLot or NoSuchEntry."""
    lot = get_lot(db, lot_id, actor=actor)
    found = entry_row(db, entry_id)
    if found is None or found.lot_id != lot.id:
        raise NoSuchEntry
    return found


def entry_row(db: Session, entry_id: UUID) -> EntryRow | None:
    rows = _rows(db, select(DiaryEntry).where(DiaryEntry.id == entry_id))
    return rows[0] if rows else None


def _rows(db: Session, query: Select[DiaryEntry], *, named: bool = True) -> tuple[EntryRow, ...]:
    later = aliased(DiaryEntry)
    joined = (
        query.add_columns(DiaryContent, later.id)
        .outerjoin(DiaryContent, DiaryContent.entry_id == DiaryEntry.id)
        .outerjoin(later, later.amends == DiaryEntry.id)
    )
    found = db.execute(joined).all()
    photos = _photos(db, [entry.id for entry, _, _ in found])
    return tuple(
        _row(entry, content, amended_by, photos.get(entry.id, ()), named=named)
        for entry, content, amended_by in found
    )


def _row(
    entry: DiaryEntry,
    content: DiaryContent | None,
    amended_by: UUID | None,
    photos: tuple[PhotoRow, ...],
    *,
    named: bool,
) -> EntryRow:
    return EntryRow(
        id=entry.id,
        lot_id=entry.lot_id,
        sequence=entry.sequence,
        kind=EntryKind(entry.kind),
        stage=entry.stage,
        performed_at=entry.performed_at,
        received_at=entry.received_at,
        late=late_mark(entry.performed_at, entry.received_at),
        recorder=entry.recorder_label if named else "",
        public=entry.public,
        facts=content.facts if content else {},
        note=content.note if content else "",
        reason=content.reason if content else "",
        photos=photos,
        amends=entry.amends,
        amended_by=amended_by,
        erased=content is None,
    )


def _photos(db: Session, ids: list[UUID]) -> dict[UUID, tuple[PhotoRow, ...]]:
    query = select(DiaryPhoto).where(DiaryPhoto.entry_id.in_(ids)).order_by(DiaryPhoto.position)
    found: dict[UUID, tuple[PhotoRow, ...]] = {}
    for photo in db.scalars(query):
        row = PhotoRow(photo.sha256, photo.width, photo.height)
        found[photo.entry_id] = (*found.get(photo.entry_id, ()), row)
    return found
