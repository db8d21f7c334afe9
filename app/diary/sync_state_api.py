import gzip
import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.diary.completeness import Check
from app.diary.entries import EntryRow
from app.diary.entry_api import EntryOut, entry_out
from app.diary.fields import OFFERED_UNITS
from app.diary.gate_queries import missing_of
from app.diary.models import Lot
from app.diary.rules import LotState
from app.diary.standing_queries import Standing
from app.diary.sync_access import BATCH_BYTES, Arrived, SyncRoute
from app.diary.sync_items_api import FORMAT, MOST_ITEMS
from app.diary.sync_state_queries import State, state_for
from app.diary.template import PLAIN
from app.diary.tracing import ReceiverKind
from app.diary.upload_actions import CHUNK_BYTES
from app.identity.access import CurrentActor, session_token
from app.identity.queries import session_end
from app.identity.rules import Actor, Belonging
from app.kit.forms import Out
from app.kit.i18n import N_, Translator
from app.kit.units import UNITS
from app.kit.web import Db, Words
from app.products.pictures import MAX_BYTES


class StateRoute(SyncRoute):
    """The download: read, and not so often."""

    kind: ClassVar[str] = "state"
    per_minute: ClassVar[int] = 60


router = APIRouter(prefix="/api/v1/sync", tags=["sync"], route_class=StateRoute)

# Above this a smaller answer is worth the time to make it so.
_SMALL: Final = 1024


class ReaderOut(Out):
    """Whose phone it is, and until when it is signed in; a program's key says nothing of that."""

    id: int | None
    name: str
    language: str
    signed_in_until: datetime | None


class FacilityOut(Out):
    """A place of production."""

    id: int
    name: str
    location_code: str


class FarmOut(Out):
    """An entity the reader belongs to."""

    id: int
    name: str
    practice: bool
    owner: bool
    facilities: list[FacilityOut]


class SyncProductOut(Out):
    """A product in the market; a new lot of it is kept by this version of a template."""

    id: int
    entity_id: int
    name: str
    template_version_id: int | None


class SyncTemplateOut(Out):
    """A version of a process template; see the body in the words on templates."""

    name: str
    name_en: str
    version: int
    body: dict[str, Any]


class LackingOut(Out):
    """One thing that keeps stamps from being activated onto the lot."""

    code: str
    words: str


class SyncLotOut(Out):
    """An own lot; `standing` is recall, hold or nothing."""

    id: int
    uid: UUID | None
    entity_id: int
    product_id: int
    # The product may be in the market no more, and then is not among the products.
    product: str
    number: str
    state: LotState
    production_date: date | None
    expiry_date: date | None
    quantity: float | None
    unit: str
    material: str
    facility_id: int | None
    template_version_id: int | None
    missing: list[LackingOut]
    standing: str


class EntryInputOut(Out):
    """What an entry says went in: a lot, or what was bought."""

    source_lot_id: int | None
    material: str
    supplier: str
    quantity: float | None
    unit: str


class EntryDispatchOut(Out):
    """To whom an entry says the goods went; the rest of it stands in the values."""

    receiver_kind: ReceiverKind


class SyncEntryOut(EntryOut):
    """An entry with its goods, so that it can be written down again out of reach."""

    inputs: list[EntryInputOut]
    dispatch: EntryDispatchOut | None


class UnitOut(Out):
    """A unit of Recommendation 20, those most used first."""

    code: str
    label: str


class LimitsOut(Out):
    """What is taken at once, in bytes and items."""

    photo_bytes: int
    chunk_bytes: int
    entry_bytes: int
    batch: int


class StateOut(Out):
    """What a phone keeps to write a diary out of reach: own records, entries of 90 days."""

    format: int
    server_time: datetime
    reader: ReaderOut
    entities: list[FarmOut]
    products: list[SyncProductOut]
    templates: dict[str, SyncTemplateOut]
    lots: list[SyncLotOut]
    entries: list[SyncEntryOut]
    units: list[UnitOut]
    limits: LimitsOut


@router.get("/state", response_model=StateOut, responses={304: {"description": "Nothing changed"}})
def state(
    request: Request, db: Db, actor: CurrentActor, arrived: Arrived, words: Words
) -> Response:
    """Return what a phone keeps of its own entities' records, or 304 where nothing changed."""
    token = session_token(request)
    until = session_end(db, token=token) if token else None
    reader = ReaderOut(
        id=actor.account_id, name=actor.label, language=words.language, signed_in_until=until
    )
    found = state_for(db, actor=actor, now=arrived)
    failed = request.app.state.failed_checks(db, found.lots)
    lacking = {
        lot_id: (*some, *failed.get(lot_id, ()))
        for lot_id, some in missing_of(db, found.lots, now=arrived).items()
    }
    out = _state(actor, reader, found, lacking, arrived, words)
    told = out.model_dump_json(exclude={"server_time"}).encode()
    tag = f'W/"{hashlib.sha256(told).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Vary": "Accept-Encoding, Accept-Language", "Cache-Control": "no-store"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    # The time is no part of what is compared.
    body = b'{"server_time":"%s",' % arrived.isoformat().encode() + told[1:]
    if len(body) > _SMALL and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body, compresslevel=5)
    return Response(body, headers=headers, media_type="application/json")


def _state(
    actor: Actor,
    reader: ReaderOut,
    found: State,
    lacking: Mapping[int, tuple[Check, ...]],
    now: datetime,
    words: Translator,
) -> StateOut:
    return StateOut(
        format=FORMAT,
        server_time=now,
        reader=reader,
        entities=list(_farms(actor, found)),
        products=[
            SyncProductOut(
                id=one.product.id,
                entity_id=one.product.entity_id,
                name=one.product.name,
                template_version_id=one.template_version_id,
            )
            for one in found.products
        ],
        templates=_templates(found, words),
        lots=[
            _lot(
                lot,
                found.names[lot.product_id],
                found.standings[lot.id],
                [LackingOut(code=one.code, words=one.said(words)) for one in lacking[lot.id]],
            )
            for lot in found.lots
        ],
        entries=[_entry(one, found) for one in found.entries],
        units=_units(words),
        limits=LimitsOut(
            photo_bytes=MAX_BYTES,
            chunk_bytes=CHUNK_BYTES,
            entry_bytes=BATCH_BYTES,
            batch=MOST_ITEMS,
        ),
    )


def _entry(row: EntryRow, found: State) -> SyncEntryOut:
    sent = found.dispatches.get(row.id)
    return SyncEntryOut(
        **entry_out(row).model_dump(),
        inputs=[EntryInputOut.model_validate(one) for one in found.inputs.get(row.id, ())],
        dispatch=EntryDispatchOut.model_validate(sent) if sent else None,
    )


def _farms(actor: Actor, found: State) -> Iterator[FarmOut]:
    for entity in found.entities:
        places = found.facilities.get(entity.id, ())
        yield FarmOut(
            id=entity.id,
            name=entity.name,
            practice=entity.practice,
            owner=actor.memberships.get(entity.id) is Belonging.OWNER,
            facilities=[FacilityOut.model_validate(place) for place in places],
        )


def _templates(found: State, words: Translator) -> dict[str, SyncTemplateOut]:
    plain = N_("Plain diary")
    made = {
        "plain": SyncTemplateOut(
            name=words.gettext(plain), name_en=plain, version=1, body=dict(PLAIN.body())
        )
    }
    for version_id, one in found.templates.items():
        made[str(version_id)] = SyncTemplateOut(
            name=one.template.name,
            name_en=one.template.name_en,
            version=one.version.version,
            body=one.version.body,
        )
    return made


def _lot(lot: Lot, product: str, standing: Standing, missing: list[LackingOut]) -> SyncLotOut:
    kept = {name: getattr(lot, name) for name in SyncLotOut.model_fields if hasattr(lot, name)}
    against = "recall" if standing.recall else "hold" if standing.hold else ""
    return SyncLotOut(**kept, product=product, missing=missing, standing=against)


def _units(words: Translator) -> list[UnitOut]:
    labels = {unit.code: unit.label for unit in UNITS}
    codes = dict.fromkeys([*OFFERED_UNITS, *labels])
    return [UnitOut(code=code, label=words.gettext(labels[code])) for code in codes]
