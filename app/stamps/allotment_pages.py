"""The office's pages of allotments: the list of the years' plans, and one of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.exports import AsFile, Cell, FileKind, every, file_of
from app.kit.forms import Filled, Form, In, Line, read_form
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.web import Db, Edge, Id, Now, Words
from app.stamps import allotment_actions, allotment_queries
from app.stamps.allotment_draft_pages import draft_page
from app.stamps.allotment_handover_pages import issued_page
from app.stamps.allotment_models import Allotment
from app.stamps.allotment_queries import Totals
from app.stamps.allotment_row_pages import rows_file
from app.stamps.allotting import AllotmentState, Basis
from app.stamps.allotting_queries import list_waiting
from app.stamps.typed import typed_id

router = APIRouter(prefix="/office/allotments", route_class=Edge, include_in_schema=False)

MADE = sayable(N_("The draft was made. Change what you like, then save it."))
LABELS = {state.value: state.label for state in AllotmentState}
BASES = tuple((basis.value, basis.label) for basis in Basis)


class NewIn(In):
    """What a new plan is for, and what it is filled with: no basis, no rows of last year."""

    year: Annotated[int, Field(ge=2000, le=2200)]
    programme: Annotated[Line, Field(max_length=120)] = ""
    basis: Basis | None = None
    requests: bool = False


@dataclass(frozen=True)
class Sought:
    """Which allotments a list shows: plans, or decisions on single requests."""

    year: int | None
    state: str
    single: bool


@dataclass(frozen=True)
class AllotmentsView:
    """A page of the list of allotments, and the form of a new one."""

    page: Page[tuple[Allotment, Totals]]
    sums: Totals
    next: str | None
    previous: str | None
    years: list[int]
    sought: Sought
    labels: Mapping[str, str]
    officer: bool
    form: Filled
    bases: tuple[tuple[str, str], ...]
    waiting: int


@router.get("")
def allotments(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: NewestFirst,
    file: AsFile = None,
    year: str = "",
    state: str = "",
    kind: str = "",
) -> Response:
    sought = Sought(typed_id(year), state if state in LABELS else "", kind == "single")
    if file:
        rows = every(lambda part: _listed(db, actor, part, sought), cut)
        return _file(file, db, rows, words)
    return _list(request, db, actor, now, sought, cut, Filled())


@router.post("/new")
def new_allotment(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    actor.require_officer()
    given = read_form(NewIn, sent, words)
    if isinstance(given, Filled):
        plans = Sought(None, "", single=False)
        return _list(request, db, actor, now, plans, Cut(newest=True), given)
    made = allotment_actions.make_draft(db, actor=actor, now=now, **given.model_dump())
    return go(f"/office/allotments/{made.id}", say=MADE)


@router.get("/{allotment_id}")
def allotment(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    allotment_id: Id,
    file: AsFile = None,
) -> Response:
    found = allotment_queries.get_allotment(db, allotment_id, actor=actor)
    if file:
        return rows_file(file, db, found, words)
    if found.state == AllotmentState.DRAFT:
        return draft_page(request, db, actor, found, day_of(now))
    return issued_page(request, db, actor, found)


def _listed(db: Session, actor: Actor, cut: Cut, sought: Sought) -> Page[Allotment]:
    return allotment_queries.list_allotments(db, actor=actor, cut=cut, **vars(sought))


def _list(
    request: Request,
    db: Session,
    actor: Actor,
    now: datetime,
    sought: Sought,
    cut: Cut,
    form: Filled,
) -> Response:
    page = _listed(db, actor, cut, sought)
    totals = allotment_queries.totals_of(db, [one.id for one in page.items])
    if not form.wrong:
        form = Filled({"year": str(day_of(now).year), "basis": Basis.SAME, "requests": "on"})
    view = AllotmentsView(
        page=page.map(lambda one: (one, totals.get(one.id, Totals()))),
        sums=allotment_queries.sums_of(db, actor=actor, **vars(sought)),
        next=next_path(request, page),
        previous=previous_path(request, page),
        years=allotment_queries.list_years(db),
        sought=sought,
        labels=LABELS,
        officer=actor.officer,
        form=form,
        bases=BASES,
        waiting=len(list_waiting(db)),
    )
    return show(request, "stamps/allotments.html", view, status=422 if form.wrong else 200)


_HEADS = (
    ("id", N_("Plan no.")),
    ("year", N_("Year")),
    ("programme", N_("Programme")),
    ("state", N_("State")),
    ("decision_no", N_("Decision no.")),
    ("decided_on", N_("Decided on")),
    ("rows", N_("Rows")),
    ("quantity", N_("Stamps")),
    ("handed_over", N_("Handed over")),
    ("active", N_("Activated")),
)


def _file(kind: FileKind, db: Session, found: Iterable[Allotment], words: Translator) -> Response:
    plans = list(found)
    totals = allotment_queries.totals_of(db, [plan.id for plan in plans])

    def row(plan: Allotment) -> list[Cell]:
        sums = totals.get(plan.id, Totals())
        return [
            plan.id,
            plan.year,
            plan.programme,
            words.gettext(LABELS[plan.state]),
            plan.decision_no,
            plan.decided_on,
            sums.rows,
            sums.quantity,
            sums.handed_over,
            sums.active,
        ]

    rows = [row(plan) for plan in plans]
    title = N_("Stamp allotments")
    return file_of(kind, name="allotments", title=title, heads=_HEADS, rows=rows, words=words)
