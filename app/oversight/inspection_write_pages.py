"""The form by which an inspection is written down in the office."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.web import Db, Edge, Id, Now, Words
from app.oversight.checklists import AnswerKind, Questions
from app.oversight.finding_actions import INSPECTORS
from app.oversight.inspection_access import WideForm
from app.oversight.inspection_actions import lock_open, require_open, write_inspection
from app.oversight.inspection_forms import (
    BLANK_FINDINGS,
    WrittenIn,
    filled,
    is_place,
    read_content,
)
from app.oversight.inspection_models import Inspection
from app.oversight.inspection_pages import HOME
from app.oversight.inspection_queries import get_inspection
from app.oversight.inspection_refusals import OtherVersion
from app.oversight.inspection_sign_actions import content_of
from app.oversight.inspection_view_queries import Whole, questions_for, whole_of
from app.oversight.rules import FindingOutcome

router = APIRouter(prefix=HOME, route_class=Edge, include_in_schema=False)

WRITTEN = sayable(N_("Written down. Sign it once it is complete."))


@dataclass(frozen=True)
class Option:
    """What an item may be answered with, in the reader's words."""

    value: str
    label: str


@dataclass(frozen=True)
class WriteView:
    """The form of an inspection: what it asks, what is written, rows for findings."""

    whole: Whole
    questions: Questions
    options: dict[str, list[Option]]
    outcomes: list[tuple[str, str]]
    items: list[tuple[str, str]]
    places: list[int]
    form: Filled
    theirs: str


@router.get("/{inspection_id}/write")
def write_form(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, inspection_id: Id
) -> Response:
    actor.require_department()
    actor.require_role(*INSPECTORS)
    found = get_inspection(db, inspection_id, actor=actor)
    require_open(found)
    form = filled(content_of(found), found.version)
    if not form.value("held_on"):
        form = replace(form, values={**form.values, "held_on": day_of(now).isoformat()})
    return _show(request, db, now, words, found, form)


@router.post("/{inspection_id}/write")
def write(
    request: Request,
    sent: WideForm,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    inspection_id: Id,
) -> Response:
    actor.require_department()
    found = lock_open(db, inspection_id, actor=actor)
    given = read_form(WrittenIn, sent, words)
    if isinstance(given, Filled):
        return _show(request, db, now, words, found, given)
    version, questions = questions_for(db, found)
    whole = whole_of(db, found, words=words, today=day_of(now))
    try:
        with db.begin_nested():
            content = read_content(
                given,
                sent,
                questions,
                content_of(found),
                users=[entity_id for entity_id, _ in whole.users],
                measures=[row.measure.id for row, _, _ in whole.followed],
                new_uid=uuid4,
            )
            write_inspection(
                db,
                actor=actor,
                now=now,
                inspection_id=found.id,
                content=content,
                base_version=given.version,
                checklist_version_id=version.id if version else None,
            )
    except OtherVersion as error:
        # Sent once more it takes the place of theirs, which stands beside it now.
        late = refused(sent, error, words)
        form = replace(late, values={**late.values, "version": str(found.version)})
        return _show(request, db, now, words, found, form, theirs=True)
    except (Conflict, Invalid) as error:
        return _show(request, db, now, words, found, refused(sent, error, words))
    return go(f"{HOME}/{found.id}", say=WRITTEN)


def _show(
    request: Request,
    db: Session,
    now: datetime,
    words: Translator,
    found: Inspection,
    form: Filled,
    *,
    theirs: bool = False,
) -> Response:
    _, questions = questions_for(db, found)
    whole = whole_of(db, found, words=words, today=day_of(now))
    places = {int(name[1:-5]) for name in form.values if _is_finding(name)}
    # As many blank rows as before stand below what is written.
    count = max(len(found.findings) + BLANK_FINDINGS, max(places, default=-1) + 1)
    language = words.language
    view = WriteView(
        whole=whole,
        questions=questions,
        options={
            item.code: [Option(value, item.said(value, words)) for value in item.options()]
            for item in questions.items()
            if item.kind in {AnswerKind.YES_NO, AnswerKind.CHOICE}
        },
        outcomes=[(one.value, words.gettext(one.label)) for one in FindingOutcome],
        items=[(item.code, item.named(language)) for item in questions.items()],
        places=list(range(min(count, 100))),
        form=form,
        theirs=f"{HOME}/{found.id}" if theirs else "",
    )
    status = 422 if form.wrong else 200
    return show(request, "oversight/inspection_write.html", view, status=status)


def _is_finding(name: str) -> bool:
    return name.startswith("f") and name.endswith(".text") and is_place(name[1:-5])
