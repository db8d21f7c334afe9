"""Templates as files: the list, a version as a workbook, and a workbook made the draft."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.diary.template import Template
from app.diary.template_draft_actions import import_draft
from app.diary.template_models import ProcessTemplate
from app.diary.template_queries import get_template, get_version, latest_versions
from app.diary.template_sheet_reading import TemplateFile, TemplateFileWrong, read_template
from app.diary.template_sheets import Titled, write_template
from app.identity.access import CurrentActor
from app.kit.errors import Conflict, Invalid, TooLarge
from app.kit.exports import MEDIA, FileKind, file_of
from app.kit.forms import Filled, Form, Sent, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.units import UNITS
from app.kit.web import Databases, Db, Edge, Id, Now, Words, site

router = APIRouter(prefix="/office/templates", route_class=Edge, include_in_schema=False)

HOME: Final = "/office/templates"
FILE_MEGABYTES: Final = 2
IMPORTED = sayable(N_("The workbook is the draft now. Look at it, then publish it."))


class NoTemplateSent(Invalid):
    """Choose a file"""

    code: ClassVar[str] = "diary.template_no_file"
    detail: ClassVar[str] = N_("Choose an .xlsx.")
    field = "file"


@dataclass(frozen=True)
class NewTemplateView:
    """The form of a new template, or of one that comes as a workbook."""

    form: Filled
    lines: Sequence[str] = ()


@router.post("/import")
def import_template(
    request: Request, databases: Databases, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    """Make a workbook the draft of its template, new or known; nothing is published by it."""
    actor.require_officer()
    lines: Sequence[str] = ()
    try:
        # A large file takes seconds to be read: no transaction waits for it.
        read = _read(request, words, sent)
        with databases.begin() as db:
            replace = bool(sent.text("replace"))
            draft = import_draft(db, actor=actor, now=now, file=read, replace=replace)
            return go(f"{HOME}/{draft.template_id}/draft", say=IMPORTED)
    except TemplateFileWrong as error:
        lines, wrong = error.lines(words), Filled(sent.fields, problem=error.title(words))
    except (Conflict, Invalid, TooLarge) as error:
        wrong = refused(sent, error, words)
    return show(request, "diary/template_new.html", NewTemplateView(wrong, lines), status=422)


@router.get("/{template_id}/versions/{version}/workbook")
def version_workbook(
    db: Db, actor: CurrentActor, words: Words, template_id: Id, version: Id
) -> Response:
    found = get_template(db, template_id, actor=actor)
    body = Template.of(get_version(db, template_id, version).body)
    return workbook_of(found, body, words)


def workbook_of(found: ProcessTemplate, body: Template, words: Translator) -> Response:
    """Return the template as an .xlsx to keep."""
    titled = Titled(found.code, found.name, found.name_en, body)
    headers = {
        "Content-Disposition": f'attachment; filename="mau-{found.code}.xlsx"',
        "Cache-Control": "private, no-store",
    }
    return Response(write_template(titled, words), headers=headers, media_type=MEDIA[FileKind.XLSX])


def unit_names(words: Translator) -> dict[str, str]:
    """Return the names of all units by their codes."""
    return {one.code: words.gettext(one.label) for one in UNITS}


def _read(request: Request, words: Translator, sent: Sent) -> TemplateFile:
    if "file" not in sent.files:
        raise NoTemplateSent
    name, content = sent.files["file"]
    if len(content) > FILE_MEGABYTES * 1024 * 1024:
        raise TooLarge(megabytes=FILE_MEGABYTES)
    others = [one for one in site(request).translators.values() if one is not words]
    return read_template(content, name=name, languages=[words, *others])


_HEADS: Final = (
    ("id", N_("No.")),
    ("code", N_("Code")),
    ("name", N_("Name")),
    ("name_en", N_("Name in English")),
    ("version", N_("Version")),
    ("published_at", N_("Published")),
    ("retired_at", N_("Retired")),
)


def templates_file(
    db: Session, kind: FileKind, found: Iterable[ProcessTemplate], words: Translator
) -> Response:
    """Return the list as a file."""
    listed = list(found)
    latest = latest_versions(db, (one.id for one in listed))
    rows = (
        (
            one.id,
            one.code,
            one.name,
            one.name_en,
            latest[one.id].version if one.id in latest else None,
            latest[one.id].published_at if one.id in latest else None,
            one.retired_at,
        )
        for one in listed
    )
    title = N_("Process templates")
    return file_of(kind, name="templates", title=title, heads=_HEADS, rows=rows, words=words)
