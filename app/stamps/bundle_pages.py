"""The office's page of an allotment's files: one ZIP for the print house, by entity."""

from typing import Annotated, Final

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.exports import AsFile
from app.kit.forms import Filled, Form, In, Line, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, show
from app.kit.web import Db, Edge, Id, Now, Words
from app.stamps.allotment_queries import get_allotment
from app.stamps.bundle_actions import (
    BUNDLE_FORMATS,
    AllotmentNotIssued,
    WantedBundle,
    ask_allotment_export,
)
from app.stamps.bundle_queries import (
    get_allotment_export,
    issued_batches,
    list_allotment_exports,
)
from app.stamps.export_actions import confirm_export
from app.stamps.export_api import ThePress
from app.stamps.export_pages import (
    CONFIRMED,
    FORM_LABELS,
    FORMAT_LABELS,
    ExportsView,
    gone_on,
    lines_of,
    presets_of,
    records_file,
    sent_out,
    shown,
)
from app.stamps.policy_queries import get_policy
from app.stamps.preset_queries import ANY_PRESET

router = APIRouter(
    prefix="/office/allotments/{allotment_id}/exports", route_class=Edge, include_in_schema=False
)

GS1_WHERE: Final = N_("GS1 form where a product has a GTIN")


class BundleIn(In):
    """A ZIP asked for by the form."""

    format: str = "pdf"
    preset: str = ANY_PRESET
    form: str = ""
    reason: Annotated[Line, Field(max_length=300)] = ""


@router.get("")
def exports(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    allotment_id: Id,
    file: AsFile = None,
) -> Response:
    if file:
        found = list_allotment_exports(db, actor=actor, allotment_id=allotment_id)
        return records_file(file, found, actor, words, name=f"allotment-{allotment_id}-files")
    return _page(request, db, actor, words, allotment_id, Filled())


@router.post("")
def ask(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    press: ThePress,
    allotment_id: Id,
) -> Response:
    get_allotment(db, allotment_id, actor=actor)
    actor.require_officer()
    given = read_form(BundleIn, sent, words)
    if isinstance(given, Filled):
        return _page(request, db, actor, words, allotment_id, given)
    try:
        with db.begin_nested():
            wanted = WantedBundle(allotment_id=allotment_id, **given.model_dump())
            export = ask_allotment_export(db, actor=actor, now=now, press=press, wanted=wanted)
    except AllotmentNotIssued:
        raise
    except (Conflict, Invalid) as error:
        return _page(request, db, actor, words, allotment_id, refused(sent, error, words))
    return gone_on(_base(allotment_id), export)


@router.post("/{bundle_id}/confirm")
def confirm(db: Db, actor: CurrentActor, now: Now, allotment_id: Id, bundle_id: Id) -> Response:
    export = get_allotment_export(db, bundle_id, actor=actor, allotment_id=allotment_id)
    confirm_export(db, actor=actor, now=now, export=export)
    return go(_base(allotment_id), say=CONFIRMED)


@router.get("/{bundle_id}/file")
def take_out(
    request: Request,
    press: ThePress,
    actor: CurrentActor,
    now: Now,
    allotment_id: Id,
    bundle_id: Id,
) -> Response:
    with press.database.begin(write=False) as db:
        export = get_allotment_export(db, bundle_id, actor=actor, allotment_id=allotment_id)
    return sent_out(request, press, actor, now, export)


def _base(allotment_id: int) -> str:
    return f"/office/allotments/{allotment_id}/exports"


def _page(
    request: Request, db: Db, actor: Actor, words: Translator, allotment_id: int, form: Filled
) -> Response:
    found = list_allotment_exports(db, actor=actor, allotment_id=allotment_id)
    allotment = get_allotment(db, allotment_id, actor=actor)
    if not issued_batches(db, allotment_id):
        raise AllotmentNotIssued
    label = words.gettext(N_("Allotment of %(year)s")) % {"year": allotment.year}
    labels = {"gs1": GS1_WHERE, "short": FORM_LABELS["short"]}
    forms = [(name, words.gettext(text)) for name, text in labels.items()]
    view = ExportsView(
        base=_base(allotment_id),
        trail=(f"/office/allotments/{allotment_id}", label),
        lines=lines_of(found, actor, words),
        form=shown(form, forms),
        formats=[(name, words.gettext(FORMAT_LABELS[name])) for name in BUNDLE_FORMATS],
        forms=forms,
        presets=presets_of(db, actor, words),
        granted=None,
        two_people_from=get_policy(db).two_people_from,
    )
    return show(request, "stamps/exports.html", view, status=422 if form.wrong else 200)
