"""One plan of inspections with its rows, and what fills it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.history import Happened, tell
from app.audit.queries import list_events
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.errors import Invalid, TooLarge
from app.kit.exports import AsFile, every
from app.kit.forms import Filled, Form, In, Note, Sent
from app.kit.grid import NotASheet
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.saving import as_of, beside, submit
from app.kit.sheets import read_table
from app.kit.web import Db, Edge, Id, Now, Words, site
from app.oversight import plan_actions
from app.oversight.inspection_file_pages import inspections_file
from app.oversight.inspection_models import InspectionPlan
from app.oversight.inspection_pages import checklists_there, names
from app.oversight.inspection_queries import InspectionFilter, list_inspections
from app.oversight.inspection_row_queries import InspectionRow, inspection_rows
from app.oversight.inspection_terms import INSPECTION_TERMS
from app.oversight.plan_api import ApproveIn, ChangePlanIn, SeenIn
from app.oversight.plan_list_pages import HOME, PlanLine
from app.oversight.plan_queries import get_plan, progress_of
from app.oversight.plans import PlanRow, PlanSheetWrong, PlanState, read_plan
from app.oversight.rules import Subject
from app.oversight.told import RecordId

router = APIRouter(prefix=HOME, route_class=Edge, include_in_schema=False)

CHANGED = sayable(N_("The plan was changed."))
ADDED = sayable(N_("Added to the plan."))
REMOVED = sayable(N_("Taken out of the plan."))
APPROVED = sayable(N_("The plan is approved; inspectors' phones have it."))
CLOSED = sayable(N_("The plan is closed."))
FILE_MEGABYTES: Final = 2
Month = Annotated[int, Field(ge=1, le=12)]
Team = Annotated[Note, Field(max_length=2000)]


class WhenIn(In):
    """In which month the rows that are added are inspected, and by whom."""

    month: Month | None = None
    team: Team = ""


class OneIn(WhenIn):
    subject: Subject = Subject.ENTITY
    record_id: RecordId
    right_id: RecordId | None = None


class UsersIn(WhenIn):
    right_id: RecordId


class CommuneIn(WhenIn):
    commune_code: Annotated[str, Field(pattern="^[0-9]{5}$")]


class RemoveIn(In):
    inspection_id: RecordId


@dataclass(frozen=True)
class PlanView:
    """A plan with its rows; `act` names the form that came back wrong."""

    line: PlanLine
    rows: Sequence[InspectionRow]
    next: str | None
    previous: str | None
    subjects: list[tuple[str, str]]
    happened: list[Happened]
    may_act: bool
    draft: bool
    act: str
    form: Filled
    blank: Filled
    told: Filled
    lines: Sequence[str]


@router.get("/{inspection_plan_id}")
def one_plan(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: NewestFirst,
    inspection_plan_id: Id,
    file: AsFile = None,
) -> Response:
    plan = get_plan(db, inspection_plan_id, actor=actor)
    if file is None:
        return _one(request, db, actor, words, plan, cut=cut)

    def read(part: Cut) -> Page[InspectionRow]:
        wanted = InspectionFilter(plan_id=plan.id)
        page = list_inspections(db, actor=actor, cut=part, wanted=wanted)
        return page.having(inspection_rows(db, page.items, words))

    return inspections_file(file, every(read, cut), words)


@dataclass(frozen=True)
class Asked:
    """An act on a plan, as a form asks for it."""

    request: Request
    db: Session
    actor: Actor
    now: datetime
    words: Translator
    sent: Sent
    plan: InspectionPlan

    def do(self, name: str, model: type[Any], act: Callable[..., object], say: str) -> Response:
        """Carry it out, or show the page with the form as it was filled in."""

        def save(given: In) -> None:
            facts = given.model_dump()
            if "team" in facts:
                facts["team"] = names(facts["team"])
            act(self.db, actor=self.actor, now=self.now, plan_id=self.plan.id, **facts)

        wrong = submit(self.db, model, self.sent, self.words, save, stale=self._stale)
        if wrong is not None:
            return _one(
                self.request, self.db, self.actor, self.words, self.plan, act=name, form=wrong
            )
        return go(f"{HOME}/{self.plan.id}", say=say)

    def _stale(self) -> Filled:
        told = as_of(_told(self.plan), self.plan.changed_at)
        return beside(self.sent, told, self.words, lambda _, value: value)


def _asked(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    inspection_plan_id: Id,
) -> Asked:
    actor.require_officer()
    return Asked(
        request, db, actor, now, words, sent, get_plan(db, inspection_plan_id, actor=actor)
    )


@router.post("/{inspection_plan_id}/change")
def change(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    return asked.do("change", ChangePlanIn, plan_actions.change_plan, CHANGED)


@router.post("/{inspection_plan_id}/add", dependencies=[Depends(checklists_there)])
def add(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    return asked.do("add", OneIn, plan_actions.add_one, ADDED)


@router.post("/{inspection_plan_id}/add-users", dependencies=[Depends(checklists_there)])
def add_users(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    return asked.do("add-users", UsersIn, plan_actions.add_users, ADDED)


@router.post("/{inspection_plan_id}/add-commune", dependencies=[Depends(checklists_there)])
def add_commune(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    return asked.do("add-commune", CommuneIn, plan_actions.add_commune, ADDED)


@dataclass(frozen=True)
class SentRows:
    """The rows of a sheet that was sent, read; or why it was refused."""

    rows: Sequence[PlanRow] = ()
    refusal: Invalid | TooLarge | None = None


def _sheet(request: Request, actor: CurrentActor, words: Words, sent: Form) -> SentRows:
    """Read the sheet before the transaction: a large one takes a while."""
    actor.require_officer()
    name, content = sent.files.get("file", ("", b""))
    if len(content) > FILE_MEGABYTES * 1024 * 1024:
        return SentRows(refusal=TooLarge(megabytes=FILE_MEGABYTES))
    others = [one for one in site(request).translators.values() if one is not words]
    try:
        if not content:
            raise NotASheet(name=name)
        return SentRows(read_plan(read_table(content, name=name), [words, *others]))
    except (Invalid, TooLarge) as error:
        return SentRows(refusal=error)


@router.post("/{inspection_plan_id}/upload", dependencies=[Depends(checklists_there)])
def upload(
    sheet: Annotated[SentRows, Depends(_sheet)], asked: Annotated[Asked, Depends(_asked)]
) -> Response:
    """Add the rows of a sheet, all of them or none."""
    lines: list[str] = []
    wrong = None
    try:
        if sheet.refusal is not None:
            raise sheet.refusal
        with asked.db.begin_nested():
            plan_actions.add_sheet(
                asked.db,
                actor=asked.actor,
                now=asked.now,
                plan_id=asked.plan.id,
                rows=sheet.rows,
            )
    except PlanSheetWrong as error:
        lines = error.lines(asked.words)
        wrong = Filled({}, {}, f"{error.title(asked.words)}. {asked.words.gettext(error.detail)}")
    except (Invalid, TooLarge) as error:
        title, why = error.title(asked.words), error.explain(asked.words)
        wrong = Filled({}, {"file": why}, title)
    if wrong is not None:
        return _one(
            asked.request,
            asked.db,
            asked.actor,
            asked.words,
            asked.plan,
            act="upload",
            form=wrong,
            lines=lines,
        )
    return go(f"{HOME}/{asked.plan.id}", say=ADDED)


@router.post("/{inspection_plan_id}/remove")
def remove(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    return asked.do("remove", RemoveIn, plan_actions.remove_row, REMOVED)


@router.post("/{inspection_plan_id}/approve")
def approve(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    return asked.do("approve", ApproveIn, plan_actions.approve_plan, APPROVED)


@router.post("/{inspection_plan_id}/close")
def close(asked: Annotated[Asked, Depends(_asked)]) -> Response:
    return asked.do("close", SeenIn, plan_actions.close_plan, CLOSED)


def _told(plan: InspectionPlan) -> Filled:
    days = {name: getattr(plan, name) for name in ("from_day", "to_day")}
    told = {name: day.isoformat() if day else "" for name, day in days.items()}
    return Filled({"name": plan.name, "note": plan.note, **told})


def _one(
    request: Request,
    db: Session,
    actor: Actor,
    words: Translator,
    plan: InspectionPlan,
    *,
    cut: Cut | None = None,
    act: str = "",
    form: Filled | None = None,
    lines: Sequence[str] = (),
) -> Response:
    part = cut or Cut(newest=True)
    page = list_inspections(db, actor=actor, cut=part, wanted=InspectionFilter(plan_id=plan.id))
    events = list_events(db, cut=Cut(), subject_kind="inspection_plan", subject_id=plan.id)
    view = PlanView(
        line=PlanLine(plan, progress_of(db, [plan.id])[plan.id]),
        rows=inspection_rows(db, page.items, words),
        next=next_path(request, page),
        previous=previous_path(request, page),
        subjects=[
            (one.value, words.gettext(one.label))
            for one in (Subject.ENTITY, Subject.PRODUCT, Subject.RIGHT)
        ],
        happened=[tell(event, INSPECTION_TERMS, words) for event in events.items],
        may_act=actor.officer,
        draft=plan.state == PlanState.DRAFT,
        act=act,
        form=form or Filled(),
        blank=as_of(Filled(), plan.changed_at),
        told=as_of(_told(plan), plan.changed_at),
        lines=lines,
    )
    return show(request, "oversight/plan.html", view, status=422 if form else 200)
