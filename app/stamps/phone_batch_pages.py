"""One own batch on the phone: where it stands, its hand-overs to confirm, and its history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.diary.models import Lot
from app.diary.queries import get_lot
from app.identity.access import CurrentActor
from app.identity.rules import Actor, Belonging
from app.kit.errors import Conflict, Invalid
from app.kit.exports import AsFile, FileKind, every
from app.kit.forms import Filled, Form, In, Note, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, NewestFirst, next_path, previous_path
from app.kit.web import Db, Edge, Id, Now, Words
from app.products.queries import names_of
from app.stamps import handover_actions
from app.stamps.access import FreshCounts, StampKeys
from app.stamps.batch_queries import counts_of, get_batch, list_movements
from app.stamps.change_actions import change_span
from app.stamps.file_pages import moves_file
from app.stamps.handover_queries import get_handover, list_handovers
from app.stamps.ledger_models import Handover
from app.stamps.models import Batch, Movement
from app.stamps.phone_actions import withdraw_request
from app.stamps.phone_queries import undoable
from app.stamps.rules import Move, State, spoken_run
from app.stamps.span_queries import Numbers
from app.stamps.standing import batch_label, withdrawn

router = APIRouter(prefix="/app/stamps/{batch_id}", route_class=Edge, include_in_schema=False)

CONFIRMED = sayable(N_("What you received was recorded."))
TAKEN_BACK = sayable(N_("The request was taken back."))
UNDONE = sayable(N_("The activation was undone: the stamps are free again."))
WHY_UNDONE = N_("Undone by the producer")


@dataclass(frozen=True)
class Happened:
    """A movement as the producer reads it, and whether it may be undone or why not."""

    movement: Movement
    label: str
    run: str
    quantity: int
    ends: tuple[int, int]
    lot: Lot | None
    may_undo: bool
    stands: str


@dataclass(frozen=True)
class OwnBatchView:
    """An own batch with its figures, hand-overs and history, the newest first."""

    batch: Batch
    product: str
    label: str
    withdrawn: bool
    counts: dict[State, int]
    handovers: list[tuple[Handover, Filled]]
    history: list[Happened]
    next: str | None
    previous: str | None
    form: Filled
    wrong_id: int
    owner: bool
    member: bool


class Asking(NamedTuple):
    """Who asks for the page, when and in which language."""

    request: Request
    db: Session
    actor: Actor
    now: datetime
    words: Translator


class ReceiptForm(In):
    """How many stamps of a hand-over were counted."""

    quantity: Annotated[int, Field(ge=0, le=2**40)]
    note: Note = ""


class UndoForm(In):
    """The running numbers of an activation to undo."""

    first: Annotated[int, Field(ge=1, le=2**40)]
    last: Annotated[int, Field(ge=1, le=2**40)]


@router.get("")
def own_batch(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: NewestFirst,
    batch_id: Id,
    file: AsFile = None,
) -> Response:
    asking = Asking(request, db, actor, now, words)
    batch = get_batch(db, batch_id, actor=actor)
    return _file(asking, batch, file) if file else _show(asking, batch, cut=cut)


@router.post("/withdraw")
def withdraw(db: Db, actor: CurrentActor, now: Now, batch_id: Id) -> Response:
    withdraw_request(db, actor=actor, now=now, batch_id=batch_id)
    return go(f"/app/stamps/{batch_id}", say=TAKEN_BACK)


@router.post("/handovers/{handover_id}")
def confirm_receipt(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    batch_id: Id,
    handover_id: Id,
) -> Response:
    batch = get_batch(db, get_handover(db, handover_id, actor=actor).batch_id, actor=actor)
    actor.require_member(batch.entity_id)
    asking = Asking(request, db, actor, now, words)
    given = read_form(ReceiptForm, sent, words)
    if isinstance(given, Filled):
        return _show(asking, batch, form=given, wrong_id=handover_id)
    try:
        with db.begin_nested():
            facts = given.model_dump()
            handover_actions.confirm_receipt(
                db, actor=actor, now=now, handover_id=handover_id, **facts
            )
    except (Conflict, Invalid) as error:
        filled = refused(sent, error, words)
        return _show(asking, batch, form=filled, wrong_id=handover_id)
    return go(f"/app/stamps/{batch_id}", say=CONFIRMED)


@router.post("/undo")
def undo_activation(
    request: Request,
    _counts: FreshCounts,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    keyring: StampKeys,
    batch_id: Id,
) -> Response:
    batch = get_batch(db, batch_id, actor=actor)
    actor.require_member(batch.entity_id)
    asking = Asking(request, db, actor, now, words)
    given = read_form(UndoForm, sent, words)
    if isinstance(given, Filled):
        return _show(asking, batch, form=given)
    chosen = Numbers(batch.id, given.first, given.last)
    who: dict[str, Any] = {"actor": actor, "now": now, "keyring": keyring}
    try:
        with db.begin_nested():
            why = words.gettext(WHY_UNDONE)
            change_span(db, move=Move.UNDO, chosen=chosen, reason=why, **who)
    except (Conflict, Invalid) as error:
        return _show(asking, batch, form=refused(sent, error, words))
    return go(f"/app/stamps/{batch_id}", say=UNDONE)


def _happened(
    asking: Asking, batch: Batch, movement: Movement, undo: dict[int, Conflict | None]
) -> Happened:
    base = batch.first or 0
    first, last = movement.first - base + 1, movement.last - base + 1
    lot_id = movement.lot_id if movement.kind == Move.ACTIVATE else None
    stands = undo.get(movement.id)
    return Happened(
        movement=movement,
        label=Move(movement.kind).label,
        run=spoken_run(first, last, asking.words),
        quantity=last - first + 1,
        ends=(first, last),
        lot=get_lot(asking.db, lot_id, actor=asking.actor) if lot_id else None,
        may_undo=movement.id in undo and stands is None,
        stands=stands.explain(asking.words) if stands else "",
    )


def _file(asking: Asking, batch: Batch, kind: FileKind) -> Response:
    _, db, actor, _, words = asking
    moves = every(
        lambda part: list_movements(db, actor=actor, batch_id=batch.id, cut=part), Cut(newest=True)
    )
    told = (_happened(asking, batch, one, {}) for one in moves)
    rows = ((one.movement, one.label, one.ends, one.lot.number if one.lot else "") for one in told)
    return moves_file(kind, rows, words, batch_id=batch.id)


def _show(
    asking: Asking,
    batch: Batch,
    *,
    cut: Cut | None = None,
    form: Filled | None = None,
    wrong_id: int = 0,
) -> Response:
    request, db, actor, now, _ = asking
    filled = form or Filled()
    page = list_movements(db, actor=actor, batch_id=batch.id, cut=cut or Cut(newest=True))
    undo = undoable(db, now=now, batch=batch, movements=page.items)
    view = OwnBatchView(
        batch=batch,
        product=names_of(db, [batch.product_id])[batch.product_id],
        label=batch_label(batch),
        withdrawn=withdrawn(batch),
        counts=counts_of(db, [batch.id])[batch.id],
        handovers=[
            (one, filled if one.id == wrong_id else Filled({"quantity": str(one.quantity)}))
            for one in list_handovers(db, actor=actor, batch_ids=[batch.id])
        ],
        history=[_happened(asking, batch, one, undo) for one in page.items],
        next=next_path(request, page),
        previous=previous_path(request, page),
        form=filled,
        wrong_id=wrong_id,
        owner=actor.memberships.get(batch.entity_id) is Belonging.OWNER,
        member=batch.entity_id in actor.memberships,
    )
    return show(request, "stamps/own_batch.html", view, status=422 if filled.wrong else 200)
