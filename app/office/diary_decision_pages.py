"""What an officer decides in producers' diaries: late entries, and harvests before their time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from starlette.responses import Response

from app.diary.decision_actions import clear_lot, decide_entry
from app.diary.fields import said_values
from app.diary.queries import get_lot
from app.diary.stage_queries import stages_of
from app.identity.access import CurrentActor
from app.kit.exports import AsFile, Cell, FileKind, every, file_of
from app.kit.forms import Filled, Form, In
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Cutting, Page, next_path, previous_path
from app.kit.saving import submit
from app.kit.web import Db, Edge, Id, Now, Words
from app.office.diary_pages import Asked, Filters, wanted_of
from app.office.diary_queries import Approvable, list_approvals
from app.office.lacking_queries import Lacking, list_early, list_incomplete

router = APIRouter(prefix="/office/diaries", route_class=Edge, include_in_schema=False)

ACCEPTED: Final = sayable(N_("The entry was approved."))
REFUSED: Final = sayable(N_("The entry was refused."))
CLEARED: Final = sayable(N_("The lot was let pass."))
APPROVALS: Final = N_("Late entries waiting for approval")
_HEADS: Final = (
    ("lot_id", N_("Lot no.")),
    ("lot", N_("Lot")),
    ("product", N_("Product")),
    ("entity", N_("Entity")),
)
ENTRY_HEADS: Final = (
    *_HEADS,
    ("performed_at", N_("Work done at")),
    ("recorded_at", N_("Written down at")),
    ("recorder", N_("Recorded by")),
    ("entry", N_("What it says")),
)
LACK_HEADS: Final = (*_HEADS, ("lacking", N_("What is lacking")))

Reason = Annotated[str, Field(max_length=1000)]


class DecisionForm(In):
    """Whether a late entry counts."""

    decision: Literal["accept", "refuse"]
    reason: Reason = ""


class ClearanceForm(In):
    """Which early harvest is let pass, and why."""

    entry_id: UUID
    reason: Reason = ""


@dataclass(frozen=True)
class Waits:
    """A late entry with its stage and values in the reader's language."""

    row: Approvable
    name: str
    lines: list[tuple[str, str]]


@dataclass(frozen=True)
class ApprovalsView:
    """A page of late entries; `wrong` is the form of the one that was sent and refused."""

    page: Page[Waits]
    next: str | None
    previous: str | None
    asked: Asked
    officer: bool
    sent: str
    form: Filled


@dataclass(frozen=True)
class Sheet:
    """A list of lots that lack something; `clears` where an officer may let them pass."""

    name: str
    title: str
    advice: str
    empty: str
    read: Callable[..., Page[Lacking]]
    clears: bool = False


@dataclass(frozen=True)
class Lacks:
    """A lot with what it lacks in the reader's language."""

    row: Lacking
    lines: list[str]


@dataclass(frozen=True)
class LackingView:
    """A page of such lots; `sent` is the entry whose clearance was sent and refused."""

    sheet: Sheet
    page: Page[Lacks]
    next: str | None
    previous: str | None
    asked: Asked
    officer: bool
    sent: str
    form: Filled


INCOMPLETE: Final = Sheet(
    "incomplete",
    N_("Lots that lack something while stamps wait"),
    N_("Their producers have received stamps of the product and can't activate them yet."),
    N_("Nothing is lacking where stamps wait."),
    list_incomplete,
)
EARLY: Final = Sheet(
    "harvests",
    N_("Taken within a withdrawal period"),
    N_(
        "Stamps can't be activated onto these lots unless an officer lets them pass, with a reason."
    ),
    N_("No lot was harvested or packed too early."),
    list_early,
    clears=True,
)


@dataclass(frozen=True)
class Desk:
    """Who asks for a page, when, and in which language."""

    request: Request
    db: Db
    actor: CurrentActor
    now: Now
    words: Words


At = Annotated[Desk, Depends()]
_NOTHING: Final = Filled()
_ALL: Final = Asked("", None, "", "", "")


@router.get("/approvals")
def approvals(at: At, cut: Cutting, filters: Filters, file: AsFile = None) -> Response:
    at.actor.require_department()
    if file is None:
        return _approvals(at, cut, filters)
    wanted = wanted_of(filters, days=0, now=at.now)
    found = every(lambda part: list_approvals(at.db, wanted=wanted, cut=part))
    rows = (_entry_cells(one, at) for one in found)
    return file_of(
        file, name="late-entries", title=APPROVALS, heads=ENTRY_HEADS, rows=rows, words=at.words
    )


@router.post("/approvals/{entry_id}")
def decide(at: At, sent: Form, entry_id: UUID) -> Response:
    at.actor.require_officer()
    accepted = sent.text("decision") == "accept"

    def save(given: DecisionForm) -> None:
        who: dict[str, Any] = {"actor": at.actor, "now": at.now}
        decide_entry(at.db, **who, entry_id=entry_id, accepted=accepted, reason=given.reason)

    wrong = submit(at.db, DecisionForm, sent, at.words, save)
    if wrong is not None:
        return _approvals(at, Cut(), _ALL, sent=str(entry_id), form=wrong)
    return go("/office/diaries/approvals", say=ACCEPTED if accepted else REFUSED)


@router.get("/incomplete")
def incomplete(at: At, cut: Cutting, filters: Filters, file: AsFile = None) -> Response:
    return _lacking(at, INCOMPLETE, cut, filters, file)


@router.get("/harvests")
def harvests(at: At, cut: Cutting, filters: Filters, file: AsFile = None) -> Response:
    return _lacking(at, EARLY, cut, filters, file)


@router.post("/harvests/{lot_id}")
def clear(at: At, sent: Form, lot_id: Id) -> Response:
    get_lot(at.db, lot_id, actor=at.actor)
    at.actor.require_officer()

    def save(given: ClearanceForm) -> None:
        who: dict[str, Any] = {"actor": at.actor, "now": at.now, "lot_id": lot_id}
        clear_lot(at.db, **who, item="harvested_early", **given.model_dump())

    wrong = submit(at.db, ClearanceForm, sent, at.words, save)
    if wrong is not None:
        return _lacks(at, EARLY, Cut(), _ALL, sent=sent.text("entry_id"), form=wrong)
    return go("/office/diaries/harvests", say=CLEARED)


def _approvals(
    at: Desk, cut: Cut, filters: Asked, *, sent: str = "", form: Filled = _NOTHING
) -> Response:
    wanted = wanted_of(filters, days=0, now=at.now)
    page = list_approvals(at.db, wanted=wanted, cut=cut)
    view = ApprovalsView(
        page=page.having(_waits(page.items, at)),
        next=next_path(at.request, page),
        previous=previous_path(at.request, page),
        asked=filters,
        officer=at.actor.officer,
        sent=sent,
        form=form,
    )
    return show(at.request, "office/approvals.html", view, status=422 if form.wrong else 200)


def _lacking(at: Desk, sheet: Sheet, cut: Cut, filters: Asked, file: FileKind | None) -> Response:
    at.actor.require_department()
    if file is None:
        return _lacks(at, sheet, cut, filters)
    wanted = wanted_of(filters, days=0, now=at.now)
    rows = (
        _lack_cells(one, at.words)
        for one in every(lambda part: sheet.read(at.db, wanted=wanted, cut=part))
    )
    name, title = sheet.name, sheet.title
    return file_of(file, name=name, title=title, heads=LACK_HEADS, rows=rows, words=at.words)


def _lacks(
    at: Desk,
    sheet: Sheet,
    cut: Cut,
    filters: Asked,
    *,
    sent: str = "",
    form: Filled = _NOTHING,
) -> Response:
    page = sheet.read(at.db, wanted=wanted_of(filters, days=0, now=at.now), cut=cut)
    view = LackingView(
        sheet=sheet,
        page=page.map(lambda one: Lacks(one, [check.said(at.words) for check in one.missing])),
        next=next_path(at.request, page),
        previous=previous_path(at.request, page),
        asked=filters,
        officer=at.actor.officer,
        sent=sent,
        form=form,
    )
    return show(at.request, "office/lacking.html", view, status=422 if form.wrong else 200)


def _waits(rows: Sequence[Approvable], at: Desk) -> list[Waits]:
    stages = stages_of(at.db, [row.entry for row in rows])
    found = []
    for row in rows:
        stage = stages[row.entry.id]
        name = stage.name_in(at.words.language) if stage else row.entry.stage
        lines = said_values(row.entry.facts, at.words, stage)
        found.append(Waits(row, name or at.words.gettext(row.entry.kind.label), lines))
    return found


def _entry_cells(one: Approvable, at: Desk) -> list[Cell]:
    (said,) = _waits([one], at)
    lines = [f"{label}: {text}" for label, text in said.lines]
    about: list[Cell] = [one.lot_id, one.lot, one.product, one.entity]
    when: list[Cell] = [one.entry.performed_at, one.entry.recorded_at, one.entry.recorder]
    return [*about, *when, "; ".join(filter(None, [*lines, one.entry.note]))]


def _lack_cells(one: Lacking, words: Translator) -> list[Cell]:
    lacking = "; ".join(check.said(words) for check in one.missing)
    return [one.lot.id, one.lot.number, one.product, one.entity, lacking]
