"""Checklists in the office: the list, their versions, and the workbook that makes the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.history import Happened, tell
from app.audit.queries import list_events
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid, TooLarge
from app.kit.exports import MEDIA, AsFile, FileKind, every, file_of
from app.kit.forms import Filled, Form, Sent, refused
from app.kit.grid import NotASheet
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.sheets import read_table
from app.kit.web import Db, Edge, Id, Now, Words, site
from app.oversight import checklist_actions
from app.oversight.checklist_queries import (
    get_checklist,
    get_numbered,
    latest_versions,
    list_checklists,
    list_versions,
    questions_of,
)
from app.oversight.checklist_sheets import (
    ChecklistFile,
    ChecklistFileWrong,
    read_checklist,
    write_checklist,
)
from app.oversight.checklists import Questions
from app.oversight.inspection_models import Checklist, ChecklistVersion
from app.oversight.inspection_terms import INSPECTION_TERMS

HOME: Final = "/office/checklists"
router = APIRouter(prefix=HOME, route_class=Edge, include_in_schema=False)

PUBLISHED = sayable(N_("The version is published. Inspections begun from now on are kept by it."))
INSTALLED = sayable(N_("The ready checklists are there."))
RETIRED = sayable(N_("The checklist is no longer offered."))
RESTORED = sayable(N_("The checklist is offered again."))
FILE_MEGABYTES: Final = 2


@dataclass(frozen=True)
class ChecklistsView:
    """The list of checklists, and the form that imports one."""

    rows: Sequence[tuple[Checklist, ChecklistVersion | None]]
    next: str | None
    previous: str | None
    retired: bool
    may_act: bool
    form: Filled
    lines: Sequence[str]
    tried: ChecklistFile | None


@dataclass(frozen=True)
class ChecklistView:
    """A version of a checklist, with the others."""

    checklist: Checklist
    version: ChecklistVersion
    questions: Questions
    versions: Sequence[ChecklistVersion]
    happened: list[Happened]
    may_act: bool


@router.get("")
def checklists(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: NewestFirst,
    file: AsFile = None,
    retired: str = "",
) -> Response:
    actor.require_department()
    if file:
        return _file(db, file, cut, words, retired=bool(retired))
    return _list(request, db, actor, cut, retired=bool(retired))


@router.post("/ready")
def install(db: Db, actor: CurrentActor, now: Now) -> Response:
    """Publish the checklists that come with the system, those whose code is not taken."""
    actor.require_officer()
    checklist_actions.install_ready(db, actor=actor, now=now)
    return go(HOME, say=INSTALLED)


@dataclass(frozen=True)
class SentChecklist:
    """A workbook that was sent, read; or why it was refused."""

    file: ChecklistFile | None = None
    refusal: Invalid | TooLarge | None = None


def _sheet(request: Request, actor: CurrentActor, words: Words, sent: Form) -> SentChecklist:
    """Read the workbook before the transaction: a large one takes a while."""
    actor.require_officer()
    name, content = sent.files.get("file", ("", b""))
    if len(content) > FILE_MEGABYTES * 1024 * 1024:
        return SentChecklist(refusal=TooLarge(megabytes=FILE_MEGABYTES))
    others = [one for one in site(request).translators.values() if one is not words]
    try:
        if not content:
            raise NotASheet(name=name)
        return SentChecklist(read_checklist(read_table(content, name=name), [words, *others]))
    except (Invalid, TooLarge) as error:
        return SentChecklist(refusal=error)


@router.post("/import")
def import_checklist(
    request: Request,
    sheet: Annotated[SentChecklist, Depends(_sheet)],
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
) -> Response:
    """Try a workbook, or publish it: as a new checklist, or the next version of its code."""
    lines: list[str] = []
    form, tried = Filled(sent.fields), None
    try:
        if sheet.refusal is not None or sheet.file is None:
            raise sheet.refusal or NotASheet(name="")
        with db.begin_nested() as attempt:
            made = checklist_actions.publish_checklist(
                db,
                actor=actor,
                now=now,
                code=sheet.file.code,
                name=sheet.file.name,
                name_en=sheet.file.name_en,
                body=sheet.file.questions.body(),
                note=sent.text("note"),
            )
            if not sent.text("publish"):
                attempt.rollback()
        if sent.text("publish"):
            return go(f"{HOME}/{made.checklist_id}", say=PUBLISHED)
        tried = sheet.file
    except ChecklistFileWrong as error:
        lines = error.lines(words)
        form = Filled(sent.fields, {}, f"{error.title(words)}. {words.gettext(error.detail)}")
    except (Conflict, Invalid, TooLarge) as error:
        form = refused(Sent({**sent.fields}, {}), error, words)
    return _list(request, db, actor, Cut(newest=True), form=form, lines=lines, tried=tried)


@router.get("/{checklist_id}")
def one_checklist(
    request: Request, db: Db, actor: CurrentActor, words: Words, checklist_id: Id
) -> Response:
    actor.require_department()
    found = get_checklist(db, checklist_id)
    return _one(request, db, actor, words, found, latest_versions(db, [found.id])[found.id])


@router.get("/{checklist_id}/versions/{version}")
def one_version(
    request: Request, db: Db, actor: CurrentActor, words: Words, checklist_id: Id, version: Id
) -> Response:
    actor.require_department()
    found = get_checklist(db, checklist_id)
    return _one(request, db, actor, words, found, get_numbered(db, found.id, version))


@router.get("/{checklist_id}/versions/{version}/workbook")
def workbook(db: Db, actor: CurrentActor, words: Words, checklist_id: Id, version: Id) -> Response:
    """Return a version as the workbook that an import takes: the template to change."""
    actor.require_department()
    found = get_checklist(db, checklist_id)
    questions = questions_of(get_numbered(db, found.id, version))
    file = ChecklistFile(found.code, found.name, found.name_en, questions)
    headers = {
        "Content-Disposition": f'attachment; filename="checklist-{found.code}.xlsx"',
        "Cache-Control": "private, no-store",
    }
    return Response(write_checklist(file, words), headers=headers, media_type=MEDIA[FileKind.XLSX])


@router.post("/{checklist_id}/retire")
def retire(db: Db, actor: CurrentActor, now: Now, checklist_id: Id) -> Response:
    checklist_actions.retire_checklist(
        db, actor=actor, now=now, checklist_id=checklist_id, gone=True
    )
    return go(f"{HOME}/{checklist_id}", say=RETIRED)


@router.post("/{checklist_id}/restore")
def restore(db: Db, actor: CurrentActor, now: Now, checklist_id: Id) -> Response:
    checklist_actions.retire_checklist(
        db, actor=actor, now=now, checklist_id=checklist_id, gone=False
    )
    return go(f"{HOME}/{checklist_id}", say=RESTORED)


def _one(
    request: Request,
    db: Session,
    actor: Actor,
    words: Translator,
    found: Checklist,
    version: ChecklistVersion,
) -> Response:
    events = list_events(db, cut=Cut(), subject_kind="checklist", subject_id=found.id)
    view = ChecklistView(
        checklist=found,
        version=version,
        questions=questions_of(version),
        versions=list_versions(db, found.id),
        happened=[tell(event, INSPECTION_TERMS, words) for event in events.items],
        may_act=actor.officer,
    )
    return show(request, "oversight/checklist.html", view)


def _rows(
    db: Session, cut: Cut, *, retired: bool
) -> Page[tuple[Checklist, ChecklistVersion | None]]:
    page = list_checklists(db, cut=cut, retired=retired)
    latest = latest_versions(db, [one.id for one in page.items])
    return page.having([(one, latest.get(one.id)) for one in page.items])


def _list(
    request: Request,
    db: Session,
    actor: Actor,
    cut: Cut,
    *,
    retired: bool = False,
    form: Filled | None = None,
    lines: Sequence[str] = (),
    tried: ChecklistFile | None = None,
) -> Response:
    page = _rows(db, cut, retired=retired)
    view = ChecklistsView(
        rows=page.items,
        next=next_path(request, page),
        previous=previous_path(request, page),
        retired=retired,
        may_act=actor.officer,
        form=form or Filled(),
        lines=lines,
        tried=tried,
    )
    status = 422 if form and form.wrong else 200
    return show(request, "oversight/checklists.html", view, status=status)


_HEADS: Final = (
    ("id", N_("No.")),
    ("code", N_("Code")),
    ("name", N_("Name")),
    ("name_en", N_("Name in English")),
    ("version", N_("Version")),
    ("published_at", N_("Published")),
    ("retired_on", N_("Retired")),
)


def _file(db: Session, kind: FileKind, cut: Cut, words: Translator, *, retired: bool) -> Response:
    rows = (
        (
            one.id,
            one.code,
            one.name,
            one.name_en,
            version.version if version else None,
            version.created_at if version else None,
            one.retired_on,
        )
        for one, version in every(lambda part: _rows(db, part, retired=retired), cut)
    )
    title = N_("Checklists")
    return file_of(kind, name="checklists", title=title, heads=_HEADS, rows=rows, words=words)
