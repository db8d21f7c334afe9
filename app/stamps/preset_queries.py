from dataclasses import dataclass
from typing import ClassVar, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.errors import Invalid, NotFound
from app.kit.i18n import N_
from app.stamps.layout import code_room, lines_for
from app.stamps.presets import PRESETS, CodeAt, Preset
from app.stamps.print_models import PrintPreset

# A list needs no grid; any gives the same addresses.
ANY_PRESET: Final = "40"
_OWN: Final = "own-"


class NoSuchPreset(Invalid):
    """There is no such sheet"""

    code: ClassVar[str] = "stamps.no_such_preset"
    detail: ClassVar[str] = N_("Choose 24, 40 or 84 stamps a sheet, or one of your own presets.")
    field = "preset"


class NoSuchRecord(NotFound):
    """There is no such preset"""

    code: ClassVar[str] = "stamps.no_such_print_preset"
    detail: ClassVar[str] = N_("Choose it from the list of presets.")


@dataclass(frozen=True)
class Chosen:
    """A preset by the key its files are told apart by: another version is another key."""

    key: str
    name: str
    preset: Preset


def own_key(record: PrintPreset) -> str:
    """Return how an own preset is named where one is chosen."""
    return f"{_OWN}{record.id}"


def get_preset(db: Session, preset_id: int, *, actor: Actor) -> PrintPreset:
    actor.require_officer()
    found = db.get(PrintPreset, preset_id)
    if found is None:
        raise NoSuchRecord
    return found


def list_presets(db: Session, *, actor: Actor, retired: bool = True) -> list[PrintPreset]:
    """Return the Department's own presets by name, those in use first."""
    actor.require_officer()
    query = select(PrintPreset).order_by(PrintPreset.retired_at.is_not(None), PrintPreset.name)
    if not retired:
        query = query.where(PrintPreset.retired_at.is_(None))
    return list(db.scalars(query))


def preset_of(record: PrintPreset) -> Preset:
    """Return the geometry of a record; on how many lines a code stands follows from it."""
    code_at: CodeAt = "beside" if record.code_at == "beside" else "below"
    room = code_room(record.cell_width, record.symbol, code_at)
    return Preset(
        name=record.name,
        columns=record.columns,
        rows=record.rows,
        cell_width=record.cell_width,
        cell_height=record.cell_height,
        symbol=record.symbol,
        code_at=code_at,
        code_lines=lines_for(code_at, room),
        kind="roll" if record.kind == "roll" else "sheet",
        page_width=record.page_width,
        page_height=record.page_height,
        margin_left=record.margin_left,
        margin_top=record.margin_top,
        gap_x=record.gap_x,
        gap_y=record.gap_y,
        crop_marks=record.crop_marks,
        per_roll=record.per_roll,
    )


def choose_preset(db: Session, wanted: str) -> Chosen:
    """Return a preset by its name (24, own-3); raises NoSuchPreset, for a retired one too."""
    if wanted in PRESETS:
        return Chosen(wanted, wanted, PRESETS[wanted])
    number = wanted.removeprefix(_OWN)
    known = wanted.startswith(_OWN) and number.isascii() and number.isdecimal()
    record = db.get(PrintPreset, int(number[:18])) if known else None
    if record is None or record.retired_at is not None:
        raise NoSuchPreset
    return Chosen(f"{own_key(record)}-{record.version}", record.name, preset_of(record))
