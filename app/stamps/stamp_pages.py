"""The office's page of one stamp, found by its code."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.diary.queries import find_lot
from app.identity.access import CurrentActor
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.forms import Filled, Form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Now, Words
from app.scans.models import CloneSignal, DisplayPack
from app.scans.queries import Tally, find_suspicion, find_tally
from app.scans.signal_queries import find_display, find_signal
from app.stamps.access import StampKeys
from app.stamps.codes import grouped
from app.stamps.display_actions import mark_pack, unmark_pack
from app.stamps.export_queries import names_of_product
from app.stamps.queries import Stamp, get_stamp
from app.stamps.rules import State
from app.stamps.suspicion_actions import suspect_stamp, trust_stamp
from app.stamps.typed import typed_code

router = APIRouter(prefix="/office/stamps", route_class=Edge, include_in_schema=False)

SUSPECTED = sayable(N_("The stamp's page warns of a copy now."))
TRUSTED = sayable(N_("The warning is taken back."))
MARKED = sayable(N_("The pack is marked as one on display."))
UNMARKED = sayable(N_("The mark was taken off the pack."))


@dataclass(frozen=True)
class FindView:
    """The form for a code."""

    form: Filled


@dataclass(frozen=True)
class StampView:
    """One stamp: where it belongs, how often it was looked up, and whether it is suspected."""

    stamp: Stamp
    grouped: str
    state: str
    product: str
    entity: str
    lot: str
    tally: Tally
    suspicion: tuple[str, str, datetime] | None
    display: DisplayPack | None
    signal: CloneSignal | None
    officer: bool
    form: Filled


@router.get("")
def find(
    request: Request, db: Db, actor: CurrentActor, words: Words, keyring: StampKeys, code: str = ""
) -> Response:
    if not actor.of_department:
        actor.require_officer()
    if not code.strip():
        return show(request, "stamps/find.html", FindView(Filled()))
    try:
        stamp = get_stamp(db, keyring=keyring, text=typed_code(code))
    except NotFound as error:
        form = Filled({"code": code}, {"code": f"{error.title(words)}. {error.explain(words)}"})
        return show(request, "stamps/find.html", FindView(form), status=404)
    return go(f"/office/stamps/{stamp.code}")


@router.get("/{code}")
def stamp(request: Request, db: Db, actor: CurrentActor, keyring: StampKeys, code: str) -> Response:
    return _one(request, db, actor, keyring, code, Filled())


@router.post("/{code}/suspicion")
def suspect(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    keyring: StampKeys,
    sent: Form,
    code: str,
) -> Response:
    actor.require_officer()
    act, said = (trust_stamp, TRUSTED) if sent.text("lift") else (suspect_stamp, SUSPECTED)
    try:
        act(db, actor=actor, now=now, keyring=keyring, text=code, reason=sent.text("reason"))
    except (Conflict, Invalid) as error:
        return _one(request, db, actor, keyring, code, refused(sent, error, words))
    return go(f"/office/stamps/{code}", say=said)


@router.post("/{code}/display")
def display(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    keyring: StampKeys,
    sent: Form,
    code: str,
) -> Response:
    actor.require_officer()
    who: dict[str, Any] = {"actor": actor, "now": now, "keyring": keyring, "text": code}
    get_stamp(db, keyring=keyring, text=code)
    if sent.text("lift"):
        unmark_pack(db, **who)
        return go(f"/office/stamps/{code}", say=UNMARKED)
    try:
        with db.begin_nested():
            mark_pack(db, place=sent.text("place"), **who)
    except (Conflict, Invalid) as error:
        return _one(request, db, actor, keyring, code, refused(sent, error, words))
    return go(f"/office/stamps/{code}", say=MARKED)


def _one(
    request: Request,
    db: Db,
    actor: CurrentActor,
    keyring: StampKeys,
    code: str,
    form: Filled,
) -> Response:
    if not actor.of_department:
        actor.require_officer()
    found = get_stamp(db, keyring=keyring, text=code)
    lot = find_lot(db, found.lot_id) if found.lot_id else None
    product, entity = names_of_product(db, product_id=found.product_id)
    view = StampView(
        stamp=found,
        grouped=grouped(found.code),
        state=State(found.state).label,
        product=product,
        entity=entity,
        lot=lot.number if lot else "",
        tally=find_tally(db, line=found.line, visitor=None),
        suspicion=find_suspicion(db, line=found.line),
        display=find_display(db, line=found.line),
        signal=find_signal(db, line=found.line),
        officer=actor.officer,
        form=form,
    )
    return show(request, "stamps/stamp.html", view, status=422 if form.wrong else 200)
