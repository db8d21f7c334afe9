"""The Department's own sheets and rolls."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BeforeValidator, Field

from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import Flag, In, Line, Out
from app.kit.web import Db, Id, Now
from app.stamps.export_api import ThePress
from app.stamps.preset_actions import add_preset, retire_preset
from app.stamps.preset_actions import change_preset as change
from app.stamps.preset_queries import list_presets as presets_in
from app.stamps.print_models import PrintPreset

router = APIRouter(prefix="/api/v1/presets", tags=["stamps"], route_class=ApiRoute)


def _pointed(value: object) -> object:
    """Read 26,5 as people here write it."""
    return value.replace(",", ".") if isinstance(value, str) else value


_Mm = Annotated[float, BeforeValidator(_pointed), Field(allow_inf_nan=False)]


class PresetIn(In):
    """A grid of stamps on a sheet, or a roll of labels; lengths in mm."""

    name: Annotated[Line, Field(min_length=1, max_length=60)]
    kind: Literal["sheet", "roll"] = "sheet"
    page_width: Annotated[_Mm, Field(ge=30, le=420)] = 210.0
    page_height: Annotated[_Mm, Field(ge=30, le=420)] = 297.0
    margin_left: Annotated[_Mm, Field(ge=0, le=100)] | None = None
    margin_top: Annotated[_Mm, Field(ge=0, le=100)] = 7.0
    columns: Annotated[int, Field(ge=1, le=20)]
    rows: Annotated[int, Field(ge=1, le=40)] = 1
    cell_width: Annotated[_Mm, Field(ge=15, le=200)]
    cell_height: Annotated[_Mm, Field(ge=15, le=200)]
    gap_x: Annotated[_Mm, Field(ge=0, le=30)] = 0.0
    gap_y: Annotated[_Mm, Field(ge=0, le=30)] = 0.0
    symbol: Annotated[_Mm, Field(ge=15, le=40)]
    code_at: Literal["below", "beside"] = "below"
    crop_marks: Flag = False
    per_roll: Annotated[int, Field(ge=0, le=10_000)] = 0


class PresetPatch(PresetIn):
    """A preset as it shall be; `version` is the one that was read."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


class PresetOut(Out):
    """An own preset; `key` names it where a file is asked for."""

    id: int
    key: str
    name: str
    kind: str
    page_width: float
    page_height: float
    margin_left: float | None
    margin_top: float
    columns: int
    rows: int
    cell_width: float
    cell_height: float
    gap_x: float
    gap_y: float
    symbol: float
    code_at: str
    crop_marks: bool
    per_roll: int
    version: int
    retired: bool


@router.get("")
def list_presets(db: Db, actor: CurrentActor) -> list[PresetOut]:
    """Return the Department's own presets, those in use first."""
    return [_out(one) for one in presets_in(db, actor=actor)]


@router.post("", status_code=201)
def add(db: Db, actor: CurrentActor, now: Now, press: ThePress, body: PresetIn) -> PresetOut:
    """Add a preset; one whose stamps can't hold the site's address is refused with the figures."""
    facts = body.model_dump()
    return _out(add_preset(db, actor=actor, now=now, base_url=press.base_url, facts=facts))


@router.patch("/{preset_id}")
def change_preset(
    db: Db, actor: CurrentActor, now: Now, press: ThePress, preset_id: Id, body: PresetPatch
) -> PresetOut:
    """Change a preset. Files made with it stay as they are."""
    changed = change(
        db,
        actor=actor,
        now=now,
        base_url=press.base_url,
        preset_id=preset_id,
        version=body.version,
        facts=body.model_dump(exclude={"version"}),
    )
    return _out(changed)


@router.post("/{preset_id}/retire")
def retire(db: Db, actor: CurrentActor, now: Now, preset_id: Id) -> PresetOut:
    """Have a preset chosen no more."""
    return _out(retire_preset(db, actor=actor, now=now, preset_id=preset_id))


def _out(found: PrintPreset) -> PresetOut:
    names = set(PresetOut.model_fields) - {"key", "retired"}
    facts = {name: getattr(found, name) for name in names}
    return PresetOut(key=f"own-{found.id}", retired=found.retired_at is not None, **facts)
