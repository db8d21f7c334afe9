"""Reports and findings as files, and their photos."""

from collections.abc import Iterable
from typing import Final

from starlette.responses import FileResponse, Response

from app.kit.errors import NotFound
from app.kit.exports import Cell, FileKind, file_of
from app.kit.files import Files
from app.kit.i18n import N_, Translator
from app.oversight.row_queries import FindingRow, ReportRow
from app.products.pictures import MEDIA_TYPES, PHOTO_PREVIEW, PHOTO_SIDE, PictureFormat, file_name

_REPORTS: Final = (
    ("id", N_("No.")),
    ("reference", N_("Reference")),
    ("sent_at", N_("Received")),
    ("about", N_("About")),
    ("subject", N_("Which")),
    ("trouble", N_("Problem")),
    ("text", N_("What was told")),
    ("place", N_("Place")),
    ("entity", N_("Entity")),
    ("product", N_("Product")),
    ("lot", N_("Lot")),
    ("state", N_("State")),
    ("taken_by", N_("Looked into by")),
    ("outcome", N_("Outcome")),
    ("answer", N_("Answer to the reporter")),
    ("reason", N_("Reason")),
    ("closed_by", N_("Closed by")),
    ("closed_at", N_("Closed")),
)
_FINDINGS: Final = (
    ("id", N_("No.")),
    ("at", N_("When")),
    ("inspector", N_("Inspected by")),
    ("subject", N_("About")),
    ("key", N_("Which")),
    ("verdict", N_("Look-up said")),
    ("outcome", N_("Outcome")),
    ("text", N_("What was seen")),
    ("measure", N_("Measure")),
    ("place", N_("Place")),
    ("entity", N_("Entity")),
    ("product", N_("Product")),
    ("lot", N_("Lot")),
    ("photos", N_("Photos")),
    ("ending", N_("How it ended")),
    ("reason", N_("Reason")),
    ("closed_by", N_("Closed by")),
    ("closed_at", N_("Closed")),
)


def reports_file(kind: FileKind, rows: Iterable[ReportRow], words: Translator) -> Response:
    lines = (_report(row, words) for row in rows)
    title = N_("Reports from the public")
    return file_of(kind, name="reports", title=title, heads=_REPORTS, rows=lines, words=words)


def _report(row: ReportRow, words: Translator) -> list[Cell]:
    one = row.report
    return [
        one.id,
        row.reference,
        one.sent_at,
        words.gettext(row.about.label),
        one.subject,
        words.gettext(row.trouble.label),
        one.text,
        one.place,
        row.names.entity,
        row.names.product,
        row.names.lot,
        words.gettext(row.state.label),
        one.taken_by,
        words.gettext(row.outcome),
        one.answer,
        one.reason,
        one.closed_by,
        one.closed_at,
    ]


def findings_file(kind: FileKind, rows: Iterable[FindingRow], words: Translator) -> Response:
    lines = (_finding(row, words) for row in rows)
    title = N_("Findings of inspectors")
    return file_of(kind, name="findings", title=title, heads=_FINDINGS, rows=lines, words=words)


def _finding(row: FindingRow, words: Translator) -> list[Cell]:
    one, closing = row.finding, row.closing
    return [
        one.id,
        one.at,
        one.actor_label,
        words.gettext(row.subject.label),
        one.key,
        words.gettext(one.verdict),
        words.gettext(row.outcome.label),
        one.text,
        one.measure,
        one.place,
        row.names.entity,
        row.names.product,
        row.names.lot,
        row.photos,
        words.gettext(row.ending) if closing else "",
        closing.reason if closing else "",
        closing.closed_by if closing else "",
        closing.closed_at if closing else None,
    ]


def photo_answer(files: Files, sha256: str, *, small: bool = False) -> Response:
    """Answer with a stored photo; nobody but who asked may keep it."""
    if not sha256:
        raise NotFound
    form: PictureFormat = "webp" if small else "jpeg"
    slot = PHOTO_PREVIEW if small else PHOTO_SIDE
    return FileResponse(
        files.find(file_name(sha256, slot, form)),
        media_type=MEDIA_TYPES[form],
        headers={"Cache-Control": "private, no-store"},
    )
