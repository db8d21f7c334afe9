"""The Department's list of findings, and how each ended. They are recorded where goods are seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.exports import AsFile, every
from app.kit.files import Store
from app.kit.forms import Filled, Form
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.saving import submit
from app.kit.web import Db, Edge, Id, Now, Words
from app.oversight.closings import Ending
from app.oversight.file_pages import findings_file, photo_answer
from app.oversight.finding_actions import INSPECTORS
from app.oversight.finding_closing_actions import close_finding
from app.oversight.finding_queries import (
    FindingFilter,
    find_measure,
    find_photo,
    get_finding,
    list_findings,
    list_photos,
)
from app.oversight.models import Finding, FindingPhoto
from app.oversight.row_queries import FindingRow, finding_rows, names_of
from app.oversight.rules import FindingOutcome, Subject
from app.oversight.told import ClosingIn

router = APIRouter(prefix="/office/findings", route_class=Edge, include_in_schema=False)

CLOSED = sayable(N_("The finding is closed."))


@dataclass(frozen=True)
class FindingsView:
    """A page of findings."""

    rows: Sequence[FindingRow]
    next: str | None
    previous: str | None
    outcomes: list[FindingOutcome]
    subjects: list[Subject]
    outcome: str
    subject: str
    text: str
    mine: bool
    entity: tuple[int, str] | None


@dataclass(frozen=True)
class FindingView:
    """One finding with its photos, and how it ended or may be ended."""

    row: FindingRow
    photos: list[FindingPhoto]
    measure_id: int | None
    waits: bool
    may_close: bool
    endings: list[tuple[str, str]]
    form: Filled


@router.get("")
def findings(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: NewestFirst,
    file: AsFile = None,
    outcome: str = "",
    subject: str = "",
    q: Annotated[str, Query(max_length=100)] = "",
    entity: Annotated[int, Query(ge=0, le=2**62)] = 0,
    mine: str = "",
) -> Response:
    wanted = FindingFilter(
        outcome=FindingOutcome(outcome) if outcome in set(FindingOutcome) else None,
        subject=Subject(subject) if subject in set(Subject) else None,
        entity_id=entity or None,
        text=q,
        mine=bool(mine),
    )

    def read(part: Cut) -> Page[FindingRow]:
        page = list_findings(db, actor=actor, cut=part, wanted=wanted)
        return page.having(finding_rows(db, page.items))

    if file:
        return findings_file(file, every(read, cut), words)
    page = read(cut)
    view = FindingsView(
        rows=page.items,
        next=next_path(request, page),
        previous=previous_path(request, page),
        outcomes=list(FindingOutcome),
        subjects=list(Subject),
        outcome=outcome,
        subject=subject,
        text=q,
        mine=bool(mine),
        entity=(entity, names_of(db, entity_id=entity).entity) if entity else None,
    )
    return show(request, "oversight/findings.html", view)


@router.get("/{finding_id}")
def finding(
    request: Request, db: Db, actor: CurrentActor, words: Words, finding_id: Id
) -> Response:
    found = get_finding(db, finding_id, actor=actor)
    return _one(request, db, actor, words, found, Filled())


@router.post("/{finding_id}/close")
def close(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    finding_id: Id,
) -> Response:
    found = get_finding(db, finding_id, actor=actor)
    actor.require_role(*INSPECTORS)

    def save(given: ClosingIn) -> None:
        close_finding(db, actor=actor, now=now, finding_id=found.id, **given.model_dump())

    wrong = submit(db, ClosingIn, sent, words, save)
    if wrong is not None:
        return _one(request, db, actor, words, found, wrong)
    return go(f"/office/findings/{found.id}", say=CLOSED)


def _one(
    request: Request,
    db: Session,
    actor: Actor,
    words: Translator,
    found: Finding,
    form: Filled,
) -> Response:
    [row] = finding_rows(db, [found])
    measure_id = find_measure(db, found.id)
    waits = not (row.outcome is FindingOutcome.IN_ORDER or row.closing or measure_id)
    view = FindingView(
        row=row,
        photos=list_photos(db, found.id),
        measure_id=measure_id,
        waits=waits,
        may_close=waits and bool(actor.roles & set(INSPECTORS)),
        endings=[(one.value, words.gettext(one.label)) for one in Ending],
        form=form,
    )
    return show(request, "oversight/finding.html", view, status=422 if form.wrong else 200)


@router.get("/{finding_id}/photos/{position}")
def photo(
    db: Db, actor: CurrentActor, files: Store, finding_id: Id, position: Id, small: str = ""
) -> Response:
    """Return a photo of a finding to the Department, and to nobody else."""
    found = get_finding(db, finding_id, actor=actor)
    return photo_answer(files, find_photo(db, found.id, position), small=bool(small))
