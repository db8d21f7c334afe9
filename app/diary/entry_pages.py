from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request
from pydantic import Field, NaiveDatetime
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.diary import entry_actions, photo_actions, queries
from app.diary.actions import LotClosed
from app.diary.fields import (
    FIELDS,
    OFFERED_UNITS,
    UNIT,
    field_name,
    read_values,
    said_unit,
)
from app.diary.fields import Field as ValueField
from app.diary.models import Lot
from app.diary.pages import Told, told, units
from app.diary.queries import EntryRow
from app.diary.rules import EntryKind, LotState
from app.diary.written import Written
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.clock import VIETNAM
from app.kit.errors import Conflict, Invalid
from app.kit.files import Store
from app.kit.forms import Filled, Form, In, Note, Sent, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.web import Databases, Db, Edge, Id, Now, Words
from app.products.models import Product

router = APIRouter(prefix="/app/lots", route_class=Edge, include_in_schema=False)

RECORDED = sayable(N_("The entry is in the diary."))
CORRECTED = sayable(N_("The correction is in the diary."))

_LOCAL: Final = "%Y-%m-%dT%H:%M"


class EntryForm(In):
    """The fields every entry's form has; the values of its kind stand beside them."""

    id: UUID
    performed_at: Annotated[
        NaiveDatetime, Field(ge=datetime(1970, 1, 1), lt=datetime(2200, 1, 1))  # noqa: DTZ001 - the form's time has no zone; it is Vietnam's
    ]
    note: Annotated[Note, Field(max_length=2000)] = ""
    reason: Annotated[Note, Field(max_length=2000)] = ""
    public: bool = False
    keep_photos: bool = False


@dataclass(frozen=True)
class Taken:
    """The photo of a form: received and kept for the lot, refused, or none."""

    sha256: str = ""
    refusal: Invalid | None = None


@dataclass(frozen=True)
class KindsView:
    """The tiles of what can be written down."""

    lot: Lot
    kinds: list[EntryKind]


@dataclass(frozen=True)
class EntryView:
    """The form of a new entry, or of the correction of one."""

    lot: Lot
    product: str
    kind: EntryKind
    fields: tuple[ValueField, ...]
    units: list[tuple[str, str]]
    form: Filled
    amended: Told | None
    kept: str


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
    kind: EntryKind | None = None,
) -> Response:
    lot = _own_lot(db, actor, lot_id)
    if lot.state != LotState.OPEN:
        raise LotClosed
    if kind is None:
        return show(request, "diary/kinds.html", KindsView(lot, list(EntryKind)))
    values = {
        "id": str(uuid4()),
        "performed_at": _local(now),
        "public": "on",
        field_name(UNIT): OFFERED_UNITS[0],
    }
    return _form(request, db, words, lot, kind, Filled(values))


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
    kind: EntryKind,
) -> Response:
    lot = _own_lot(db, actor, lot_id)
    done = _record(db, actor, now, words, lot, kind, sent, photo)
    if isinstance(done, Filled):
        return _form(request, db, words, lot, kind, done, kept=photo.sha256)
    return go(f"/app/lots/{lot_id}", say=RECORDED)


@router.get("/{lot_id}/entries/{entry_id}/correct")
def correct_entry(
    request: Request, db: Db, actor: CurrentActor, words: Words, lot_id: Id, entry_id: UUID
) -> Response:
    lot = _own_lot(db, actor, lot_id)
    amended = queries.get_entry(db, lot_id, entry_id, actor=actor)
    if amended.amended_by is not None:
        return go(f"/app/lots/{lot_id}/entries/{amended.amended_by}/correct")
    return _form(request, db, words, lot, amended.kind, _filled(amended), amended)


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
    amended = queries.get_entry(db, lot_id, entry_id, actor=actor)
    done = _record(db, actor, now, words, lot, amended.kind, sent, photo, amended)
    if isinstance(done, Filled):
        return _form(request, db, words, lot, amended.kind, done, amended, kept=photo.sha256)
    return go(f"/app/lots/{lot_id}", say=CORRECTED)


def _own_lot(db: Session, actor: Actor, lot_id: int) -> Lot:
    lot = queries.get_lot(db, lot_id, actor=actor)
    actor.require_member(lot.entity_id)
    return lot


def _record(
    db: Session,
    actor: Actor,
    now: datetime,
    words: Translator,
    lot: Lot,
    kind: EntryKind,
    sent: Sent,
    photo: Taken,
    amended: EntryRow | None = None,
) -> Filled | None:
    """Record what the form says; return it filled in again where that is refused."""
    given = read_form(EntryForm, sent, words)
    if isinstance(given, Filled):
        return given
    try:
        if photo.refusal is not None:
            raise photo.refusal
        values = read_values(kind, sent.fields)
        written = _written(given, kind, values, photo, amended)
        entry_actions.record_entry(db, actor=actor, now=now, lot_id=lot.id, written=written)
    except entry_actions.EntryDiffers as error:
        again = refused(sent, error, words)
        return Filled({**again.values, "id": str(uuid4())}, again.errors, again.problem)
    except (Invalid, Conflict) as error:
        return _refused(sent, error, words)
    return None


def _refused(sent: Sent, error: Invalid | Conflict, words: Translator) -> Filled:
    form = refused(sent, error, words)
    if error.field in {None, "photo", "reason", "performed_at"} or error.field in sent.fields:
        return form
    # The fault lies in all values together, or in what the form does not show.
    return Filled(form.values, problem=f"{error.title(words)}. {error.explain(words)}")


def _written(
    given: EntryForm,
    kind: EntryKind,
    values: dict[str, str | int | float | bool],
    photo: Taken,
    amended: EntryRow | None,
) -> Written:
    photos: list[str] = []
    if amended is not None:
        # What came in over the API under names the form does not know is not to be lost.
        shown = {field.name for field in FIELDS[kind]} | {UNIT}
        values = {k: v for k, v in amended.facts.items() if k not in shown} | values
        photos = [one.sha256 for one in amended.photos if given.keep_photos]
    return Written(
        id=given.id,
        kind=kind,
        stage=amended.stage if amended else "",
        performed_at=given.performed_at.replace(tzinfo=VIETNAM),
        values=values,
        note=given.note,
        public=given.public,
        amends=amended.id if amended else None,
        reason=given.reason,
        photos=[*photos, *([photo.sha256] if photo.sha256 else [])],
    )


def _filled(amended: EntryRow) -> Filled:
    """Return the form of a correction, filled with what it corrects."""
    values = {field_name(name): str(value) for name, value in amended.facts.items()}
    values |= {
        "id": str(uuid4()),
        "performed_at": _local(amended.performed_at),
        "note": amended.note,
        "public": "on" if amended.public else "",
        "keep_photos": "on",
    }
    return Filled(values)


def _local(instant: datetime) -> str:
    return instant.astimezone(VIETNAM).strftime(_LOCAL)


def _form(
    request: Request,
    db: Session,
    words: Translator,
    lot: Lot,
    kind: EntryKind,
    form: Filled,
    amended: EntryRow | None = None,
    *,
    kept: str = "",
) -> Response:
    offered, unit = units(words), form.value(field_name(UNIT))
    if unit and unit not in dict(offered):
        offered.append((unit, said_unit(unit, words)))
    view = EntryView(
        lot=lot,
        product=db.get_one(Product, lot.product_id).name,
        kind=kind,
        fields=FIELDS[kind],
        units=offered,
        form=form,
        amended=told([amended], words)[0] if amended else None,
        kept=kept,
    )
    return show(request, "diary/entry.html", view, status=422 if form.wrong else 200)
