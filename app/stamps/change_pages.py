"""The office's pages that change stamps: which ones, then exactly what that touches, then done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, In, Line, Note, Sent, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Id, Now, Words
from app.stamps.access import FreshCounts, StampKeys
from app.stamps.batch_queries import get_batch
from app.stamps.change_actions import change_span, second_person_from
from app.stamps.keyring import Keyring
from app.stamps.models import Batch
from app.stamps.movement_actions import ChangedMeanwhile
from app.stamps.order_actions import ask_void
from app.stamps.rehearsal_actions import rehearse_change
from app.stamps.rules import Move, State
from app.stamps.runs import counted
from app.stamps.span_queries import Chosen, Ends, Numbers, SpanPreview, StampsUnchosen
from app.stamps.typed import typed_code

router = APIRouter(prefix="/office/batches/{batch_id}", route_class=Edge, include_in_schema=False)

ASKED = sayable(N_("Another officer must confirm this now. It waits on the page of the batch."))
Code = Annotated[str, Field(max_length=300)]
Number = Annotated[int, Field(ge=1, le=2**40)]


class ChangeForm(In):
    """Stamps by two codes or by running numbers, and what is said of them."""

    first_code: Code = ""
    last_code: Code = ""
    first: Number | None = None
    last: Number | None = None
    reason: Annotated[Note, Field(max_length=2000)] = ""
    document_no: Annotated[Line, Field(max_length=60)] = ""
    receiver: Annotated[Line, Field(max_length=120)] = ""

    def chosen(self, batch_id: int) -> Chosen:
        """Return the stamps meant; the last one is the first where none is named."""
        if self.first_code:
            first = typed_code(self.first_code)
            return Ends(first, typed_code(self.last_code) or first)
        if self.first is not None:
            return Numbers(batch_id, self.first, self.last or self.first)
        raise StampsUnchosen


@dataclass(frozen=True)
class Kind:
    """One change: its words, as msgids, and what its form asks."""

    name: str
    move: Move
    title: str
    lead: str
    said: str
    final: bool = False
    asks: tuple[str, ...] = ("reason",)


KINDS = (
    Kind(
        "void",
        Move.VOID,
        N_("Make stamps void"),
        N_("A void stamp stays void: whoever scans it is told so."),
        sayable(N_("The stamps are void now.")),
        final=True,
    ),
    Kind(
        "spoil",
        Move.SPOIL,
        N_("Spoiled at printing"),
        N_("For stamps that came out of the printer unusable and were never handed over."),
        sayable(N_("The stamps are recorded as spoiled.")),
        final=True,
    ),
    Kind(
        "lose",
        Move.LOSE,
        N_("Report stamps lost"),
        N_("Whoever scans a lost stamp is told so. It can still be made void, never be used."),
        sayable(N_("The stamps are recorded as lost.")),
        final=True,
    ),
    Kind(
        "return",
        Move.RETURN,
        N_("Stamps came back"),
        N_("For stamps the producer has not activated and brings back, by their minutes."),
        sayable(N_("The return was recorded.")),
        asks=("document_no", "reason"),
    ),
    Kind(
        "undo",
        Move.UNDO,
        N_("Undo an activation"),
        N_("The stamps are with the producer again, on no lot. Only while nobody looked them up."),
        sayable(N_("The activation was undone.")),
    ),
    Kind(
        "reissue",
        Move.REISSUE,
        N_("Hand over again"),
        N_("For returned stamps that go out to the producer again, with minutes of their own."),
        sayable(N_("The handover was recorded.")),
        asks=("receiver", "document_no"),
    ),
)


@dataclass(frozen=True)
class ChangeView:
    """The form that names the stamps."""

    batch: Batch
    kind: Kind
    form: Filled


@dataclass(frozen=True)
class ChangePreview:
    """What would change, to be read before it does; `second` is when two people are needed."""

    batch: Batch
    kind: Kind
    span: SpanPreview
    parts: list[tuple[str, int]]
    given: dict[str, str]
    second: int | None


def _routes(kind: Kind) -> None:
    def form(request: Request, db: Db, actor: CurrentActor, batch_id: Id) -> Response:
        batch = get_batch(db, batch_id, actor=actor)
        actor.require_officer()
        return show(request, "stamps/change.html", ChangeView(batch, kind, Filled()))

    def preview(
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
        actor.require_officer()
        asked = _asked(kind, batch, actor, now, keyring, sent, words)
        if isinstance(asked, Filled):
            return _form(request, batch, kind, asked)
        try:
            span = rehearse_change(db, batch_id=batch.id, **asked)
        except (Conflict, Invalid) as error:
            return _form(request, batch, kind, refused(sent, error, words))
        return _preview(request, db, actor, batch, kind, span, sent)

    def confirm(
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
        actor.require_officer()
        asked = _asked(kind, batch, actor, now, keyring, sent, words)
        if isinstance(asked, Filled):
            return _form(request, batch, kind, asked)
        try:
            said = _carry_out(db, batch, kind, asked)
        except ChangedMeanwhile:
            raise
        except (Conflict, Invalid) as error:
            return _form(request, batch, kind, refused(sent, error, words))
        return go(f"/office/batches/{batch_id}", say=said)

    path = f"/{kind.name}"
    router.add_api_route(path, form, methods=["GET"])
    router.add_api_route(path, preview, methods=["POST"])
    router.add_api_route(f"{path}/confirm", confirm, methods=["POST"])


for _kind in KINDS:
    _routes(_kind)


def _asked(
    kind: Kind,
    batch: Batch,
    actor: Actor,
    now: datetime,
    keyring: Keyring,
    sent: Sent,
    words: Translator,
) -> dict[str, Any] | Filled:
    """Return what is asked for, as the actions take it, or the form with what is wrong."""
    given = read_form(ChangeForm, sent, words)
    if isinstance(given, Filled):
        return given
    try:
        chosen = given.chosen(batch.id)
    except StampsUnchosen as error:
        return refused(sent, error, words)
    said = {name: getattr(given, name) for name in kind.asks}
    asked = {"move": kind.move, "chosen": chosen, "keyring": keyring}
    return {"actor": actor, "now": now, **asked, **said}


def _carry_out(db: Session, batch: Batch, kind: Kind, asked: dict[str, Any]) -> str:
    """Do what was asked, or have it wait for a second person; return what to say of it."""
    span = rehearse_change(db, batch_id=batch.id, **asked)
    if second_person_from(db, asked["actor"], kind.move, span.stretch) is not None:
        ask_void(db, **asked)
        return ASKED
    change_span(db, **asked)
    return kind.said


def _preview(
    request: Request,
    db: Session,
    actor: Actor,
    batch: Batch,
    kind: Kind,
    span: SpanPreview,
    sent: Sent,
) -> Response:
    counts = counted(span.runs)
    view = ChangePreview(
        batch=batch,
        kind=kind,
        span=span,
        parts=[(state.label, counts[state]) for state in State if counts[state]],
        given={name: sent.text(name) for name in ChangeForm.model_fields},
        second=second_person_from(db, actor, kind.move, span.stretch),
    )
    return show(request, "stamps/change_preview.html", view)


def _form(request: Request, batch: Batch, kind: Kind, form: Filled) -> Response:
    return show(request, "stamps/change.html", ChangeView(batch, kind, form), status=422)
