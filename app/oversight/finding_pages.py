"""The Department's list of findings. They are recorded where a stamp is inspected."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.exports import AsFile, every
from app.kit.files import Store
from app.kit.pages import show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.web import Db, Edge, Id, Words
from app.oversight.file_pages import findings_file, photo_answer
from app.oversight.finding_queries import (
    FindingFilter,
    find_photo,
    get_finding,
    list_findings,
    list_photos,
)
from app.oversight.models import FindingPhoto
from app.oversight.row_queries import FindingRow, finding_rows, names_of
from app.oversight.rules import FindingOutcome, Subject

router = APIRouter(prefix="/office/findings", route_class=Edge, include_in_schema=False)


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
    """One finding with its photos."""

    row: FindingRow
    photos: list[FindingPhoto]


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
def finding(request: Request, db: Db, actor: CurrentActor, finding_id: Id) -> Response:
    found = get_finding(db, finding_id, actor=actor)
    [row] = finding_rows(db, [found])
    view = FindingView(row, list_photos(db, found.id))
    return show(request, "oversight/finding.html", view)


@router.get("/{finding_id}/photos/{position}")
def photo(
    db: Db, actor: CurrentActor, files: Store, finding_id: Id, position: Id, small: str = ""
) -> Response:
    """Return a photo of a finding to the Department, and to nobody else."""
    found = get_finding(db, finding_id, actor=actor)
    return photo_answer(files, find_photo(db, found.id, position), small=bool(small))
