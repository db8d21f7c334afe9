"""The diary of a lot as the public reads it, and what the lot was made from."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Session

from app.diary.decision_models import EntryDecision
from app.diary.entries import EntryRow, PhotoRow
from app.diary.models import DiaryEntry, Lot, LotNotice
from app.diary.queries import public_entries_of
from app.diary.rules import EntryKind, LateMark
from app.diary.template import PLAIN, Field, Stage, Template
from app.diary.template_models import ProcessTemplateVersion
from app.diary.trace_models import LotInput
from app.entities.models import Entity
from app.lookup.timeline import EntryPart, Name, Photo, SourcePart, facts_of, shared_out
from app.products.models import Product
from app.products.pictures import PHOTO_PREVIEW
from app.stamps.models import Span

# What a page holds of a long diary; a lot with more says so.
MOST_ENTRIES: Final = 30
MOST_OLDER: Final = 50
MOST_SOURCES: Final = 20

# Of these two the look-up's role may not read every column, as `SELECT *` does.
_accepted = exists(EntryDecision.entry_id).where(
    EntryDecision.entry_id == DiaryEntry.id, EntryDecision.accepted
)
_of_public = exists(DiaryEntry.id).where(
    DiaryEntry.id == LotInput.entry_id,
    DiaryEntry.public,
    or_(DiaryEntry.mark != LateMark.NEEDS_APPROVAL, _accepted),
)
# A supplier typed by hand may be a person, and a lot before its first stamp is its producer's
# own affair: of the one nothing is read, of the other what it is a lot of.
_SOURCES: Final = (
    select(
        LotInput.lot_id,
        LotInput.material.label("bought"),
        Lot.id.label("source_id"),
        Lot.number,
        Lot.material,
        Product.name.label("product"),
        Entity.name.label("entity"),
        or_(
            exists().where(Span.lot_id == Lot.id), exists().where(LotNotice.lot_id == Lot.id)
        ).label("is_public"),
    )
    .outerjoin(Lot, Lot.id == LotInput.source_lot_id)
    .outerjoin(Product, Product.id == Lot.product_id)
    .outerjoin(Entity, Entity.id == Lot.entity_id)
    .where(
        LotInput.lot_id.in_(bindparam("lots", expanding=True)),
        LotInput.withdrawn_at.is_(None),
        or_(LotInput.entry_id.is_(None), _of_public),
    )
    .order_by(LotInput.id)
)


_VERSIONS: Final = select(ProcessTemplateVersion.id, ProcessTemplateVersion.body).where(
    ProcessTemplateVersion.id.in_(bindparam("versions", expanding=True))
)
# Without a template a value may stand in any entry.
_PLAIN_FIELDS: Final = {field.name: field for stage in PLAIN.stages for field in stage.fields}

# Lots, each with the version of the template its diary is kept by.
Versions = Mapping[int, int | None]


class Diary(NamedTuple):
    """The latest entries that hold, and whether there are more."""

    entries: tuple[EntryPart, ...] = ()
    more: bool = False


def diaries_of(db: Session, lots: Versions, *, known: dict[int, Template]) -> dict[int, Diary]:
    """Return the latest entries of each lot.

    `known` are the versions of templates that were read before: none of them ever changes.
    """
    rows = public_entries_of(db, lots, limit=MOST_ENTRIES + 1)
    templates = _templates(db, lots, known)
    return {
        lot_id: _diary(rows.get(lot_id, ()), template, MOST_ENTRIES)
        for lot_id, template in templates.items()
    }


def older_entries(
    db: Session, lot_id: int, *, after: int, known: dict[int, Template]
) -> tuple[Diary, int | None]:
    """Return the entries of a lot that come after so many, and how many to skip for the next."""
    version_id = db.scalar(select(Lot.template_version_id).where(Lot.id == lot_id))
    template = _templates(db, {lot_id: version_id}, known)[lot_id]
    rows = public_entries_of(db, [lot_id], limit=after + MOST_OLDER + 1).get(lot_id, ())
    diary = _diary(rows[after:], template, MOST_OLDER)
    return diary, after + MOST_OLDER if diary.more else None


def _diary(rows: Sequence[EntryRow], template: Template, most: int) -> Diary:
    return Diary(shared_out(entries_of(rows[:most], template)), len(rows) > most)


def _templates(db: Session, lots: Versions, known: dict[int, Template]) -> dict[int, Template]:
    if unread := {one for one in lots.values() if one is not None} - known.keys():
        found = db.execute(_VERSIONS, {"versions": list(unread)})
        known |= {row.id: Template.of(row.body) for row in found}
    return {lot_id: PLAIN if one is None else known[one] for lot_id, one in lots.items()}


def sources_of(db: Session, lots: Collection[int]) -> dict[int, tuple[SourcePart, ...]]:
    """Return what each lot was made from, one step back, as far as everybody may know it."""
    found: dict[int, dict[SourcePart, None]] = {}
    for row in db.execute(_SOURCES, {"lots": list(lots)}):
        found.setdefault(row.lot_id, {})[_source(row)] = None
    return {lot_id: tuple(parts)[:MOST_SOURCES] for lot_id, parts in found.items()}


def entries_of(rows: Sequence[EntryRow], template: Template) -> tuple[EntryPart, ...]:
    """Return the entries that hold in the order of the rows, what they correct beneath them."""
    parts = {row.id: _part(row, template) for row in rows if _is_shown(row, template)}
    older: dict[UUID | None, UUID] = {
        row.amended_by: row.id for row in rows if row.id in parts and row.amended_by in parts
    }
    corrected = set(older.values())
    return tuple(
        replace(part, before=tuple(_before(entry_id, parts, older)))
        for entry_id, part in parts.items()
        if entry_id not in corrected
    )


def _is_shown(row: EntryRow, template: Template) -> bool:
    stage = template.stage(row.stage)
    return stage is None or stage.public


def _before(
    entry_id: UUID, parts: Mapping[UUID, EntryPart], older: Mapping[UUID | None, UUID]
) -> Iterator[EntryPart]:
    while entry_id in older:
        entry_id = older[entry_id]
        yield parts[entry_id]


def _part(row: EntryRow, template: Template) -> EntryPart:
    stage, free = template.stage(row.stage), template is PLAIN
    return EntryPart(
        number=row.sequence,
        kind=row.kind,
        stage=Name(stage.name, stage.name_en) if stage else None,
        written="" if stage else row.stage,
        performed_at=row.performed_at,
        recorded_at=row.recorded_at,
        received_at=row.received_at,
        late=row.late is not LateMark.ON_TIME,
        facts=facts_of(row.facts, _fields(stage, row.kind, free=free), free=free),
        note=row.note,
        reason=row.reason,
        photos=tuple(map(_photo, row.photos)),
        erased=row.erased,
        amended=row.amended,
    )


def _fields(stage: Stage | None, kind: EntryKind, *, free: bool) -> Mapping[str, Field]:
    """Return the fields that tell what the values of an entry are."""
    own = stage or (PLAIN.stage(kind) if free else None)
    named = {field.name: field for field in own.fields} if own else {}
    return _PLAIN_FIELDS | named if free else named


def _photo(row: PhotoRow) -> Photo:
    width = min(row.width, PHOTO_PREVIEW)
    return Photo(row.sha256, width, max(1, round(row.height * width / row.width)))


def _source(row: Any) -> SourcePart:  # noqa: ANN401 - a row of the statement above
    if row.source_id is None:
        return SourcePart(material=row.bought)
    return SourcePart(
        material=row.material or row.product,
        entity=row.entity,
        number=row.number if row.is_public else "",
        lot_id=row.source_id if row.is_public else None,
    )
