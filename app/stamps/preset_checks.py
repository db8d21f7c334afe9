"""Whether a preset's stamps fit their page, their words and their symbol, told in mm."""

from dataclasses import dataclass
from typing import ClassVar, Final

from app.kit.errors import Invalid, Words
from app.kit.i18n import N_
from app.stamps.edges import (
    LABEL_BOTTOM,
    LABEL_SIDE,
    LEAST_SPAN_MODULE,
    MARK,
    MARK_GAP,
)
from app.stamps.layout import text_room
from app.stamps.presets import LEAST_MODULE, CellTooSmall, Preset, needed_side, shape_for
from app.stamps.qr import Shape
from app.stamps.symbols import Template, gs1_prefix, short_prefix, url_shape

# Every GTIN is as long as any other.
_ANY_GTIN: Final = "0" * 14
_LINER_GAP: Final = 2.0
_SLACK: Final = 0.005


class Misfit(Invalid):
    """The parts do not fit together"""

    code: ClassVar[str] = "stamps.misfit"

    def __init__(self, needed: float, has: float, *, field: str) -> None:
        self.needed = round(needed, 1)
        self.has = round(has, 1)
        self.field = field

    def explain(self, words: Words) -> str:
        figures = {"needed": words.number(self.needed), "has": words.number(self.has)}
        return words.gettext(self.detail).format(**figures) if self.detail else ""


class PageTooNarrow(Misfit):
    """The columns do not fit the page"""

    code: ClassVar[str] = "stamps.page_too_narrow"
    detail: ClassVar[str] = N_(
        "They need {needed} mm, the page has {has} mm. Take fewer columns, narrower stamps or gaps."
    )


class PageTooShort(Misfit):
    """The rows do not fit the page"""

    code: ClassVar[str] = "stamps.page_too_short"
    detail: ClassVar[str] = N_(
        "With the sheet's label below them they need {needed} mm, the page has {has} mm. "
        "Take fewer rows, lower stamps or gaps."
    )


class MarginTooSmall(Misfit):
    """There is no room for crop marks"""

    code: ClassVar[str] = "stamps.margin_too_small"
    detail: ClassVar[str] = N_(
        "They need a margin of {needed} mm, there are {has} mm. Widen it, or leave the marks out."
    )


class StampTooNarrow(Misfit):
    """The stamp is too narrow"""

    code: ClassVar[str] = "stamps.stamp_too_narrow"
    detail: ClassVar[str] = N_(
        "Its code and words need {needed} mm to be read, it has {has} mm. Make it wider."
    )


class StampTooLow(Misfit):
    """The stamp is too low"""

    code: ClassVar[str] = "stamps.stamp_too_low"
    detail: ClassVar[str] = N_(
        "Its code and words need {needed} mm to be read, it has {has} mm. Make it higher."
    )


class LinerTooTight(Misfit):
    """The number on the liner has no room"""

    code: ClassVar[str] = "stamps.liner_too_tight"
    detail: ClassVar[str] = N_(
        "It stands below each label and needs a gap of {needed} mm, there are {has} mm."
    )


class LaneTooNarrow(Misfit):
    """The leader label does not fit the lane"""

    code: ClassVar[str] = "stamps.lane_too_narrow"
    detail: ClassVar[str] = N_(
        "The code that opens the activation of a roll needs {needed} mm, the lane has {has} mm. "
        "Take wider labels."
    )


class LabelTooSmall(Misfit):
    """The sheet's label can't hold its code"""

    code: ClassVar[str] = "stamps.label_too_small"
    detail: ClassVar[str] = N_(
        "With this site's long address it needs {needed} mm, the label has {has} mm. "
        "Set a shorter address."
    )


class PresetTooSmall(Misfit):
    """The stamps of this sheet are too small"""

    code: ClassVar[str] = "stamps.preset_too_small"
    detail: ClassVar[str] = N_(
        "The code of this address needs {needed} mm, the stamp has {has} mm. Choose larger stamps."
    )


@dataclass(frozen=True)
class Fit:
    """What the symbol of an address is in a preset's stamps; lengths in mm."""

    form: str
    address: str
    version: int
    level: str
    module: float
    needed: float
    has: float
    fits: bool


def check_preset(preset: Preset, base_url: str) -> None:
    """Refuse a preset whose parts do not fit, or that can't hold the address's short form."""
    _check_stamp(preset, base_url)
    if preset.is_roll:
        _need(_LINER_GAP, preset.gap_y, LinerTooTight, "gap_y")
    else:
        _check_sheet(preset)
    check_symbols_fit(preset, short_prefix(base_url), base_url, field="symbol")


def check_symbols_fit(preset: Preset, prefix: str, base_url: str, *, field: str) -> None:
    """Refuse where a stamp's symbol, or the one that activates them, has no room."""
    try:
        shape_for(preset, prefix)
    except CellTooSmall as error:
        raise PresetTooSmall(error.needed_mm, error.has_mm, field=field) from error
    label = needed_side(Template.for_span(base_url).shape, LEAST_SPAN_MODULE)
    if preset.is_roll:
        _need(label, preset.cell_width, LaneTooNarrow, "cell_width" if field == "symbol" else field)
    else:
        _need(label, LABEL_SIDE, LabelTooSmall, field)


def fits_of(preset: Preset, base_url: str) -> tuple[Fit, Fit]:
    """Return how the short and the GS1 form of the address stand in a preset's stamps."""
    short, gs1 = short_prefix(base_url), gs1_prefix(base_url, _ANY_GTIN)
    return _fit("short", preset, short), _fit("gs1", preset, gs1)


def _fit(form: str, preset: Preset, prefix: str) -> Fit:
    try:
        shape, fits = shape_for(preset, prefix), True
    except CellTooSmall:
        shape, fits = url_shape(prefix, "M"), False
    return Fit(
        form=form,
        address=prefix,
        version=shape.version,
        level=shape.level,
        module=_module(preset, shape),
        needed=needed_side(shape, LEAST_MODULE),
        has=preset.symbol,
        fits=fits,
    )


def _module(preset: Preset, shape: Shape) -> float:
    return preset.symbol / needed_side(shape, 1.0)


def _check_stamp(preset: Preset, base_url: str) -> None:
    domain = base_url.partition("://")[2].partition("/")[0].lower()
    width, height = text_room(preset, domain)
    _need(max(width, preset.symbol), preset.cell_width, StampTooNarrow, "cell_width")
    _need(max(height, preset.symbol), preset.cell_height, StampTooLow, "cell_height")


def _check_sheet(preset: Preset) -> None:
    marks = MARK_GAP + MARK if preset.crop_marks else 0.0
    across = preset.grid_width + 2 * (preset.margin_left or 0.0)
    _need(across, preset.page_width, PageTooNarrow, "columns")
    below = LABEL_BOTTOM + LABEL_SIDE + max(marks, MARK_GAP)
    down = preset.margin_top + preset.grid_height + below
    _need(down, preset.page_height, PageTooShort, "rows")
    _need(marks, preset.left, MarginTooSmall, "margin_left")
    _need(marks, preset.margin_top, MarginTooSmall, "margin_top")


def _need(needed: float, has: float, kind: type[Misfit], field: str) -> None:
    if has + _SLACK < needed:
        raise kind(needed, has, field=field)
