"""The files of all stamps of an allotment, over the API."""

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from app.identity.access import ApiRoute, CurrentActor
from app.kit.web import Db, Id, Now
from app.stamps.bundle_actions import WantedBundle, ask_allotment_export, find_allotment_export
from app.stamps.bundle_queries import get_allotment_export, list_allotment_exports
from app.stamps.export_actions import confirm_export
from app.stamps.export_api import (
    ExportOut,
    FormAsked,
    FormatAsked,
    NotMadeYet,
    PresetAsked,
    ReasonAsked,
    ThePress,
    file_of,
    taken_out,
)
from app.stamps.preset_queries import ANY_PRESET
from app.stamps.print_actions import is_stored, make_export

router = APIRouter(
    prefix="/api/v1/allotments/{allotment_id}", tags=["stamps"], route_class=ApiRoute
)


@router.get("/export", response_class=FileResponse)
def export_allotment(
    request: Request,
    press: ThePress,
    actor: CurrentActor,
    now: Now,
    allotment_id: Id,
    file_format: FormatAsked,
    reason: ReasonAsked = "",
    preset: PresetAsked = ANY_PRESET,
    form: FormAsked = "",
) -> Response:
    """Return a ZIP of all stamps of an issued allotment: a folder for each entity, and a list.

    Each batch is a file of the format: pdf, csv or xlsx. Made, recorded, confirmed and resumed
    as the files of a batch are.
    """
    wanted = WantedBundle(
        allotment_id=allotment_id, format=file_format, reason=reason, preset=preset, form=form
    )
    if getattr(request.state, "head", False):
        with press.database.begin(write=False) as db:
            found = find_allotment_export(db, actor=actor, press=press, wanted=wanted)
        if found is None or not is_stored(press, found):
            raise NotMadeYet
        return file_of(press, found)
    with press.database.begin() as db:
        export = ask_allotment_export(db, actor=actor, now=now, press=press, wanted=wanted)
    return taken_out(press, actor, now, make_export(press, export.id))


@router.get("/exports")
def list_exports(db: Db, actor: CurrentActor, allotment_id: Id) -> list[ExportOut]:
    """Return the files asked for of an allotment, newest first."""
    found = list_allotment_exports(db, actor=actor, allotment_id=allotment_id)
    return [ExportOut.model_validate(one) for one in found]


@router.post("/exports/{bundle_id}/confirm")
def confirm(db: Db, actor: CurrentActor, now: Now, allotment_id: Id, bundle_id: Id) -> ExportOut:
    """Let a file be made that another officer asked for: so many codes need two people."""
    export = get_allotment_export(db, bundle_id, actor=actor, allotment_id=allotment_id)
    return ExportOut.model_validate(confirm_export(db, actor=actor, now=now, export=export))
