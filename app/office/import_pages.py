"""The office's pages of imports: send a file, look at its dry run, have it imported."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Annotated, ClassVar, Final

from fastapi import APIRouter, FastAPI, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.db import Database
from app.kit.errors import DomainError, Invalid, NotFound
from app.kit.exports import AsFile, every
from app.kit.fences import EVERYTHING
from app.kit.forms import Filled, Form, In, Sent, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.imports import Fate
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Cutting, NewestFirst, Page, next_path, previous_path
from app.kit.sheets import write_xlsx
from app.kit.web import Databases, Db, Edge, Id, Now, Words, site
from app.office import import_queries as queries
from app.office.import_actions import add_import, ask_import, drop_import
from app.office.import_file_pages import imports_file, lines_file, workbook
from app.office.import_kinds import SUBJECTS, ImportKind, Subject
from app.office.import_lines import Line, line_of, mended_row, reasons
from app.office.import_models import ImportJob, ImportRow
from app.office.import_reading import Sent as SentFile
from app.office.import_reading import read_file, unpack
from app.office.import_templates import make_template
from app.office.import_work_actions import Hands, work_on_import

router = APIRouter(prefix="/office/imports", route_class=Edge, include_in_schema=False)

LINES: Final = 100
DROPPED = sayable(N_("The file was dropped. Nothing of it was imported."))
STATE_LABELS: Final = {
    "waiting": N_("Being checked"),
    "planned": N_("Checked, not imported"),
    "asked": N_("Being imported"),
    "done": N_("Imported"),
    "failed": N_("Failed"),
    "dropped": N_("Dropped"),
}
KIND_LABELS: Final = {kind.value: one.label for kind, one in SUBJECTS.items()}
UNFINISHED: Final = frozenset({"waiting", "asked"})


class NoFileSent(Invalid):
    """Choose a file"""

    code: ClassVar[str] = "office.import_no_file"
    detail: ClassVar[str] = N_("Choose an .xlsx or a .csv.")
    field = "file"


class NoSuchTemplate(NotFound):
    """There is no such template"""

    code: ClassVar[str] = "office.import_no_template"
    detail: ClassVar[str] = N_("Look for it in the list of imports.")


class FileIn(In):
    """What a file is said to be."""

    kind: ImportKind


class AskedIn(In):
    """The counts the officer saw, and whether refused rows are left out."""

    new: Annotated[int, Field(ge=0)] = 0
    changed: Annotated[int, Field(ge=0)] = 0
    refused: Annotated[int, Field(ge=0)] = 0
    partial: bool = False


@dataclass(frozen=True)
class ImportsView:
    """Past imports, the form for a new one, and the templates."""

    page: Page[ImportJob]
    next: str | None
    previous: str | None
    form: Filled
    kinds: list[tuple[str, str]]
    subjects: dict[str, str]
    states: dict[str, str]


@dataclass(frozen=True)
class ReportView:
    """One import: how it stands, and what becomes of its rows."""

    job: ImportJob
    kind: str
    state: str
    fates: list[tuple[Fate, int]]
    fate: Fate | None
    lines: Sequence[Line]
    next: str | None
    previous: str | None
    unfinished: bool
    good: int


def hands_of(app: FastAPI, database: Database | None = None) -> Hands:
    """Return what the application works on imports with; the background's own sees everything."""
    held = app.state.site
    return Hands(
        database=database or held.database.scoped(EVERYTHING),
        clock=held.clock,
        province=app.state.settings.province,
    )


@router.get("")
def imports(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: NewestFirst,
    kind: str = "",
    file: AsFile = None,
) -> Response:
    if file:
        jobs = every(lambda part: queries.list_imports(db, actor=actor, cut=part), cut)
        return imports_file(file, jobs, words, subjects=KIND_LABELS, states=STATE_LABELS)
    return _imports(request, db, actor, words, cut, Filled({"kind": kind}))


@router.post("")
def send_file(
    request: Request, databases: Databases, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    actor.require_officer()
    try:
        # Minutes may pass before the database is asked for anything: no transaction waits for it.
        read = _read(request, words, sent)
    except DomainError as error:
        form = refused(sent, error, words)
    else:
        if isinstance(read, SentFile):
            with databases.begin() as db:
                job = add_import(db, actor=actor, now=now, sent=read)
            return _onward(request, databases, job)
        form = read
    with databases.begin(write=False) as db:
        return _imports(request, db, actor, words, Cut(), form)


def _read(request: Request, words: Translator, sent: Sent) -> SentFile | Filled:
    given = read_form(FileIn, sent, words)
    if isinstance(given, Filled):
        return given
    if "file" not in sent.files:
        raise NoFileSent
    name, content = sent.files["file"]
    others = [one for one in site(request).translators.values() if one is not words]
    return read_file(content, name=name, kind=given.kind, languages=[words, *others])


def _onward(request: Request, database: Database, job: ImportJob) -> Response:
    """Do the next step at once where it is short, and go on to the report."""
    if job.total <= queries.AT_ONCE:
        work_on_import(hands_of(request.app, database), job.id)
    return go(f"/office/imports/{job.id}")


@router.get("/templates/{template}.xlsx")
def show_template(actor: CurrentActor, words: Words, template: str) -> Response:
    actor.require_officer()
    kind, _, size = template.partition("-")
    if kind not in SUBJECTS or size not in {"", "full"}:
        raise NoSuchTemplate
    made = make_template(SUBJECTS[ImportKind(kind)], full=size == "full", words=words)
    return workbook(made, f"mau-{template}.xlsx")


@router.get("/{import_id}")
def report(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    import_id: Id,
    cut: Cutting,
    fate: Fate | None = None,
    file: AsFile = None,
) -> Response:
    job = queries.get_import(db, import_id, actor=actor)
    subject = SUBJECTS[ImportKind(job.kind)]

    def read(part: Cut) -> Page[Line]:
        found = queries.list_lines(db, job_id=import_id, fate=fate, cut=part)
        return found.map(lambda row: _line(subject, words, row))

    if file:
        return lines_file(file, every(read), words, import_id=import_id)
    page = read(replace(cut, limit=LINES))
    counts = {one: int(job.counts.get(one, 0)) for one in Fate}
    view = ReportView(
        job=job,
        kind=subject.label,
        state=STATE_LABELS[job.state],
        fates=list(counts.items()),
        fate=fate,
        lines=page.items,
        next=next_path(request, page),
        previous=previous_path(request, page),
        unfinished=job.state in UNFINISHED,
        good=counts[Fate.NEW] + counts[Fate.CHANGED],
    )
    return show(request, "office/import.html", view)


@router.post("/{import_id}/import")
def import_rows(
    request: Request,
    databases: Databases,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    import_id: Id,
) -> Response:
    actor.require_officer()
    given = read_form(AskedIn, sent, words)
    asked = AskedIn() if isinstance(given, Filled) else given
    seen = {"new": asked.new, "changed": asked.changed, "refused": asked.refused}
    with databases.begin() as db:
        job = ask_import(
            db, actor=actor, now=now, job_id=import_id, seen=seen, partial=asked.partial
        )
    return _onward(request, databases, job)


@router.post("/{import_id}/drop")
def drop(db: Db, actor: CurrentActor, now: Now, import_id: Id) -> Response:
    drop_import(db, actor=actor, now=now, job_id=import_id)
    return go("/office/imports", say=DROPPED)


@router.get("/{import_id}/refused.xlsx")
def refused_rows(db: Db, actor: CurrentActor, words: Words, import_id: Id) -> Response:
    """Answer the refused rows as they were sent, with the reasons, to be mended and sent again."""
    job = queries.get_import(db, import_id, actor=actor)
    subject = SUBJECTS[ImportKind(job.kind)]
    lines = {row.number: row for row in queries.list_refused(db, job_id=import_id)}
    given = unpack(job.given, subject.columns) if job.given else []
    header = list(job.facts["header"])
    rows = [
        mended_row(row.cells, len(header), reasons(subject, words, lines[row.number].faults))
        for row in given
        if row.number in lines
    ]
    out = BytesIO()
    title = words.gettext(subject.label)
    write_xlsx(out, title=title, header=[*header, words.gettext(N_("Reason"))], rows=rows)
    return workbook(out.getvalue(), f"dong-bi-tu-choi-{import_id}.xlsx")


def _imports(
    request: Request, db: Session, actor: Actor, words: Translator, cut: Cut, form: Filled
) -> Response:
    page = queries.list_imports(db, actor=actor, cut=cut)
    view = ImportsView(
        page=page,
        next=next_path(request, page),
        previous=previous_path(request, page),
        form=form,
        kinds=[(kind.value, words.gettext(one.label)) for kind, one in SUBJECTS.items()],
        subjects=KIND_LABELS,
        states=STATE_LABELS,
    )
    return show(request, "office/imports.html", view, status=422 if form.wrong else 200)


def _line(subject: Subject, words: Translator, row: ImportRow) -> Line:
    return line_of(
        subject,
        words,
        number=row.number,
        label=row.label,
        fate=row.fate,
        record_id=row.record_id,
        shown=row.shown,
        faults=row.faults,
    )
