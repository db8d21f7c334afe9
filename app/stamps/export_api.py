from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from starlette.responses import FileResponse, Response

from app.identity.access import ApiRoute, CurrentActor
from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.fences import EVERYTHING
from app.kit.forms import Out
from app.kit.i18n import N_
from app.kit.spool import PrivateFiles
from app.kit.web import Databases, Db, Id, Now
from app.stamps.export_actions import Wanted, ask_export, find_export, record_fetch
from app.stamps.export_actions import confirm_export as confirm
from app.stamps.export_queries import get_export
from app.stamps.export_queries import list_exports as exports_of
from app.stamps.models import Export
from app.stamps.picture_actions import picture_of, record_picture
from app.stamps.pictures import stamp_png, stamp_svg
from app.stamps.preset_queries import ANY_PRESET
from app.stamps.print_actions import Press, is_stored, make_export, stored_name, suffix_of

router = APIRouter(prefix="/api/v1", tags=["stamps"], route_class=ApiRoute)

PRIVATE = {"Cache-Control": "private, no-store"}

_TYPES = {
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
    "svg": "image/svg+xml",
    "png": "image/png",
}


class NotMadeYet(NotFound):
    """The file has not been made yet"""

    code: ClassVar[str] = "stamps.export_not_made"
    detail: ClassVar[str] = N_("Ask for it with GET, which makes and records it.")


class ExportOut(Out):
    """A file of codes: who asked for it and why, what it is, and how much of it was read back."""

    id: int
    batch_id: int | None
    allotment_id: int | None
    format: str
    form: str
    preset: str
    first: int
    count: int
    reason: str
    state: str
    done: int
    problem: str
    sha256: str
    size: int
    asked_at: datetime
    asked_by: str
    confirmed_at: datetime | None
    confirmed_by: str
    ready_at: datetime | None
    proof: dict[str, int] | None


def press_of(app: FastAPI) -> Press:
    """Return what the application makes files of codes with, whoever asked for them."""
    held = app.state.site
    return Press(
        database=held.database.scoped(EVERYTHING),
        files=PrivateFiles(Path(app.state.settings.files) / "exports"),
        keyring=app.state.keyring,
        # The label of a sheet is in the language of the office, whoever asks for it: the same
        # request must give the same file.
        words=held.translators["vi"],
        base_url=held.base_url,
        clock=held.clock,
    )


async def _press(request: Request, database: Databases) -> Press:
    return replace(press_of(request.app), database=database)


ThePress = Annotated[Press, Depends(_press)]
FormatAsked = Annotated[
    str,
    Query(alias="format", description="pdf, csv, xlsx; svg and png are a ZIP of pictures"),
]
ReasonAsked = Annotated[str, Query(description="What the codes are for; kept for good.")]
PresetAsked = Annotated[str, Query(description="24, 40, 84, or an own preset such as own-3.")]
FormAsked = Annotated[
    str, Query(description="short or gs1; by default gs1 where the product has a GTIN.")
]


@router.get("/batches/{batch_id}/export", response_class=FileResponse)
def export_batch(
    request: Request,
    press: ThePress,
    actor: CurrentActor,
    now: Now,
    batch_id: Id,
    file_format: FormatAsked,
    reason: ReasonAsked = "",
    preset: PresetAsked = ANY_PRESET,
    form: FormAsked = "",
    first: Annotated[int, Query(description="Running number to begin with.")] = 1,
    count: Annotated[int | None, Query(description="How many; else all that follow.")] = None,
) -> Response:
    """Return the file of codes of an issued batch, made and recorded on the first request.

    The same format, form, preset, range and reason give the same file again. Many codes need two
    people: the first request of such a file answers 409, and it is made once another officer has
    confirmed it. A download that was cut goes on with Range.
    """
    wanted = Wanted(
        batch_id=batch_id,
        format=file_format,
        reason=reason,
        preset=preset,
        form=form,
        first=first,
        count=count,
    )
    if getattr(request.state, "head", False):
        return _looked_at(press, actor, wanted)
    with press.database.begin() as db:
        export = ask_export(db, actor=actor, now=now, press=press, wanted=wanted)
    return taken_out(press, actor, now, make_export(press, export.id))


@router.get("/batches/{batch_id}/exports")
def list_exports(db: Db, actor: CurrentActor, batch_id: Id) -> list[ExportOut]:
    """Return the files asked for of a batch, newest first."""
    return [ExportOut.model_validate(one) for one in exports_of(db, actor=actor, batch_id=batch_id)]


@router.post("/batches/{batch_id}/exports/{export_id}/confirm")
def confirm_export(db: Db, actor: CurrentActor, now: Now, batch_id: Id, export_id: Id) -> ExportOut:
    """Let a file be made that another officer asked for: so many codes need two people."""
    export = get_export(db, export_id, actor=actor, batch_id=batch_id)
    return ExportOut.model_validate(confirm(db, actor=actor, now=now, export=export))


@router.get("/stamps/{code}/image.{kind}", response_class=Response)
def picture(
    request: Request,
    press: ThePress,
    actor: CurrentActor,
    now: Now,
    code: str,
    kind: Literal["svg", "png"],
    preset: Annotated[str, Query(description="Size of the stamp, as on the sheet.")] = ANY_PRESET,
) -> Response:
    """Return one stamp as a picture. Officers only; recorded like an export."""
    with press.database.begin(write=False) as db:
        stamp, spec = picture_of(db, actor=actor, press=press, text=code, preset=preset)
    drawn = stamp_svg(spec, stamp.code) if kind == "svg" else stamp_png(spec, stamp.code)
    if not getattr(request.state, "head", False):
        with press.database.begin() as db:
            record_picture(db, actor=actor, now=now, stamp=stamp)
    return Response(drawn, headers=PRIVATE, media_type=_TYPES[kind])


def taken_out(press: Press, actor: Actor, now: datetime, export: Export) -> FileResponse:
    """Record who takes a ready file out, then answer it."""
    with press.database.begin() as db:
        record_fetch(db, actor=actor, now=now, export=export)
    return file_of(press, export)


def _looked_at(press: Press, actor: Actor, wanted: Wanted) -> FileResponse:
    """Answer HEAD: nothing is made or recorded for it, for nothing but a size goes out."""
    with press.database.begin(write=False) as db:
        export = find_export(db, actor=actor, press=press, wanted=wanted)
    if export is None or not is_stored(press, export):
        raise NotMadeYet
    return file_of(press, export)


def file_of(press: Press, export: Export) -> FileResponse:
    """Answer a stored file; a part of it where the request names a range."""
    suffix = suffix_of(export)
    headers = PRIVATE | {"X-Content-SHA256": export.sha256, "ETag": f'"{export.sha256}"'}
    path = press.files.path(stored_name(export))
    name = f"{_name(export)}.{suffix}"
    return FileResponse(path, headers=headers, filename=name, media_type=_TYPES[suffix])


def _name(export: Export) -> str:
    kind = f"-{export.preset}" if export.preset else ""
    pictures = f"-{export.format}" if export.format in {"svg", "png"} else ""
    if export.allotment_id:
        return f"tem-ke-hoach-{export.allotment_id}-{export.format}{kind}"
    last = export.first + export.count - 1
    return f"tem-dot-{export.batch_id}-so-{export.first}-{last}{kind}{pictures}"
