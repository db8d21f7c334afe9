"""The office's pages of own sheets and rolls: list, form with a live picture, retire."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.kit.errors import Conflict, DomainError, Invalid
from app.kit.exports import AsFile
from app.kit.forms import Filled, Form, Sent, filled_from, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Id, Now, Words
from app.stamps.export_api import ThePress
from app.stamps.export_pages import built_in_label
from app.stamps.file_pages import presets_file
from app.stamps.preset_actions import (
    PresetChanged,
    add_preset,
    change_preset,
    draft_of,
    retire_preset,
)
from app.stamps.preset_api import PresetIn
from app.stamps.preset_checks import Fit, fits_of
from app.stamps.preset_queries import get_preset, list_presets, preset_of
from app.stamps.presets import PRESETS, Preset
from app.stamps.preview import preview_svg
from app.stamps.print_actions import Press
from app.stamps.print_models import PrintPreset
from app.stamps.qr import UnprintableUrlError

router = APIRouter(prefix="/office/presets", route_class=OnceRoute, include_in_schema=False)

LIST: Final = "/office/presets"
ADDED = sayable(N_("The preset was added."))
CHANGED = sayable(N_("The preset was changed. Files made with it stay as they are."))
RETIRED = sayable(N_("The preset is no longer offered."))
KINDS: Final = {"sheet": N_("Sheet"), "roll": N_("Roll of labels")}
PLACES: Final = {"below": N_("Below the code"), "beside": N_("Beside the code")}
_DRAFT_NAME: Final = "-"


@dataclass(frozen=True)
class PresetsView:
    """The built-in presets and the Department's own."""

    built_in: list[tuple[str, str]]
    own: Sequence[PrintPreset]
    kinds: dict[str, str]


@dataclass(frozen=True)
class Preview:
    """What a preset looks like: a picture, or why it can't be printed; and how codes fit."""

    picture: str = ""
    problem: str = ""
    fits: tuple[Fit, ...] = ()


@dataclass(frozen=True)
class PresetView:
    """The form of a preset with its preview; `preset` is the record where there is one."""

    form: Filled
    preview: Preview
    preset: PrintPreset | None
    kinds: list[tuple[str, str]]
    places: list[tuple[str, str]]


@router.get("")
def presets(
    request: Request, db: Db, actor: CurrentActor, words: Words, file: AsFile = None
) -> Response:
    own = list_presets(db, actor=actor)
    if file:
        return presets_file(file, own, PRESETS, KINDS, words)
    built_in = [(name, built_in_label(name, words)) for name in PRESETS]
    return show(request, "stamps/presets.html", PresetsView(built_in, own, KINDS))


@router.get("/new")
def new_preset(
    request: Request, actor: CurrentActor, words: Words, press: ThePress, copy: str = "40"
) -> Response:
    actor.require_officer()
    form = _copied(PRESETS.get(copy, PRESETS["40"]))
    return _form(request, press, words, form)


@router.post("/new")
def add(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    press: ThePress,
) -> Response:
    actor.require_officer()
    given = read_form(PresetIn, sent, words)
    if isinstance(given, Filled):
        return _form(request, press, words, given)
    try:
        with db.begin_nested():
            facts = given.model_dump()
            add_preset(db, actor=actor, now=now, base_url=press.base_url, facts=facts)
    except (Conflict, Invalid) as error:
        return _form(request, press, words, refused(sent, error, words))
    return go(LIST, say=ADDED)


@router.get("/preview")
def preview(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    press: ThePress,
    preset_id: int = 0,
) -> Response:
    actor.require_officer()
    record = get_preset(db, preset_id, actor=actor) if 0 < preset_id < 2**62 else None
    sent = Sent(dict(request.query_params), {})
    given = read_form(PresetIn, sent, words)
    form = given if isinstance(given, Filled) else Filled(sent.fields)
    return _form(request, press, words, form, record)


@router.get("/{preset_id}")
def preset(
    request: Request, db: Db, actor: CurrentActor, words: Words, press: ThePress, preset_id: Id
) -> Response:
    found = get_preset(db, preset_id, actor=actor)
    form = filled_from(found, [*PresetIn.model_fields, "version"])
    return _form(request, press, words, _trimmed(form), found)


@router.post("/{preset_id}")
def change(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    press: ThePress,
    preset_id: Id,
) -> Response:
    found = get_preset(db, preset_id, actor=actor)
    given = read_form(PresetIn, sent, words)
    if isinstance(given, Filled):
        return _form(request, press, words, given, found)
    version = sent.text("version")
    try:
        with db.begin_nested():
            if not (version.isascii() and version.isdecimal()):
                raise PresetChanged
            change_preset(
                db,
                actor=actor,
                now=now,
                base_url=press.base_url,
                preset_id=preset_id,
                version=int(version[:18]),
                facts=given.model_dump(),
            )
    except (Conflict, Invalid) as error:
        return _form(request, press, words, refused(sent, error, words), found)
    return go(LIST, say=CHANGED)


@router.post("/{preset_id}/retire")
def retire(db: Db, actor: CurrentActor, now: Now, preset_id: Id) -> Response:
    retire_preset(db, actor=actor, now=now, preset_id=preset_id)
    return go(LIST, say=RETIRED)


def _form(
    request: Request,
    press: Press,
    words: Translator,
    form: Filled,
    record: PrintPreset | None = None,
) -> Response:
    view = PresetView(
        form=form,
        preview=_preview(press, words, form),
        preset=record,
        kinds=[(name, words.gettext(label)) for name, label in KINDS.items()],
        places=[(name, words.gettext(label)) for name, label in PLACES.items()],
    )
    return show(request, "stamps/preset.html", view, status=422 if form.wrong else 200)


def _preview(press: Press, words: Translator, form: Filled) -> Preview:
    """Return the picture of what is in the form, and a plain verdict."""
    values = {**form.values, "name": form.value("name") or _DRAFT_NAME}
    given = read_form(PresetIn, Sent(values, {}), words)
    if isinstance(given, Filled):
        return Preview(problem=words.gettext(N_("Fill in the fields that are marked.")))
    problem = ""
    try:
        drafted = preset_of(draft_of(given.model_dump(), base_url=press.base_url))
    except DomainError as error:
        problem = f"{error.title(words)}. {error.explain(words)}"
        drafted = preset_of(PrintPreset(**_printable(given.model_dump())))
    try:
        fits = fits_of(drafted, press.base_url)
    except UnprintableUrlError:
        return Preview(problem=problem)
    sample = words.gettext(N_("Name of the product")), words.gettext(N_("Name of the entity"))
    drawn = preview_svg(drafted, press.base_url, product=sample[0], entity=sample[1])
    picture = "data:image/svg+xml;base64," + b64encode(drawn.encode()).decode()
    return Preview(picture, problem, fits)


def _printable(facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts that were refused so that at least a picture can be drawn of them."""
    return (
        facts | {"rows": 1, "margin_left": facts["margin_left"] or 0.0}
        if (facts["kind"] == "roll")
        else facts
    )


def _copied(preset: Preset) -> Filled:
    facts = {name: value for name, value in asdict(preset).items() if name in PresetIn.model_fields}
    facts |= {"name": "", "margin_left": None}
    shown = {name: "" if value is None else value for name, value in facts.items()}
    return _trimmed(Filled({name: _spelt(value) for name, value in shown.items()}))


def _spelt(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return str(value)


def _trimmed(form: Filled) -> Filled:
    """Return the form with whole lengths written as whole numbers."""
    values = {name: value.removesuffix(".0") for name, value in form.values.items()}
    return Filled(values, form.errors, form.problem)
