"""Changes of stamps over the API: by the codes of two stamps, or by running numbers of a batch."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy.orm import Session

from app.identity.access import ApiRoute, CurrentActor
from app.identity.rules import Actor
from app.kit.forms import Flag, In, Line, Note, Out
from app.kit.web import Db, Id, Now
from app.stamps import order_actions, span_actions, span_queries
from app.stamps.access import FreshCounts, StampKeys
from app.stamps.api import Code, Quantity, Reason, RecordId
from app.stamps.change_actions import change_span
from app.stamps.keyring import Keyring
from app.stamps.ledger_models import SpanOrder
from app.stamps.order_queries import list_orders
from app.stamps.rules import Move, State
from app.stamps.span_queries import Chosen, Ends, Numbers, StampsUnchosen

router = APIRouter(prefix="/api/v1", tags=["stamps"], route_class=ApiRoute)

Number = Annotated[int, Field(ge=1, le=2**40)]


class CodesIn(In):
    """The first and the last stamp, in either order."""

    first_code: Code
    last_code: Code


class ActivationIn(CodesIn):
    """The stamps to activate, and the lot they go on."""

    lot_id: RecordId


class NextIn(In):
    """How many of a batch's next stamps to activate, and the lot they go on.

    `first` is the running number expected to be the first of them.
    """

    batch_id: RecordId
    quantity: Quantity
    lot_id: RecordId
    first: Number | None = None


class SpanIn(In):
    """Stamps by two codes in either order, or by running numbers of a batch."""

    first_code: Code = ""
    last_code: Code = ""
    batch_id: RecordId | None = None
    first: Number | None = None
    last: Number | None = None

    def chosen(self) -> Chosen:
        """Return the stamps meant, or raise StampsUnchosen."""
        if self.first_code and self.last_code:
            return Ends(self.first_code, self.last_code)
        if self.batch_id is not None and self.first is not None and self.last is not None:
            return Numbers(self.batch_id, self.first, self.last)
        raise StampsUnchosen


class VoidIn(SpanIn):
    """The stamps to change, and why."""

    reason: Reason


class ReturnIn(SpanIn):
    """The stamps that came back, and by which minutes."""

    document_no: Annotated[Line, Field(min_length=1, max_length=60)]
    reason: Annotated[Note, Field(max_length=2000)] = ""


class ReissueIn(SpanIn):
    """The returned stamps that go out again, and who takes them."""

    receiver: Annotated[Line, Field(min_length=1, max_length=120)]
    document_no: Annotated[Line, Field(max_length=60)] = ""


class OrderIn(VoidIn):
    """Stamps to be made void by two people; `spoil` for those spoiled at printing."""

    spoil: Flag = False


class DeclineIn(In):
    """Why stamps are not to be made void."""

    reason: Reason


class RunOut(Out):
    """Consecutive stamps in one state, by their running numbers."""

    first: int
    last: int
    quantity: int
    state: State
    lot_id: int | None


class StretchOut(Out):
    """Stamps from one to another, by their running numbers."""

    batch_id: int
    product_id: int
    first: int
    last: int
    quantity: int


class OrderOut(Out):
    """A request to make stamps void, by running numbers, and what became of it."""

    id: int
    batch_id: int
    move: Move
    first: int
    last: int
    reason: str
    state: str
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str
    refusal: str


class PreviewOut(StretchOut):
    """What two codes span, to be shown before a change is confirmed."""

    product_name: str
    runs: list[RunOut]


@router.post("/spans/preview")
def preview_span(given: CodesIn, db: Db, actor: CurrentActor, keyring: StampKeys) -> PreviewOut:
    """Return which and how many stamps lie between two codes, and their states."""
    found = span_queries.preview_span(db, actor=actor, keyring=keyring, **given.model_dump())
    return PreviewOut(
        **StretchOut.model_validate(found.stretch).model_dump(),
        product_name=found.product_name,
        runs=[RunOut.model_validate(run) for run in found.runs],
    )


@router.post("/spans/activate")
def activate_span(
    given: ActivationIn, db: Db, actor: CurrentActor, now: Now, keyring: StampKeys
) -> StretchOut:
    """Activate stamps onto a lot of their product; refused while the lot is incomplete."""
    facts = given.model_dump()
    return StretchOut.model_validate(
        span_actions.activate_span(db, actor=actor, now=now, keyring=keyring, **facts)
    )


@router.post("/spans/activate-next")
def activate_next(given: NextIn, db: Db, actor: CurrentActor, now: Now) -> list[StretchOut]:
    """Activate the next stamps of a batch that may be, in the order of their numbers."""
    pieces = span_actions.activate_next(db, actor=actor, now=now, **given.model_dump())
    return [StretchOut.model_validate(piece) for piece in pieces]


@router.post("/spans/void")
def void_span(
    given: VoidIn, db: Db, actor: CurrentActor, now: Now, keyring: StampKeys
) -> StretchOut:
    """Make stamps void for good. From a set quantity on, ask for it under `/span-orders`."""
    return _change(Move.VOID, given, db, actor, now, keyring)


@router.post("/spans/spoil")
def spoil_span(
    given: VoidIn, db: Db, actor: CurrentActor, now: Now, keyring: StampKeys
) -> StretchOut:
    """Record stamps as spoiled at printing, before they are handed over. Officers only."""
    return _change(Move.SPOIL, given, db, actor, now, keyring)


@router.post("/spans/lose")
def lose_span(
    given: VoidIn, db: Db, actor: CurrentActor, now: Now, keyring: StampKeys
) -> StretchOut:
    """Record stamps as lost."""
    return _change(Move.LOSE, given, db, actor, now, keyring)


@router.post("/spans/undo")
def undo_span(
    given: VoidIn,
    _counts: FreshCounts,
    db: Db,
    actor: CurrentActor,
    now: Now,
    keyring: StampKeys,
) -> StretchOut:
    """Undo an activation: for a few days, and only while nobody looked the stamps up."""
    return _change(Move.UNDO, given, db, actor, now, keyring)


@router.post("/spans/return")
def return_span(
    given: ReturnIn, db: Db, actor: CurrentActor, now: Now, keyring: StampKeys
) -> StretchOut:
    """Record that stamps not activated came back to the Department. Officers only."""
    return _change(Move.RETURN, given, db, actor, now, keyring)


@router.post("/spans/reissue")
def reissue_span(
    given: ReissueIn, db: Db, actor: CurrentActor, now: Now, keyring: StampKeys
) -> StretchOut:
    """Hand returned stamps over again, with minutes of their own. Officers only."""
    return _change(Move.REISSUE, given, db, actor, now, keyring)


def _change(
    move: Move, given: SpanIn, db: Session, actor: Actor, now: datetime, keyring: Keyring
) -> StretchOut:
    said = given.model_dump(exclude=set(SpanIn.model_fields))
    found = change_span(
        db, actor=actor, now=now, keyring=keyring, move=move, chosen=given.chosen(), **said
    )
    return StretchOut.model_validate(found)


@router.get("/span-orders")
def orders(
    db: Db,
    actor: CurrentActor,
    batch_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> list[OrderOut]:
    """Return requests to make stamps void that wait for a second person."""
    found = list_orders(db, actor=actor, batch_id=batch_id, waiting=True)
    return [_order(one) for one in found]


@router.post("/span-orders", status_code=201)
def ask_void(given: OrderIn, db: Db, actor: CurrentActor, now: Now, keyring: StampKeys) -> OrderOut:
    """Ask for a second person who confirms that stamps be made void."""
    move = Move.SPOIL if given.spoil else Move.VOID
    made = order_actions.ask_void(
        db,
        actor=actor,
        now=now,
        keyring=keyring,
        move=move,
        chosen=given.chosen(),
        reason=given.reason,
    )
    return _order(made)


@router.post("/span-orders/{order_id}/confirm")
def confirm_order(
    order_id: Id, db: Db, actor: CurrentActor, now: Now, keyring: StampKeys
) -> StretchOut:
    """Make the stamps void that another person asked for. Officers only."""
    found = order_actions.confirm_order(
        db, actor=actor, now=now, keyring=keyring, order_id=order_id
    )
    return StretchOut.model_validate(found)


@router.post("/span-orders/{order_id}/decline")
def decline_order(
    order_id: Id, given: DeclineIn, db: Db, actor: CurrentActor, now: Now
) -> OrderOut:
    """Decline a request to make stamps void, or take one's own back. Officers only."""
    reason = given.reason
    return _order(
        order_actions.decline_order(db, actor=actor, now=now, order_id=order_id, reason=reason)
    )


def _order(one: SpanOrder) -> OrderOut:
    return OrderOut.model_validate(one)
