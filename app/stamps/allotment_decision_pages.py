"""What becomes of a draft: one decision grants and issues all of it, or it is given up."""

from datetime import date
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.clock import day_of
from app.kit.errors import Conflict
from app.kit.forms import Filled, Form, In, Line, Note, read_form
from app.kit.i18n import N_
from app.kit.pages import go, sayable
from app.kit.web import Db, Edge, Id, Now, Words
from app.stamps.access import LargestBatch, StampKeys
from app.stamps.allotment_actions import cancel_allotment
from app.stamps.allotment_draft_pages import (
    Tried,
    WideForm,
    attempt,
    draft_page,
    officers_draft,
    refused_page,
    wanted_of,
)
from app.stamps.allotment_issue_actions import Decision, issue_allotment
from app.stamps.allotment_queries import rows_of

router = APIRouter(prefix="/office/allotments", route_class=Edge, include_in_schema=False)

CANCELLED = sayable(N_("The plan was cancelled. Requests it held wait again."))
ISSUED = sayable(N_("The plan was approved and all its stamps were issued. Now have them printed."))


class RowsUnsaved(Conflict):
    """You changed rows and did not save them"""

    code: ClassVar[str] = "stamps.allotment_unsaved"
    detail: ClassVar[str] = N_(
        "Save the plan first; what you typed is kept below. Then approve it."
    )


class DecisionIn(In):
    """The decision on a draft, and the version of it that was on the screen."""

    version: int
    decision_no: Annotated[Line, Field(min_length=1, max_length=60)]
    decided_on: date
    programme: Annotated[Line, Field(max_length=120)] = ""


class CancelIn(In):
    """Why a draft is given up."""

    version: int
    reason: Annotated[Note, Field(min_length=1, max_length=2000)]


@router.post("/{allotment_id}/approve")
def approve(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: WideForm,
    keyring: StampKeys,
    largest: LargestBatch,
    allotment_id: Id,
) -> Response:
    draft = officers_draft(db, actor, allotment_id)
    given = read_form(DecisionIn, sent, words)
    if isinstance(given, Filled):
        tried = Tried(sent, given)
        return draft_page(request, db, actor, draft, day_of(now), tried)

    def decide() -> None:
        rows = rows_of(db, draft.id)
        kept = [row.wanted(number) for number, row in enumerate(rows, start=1)]
        if given.version == draft.version and wanted_of(rows, sent) != kept:
            raise RowsUnsaved
        facts = given.model_dump(exclude={"version"})
        issue_allotment(
            db,
            actor=actor,
            now=now,
            allotment_id=draft.id,
            version=given.version,
            decision=Decision(**facts),
            keyring=keyring,
            largest=largest,
        )

    error = attempt(db, decide)
    if error:
        return refused_page(request, db, actor, draft, error, sent, words, day_of(now))
    return go(f"/office/allotments/{draft.id}", say=ISSUED)


@router.post("/{allotment_id}/cancel")
def cancel(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    allotment_id: Id,
) -> Response:
    draft = officers_draft(db, actor, allotment_id)
    given = read_form(CancelIn, sent, words)
    if isinstance(given, Filled):
        return draft_page(request, db, actor, draft, day_of(now), Tried(sent, given))
    facts = given.model_dump()
    error = attempt(
        db, lambda: cancel_allotment(db, actor=actor, now=now, allotment_id=draft.id, **facts)
    )
    if error:
        return refused_page(request, db, actor, draft, error, sent, words, day_of(now))
    return go(f"/office/allotments/{draft.id}", say=CANCELLED)
