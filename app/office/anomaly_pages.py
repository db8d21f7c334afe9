"""Stamps whose codes look copied: the list, one with its evidence, and the officer's decision."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.diary.queries import find_lot
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.exports import AsFile, Cell, every, file_of
from app.kit.forms import Filled, Form, In
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.saving import as_of, overtaken, submit
from app.kit.web import Db, Edge, Id, Now, Words
from app.office.anomaly_actions import Choice, decide_anomaly
from app.office.anomaly_queries import Anomaly, AnomalyRow, read_anomaly, rows_of
from app.office.anomaly_words import why_of
from app.office.audit_queries import find_entity_ids
from app.oversight.models import Report
from app.oversight.queries import list_reports_about
from app.scans.models import CloneSignal
from app.scans.signal_queries import get_signal, list_signals
from app.scans.signals import Reason, SignalState
from app.stamps.access import StampKeys
from app.stamps.codes import grouped
from app.stamps.keyring import Keyring
from app.stamps.typed import typed_id

router = APIRouter(prefix="/office/anomalies", route_class=Edge, include_in_schema=False)

DECIDED = sayable(N_("The decision was recorded."))
ASKED = sayable(N_("Another officer must confirm this now. It waits on the page of the batch."))
HEADS = (
    ("id", N_("No.")),
    ("raised_at", N_("Since")),
    ("product", N_("Product")),
    ("entity", N_("Entity")),
    ("batch_id", N_("Batch")),
    ("why", N_("Why")),
    ("devices", N_("Look-ups by different people")),
    ("threshold", N_("Conspicuous from")),
    ("state", N_("State")),
    ("decided_by", N_("Decided by")),
    ("decision", N_("Reason")),
)


class DecisionForm(In):
    """What was decided, and what it rests on."""

    choice: Choice
    reason: Annotated[str, Field(max_length=2000)] = ""
    seen: datetime | None = None


@dataclass(frozen=True)
class Asked:
    """The filters as they were sent."""

    state: str
    reason: str
    q: str
    product: str


@dataclass(frozen=True)
class AnomaliesView:
    """A page of anomalies, the newest first."""

    page: Page[AnomalyRow]
    next: str | None
    previous: str | None
    asked: Asked
    states: list[tuple[str, str]]
    reasons: list[tuple[str, str]]


@dataclass(frozen=True)
class AnomalyView:
    """One anomaly: why it is one, what is known of its stamp, and the form to decide."""

    anomaly: Anomaly
    signal: CloneSignal
    grouped: str
    lot: str
    why: list[str]
    reports: list[Report]
    officer: bool
    choices: list[tuple[str, str, str]]
    form: Filled


@router.get("")
def anomalies(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: NewestFirst,
    state: Annotated[str, Query(max_length=10)] = SignalState.OPEN,
    reason: Annotated[str, Query(max_length=10)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    product: Annotated[str, Query(max_length=20)] = "",
    file: AsFile = None,
) -> Response:
    actor.require_department()
    entities = find_entity_ids(db, text=q) if q.strip() else None

    def read(part: Cut) -> Page[AnomalyRow]:
        found = _found(db, actor, part, Asked(state, reason, q, product), entities)
        return found.having(rows_of(db, found.items))

    if file:
        rows = (_cells(row, words) for row in every(read, cut))
        title = N_("Anomalies")
        return file_of(file, name="anomalies", title=title, heads=HEADS, rows=rows, words=words)
    page = read(cut)
    view = AnomaliesView(
        page=page,
        next=next_path(request, page),
        previous=previous_path(request, page),
        asked=Asked(state, reason, q, product),
        states=[(one, one.label) for one in SignalState],
        reasons=[(one, one.label) for one in Reason],
    )
    return show(request, "office/anomalies.html", view)


@router.get("/{signal_id}")
def anomaly(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    keyring: StampKeys,
    signal_id: Id,
) -> Response:
    signal = get_signal(db, signal_id, actor=actor)
    form = as_of(Filled(), signal.changed_at)
    return _one(request, db, actor, now, words, keyring, signal, form)


@router.post("/{signal_id}")
def decide(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    keyring: StampKeys,
    signal_id: Id,
) -> Response:
    signal = get_signal(db, signal_id, actor=actor)
    actor.require_officer()
    waits = False

    def save(given: DecisionForm) -> None:
        nonlocal waits
        facts = given.model_dump()
        waits = decide_anomaly(
            db, actor=actor, now=now, keyring=keyring, signal_id=signal_id, **facts
        )

    stale = overtaken(sent, words, lambda: signal.changed_at)
    wrong = submit(db, DecisionForm, sent, words, save, stale=stale)
    if wrong is not None:
        db.refresh(signal)
        return _one(request, db, actor, now, words, keyring, signal, wrong)
    return go(f"/office/anomalies/{signal_id}", say=ASKED if waits else DECIDED)


def _found(
    db: Session, actor: Actor, cut: Cut, asked: Asked, entities: Collection[int] | None
) -> Page[CloneSignal]:
    return list_signals(
        db,
        actor=actor,
        cut=cut,
        state=asked.state,
        reason=asked.reason if asked.reason in set(Reason) else "",
        product_id=typed_id(asked.product),
        entity_ids=entities,
    )


def _cells(row: AnomalyRow, words: Translator) -> list[Cell]:
    one = row.signal
    why = ", ".join(words.gettext(reason) for reason in row.reasons)
    about: list[Cell] = [row.product, row.entity, one.batch_id, why]
    decided: list[Cell] = [words.gettext(row.state), one.decided_by, one.decision]
    return [one.id, one.raised_at, *about, one.devices, one.threshold, *decided]


def _one(
    request: Request,
    db: Session,
    actor: Actor,
    now: datetime,
    words: Translator,
    keyring: Keyring,
    signal: CloneSignal,
    form: Filled,
) -> Response:
    found = read_anomaly(db, signal, now=now, keyring=keyring, words=words)
    lot = find_lot(db, signal.lot_id) if signal.lot_id else None
    view = AnomalyView(
        anomaly=found,
        signal=signal,
        grouped=grouped(found.code),
        lot=lot.number if lot else "",
        why=[why_of(Reason(reason), signal, words) for reason in signal.reasons],
        reports=list_reports_about(db, code=found.code) if found.code else [],
        officer=actor.officer,
        choices=[(one, one.label, one.effect) for one in Choice],
        form=form,
    )
    return show(request, "office/anomaly.html", view, status=422 if form.wrong else 200)
