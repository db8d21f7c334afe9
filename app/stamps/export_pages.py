"""The office's page of a batch's files: ask for one, watch it being made, take it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.exports import AsFile, FileKind
from app.kit.forms import Filled, Form, In, Line, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Id, Now, Words
from app.stamps.batch_queries import get_batch
from app.stamps.export_actions import (
    FORMATS,
    NotIssued,
    Wanted,
    ask_export,
    confirm_export,
)
from app.stamps.export_api import ThePress, file_of, taken_out
from app.stamps.export_queries import get_export, gtin_of, list_exports
from app.stamps.file_pages import exports_file
from app.stamps.job import MOST_CODES, MOST_PICTURES
from app.stamps.models import Export
from app.stamps.policy_queries import get_policy
from app.stamps.preset_queries import ANY_PRESET, list_presets, own_key
from app.stamps.presets import PRESETS
from app.stamps.print_actions import make_export

router = APIRouter(
    prefix="/office/batches/{batch_id}/exports", route_class=Edge, include_in_schema=False
)

ASKED = sayable(N_("The file is being made. It appears below when it is ready."))
TWO_NEEDED = sayable(N_("So many codes need two people: another officer must confirm the file."))
CONFIRMED = sayable(N_("Confirmed. The file is being made."))
FORMAT_LABELS: Final = {
    "pdf": N_("Sheets or rolls to print (PDF)"),
    "csv": N_("List of codes (CSV)"),
    "xlsx": N_("List of codes (Excel)"),
    "svg": N_("Picture of each stamp (ZIP of SVG)"),
    "png": N_("Picture of each stamp (ZIP of PNG)"),
}
STATE_LABELS: Final = {
    "asked": N_("Waits for another officer"),
    "waiting": N_("Waiting"),
    "making": N_("Being made"),
    "ready": N_("Ready"),
    "failed": N_("Failed"),
}
FORM_LABELS: Final = {
    "gs1": N_("GS1 form with the GTIN"),
    "short": N_("Short form, without a GTIN"),
}
_ROWS_READ: Final = N_("%(of)s rows counted, %(codes)s compared")
_PICTURES_READ: Final = N_("%(codes)s of %(of)s pictures read back")
PROOFS: Final = {
    "pdf": N_("%(read)s of %(of)s pages read back, %(codes)s codes"),
    "csv": _ROWS_READ,
    "xlsx": _ROWS_READ,
    "svg": _PICTURES_READ,
    "png": _PICTURES_READ,
}
DEFAULTS: Final = {"format": "pdf", "preset": ANY_PRESET}
PRESET_WORDS: Final = N_("{count} stamps a sheet, each {width} x {height} mm")


class StillMaking(Conflict):
    """The file is not ready yet"""

    code: ClassVar[str] = "stamps.export_making"
    detail: ClassVar[str] = N_("Go back to the batch's files and wait until it is ready.")


class ExportIn(In):
    """A file asked for by the form."""

    format: str = "pdf"
    preset: str = ANY_PRESET
    form: str = ""
    reason: Annotated[Line, Field(max_length=300)] = ""
    first: Annotated[int, Field(ge=1, le=2**62)] = 1
    count: Annotated[int, Field(ge=1, le=2**62)] | None = None


@dataclass(frozen=True)
class FileLine:
    """One file as the page tells it."""

    export: Export
    label: str
    sheet: str
    form: str
    proof: str
    may_confirm: bool


@dataclass(frozen=True)
class ExportsView:
    """The files of a batch or an allotment at `base`, and the form that asks for one."""

    base: str
    trail: tuple[str, str]
    lines: Sequence[FileLine]
    form: Filled
    formats: list[tuple[str, str]]
    forms: list[tuple[str, str]]
    presets: list[tuple[str, str]]
    granted: int | None
    two_people_from: int
    labels: ClassVar[dict[str, str]] = STATE_LABELS
    most: ClassVar[int] = MOST_CODES
    most_pictures: ClassVar[int] = MOST_PICTURES

    @property
    def unfinished(self) -> bool:
        return any(line.export.state in {"waiting", "making"} for line in self.lines)


@router.get("")
def exports(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    batch_id: Id,
    file: AsFile = None,
) -> Response:
    if file:
        found = list_exports(db, actor=actor, batch_id=batch_id)
        return records_file(file, found, actor, words, name=f"batch-{batch_id}-files")
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
        with db.begin_nested():
            wanted = Wanted(batch_id=batch_id, **given.model_dump())
            export = ask_export(db, actor=actor, now=now, press=press, wanted=wanted)
    except NotIssued:
        raise
    except (Conflict, Invalid) as error:
        return _page(request, db, actor, words, batch_id, refused(sent, error, words))
    return gone_on(f"/office/batches/{batch_id}/exports", export)


@router.post("/{export_id}/confirm")
def confirm(db: Db, actor: CurrentActor, now: Now, batch_id: Id, export_id: Id) -> Response:
    export = get_export(db, export_id, actor=actor, batch_id=batch_id)
    confirm_export(db, actor=actor, now=now, export=export)
    return go(f"/office/batches/{batch_id}/exports", say=CONFIRMED)


@router.get("/{export_id}/file")
def take_out(
    request: Request, press: ThePress, actor: CurrentActor, now: Now, batch_id: Id, export_id: Id
) -> Response:
    with press.database.begin(write=False) as db:
        export = get_export(db, export_id, actor=actor, batch_id=batch_id)
    return sent_out(request, press, actor, now, export)


def sent_out(request: Request, press: ThePress, actor: Actor, now: Now, export: Export) -> Response:
    """Answer a ready file, and record who takes it."""
    if export.state != "ready":
        raise StillMaking
    if getattr(request.state, "head", False):
        return file_of(press, export)
    return taken_out(press, actor, now, make_export(press, export.id))


def gone_on(base: str, export: Export) -> Response:
    return go(base, say=TWO_NEEDED if export.state == "asked" else ASKED)


def shown(form: Filled, forms: Sequence[tuple[str, str]]) -> Filled:
    """Return the form with what is usual where nothing was entered."""
    usual = DEFAULTS | {"form": forms[0][0]}
    return Filled(usual | dict(form.values), form.errors, form.problem)


def lines_of(found: Sequence[Export], actor: Actor, words: Translator) -> list[FileLine]:
    return [
        FileLine(
            export=one,
            label=words.gettext(FORMAT_LABELS[one.format]),
            sheet=_sheet(one, words),
            form=words.gettext(FORM_LABELS[one.form]),
            proof=_proof(one, words),
            may_confirm=one.state == "asked" and one.asked_by_id != actor.account_id,
        )
        for one in found
    ]


def records_file(
    kind: FileKind, found: Sequence[Export], actor: Actor, words: Translator, *, name: str
) -> Response:
    """Return the records of files as a list to keep: it holds no code."""
    rows = (
        (one.export, (one.label, one.sheet, one.form, STATE_LABELS[one.export.state], one.proof))
        for one in lines_of(found, actor, words)
    )
    return exports_file(kind, rows, words, name=name)


def presets_of(db: Db, actor: Actor, words: Translator) -> list[tuple[str, str]]:
    """Return every sheet and roll there is to choose from."""
    own = list_presets(db, actor=actor, retired=False)
    return [(name, built_in_label(name, words)) for name in PRESETS] + [
        (own_key(one), one.name) for one in own
    ]


def built_in_label(name: str, words: Translator) -> str:
    preset = PRESETS[name]
    return words.gettext(PRESET_WORDS).format(
        count=preset.per_sheet,
        width=words.number(preset.cell_width),
        height=words.number(preset.cell_height),
    )


def _sheet(export: Export, words: Translator) -> str:
    if not export.preset:
        return ""
    if export.preset in PRESETS:
        return built_in_label(export.preset, words)
    return str(export.facts.get("preset_name", ""))


def _proof(export: Export, words: Translator) -> str:
    if export.proof is None:
        return ""
    figures = {name: words.number(value) for name, value in export.proof.items()}
    return words.gettext(PROOFS[export.format]) % figures


def _page(
    request: Request, db: Db, actor: Actor, words: Translator, batch_id: int, form: Filled
) -> Response:
    batch = get_batch(db, batch_id, actor=actor)
    found = list_exports(db, actor=actor, batch_id=batch_id)
    if batch.first is None:
        raise NotIssued
    gtin = gtin_of(db, batch)
    labels = FORM_LABELS if gtin else {"short": FORM_LABELS["short"]}
    forms = [(name, words.gettext(text)) for name, text in labels.items()]
    label = words.gettext(N_("Batch %(number)s")) % {"number": batch_id}
    view = ExportsView(
        base=f"/office/batches/{batch_id}/exports",
        trail=(f"/office/batches/{batch_id}", label),
        lines=lines_of(found, actor, words),
        form=shown(form, forms),
        formats=[(name, words.gettext(FORMAT_LABELS[name])) for name in FORMATS],
        forms=forms,
        presets=presets_of(db, actor, words),
        granted=batch.granted,
        two_people_from=get_policy(db).two_people_from,
    )
    return show(request, "stamps/exports.html", view, status=422 if form.wrong else 200)
