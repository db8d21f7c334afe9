from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_
from app.stamps.export_actions import AddressUnprintable
from app.stamps.preset_checks import check_preset
from app.stamps.preset_queries import get_preset, preset_of
from app.stamps.presets import A4_HEIGHT, A4_WIDTH
from app.stamps.print_models import PrintPreset
from app.stamps.qr import UnprintableUrlError

_A3: Final = (297.0, 420.0)
LEAST_ROLL: Final = 10
_ROLL_MARGIN: Final = 2.0
# What a roll has no say in: a page of it is one row, cut by the knife that made the labels.
_OF_ROLLS: Final[dict[str, Any]] = {
    "page_width": A4_WIDTH,
    "page_height": A4_HEIGHT,
    "rows": 1,
    "margin_top": 0.0,
    "crop_marks": False,
}


class NameTaken(Conflict):
    """Another preset has this name"""

    code: ClassVar[str] = "stamps.preset_name_taken"
    detail: ClassVar[str] = N_("Choose another name, or change that preset.")
    field = "name"


class PageTooLarge(Invalid):
    """The page is larger than A3"""

    code: ClassVar[str] = "stamps.page_too_large"
    detail: ClassVar[str] = N_("At most 297 x 420 mm can be printed. Take a smaller page.")
    field = "page_width"


class RollTooShort(Invalid):
    """The roll is too short"""

    code: ClassVar[str] = "stamps.roll_too_short"
    detail: ClassVar[str] = N_("Write how many labels are on one roll, at least {least}.")
    field = "per_roll"

    def __init__(self, *, least: int) -> None:
        self.least = least


class PresetChanged(Conflict):
    """Somebody changed this preset meanwhile"""

    code: ClassVar[str] = "stamps.preset_changed"
    detail: ClassVar[str] = N_("Open it again and look at the change before you save yours.")


def draft_of(facts: Mapping[str, Any], *, base_url: str) -> PrintPreset:
    """Return a preset of such facts, not yet a record; refuses one that can't be printed."""
    given = dict(facts)
    if given["kind"] == "roll":
        margin = given["margin_left"]
        given |= _OF_ROLLS | {"margin_left": _ROLL_MARGIN if margin is None else margin}
        if given["per_roll"] < LEAST_ROLL:
            raise RollTooShort(least=LEAST_ROLL)
    else:
        given["per_roll"] = 0
        page = sorted((given["page_width"], given["page_height"]))
        if any(side > most for side, most in zip(page, _A3, strict=True)):
            raise PageTooLarge
    drafted = PrintPreset(**given)
    try:
        check_preset(preset_of(drafted), base_url)
    except UnprintableUrlError as error:
        raise AddressUnprintable from error
    return drafted


def add_preset(
    db: Session, *, actor: Actor, now: datetime, base_url: str, facts: Mapping[str, Any]
) -> PrintPreset:
    """Add a preset of the Department's own."""
    actor.require_officer()
    added = draft_of(facts, base_url=base_url)
    _check_name(db, added.name)
    added.version = 1
    added.made_at = added.changed_at = now
    added.made_by = added.changed_by = actor.label
    db.add(added)
    db.flush()
    _noted(db, actor, now, "print_preset.add", added.id, after=dict(facts))
    return added


def change_preset(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    base_url: str,
    preset_id: int,
    version: int,
    facts: Mapping[str, Any],
) -> PrintPreset:
    """Change the preset from what its reader saw; files made with it stay as they are."""
    found = get_preset(db, preset_id, actor=actor)
    # Of two who save at once the second must see the first: a version is one geometry.
    db.refresh(found, with_for_update=True)
    if found.version != version:
        raise PresetChanged
    drafted = draft_of(facts, base_url=base_url)
    _check_name(db, drafted.name, but=preset_id)
    before = {name: getattr(found, name) for name in facts}
    after = {name: getattr(drafted, name) for name in facts}
    if before == after:
        return found
    for name, value in after.items():
        setattr(found, name, value)
    found.version += 1
    found.changed_at, found.changed_by = now, actor.label
    db.flush()
    _noted(db, actor, now, "print_preset.change", found.id, before=before, after=after)
    return found


def retire_preset(db: Session, *, actor: Actor, now: datetime, preset_id: int) -> PrintPreset:
    """Have a preset chosen no more; files made with it can still be made again."""
    found = get_preset(db, preset_id, actor=actor)
    if found.retired_at is None:
        found.retired_at = now
        db.flush()
        _noted(db, actor, now, "print_preset.retire", found.id)
    return found


def _check_name(db: Session, name: str, *, but: int = 0) -> None:
    query = select(PrintPreset.id).where(PrintPreset.name == name, PrintPreset.id != but)
    if db.scalar(query) is not None:
        raise NameTaken


def _noted(
    db: Session,
    actor: Actor,
    now: datetime,
    action: str,
    preset_id: int,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    record(db, by=actor, now=now, action=action, subject_id=preset_id, before=before, after=after)
