"""The office's page of a batch's files: ask for one, watch it being made, take it out."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, In, Line, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Id, Now, Words
from app.stamps.batch_queries import get_batch
from app.stamps.export_actions import FORMATS, MOST_CODES, NotIssued, Wanted, ask_export
from app.stamps.export_api import ThePress, file_of, taken_out
from app.stamps.export_queries import ANY_PRESET, get_export, list_exports
from app.stamps.models import Batch, Export
from app.stamps.presets import PRESETS
from app.stamps.print_actions import make_export

router = APIRouter(
    prefix="/office/batches/{batch_id}/exports", route_class=Edge, include_in_schema=False
)

ASKED = sayable(N_("The file is being made. It appears below when it is ready."))
FORMAT_LABELS = {"pdf": N_("A4 sheets to print (PDF)"), "csv": N_("List of codes (CSV)")}
STATE_LABELS = {
    "waiting": N_("Waiting"),
    "making": N_("Being made"),
    "ready": N_("Ready"),
    "failed": N_("Failed"),
}
DEFAULTS = {"format": "pdf", "preset": ANY_PRESET}
PRESET_WORDS = N_("{count} stamps a sheet, each {width} x {height} mm")


class StillMaking(Conflict):
    """The file is not ready yet"""

    code: ClassVar[str] = "stamps.export_making"
    detail: ClassVar[str] = N_("Go back to the batch's files and wait until it is ready.")


class ExportIn(In):
    """A file asked for by the form."""

    format: str = "pdf"
    preset: str = ANY_PRESET
    reason: Annotated[Line, Field(max_length=300)] = ""
    first: Annotated[int, Field(ge=1, le=2**62)] = 1
    count: Annotated[int, Field(ge=1, le=2**62)] | None = None


@dataclass(frozen=True)
class ExportsView:
    """The files of a batch, and the form that asks for one."""

    batch: Batch
    exports: list[Export]
    form: Filled
    formats: list[tuple[str, str]]
    presets: list[tuple[str, str]]
    labels: dict[str, str]
    most: int
    unfinished: bool


@router.get("")
def exports(request: Request, db: Db, actor: CurrentActor, words: Words, batch_id: Id) -> Response:
    return _page(request, db, actor, words, batch_id, Filled())


@router.post("")
def ask(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    press: ThePress,
    batch_id: Id,
) -> Response:
    get_batch(db, batch_id, actor=actor)
    actor.require_officer()
    given = read_form(ExportIn, sent, words)
    if isinstance(given, Filled):
        return _page(request, db, actor, words, batch_id, given)
    try:
        wanted = Wanted(batch_id=batch_id, **given.model_dump())
        ask_export(db, actor=actor, now=now, press=press, wanted=wanted)
    except NotIssued:
        raise
    except (Conflict, Invalid) as error:
        return _page(request, db, actor, words, batch_id, refused(sent, error, words))
    return go(f"/office/batches/{batch_id}/exports", say=ASKED)


@router.get("/{export_id}/file")
def take_out(
    request: Request, press: ThePress, actor: CurrentActor, now: Now, batch_id: Id, export_id: Id
) -> Response:
    with press.database.begin(write=False) as db:
        export = get_export(db, export_id, actor=actor, batch_id=batch_id)
    if export.state != "ready":
        raise StillMaking
    if getattr(request.state, "head", False):
        return file_of(press, export)
    return taken_out(press, actor, now, make_export(press, export.id))


def _page(
    request: Request, db: Db, actor: Actor, words: Translator, batch_id: int, form: Filled
) -> Response:
    batch = get_batch(db, batch_id, actor=actor)
    found = list_exports(db, actor=actor, batch_id=batch_id)
    if batch.first is None:
        raise NotIssued
    view = ExportsView(
        batch=batch,
        exports=found,
        form=Filled(DEFAULTS | dict(form.values), form.errors, form.problem),
        formats=[(name, words.gettext(FORMAT_LABELS[name])) for name in FORMATS],
        presets=_presets(words),
        labels=FORMAT_LABELS | STATE_LABELS,
        most=MOST_CODES,
        unfinished=any(export.state in {"waiting", "making"} for export in found),
    )
    return show(request, "stamps/exports.html", view, status=422 if form.wrong else 200)


def _presets(words: Translator) -> list[tuple[str, str]]:
    text = words.gettext(PRESET_WORDS)
    return [
        (
            name,
            text.format(
                count=preset.per_sheet,
                width=words.number(preset.cell_width),
                height=words.number(preset.cell_height),
            ),
        )
        for name, preset in PRESETS.items()
    ]
