"""The Department's list of measures, and one measure with what was answered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.history import Happened, tell
from app.audit.queries import list_events
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.exports import AsFile, every
from app.kit.files import Store
from app.kit.forms import Filled, Form, In, Sent
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Page, Sorting, next_path, previous_path
from app.kit.saving import as_of, overtaken, submit
from app.kit.web import Db, Id, Now, Words
from app.oversight import measure_actions
from app.oversight.file_pages import photo_answer
from app.oversight.finding_actions import INSPECTORS
from app.oversight.inspection_file_pages import measures_file
from app.oversight.inspection_models import Measure
from app.oversight.inspection_terms import INSPECTION_TERMS
from app.oversight.measure_api import ConfirmIn, ExtendIn, ReopenIn
from app.oversight.measure_queries import MeasureFilter, get_answer, get_measure, list_measures
from app.oversight.measure_row_queries import MeasureRow, measure_rows
from app.oversight.measures import MeasureState

HOME: Final = "/office/measures"
router = APIRouter(prefix=HOME, route_class=OnceRoute, include_in_schema=False)

CONFIRMED = sayable(N_("The measure is done."))
REOPENED = sayable(N_("The measure is to be done again."))
EXTENDED = sayable(N_("The deadline was changed."))
ANSWERED: Final = "answered"
STATES: Final = [
    *((one.value, one.label) for one in MeasureState),
    (ANSWERED, N_("Answered, to be confirmed")),
]


@dataclass(frozen=True)
class MeasuresView:
    """A page of the list of measures, those due first coming first."""

    rows: Sequence[MeasureRow]
    next: str | None
    previous: str | None
    states: list[tuple[str, str]]
    state: str
    entity: int


@dataclass(frozen=True)
class MeasureView:
    """One measure; `act` names the form that came back wrong."""

    row: MeasureRow
    happened: list[Happened]
    may_act: bool
    act: str
    form: Filled
    blank: Filled


@router.get("")
def measures(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Sorting,
    file: AsFile = None,
    state: Annotated[str, Query(max_length=10)] = "",
    entity: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> Response:
    actor.require_department()
    wanted = MeasureFilter(
        state=MeasureState(state) if state in set(MeasureState) else None,
        answered=state == ANSWERED,
        entity_id=entity or None,
    )
    today = day_of(now)

    def read(part: Cut) -> Page[MeasureRow]:
        page = list_measures(db, actor=actor, cut=part, wanted=wanted, today=today)
        return page.having(measure_rows(db, page.items, today=today))

    if file:
        return measures_file(file, every(read, cut), words)
    page = read(cut)
    view = MeasuresView(
        rows=page.items,
        next=next_path(request, page),
        previous=previous_path(request, page),
        states=STATES,
        state=state,
        entity=entity,
    )
    return show(request, "oversight/measures.html", view)


@router.get("/{measure_id}")
def one_measure(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, measure_id: Id
) -> Response:
    actor.require_department()
    found = get_measure(db, measure_id, actor=actor)
    return _one(request, db, actor, now, words, found)


@router.get("/{measure_id}/answers/{answer_id}/photo")
def answer_photo(
    db: Db, actor: CurrentActor, files: Store, measure_id: Id, answer_id: Id, small: str = ""
) -> Response:
    """Return the photo of an answer to the Department, and to whom the measure is set."""
    found = get_measure(db, measure_id, actor=actor)
    answer = get_answer(db, found.id, answer_id)
    return photo_answer(files, answer.sha256, small=bool(small))


@dataclass(frozen=True)
class Asked:
    """An act on a measure, as a form asks for it."""

    request: Request
    db: Session
    actor: Actor
    now: datetime
    words: Translator
    sent: Sent
    found: Measure

    def do(self, name: str, model: type[Any], act: Callable[..., object], say: str) -> Response:
        def save(given: In) -> None:
            facts = given.model_dump()
            act(self.db, actor=self.actor, now=self.now, measure_id=self.found.id, **facts)

        stale = overtaken(self.sent, self.words, lambda: self.found.changed_at)
        wrong = submit(self.db, model, self.sent, self.words, save, stale=stale)
        if wrong is not None:
            return _one(
                self.request, self.db, self.actor, self.now, self.words, self.found, name, wrong
            )
        return go(f"{HOME}/{self.found.id}", say=say)


def _asked(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    measure_id: Id,
) -> Asked:
    actor.require_department()
    actor.require_role(*INSPECTORS)
    found = get_measure(db, measure_id, actor=actor)
    return Asked(request, db, actor, now, words, sent, found)


@router.post("/{measure_id}/confirm")
def confirm(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    return asked.do("confirm", ConfirmIn, measure_actions.confirm_measure, CONFIRMED)


@router.post("/{measure_id}/reopen")
def reopen(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    return asked.do("reopen", ReopenIn, measure_actions.reopen_measure, REOPENED)


@router.post("/{measure_id}/extend")
def extend(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    return asked.do("extend", ExtendIn, measure_actions.extend_measure, EXTENDED)


def _one(
    request: Request,
    db: Session,
    actor: Actor,
    now: datetime,
    words: Translator,
    found: Measure,
    act: str = "",
    form: Filled | None = None,
) -> Response:
    events = list_events(db, cut=Cut(), subject_kind="measure", subject_id=found.id)
    view = MeasureView(
        row=measure_rows(db, [found], today=day_of(now))[0],
        happened=[tell(event, INSPECTION_TERMS, words) for event in events.items],
        may_act=bool(actor.roles & set(INSPECTORS)),
        act=act,
        form=form or Filled(),
        blank=as_of(Filled(), found.changed_at),
    )
    return show(request, "oversight/measure.html", view, status=422 if form else 200)
