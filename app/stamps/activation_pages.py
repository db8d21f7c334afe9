"""The producer's activation: choose a lot and two stamps, read what that is, confirm."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.diary.lot_queries import LotFilter, list_lots
from app.diary.models import Lot
from app.diary.queries import get_lot, missing_for
from app.diary.rules import Missing
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, In, Sent, read_form, refused
from app.kit.i18n import Translator
from app.kit.pages import go, show
from app.kit.paging import Cut
from app.kit.web import Db, Edge, Now, Words
from app.products.queries import names_of
from app.stamps.access import StampKeys
from app.stamps.batch_queries import counts_of, get_batch, spans_over
from app.stamps.gate_actions import LotIncomplete
from app.stamps.keyring import Keyring
from app.stamps.movement_actions import ChangedMeanwhile
from app.stamps.queries import find_stamp
from app.stamps.rehearsal_actions import rehearse_activation
from app.stamps.rules import State, spoken_run
from app.stamps.span_actions import activate_span
from app.stamps.span_queries import Ends, SpanPreview
from app.stamps.typed import typed_code, typed_id

router = APIRouter(prefix="/app/activate", route_class=Edge, include_in_schema=False)

MOST_LOTS = 30
Text = Annotated[str, Query(max_length=300)]


class ActivationForm(In):
    """The lot, and the first and last stamp in either order."""

    lot_id: Annotated[int, Field(ge=1, le=2**62)]
    first_code: Annotated[str, Field(min_length=1, max_length=300)]
    last_code: Annotated[str, Field(min_length=1, max_length=300)]

    def ends(self) -> Ends:
        return Ends(typed_code(self.first_code), typed_code(self.last_code))


@dataclass(frozen=True)
class LotChoice:
    """An own lot, and what keeps stamps from being activated onto it."""

    lot: Lot
    product: str
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class ActivationView:
    """The form: lots that may be chosen, and those that are not complete."""

    form: Filled
    ready: list[LotChoice]
    unready: list[LotChoice]


@dataclass(frozen=True)
class PreviewView:
    """Which and how many stamps would be activated for which lot."""

    span: SpanPreview
    run: str
    lot: Lot
    given: ActivationForm
    back: str


@dataclass(frozen=True)
class DoneView:
    """Stamps that are active now, as the records say."""

    run: str
    quantity: int
    product: str
    lot: Lot
    left: int


@router.get("")
def form(
    request: Request,
    db: Db,
    actor: CurrentActor,
    keyring: StampKeys,
    lot: Text = "",
    first: Text = "",
    last: Text = "",
) -> Response:
    filled = Filled({"lot_id": lot, "first_code": first, "last_code": last})
    return _form(request, db, actor, keyring, filled)


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
        return _form(request, db, actor, keyring, given)
    asked: dict[str, Any] = {"actor": actor, "now": now, "keyring": keyring}
    try:
        span, lot = rehearse_activation(db, ends=given.ends(), lot_id=given.lot_id, **asked)
    except (Conflict, Invalid) as error:
        return _form(request, db, actor, keyring, _refused(sent, error, words))
    back = {"lot": given.lot_id, "first": given.first_code, "last": given.last_code}
    view = PreviewView(
        span=span,
        run=spoken_run(span.stretch.first, span.stretch.last, words),
        lot=lot,
        given=given,
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
        return _form(request, db, actor, keyring, given)
    ends = given.ends()
    asked: dict[str, Any] = {"actor": actor, "now": now, "keyring": keyring}
    try:
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
        return _form(request, db, actor, keyring, _refused(sent, error, words))
    done = {"batch": found.batch_id, "first": found.first, "last": found.last}
    return go(f"/app/activate/done?{urlencode(done)}")


@router.get("/done")
def done(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    batch: Annotated[int, Query(ge=1, le=2**62)],
    first: Annotated[int, Query(ge=1, le=2**40)],
    last: Annotated[int, Query(ge=1, le=2**40)],
) -> Response:
    """Show what is active now, read from the records and not from the address."""
    found = get_batch(db, batch, actor=actor)
    if found.first is None:
        return go("/app/stamps")
    base = found.first
    spans = spans_over(db, first=base + first - 1, last=base + last - 1)
    runs = [span.run.part(base + first - 1, base + last - 1).numbered(base) for span in spans]
    active = [run for run in runs if run.state is State.ACTIVE and run.lot_id is not None]
    inside = last <= (found.granted or 0)
    if not active or not inside or len({run.lot_id for run in active}) > 1:
        return go("/app/stamps")
    view = DoneView(
        run=spoken_run(active[0].first, active[-1].last, words),
        quantity=sum(run.quantity for run in active),
        product=names_of(db, [found.product_id])[found.product_id],
        lot=get_lot(db, active[0].lot_id or 0, actor=actor),
        left=counts_of(db, [batch])[batch][State.RECEIVED],
    )
    return show(request, "stamps/activated.html", view)


def _refused(sent: Sent, error: Conflict | Invalid, words: Translator) -> Filled:
    """Return the form with the error; what a lot lacks is listed below the form in full."""
    if isinstance(error, LotIncomplete):
        problem = error.title(words)
        return Filled(sent.fields, {"lot_id": problem}, problem)
    return refused(sent, error, words)


def _form(request: Request, db: Db, actor: Actor, keyring: Keyring, form: Filled) -> Response:
    choices = _lots(db, actor, keyring, form)
    view = ActivationView(
        form=form,
        ready=[choice for choice in choices if not choice.missing],
        unready=[choice for choice in choices if choice.missing],
    )
    return show(request, "stamps/activate.html", view, status=422 if form.wrong else 200)


def _lots(db: Session, actor: Actor, keyring: Keyring, form: Filled) -> list[LotChoice]:
    """Return the own lots to choose from: once a stamp is known, only those of its product."""
    stamp = find_stamp(db, keyring=keyring, text=typed_code(form.value("first_code")))
    product_id = stamp.product_id if stamp and stamp.entity_id in actor.memberships else None
    wanted = LotFilter(product_id=product_id, own=True)
    found = list(
        list_lots(db, actor=actor, cut=Cut(limit=MOST_LOTS, newest=True), wanted=wanted).items
    )
    found += [lot for lot in _named(db, actor, form) if lot not in found]
    products = names_of(db, [lot.product_id for lot in found])
    return [LotChoice(lot, products[lot.product_id], missing_for(db, lot)) for lot in found]


def _named(db: Session, actor: Actor, form: Filled) -> list[Lot]:
    """Return the lot the address or the form names, however old it is."""
    lot = db.get(Lot, typed_id(form.value("lot_id")) or 0)
    return [lot] if lot is not None and lot.entity_id in actor.memberships else []
