"""The list of plans of inspections, the form of a new one, and the sheet that fills one."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from openpyxl import Workbook
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor
from app.kit.exports import MEDIA, AsFile, FileKind, every, file_of
from app.kit.forms import Filled, Form
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.saving import submit
from app.kit.sheets import add_sheet
from app.kit.web import Db, Now, Words
from app.oversight import plan_actions
from app.oversight.inspection_models import InspectionPlan
from app.oversight.plan_api import NewPlanIn
from app.oversight.plan_queries import Progress, list_plans, progress_of
from app.oversight.plans import COLUMNS, PlanKind, PlanState

HOME: Final = "/office/plans"
router = APIRouter(prefix=HOME, route_class=OnceRoute, include_in_schema=False)

MADE = sayable(N_("The plan is begun. Add what is to be inspected."))


@dataclass(frozen=True)
class PlanLine:
    """A plan as the list shows it."""

    plan: InspectionPlan
    progress: Progress

    @property
    def kind(self) -> PlanKind:
        return PlanKind(self.plan.kind)

    @property
    def state(self) -> PlanState:
        return PlanState(self.plan.state)


@dataclass(frozen=True)
class PlansView:
    """A page of the list of plans, and the form of a new one."""

    rows: Sequence[PlanLine]
    next: str | None
    previous: str | None
    states: list[tuple[str, str]]
    kinds: list[tuple[str, str]]
    year: str
    state: str
    may_act: bool
    form: Filled


@router.get("")
def plans(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: NewestFirst,
    file: AsFile = None,
    year: Annotated[str, Query(max_length=4, pattern="^([0-9]{4})?$")] = "",
    state: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    if file:
        return _file(db, actor, words, file, cut, year, state)
    return _list(request, db, actor, words, cut, year, state, Filled())


@router.post("")
def make(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    actor.require_officer()
    made: list[InspectionPlan] = []

    def save(given: NewPlanIn) -> None:
        made.append(plan_actions.make_plan(db, actor=actor, now=now, **given.model_dump()))

    wrong = submit(db, NewPlanIn, sent, words, save)
    if wrong is not None:
        return _list(request, db, actor, words, Cut(newest=True), "", "", wrong)
    return go(f"{HOME}/{made[0].id}", say=MADE)


@router.get("/template.xlsx")
def sheet_template(actor: CurrentActor, words: Words) -> Response:
    """Return an empty sheet of rows, with what each column means."""
    actor.require_department()
    out = BytesIO()
    workbook = Workbook(write_only=True)
    header = [words.gettext(one.label) for one in COLUMNS]
    title = words.gettext(N_("Plan of inspections"))
    add_sheet(workbook, title=title, header=header, rows=[], width=20.0)
    hints = [
        (words.gettext(one.label), words.gettext(one.hint) if one.hint else "") for one in COLUMNS
    ]
    heads = [words.gettext(N_("Column")), words.gettext(N_("Explanation"))]
    title = words.gettext(N_("Explanations"))
    add_sheet(workbook, title=title, header=heads, rows=hints, width=40.0)
    workbook.save(out)
    headers = {
        "Content-Disposition": 'attachment; filename="plan.xlsx"',
        "Cache-Control": "private, no-store",
    }
    return Response(out.getvalue(), headers=headers, media_type=MEDIA[FileKind.XLSX])


def _list(
    request: Request,
    db: Session,
    actor: Actor,
    words: Translator,
    cut: Cut,
    year: str,
    state: str,
    form: Filled,
) -> Response:
    page = _plans(db, actor, cut, year, state)
    view = PlansView(
        rows=page.items,
        next=next_path(request, page),
        previous=previous_path(request, page),
        states=[(one.value, one.label) for one in PlanState],
        kinds=[(one.value, words.gettext(one.label)) for one in PlanKind],
        year=year,
        state=state,
        may_act=actor.officer,
        form=form,
    )
    return show(request, "oversight/plans.html", view, status=422 if form.wrong else 200)


def _plans(db: Session, actor: Actor, cut: Cut, year: str, state: str) -> Page[PlanLine]:
    page = list_plans(
        db,
        actor=actor,
        cut=cut,
        year=int(year) if year else None,
        state=PlanState(state) if state in set(PlanState) else None,
    )
    progress = progress_of(db, [one.id for one in page.items])
    return page.having([PlanLine(one, progress[one.id]) for one in page.items])


_HEADS: Final = (
    ("id", N_("No.")),
    ("year", N_("Year")),
    ("name", N_("Name")),
    ("kind", N_("Kind")),
    ("state", N_("State")),
    ("decision_no", N_("Decision no.")),
    ("decided_on", N_("Decided on")),
    ("inspections", N_("Inspections")),
    ("signed", N_("Signed")),
    ("cancelled", N_("Cancelled")),
)


def _file(
    db: Session,
    actor: Actor,
    words: Translator,
    kind: FileKind,
    cut: Cut,
    year: str,
    state: str,
) -> Response:
    def read(part: Cut) -> Page[PlanLine]:
        return _plans(db, actor, part, year, state)

    rows = (
        (
            one.plan.id,
            one.plan.year,
            one.plan.name,
            words.gettext(one.kind.label),
            words.gettext(one.state.label),
            one.plan.decision_no,
            one.plan.decided_on,
            one.progress.total,
            one.progress.signed,
            one.progress.cancelled,
        )
        for one in every(read, cut)
    )
    title = N_("Plans of inspections")
    return file_of(kind, name="plans", title=title, heads=_HEADS, rows=rows, words=words)
