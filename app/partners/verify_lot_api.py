"""What the public reads of a lot and its diary, as data: the facts of the lot's page."""

from datetime import date, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import JSONResponse, Response

from app.diary.queries import NoSuchLot
from app.diary.rules import EntryKind
from app.diary.standing_queries import Notice, standing_against
from app.kit.forms import Out
from app.kit.i18n import Translator
from app.kit.web import Db, Id, Now, as_public, site, translator
from app.lookup.access import shelf_of
from app.lookup.diary_queries import older_entries
from app.lookup.lot_queries import find_product_of
from app.lookup.public_access import has_tag
from app.lookup.queries import keep_sheet
from app.lookup.ready import tag_of
from app.lookup.sheet import LotPart
from app.lookup.timeline import EntryPart, Fact, Photo, SourcePart
from app.partners.key_access import Guest, PartnerRoute
from app.partners.verify_api import FRESH
from app.partners.verify_product_api import NoticeOut

router = APIRouter(
    prefix="/api/v1/verify/lots",
    tags=["verify"],
    route_class=PartnerRoute,
    dependencies=[Depends(as_public)],
)

MOST_SKIPPED: Final = 5_000


class FactOut(Out):
    """A value of an entry: what it is and how it reads, and the value itself with its unit."""

    label: str
    text: str
    value: str | int | float | bool
    unit: str


class PhotoOut(Out):
    """A photo: a small rendition of this size, and a large one."""

    small: str
    large: str
    width: int
    height: int


class VersionOut(Out):
    """What an entry says, or said. `reason` is of a correction: why it was made.

    `recorded_at` is when it was written down by the clock of the phone as far as that can be
    trusted, `received_at` when it came here. `late` is the public mark of long between doing and
    writing down. What was erased as the law asks says nothing more.
    """

    number: int
    kind: EntryKind
    title: str
    performed_at: datetime
    recorded_at: datetime
    received_at: datetime
    late: bool
    facts: tuple[FactOut, ...]
    note: str
    reason: str
    photos: tuple[PhotoOut, ...]
    erased: bool


class EntryOut(VersionOut):
    """An entry that holds. `corrected` is what it said before, the latest first."""

    corrected: tuple[VersionOut, ...]


class SourceOut(Out):
    """What went into a lot. `lot` and `url` only where that lot has a public page of its own."""

    material: str
    entity: str
    lot: str
    url: str | None


class LotDiaryOut(Out):
    """A lot that is or was on sale, what it was made from, and its diary, the latest work first."""

    id: int
    number: str
    product_id: int
    product: str
    entity: str
    production_date: date | None
    expiry_date: date | None
    recall: NoticeOut | None
    hold: NoticeOut | None
    made_from: tuple[SourceOut, ...]
    entries: tuple[EntryOut, ...]
    next: str | None
    url: str


@router.get("/{lot_id}", response_model=LotDiaryOut)
def get_lot(
    request: Request,
    lot_id: Id,
    _guest: Guest,
    db: Db,
    now: Now,
    after: Annotated[int, Query(ge=0, le=MOST_SKIPPED, description="Set by `next`.")] = 0,
) -> Response:
    """Return what the public may read of a lot: what it was made from, and its diary.

    Values and names are in the reader's language. Only what the producer shows to the public is
    told, and nobody's name. Entries recorded so late that they wait for approval are left out.
    """
    product_id = find_product_of(db, lot_id)
    if product_id is None:
        raise NoSuchLot
    shelf = shelf_of(request)
    kept = keep_sheet(db, product_id=product_id, lot_id=lot_id, now=now, shelf=shelf)
    if kept is None or kept.sheet.lot is None:
        raise NoSuchLot
    standing = standing_against(db, product_id, lot_id)
    diary, following = older_entries(db, lot_id, after=after, known=shelf.templates)
    words, base, sheet = translator(request), site(request).base_url, kept.sheet
    lot: LotPart = kept.sheet.lot
    body = LotDiaryOut(
        id=lot.id,
        number=lot.number,
        product_id=sheet.product.id,
        product=sheet.product.name,
        entity=sheet.entity.name,
        production_date=lot.production_date,
        expiry_date=lot.expiry_date,
        recall=_notice(standing.recall),
        hold=_notice(standing.hold),
        made_from=tuple(_source(one, base) for one in lot.sources),
        entries=tuple(_entry(one, words, base) for one in diary.entries),
        next=f"/api/v1/verify/lots/{lot.id}?after={following}" if following else None,
        url=f"{base}/l/{lot.id}",
    ).model_dump_json()
    headers = {
        "ETag": tag_of(body),
        "Cache-Control": FRESH,
        "Content-Language": words.language,
        "Vary": "Accept-Language",
    }
    if has_tag(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, JSONResponse.media_type)


def _notice(found: Notice | None) -> NoticeOut | None:
    return NoticeOut.model_validate(found) if found else None


def _source(part: SourcePart, base: str) -> SourceOut:
    url = None if part.lot_id is None else f"{base}/l/{part.lot_id}"
    return SourceOut(material=part.material, entity=part.entity, lot=part.number, url=url)


def _entry(part: EntryPart, words: Translator, base: str) -> EntryOut:
    corrected = tuple(_version(one, words, base) for one in part.before)
    return EntryOut(**vars(_version(part, words, base)), corrected=corrected)


def _version(part: EntryPart, words: Translator, base: str) -> VersionOut:
    return VersionOut(
        number=part.number,
        kind=part.kind,
        title=part.title(words),
        performed_at=part.performed_at,
        recorded_at=part.recorded_at,
        received_at=part.received_at,
        late=part.late,
        facts=tuple(_fact(one, words) for one in part.facts),
        note=part.note,
        reason=part.reason,
        photos=tuple(_photo(one, base) for one in part.photos),
        erased=part.erased,
    )


def _fact(one: Fact, words: Translator) -> FactOut:
    label, text = one.told(words)
    value = one.value.isoformat() if isinstance(one.value, date) else one.value
    return FactOut(label=label, text=text, value=value, unit=one.unit)


def _photo(one: Photo, base: str) -> PhotoOut:
    address = f"{base}/photos/{one.sha256}"
    return PhotoOut(
        small=f"{address}-320.webp",
        large=f"{address}-1280.jpg",
        width=one.width,
        height=one.height,
    )
