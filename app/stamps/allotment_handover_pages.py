"""An allotment that was issued: its batches, their hand-over in one act, and all the minutes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.forms import Filled, In, Line, Sent, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.text import clean_text
from app.kit.web import Db, Edge, Id, Now, Words
from app.stamps.allotment_draft_pages import NOTHING_SAID, WideForm, attempt
from app.stamps.allotment_issue_actions import Minutes, get_issued, hand_over_allotment
from app.stamps.allotment_models import Allotment
from app.stamps.allotment_queries import Row, get_allotment, receivers_of, rows_of
from app.stamps.batch_queries import counts_of
from app.stamps.handover_queries import list_handovers
from app.stamps.minutes_queries import MinutesSheet, sheets_of
from app.stamps.rules import BatchState, State

router = APIRouter(prefix="/office/allotments", route_class=Edge, include_in_schema=False)

HANDED_OVER = sayable(N_("The handovers were recorded. Print the minutes and have them signed."))
_RECEIVER_NEEDED = N_("Write who receives these stamps, or leave the entity out for now.")
_NOBODY_CHOSEN = N_("Choose at least one entity.")
_NAME_CHARS = 120


class MinutesIn(In):
    """How the minutes are numbered: words before a number that counts on."""

    prefix: Annotated[Line, Field(max_length=40)] = ""
    number: Annotated[str, Field(pattern=r"^[0-9]{1,6}$")] = "1"


@dataclass(frozen=True)
class IssuedLine:
    """A row of an allotment with what became of its batch."""

    row: Row
    label: str
    counts: dict[State, int]


@dataclass(frozen=True)
class ReceiverLine:
    """An entity whose stamps are still with the Department, and who is to get them."""

    entity_id: int
    entity: str
    batches: int
    quantity: int
    taken: bool
    receiver: str


@dataclass(frozen=True)
class IssuedView:
    """An allotment that is decided: its batches and the next steps."""

    allotment: Allotment
    lines: list[IssuedLine]
    quantity: int
    handed_over: int
    active: int
    entities: int
    receivers: list[ReceiverLine]
    form: Filled
    minutes: bool
    officer: bool


@dataclass(frozen=True)
class MinutesView:
    """All minutes of an allotment, one sheet for each entity."""

    allotment: Allotment
    sheets: list[MinutesSheet]


@router.post("/{allotment_id}/handover")
def hand_over_all(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: WideForm,
    allotment_id: Id,
) -> Response:
    found = get_issued(db, allotment_id, actor=actor)
    given = read_form(MinutesIn, sent, words)
    if isinstance(given, Filled):
        return issued_page(request, db, actor, found, given, sent)
    chosen = [one for one in _receivers(db, rows_of(db, found.id), sent) if one.taken]
    wrong = _faults(chosen, words)
    if wrong.wrong:
        return issued_page(request, db, actor, found, replace(wrong, values=sent.fields), sent)

    def act() -> None:
        minutes = _numbered(chosen, given)
        hand_over_allotment(db, actor=actor, now=now, allotment_id=found.id, minutes=minutes)

    error = attempt(db, act)
    if error:
        form = refused(sent, error, words)
        return issued_page(request, db, actor, found, form, sent)
    return go(f"/office/allotments/{found.id}/minutes", say=HANDED_OVER)


@router.get("/{allotment_id}/minutes")
def minutes(request: Request, db: Db, actor: CurrentActor, allotment_id: Id) -> Response:
    found = get_allotment(db, allotment_id, actor=actor)
    batches = [row.batch.id for row in rows_of(db, found.id) if row.batch]
    place = {batch_id: at for at, batch_id in enumerate(batches)}
    handed = list_handovers(db, actor=actor, batch_ids=batches)
    handed.sort(key=lambda one: (place[one.batch_id], one.id))
    view = MinutesView(found, sheets_of(db, handed, together=True))
    return show(request, "stamps/allotment_minutes.html", view)


def issued_page(
    request: Request,
    db: Session,
    actor: Actor,
    found: Allotment,
    form: Filled = NOTHING_SAID,
    sent: Sent | None = None,
) -> Response:
    rows = rows_of(db, found.id)
    batches = [row.batch for row in rows if row.batch is not None]
    counts = counts_of(db, [batch.id for batch in batches])
    none = dict.fromkeys(State, 0)
    lines = [
        IssuedLine(
            row,
            BatchState(row.batch.state).label if row.batch else "",
            counts[row.batch.id] if row.batch else none,
        )
        for row in rows
    ]
    if not form.wrong:
        form = Filled({"prefix": f"BBBG-{found.year}/{found.id}-", "number": "01"})
    view = IssuedView(
        allotment=found,
        lines=lines,
        quantity=sum(row.row.quantity for row in rows),
        handed_over=sum(batch.handed_over for batch in batches),
        active=sum(line.counts[State.ACTIVE] for line in lines),
        entities=len({row.row.entity_id for row in rows}),
        receivers=_receivers(db, rows, sent),
        form=form,
        minutes=any(batch.handed_over for batch in batches),
        officer=actor.officer,
    )
    return show(request, "stamps/allotment_one.html", view, status=422 if form.wrong else 200)


def _receivers(db: Session, rows: list[Row], sent: Sent | None) -> list[ReceiverLine]:
    """Return the entities that stamps wait for, as the form says or as is most likely."""
    waiting = [row for row in rows if row.batch and row.batch.state == BatchState.ISSUED]
    counts = counts_of(db, [row.batch.id for row in waiting if row.batch])
    left, batches, names = Counter[int](), Counter[int](), {}
    for row in waiting:
        if row.batch and counts[row.batch.id][State.ISSUED]:
            left[row.row.entity_id] += counts[row.batch.id][State.ISSUED]
            batches[row.row.entity_id] += 1
            names[row.row.entity_id] = row.entity
    usual = {} if sent else receivers_of(db, names)
    fields = sent.fields if sent else {}
    return [
        ReceiverLine(
            entity_id=key,
            entity=name,
            batches=batches[key],
            quantity=left[key],
            taken=bool(fields.get(f"take-{key}")) if sent else True,
            receiver=fields.get(f"receiver-{key}", usual.get(key, "")),
        )
        for key, name in names.items()
    ]


def _faults(chosen: list[ReceiverLine], words: Translator) -> Filled:
    if not chosen:
        return Filled(problem=words.gettext(_NOBODY_CHOSEN))
    return Filled(
        errors={
            f"receiver-{one.entity_id}": words.gettext(_RECEIVER_NEEDED)
            for one in chosen
            if not one.receiver.strip()
        }
    )


def _numbered(chosen: Iterable[ReceiverLine], given: MinutesIn) -> dict[int, Minutes]:
    start, width = int(given.number), len(given.number)
    return {
        one.entity_id: Minutes(
            clean_text(one.receiver, limit=_NAME_CHARS, field=f"receiver-{one.entity_id}"),
            f"{given.prefix}{number:0{width}}",
        )
        for number, one in enumerate(chosen, start=start)
    }
