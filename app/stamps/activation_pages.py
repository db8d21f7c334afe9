"""The producer's activation: choose a lot and two stamps, read what that is, confirm."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.diary.models import Lot
from app.diary.queries import get_lot
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.asgi import WITH_CAMERA
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, In, Sent, read_form, refused
from app.kit.i18n import Translator
from app.kit.pages import go, show
from app.kit.web import Db, Edge, Now, Words
from app.products.queries import names_of
from app.stamps.access import StampKeys
from app.stamps.batch_queries import counts_of, get_batch, spans_over
from app.stamps.gate_actions import LotIncomplete
from app.stamps.keyring import Keyring
from app.stamps.lot_choice_queries import LotChoice, Roll, list_lot_choices, list_rolls
from app.stamps.movement_actions import ChangedMeanwhile
from app.stamps.photo_access import PhotoTexts
from app.stamps.queries import find_stamp
from app.stamps.rehearsal_actions import rehearse_activation
from app.stamps.rules import State, spoken_run
from app.stamps.seen_queries import Seen, find_seen
from app.stamps.span_actions import activate_span
from app.stamps.span_queries import Ends
from app.stamps.typed import read_ends_typed, typed_code, typed_id

router = APIRouter(prefix="/app/activate", route_class=Edge, include_in_schema=False)

Text = Annotated[str, Query(max_length=300)]
Code = Annotated[str, Field(min_length=1, max_length=300)]
Number = Annotated[int, Query(ge=1, le=2**40)]


class ActivationForm(In):
    """The lot, and the first and last stamp in either order, or the label that names both."""

    lot_id: Annotated[int, Field(ge=1, le=2**62)]
    first_code: Code
    last_code: Code

    def ends(self) -> Ends:
        return Ends(*read_ends_typed(self.first_code, self.last_code))


@dataclass(frozen=True)
class ActivationView:
    """The form: the lot that was chosen, or those to choose from and those not complete.

    `seen` are codes read in a photo with their running numbers, to choose first and last from.
    """

    form: Filled
    chosen: LotChoice | None
    ready: list[LotChoice]
    unready: list[LotChoice]
    rolls: list[tuple[Roll, Filled]]
    seen: list[tuple[str, int]] = field(default_factory=list)
    others: int = 0
    read: bool = False


@dataclass(frozen=True)
class PreviewView:
    """Which and how many stamps would be activated for which lot; `given` is sent on."""

    run: str
    quantity: int
    product: str
    batch_id: int
    lot: Lot
    unweighed: str
    action: str
    given: dict[str, object]
    back: str


@dataclass(frozen=True)
class DoneView:
    """Stamps that are active now, as the records say; `whole` is one run of them."""

    run: str
    quantity: int
    product: str
    lot: Lot
    left: int
    batch_id: int
    whole: tuple[int, int] | None


@router.get("")
def form(
    request: Request,
    db: Db,
    actor: CurrentActor,
    keyring: StampKeys,
    now: Now,
    lot: Text = "",
    first: Text = "",
    last: Text = "",
) -> Response:
    filled = Filled({"lot_id": lot, "first_code": first, "last_code": last})
    return show_form(request, db, actor, keyring, now, filled)


@router.post("/photo")
def photo(
    request: Request,
    texts: PhotoTexts,
    db: Db,
    actor: CurrentActor,
    words: Words,
    sent: Form,
    keyring: StampKeys,
    now: Now,
) -> Response:
    """Fill the form in with the stamps of a photo; nothing is changed."""
    if isinstance(texts, Invalid):
        return show_form(request, db, actor, keyring, now, refused(sent, texts, words))
    seen = find_seen(db, actor=actor, keyring=keyring, texts=texts)
    return show_form(request, db, actor, keyring, now, with_seen(Filled(sent.fields), seen), seen)


@router.post("")
def preview(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    keyring: StampKeys,
) -> Response:
    given = read_form(ActivationForm, sent, words)
    if isinstance(given, Filled):
        return show_form(request, db, actor, keyring, now, given)
    asked: dict[str, Any] = {"actor": actor, "now": now, "keyring": keyring}
    try:
        span, lot = rehearse_activation(db, ends=given.ends(), lot_id=given.lot_id, **asked)
    except (Conflict, Invalid) as error:
        return show_form(request, db, actor, keyring, now, refused_form(sent, error, words))
    back = {"lot": given.lot_id, "first": given.first_code, "last": given.last_code}
    view = PreviewView(
        run=spoken_run(span.stretch.first, span.stretch.last, words),
        quantity=span.stretch.quantity,
        product=span.product_name,
        batch_id=span.stretch.batch_id,
        lot=lot,
        unweighed=span.unweighed,
        action="/app/activate/confirm",
        given=given.model_dump(),
        back=f"/app/activate?{urlencode(back)}",
    )
    return show(request, "stamps/activate_preview.html", view)


@router.post("/confirm")
def confirm(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    keyring: StampKeys,
) -> Response:
    given = read_form(ActivationForm, sent, words)
    if isinstance(given, Filled):
        return show_form(request, db, actor, keyring, now, given)
    ends = given.ends()
    asked: dict[str, Any] = {"actor": actor, "now": now, "keyring": keyring}
    try:
        with db.begin_nested():
            rehearse_activation(db, ends=ends, lot_id=given.lot_id, **asked)
            found = activate_span(
                db,
                first_code=ends.first_code,
                last_code=ends.last_code,
                lot_id=given.lot_id,
                **asked,
            )
    except ChangedMeanwhile:
        raise
    except (Conflict, Invalid) as error:
        return show_form(request, db, actor, keyring, now, refused_form(sent, error, words))
    return to_done(found.batch_id, found.first, found.last)


def to_done(batch_id: int, first: int, last: int) -> Response:
    told = {"batch": batch_id, "first": first, "last": last}
    return go(f"/app/activate/done?{urlencode(told)}")


@router.get("/done")
def done(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    batch: Annotated[int, Query(ge=1, le=2**62)],
    first: Number,
    last: Number,
) -> Response:
    """Show what is active now, read from the records and not from the address."""
    found = get_batch(db, batch, actor=actor)
    base = found.first
    if base is None or last > (found.granted or 0):
        return go("/app/stamps")
    spans = spans_over(db, first=base + first - 1, last=base + last - 1)
    runs = [span.run.part(base + first - 1, base + last - 1).numbered(base) for span in spans]
    active = [run for run in runs if run.state is State.ACTIVE]
    # Between the pieces of a roll others may be active: what was done last is told.
    newest = max((run.activated_at for run in active if run.activated_at), default=None)
    told = [run for run in active if run.activated_at == newest]
    if not told or len({run.lot_id for run in told}) > 1:
        return go("/app/stamps")
    view = DoneView(
        run=", ".join(spoken_run(run.first, run.last, words) for run in told),
        quantity=sum(run.quantity for run in told),
        product=names_of(db, [found.product_id])[found.product_id],
        lot=get_lot(db, told[0].lot_id or 0, actor=actor),
        left=counts_of(db, [batch])[batch][State.RECEIVED],
        batch_id=batch,
        whole=(told[0].first, told[0].last) if len(told) == 1 else None,
    )
    return show(request, "stamps/activated.html", view)


def refused_form(sent: Sent, error: Conflict | Invalid, words: Translator) -> Filled:
    """Return the form with the error; what a lot lacks is listed below the form in full."""
    if isinstance(error, LotIncomplete):
        problem = error.title(words)
        return Filled(sent.fields, {"lot_id": problem}, problem)
    return refused(sent, error, words)


def with_seen(form: Filled, seen: Seen) -> Filled:
    """Return the form with what a photo showed in its fields: a label, the ends of many, or one."""
    stamps = [stamp.code for stamp in seen.stamps]
    first, last = form.value("first_code"), form.value("last_code")
    if seen.ends:
        first, last = seen.ends
    elif len(stamps) > 1:
        first, last = stamps[0], stamps[-1]
    elif stamps and not first:
        first = stamps[0]
    elif stamps:
        last = stamps[0]
    return Filled({**form.values, "first_code": first, "last_code": last}, form.errors)


def show_form(
    request: Request,
    db: Session,
    actor: Actor,
    keyring: Keyring,
    now: datetime,
    form: Filled,
    seen: Seen | None = None,
) -> Response:
    stamp = find_stamp(db, keyring=keyring, text=typed_code(form.value("first_code")))
    product_id = stamp.product_id if stamp and stamp.entity_id in actor.memberships else None
    lot_id = typed_id(form.value("lot_id"))
    choices = list_lot_choices(db, actor=actor, now=now, product_id=product_id, lot_id=lot_id)
    ready = [choice for choice in choices if not choice.missing]
    named = [choice for choice in ready if choice.lot.id == lot_id]
    only = ready if len(ready) == 1 and not form.value("lot_id") else []
    chosen = next(iter(named or only), None)
    view = ActivationView(
        form=form,
        chosen=chosen,
        ready=ready,
        unready=[choice for choice in choices if choice.missing],
        rolls=[
            (roll, form if str(roll.batch.id) == form.value("batch_id") else Filled())
            for roll in (list_rolls(db, actor=actor, lot=chosen.lot) if chosen else [])
        ],
        seen=[(one.code, one.number) for one in seen.stamps] if seen else [],
        others=seen.others if seen else 0,
        read=seen is not None,
    )
    answer = show(request, "stamps/activate.html", view, status=422 if form.wrong else 200)
    answer.headers.update(WITH_CAMERA)
    return answer
