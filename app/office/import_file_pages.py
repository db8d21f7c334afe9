"""The imports, and what becomes of the rows of one, as files without what the rows say."""

from collections.abc import Iterable, Mapping
from typing import Final

from starlette.responses import Response

from app.audit.differences import covered
from app.kit.exports import MEDIA, FileKind, file_of
from app.kit.i18n import N_, Translator
from app.office.import_lines import Line
from app.office.import_models import ImportJob

IMPORTS: Final = (
    ("id", N_("No.")),
    ("file", N_("File")),
    ("kind", N_("What it holds")),
    ("rows", N_("Rows")),
    ("state", N_("State")),
    ("sent_by", N_("Sent by")),
    ("sent_at", N_("When")),
)
LINES: Final = (
    ("row", N_("Row")),
    ("fate", N_("What becomes of it")),
    ("record", N_("Record")),
    ("changes", N_("What changes")),
    ("why", N_("Why it was refused")),
)


def imports_file(
    kind: FileKind,
    jobs: Iterable[ImportJob],
    words: Translator,
    *,
    subjects: Mapping[str, str],
    states: Mapping[str, str],
) -> Response:
    rows = (
        (
            job.id,
            covered(job.file_name),
            words.gettext(subjects[job.kind]),
            job.total,
            words.gettext(states[job.state]),
            job.asked_by,
            job.asked_at,
        )
        for job in jobs
    )
    title = N_("Files sent")
    return file_of(kind, name="imports", title=title, heads=IMPORTS, rows=rows, words=words)


def lines_file(
    kind: FileKind, lines: Iterable[Line], words: Translator, *, import_id: int
) -> Response:
    """Return the report of an import: of values, who represents an entity and its phone are some.

    So the fields that change are named, and their values stay on the page.
    """
    rows = (
        (
            line.number,
            words.gettext(line.fate.label),
            covered(line.label),
            ", ".join(label for label, _, _ in line.changes),
            covered("; ".join(f"{name}: {why}" if name else why for name, why in line.faults)),
        )
        for line in lines
    )
    name, title = f"import-{import_id}", N_("Import")
    return file_of(kind, name=name, title=title, heads=LINES, rows=rows, words=words)


def workbook(content: bytes, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, headers=headers, media_type=MEDIA[FileKind.XLSX])
