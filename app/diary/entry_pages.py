from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.diary import entry_actions, photo_actions, queries, source_queries
from app.diary.actions import LotClosed
from app.diary.entries import EntryRow
from app.diary.entry_form import (
    Box,
    EntryForm,
    asks_goods,
    boxes,
    correction_form,
    dispatch_of,
    goods_of,
    new_form,
    written_of,
)
from app.diary.fields import UNIT, field_name, read_values, said_unit
from app.diary.judging_actions import EntryDiffers
from app.diary.lot_queries import find_facility, places_of
from app.diary.models import Lot
from app.diary.pages import Told, told, units
from app.diary.remarks import Remark
from app.diary.rules import EntryKind, LotState
from app.diary.stage_queries import asked_stage, foreseen, offered_stages, stages_of
from app.diary.template import PLAIN, Stage
from app.diary.template_queries import template_of
from app.diary.tracing import ReceiverKind
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.files import Store
from app.kit.forms import Filled, Form, Sent, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.web import Databases, Db, Edge, Id, Now, Words
from app.products.models import Product

router = APIRouter(prefix="/app/lots", route_class=Edge, include_in_schema=False)

RECORDED = sayable(N_("The entry is in the diary."))
CORRECTED = sayable(N_("The correction is in the diary."))

Code = Annotated[str, Query(max_length=60)]


@dataclass(frozen=True)
class Taken:
    """The photo of a form: received and kept for the lot, refused, or none."""

    sha256: str = ""
    refusal: Invalid | None = None


@dataclass(frozen=True)
class KindsView:
    """The tiles of what can be written down."""

    lot: Lot
    tiles: list[tuple[Stage, str]]


@dataclass(frozen=True)
class EntryView:
    """The form of a new entry, or of the correction of one."""

    lot: Lot
    product: str
    stage: Stage
    name: str
    boxes: list[Box]
    goods: bool
    units: list[tuple[str, str]]
    receivers: list[ReceiverKind]
    places: list[tuple[str, str]]
    form: Filled
    amended: Told | None
    kept: str


@dataclass(frozen=True)
class WarnedView:
    """What the recorder of an entry is told, though it was taken."""

    lot: Lot
    warnings: list[str]


@dataclass(frozen=True)
class Writing:
    """What a form of an entry is about: the lot, the stage, and what it corrects."""

    lot: Lot
    stage: Stage
    code: str
    amended: EntryRow | None = None


def _taken(
    sent: Form, actor: CurrentActor, held: Databases, files: Store, now: Now, lot_id: Id
) -> Taken:
    """Receive the form's photo before and outside its transaction.

    It is kept even where the form is wrong, so that it need not be chosen again.
    """
    _, raw = sent.files.get("photo", ("", b""))
    if not raw:
        return Taken(sent.text("kept"))
    try:
        photo = photo_actions.receive_photo(held, files, raw, actor=actor, lot_id=lot_id)
    except Invalid as error:
        return Taken(refusal=error)
    with held.begin() as db:
        photo_actions.keep_photo(db, actor=actor, now=now, lot_id=lot_id, photo=photo)
    return Taken(photo.sha256)


Photo = Annotated[Taken, Depends(_taken)]


@router.get("/{lot_id}/entries/new")
def new_entry(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    lot_id: Id,
    stage: Code = "",
) -> Response:
    lot = _own_lot(db, actor, lot_id)
    if lot.state != LotState.OPEN:
        raise LotClosed
    chosen = asked_stage(db, lot, stage)
    if chosen is None:
        tiles = [(one, one.name_in(words.language)) for one in offered_stages(db, lot)]
        return show(request, "diary/kinds.html", KindsView(lot, tiles))
    place = find_facility(db, lot.facility_id, entity_id=lot.entity_id)
    form = new_form(chosen, now=now, place=place.location_code if place else "")
    return _form(request, db, words, _writing(db, lot, chosen), form)


@router.post("/{lot_id}/entries/new")
def record_entry(
    request: Request,
    actor: CurrentActor,
    sent: Form,
    photo: Photo,
    db: Db,
    now: Now,
    words: Words,
    lot_id: Id,
    stage: Code = "",
) -> Response:
    lot = _own_lot(db, actor, lot_id)
    chosen = asked_stage(db, lot, stage)
    if chosen is None:
        return go(f"/app/lots/{lot_id}/entries/new")
    return _answer(request, db, actor, now, words, _writing(db, lot, chosen), sent, photo)


@router.get("/{lot_id}/entries/{entry_id}/correct")
def correction(
    request: Request, db: Db, actor: CurrentActor, words: Words, lot_id: Id, entry_id: UUID
) -> Response:
    lot = _own_lot(db, actor, lot_id)
    amended = queries.get_entry(db, lot_id, entry_id, actor=actor)
    if amended.amended_by is not None:
        return go(f"/app/lots/{lot_id}/entries/{amended.amended_by}/correct")
    writing = _correcting(db, lot, amended)
    return _form(request, db, words, writing, correction_form(amended))


@router.post("/{lot_id}/entries/{entry_id}/correct")
def record_correction(
    request: Request,
    actor: CurrentActor,
    sent: Form,
    photo: Photo,
    db: Db,
    now: Now,
    words: Words,
    lot_id: Id,
    entry_id: UUID,
) -> Response:
    lot = _own_lot(db, actor, lot_id)
    writing = _correcting(db, lot, queries.get_entry(db, lot_id, entry_id, actor=actor))
    return _answer(request, db, actor, now, words, writing, sent, photo)


def _own_lot(db: Session, actor: Actor, lot_id: int) -> Lot:
    lot = queries.get_lot(db, lot_id, actor=actor)
    actor.require_member(lot.entity_id)
    return lot


def _writing(db: Session, lot: Lot, stage: Stage) -> Writing:
    code = stage.code if foreseen(template_of(db, lot), stage) else ""
    return Writing(lot, stage, code)


def _correcting(db: Session, lot: Lot, amended: EntryRow) -> Writing:
    known = stages_of(db, [amended])[amended.id]
    stage = known or PLAIN.stage(amended.kind) or PLAIN.stages[-1]
    return Writing(lot, stage, amended.stage, amended)


def _answer(
    request: Request,
    db: Session,
    actor: Actor,
    now: datetime,
    words: Translator,
    writing: Writing,
    sent: Sent,
    photo: Taken,
) -> Response:
    done = _record(db, actor, now, words, writing, sent, photo)
    if isinstance(done, Filled):
        return _form(request, db, words, writing, done, kept=photo.sha256)
    if done:
        told = [one.said(words) for one in done]
        return show(request, "diary/warned.html", WarnedView(writing.lot, told))
    say = CORRECTED if writing.amended else RECORDED
    return go(f"/app/lots/{writing.lot.id}", say=say)


def _record(
    db: Session,
    actor: Actor,
    now: datetime,
    words: Translator,
    writing: Writing,
    sent: Sent,
    photo: Taken,
) -> Filled | tuple[Remark, ...]:
    """Record what the form says; return it filled in again where that is refused."""
    given = read_form(EntryForm, sent, words)
    if isinstance(given, Filled):
        return given
    lot = writing.lot
    try:
        with db.begin_nested():
            if photo.refusal is not None:
                raise photo.refusal
            values = read_values(writing.stage, sent.fields)
            source = sent.text("in_source")
            source_id = source_queries.find_source(db, lot, source) if source else None
            shipped = writing.stage.kind is EntryKind.SHIPPING
            written = written_of(
                given,
                writing.stage,
                values,
                code=writing.code,
                photos=[photo.sha256] if photo.sha256 else [],
                amended=writing.amended,
                goods=goods_of(sent.fields, source_id),
                dispatch=dispatch_of(sent.fields, values, given.when) if shipped else None,
            )
            done = entry_actions.record_entry(
                db, actor=actor, now=now, lot_id=lot.id, written=written
            )
    except EntryDiffers as error:
        again = refused(sent, error, words)
        return Filled({**again.values, "id": str(uuid4())}, again.errors, again.problem)
    except (Invalid, Conflict) as error:
        return _refused(sent, error, words)
    return done.warnings


def _refused(sent: Sent, error: Invalid | Conflict, words: Translator) -> Filled:
    form = refused(sent, error, words)
    told = f"{error.title(words)}. {error.explain(words)}"
    name = error.field or ""
    if name in {"", "photo", "reason", "performed_at"} or name in sent.fields:
        return form
    for field in (field_name(name.removeprefix("values.")), f"in_{name}"):
        if field in sent.fields:
            return replace(form, errors={field: told})
    # The fault lies in all values together, or in what the form does not show.
    return Filled(form.values, problem=told)


def _form(
    request: Request,
    db: Session,
    words: Translator,
    writing: Writing,
    form: Filled,
    *,
    kept: str = "",
) -> Response:
    lot, stage, amended = writing.lot, writing.stage, writing.amended
    places = [one for one in places_of(db, lot.entity_id) if one.location_code]
    view = EntryView(
        lot=lot,
        product=db.get_one(Product, lot.product_id).name,
        stage=stage,
        name=stage.name_in(words.language),
        boxes=[_with_unit(one, form, words) for one in boxes(stage, words)],
        goods=asks_goods(stage) and amended is None,
        units=units(words),
        receivers=list(ReceiverKind) if stage.kind is EntryKind.SHIPPING else [],
        places=[(one.location_code, one.name) for one in places],
        form=form,
        amended=told(db, [amended], words)[0] if amended else None,
        kept=kept,
    )
    return show(request, "diary/entry.html", view, status=422 if form.wrong else 200)


def _with_unit(box: Box, form: Filled, words: Translator) -> Box:
    """Return a quantity's field with the unit it was entered in, offered or not."""
    unit = form.value(field_name(UNIT))
    if not box.units or not unit or unit in dict(box.units):
        return box
    return replace(box, units=[*box.units, (unit, said_unit(unit, words))])
