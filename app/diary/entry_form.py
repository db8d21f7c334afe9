"""The form of an entry: what it sends, and what it is filled with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID, uuid4

from pydantic import Field, NaiveDatetime

from app.diary.entries import EntryRow
from app.diary.fields import QUANTITY, UNIT, field_name, offered_units, read_number, said_unit
from app.diary.rules import EntryKind
from app.diary.template import Field as Asked
from app.diary.template import FieldKind, Stage
from app.diary.tracing import DispatchGiven, InputGiven, ReceiverKind
from app.diary.values import Value
from app.diary.written import Written
from app.kit.clock import VIETNAM, day_of
from app.kit.entered import as_entered
from app.kit.forms import Filled, In, Line, Note
from app.kit.i18n import Translator

_LOCAL: Final = "%Y-%m-%dT%H:%M"


class EntryForm(In):
    """The fields every entry's form has; the values of its stage stand beside them."""

    id: UUID
    performed_at: Annotated[
        NaiveDatetime, Field(ge=datetime(1970, 1, 1), lt=datetime(2200, 1, 1))  # noqa: DTZ001 - the form's time has no zone; it is Vietnam's
    ]
    note: Annotated[Note, Field(max_length=2000)] = ""
    reason: Annotated[Note, Field(max_length=2000)] = ""
    performer: Annotated[Line, Field(max_length=120)] = ""
    location_code: Annotated[Line, Field(max_length=40)] = ""
    public: bool = False
    keep_photos: bool = False

    @property
    def when(self) -> datetime:
        return self.performed_at.replace(tzinfo=VIETNAM)


@dataclass(frozen=True, slots=True)
class Box:
    """One of the stage's fields as the form shows it."""

    name: str
    label: str
    kind: FieldKind
    unit: str
    required: bool
    options: Sequence[tuple[str, str]]
    units: Sequence[tuple[str, str]]
    attrs: Mapping[str, str]


def boxes(stage: Stage, words: Translator) -> list[Box]:
    """Return the fields of a stage in the reader's language; a lot is asked for apart."""
    return [_box(one, words) for one in stage.fields if one.kind is not FieldKind.LOT]


def asks_goods(stage: Stage) -> bool:
    """Tell whether the stage asks for what went in, whatever else it asks for."""
    return stage.kind is EntryKind.RECEIVING or any(
        one.kind is FieldKind.LOT for one in stage.fields
    )


def new_form(stage: Stage, *, now: datetime, place: str) -> Filled:
    """Return the form of a new entry, filled with what is likely."""
    quantity = stage.field(QUANTITY)
    unit = offered_units(quantity)[0] if quantity else ""
    values = {
        "id": str(uuid4()),
        "performed_at": local(now),
        "public": "on" if stage.public else "",
        "location_code": place,
        field_name(UNIT): unit,
    }
    return Filled(values)


def correction_form(amended: EntryRow) -> Filled:
    """Return the form of a correction, filled with what it corrects."""
    values = {field_name(name): _written(value) for name, value in amended.facts.items()}
    values |= {
        "id": str(uuid4()),
        "performed_at": local(amended.performed_at),
        "note": amended.note,
        "performer": amended.performer,
        "location_code": amended.location_code,
        "public": "on" if amended.public else "",
        "keep_photos": "on",
    }
    return Filled(values)


def _written(value: Value) -> str:
    return as_entered(value) if isinstance(value, float) else str(value)


def written_of(
    given: EntryForm,
    stage: Stage,
    values: dict[str, Value],
    *,
    code: str,
    photos: Sequence[str],
    amended: EntryRow | None,
    goods: InputGiven | None,
    dispatch: DispatchGiven | None,
) -> Written:
    """Return what a filled form says; a correction keeps what the form does not show."""
    kept: list[str] = []
    if amended is not None:
        shown = {field.name for field in stage.fields} | {UNIT}
        values = {k: v for k, v in amended.facts.items() if k not in shown} | values
        kept = [one.sha256 for one in amended.photos if given.keep_photos]
    return Written(
        id=given.id,
        kind=stage.kind,
        stage=code,
        performed_at=given.when,
        values=values,
        note=given.note,
        public=given.public,
        amends=amended.id if amended else None,
        reason=given.reason,
        photos=[*kept, *photos],
        performer=given.performer,
        location_code=given.location_code,
        inputs=(goods,) if goods else (),
        dispatch=dispatch,
    )


def goods_of(sent: Mapping[str, str], source_lot_id: int | None) -> InputGiven | None:
    """Return what a form says went in, or None where it says nothing."""
    texts = {name: sent.get(f"in_{name}", "").strip() for name in _GOODS}
    if source_lot_id is None and not any(texts.values()):
        return None
    quantity = sent.get("in_quantity", "").strip()
    return InputGiven(
        source_lot_id=source_lot_id,
        quantity=read_number(quantity, "in_quantity") if quantity else None,
        unit=sent.get("in_unit", "").strip(),
        **texts,
    )


def dispatch_of(
    sent: Mapping[str, str], values: Mapping[str, Value], when: datetime
) -> DispatchGiven | None:
    """Return to whom goods were sent by an entry's own values, or None where it names nobody."""
    receiver = str(values.get("receiver", "")).strip()
    kind = sent.get("receiver_kind", "")
    if not receiver:
        return None
    quantity = values.get(QUANTITY)
    counted = isinstance(quantity, int | float) and not isinstance(quantity, bool)
    return DispatchGiven(
        receiver=receiver,
        receiver_kind=ReceiverKind(kind) if kind in set(ReceiverKind) else ReceiverKind.TRADER,
        quantity=float(quantity) if counted and quantity else None,
        unit=str(values.get(UNIT, "")) if counted and quantity else "",
        sent_on=day_of(when),
        document=str(values.get("document", "")),
    )


def local(instant: datetime) -> str:
    """Return an instant as a form's field for it takes it: in Vietnam's time, to the minute."""
    return instant.astimezone(VIETNAM).strftime(_LOCAL)


# What a form asks of goods that were bought in, beside the quantity.
_GOODS: Final = ("material", "supplier", "supplier_lot", "document")


def _box(field: Asked, words: Translator) -> Box:
    attrs = {}
    if field.kind is FieldKind.NUMBER:
        attrs = {"inputmode": "numeric" if field.tally else "decimal"}
    counted = field.name == QUANTITY
    return Box(
        name=field_name(field.name),
        label=field.name_in(words.language),
        kind=field.kind,
        unit="" if counted else said_unit(field.unit, words),
        required=field.required,
        options=[(one.value, one.name_in(words.language)) for one in field.choices],
        units=[(code, said_unit(code, words)) for code in offered_units(field)] if counted else (),
        attrs=attrs,
    )
