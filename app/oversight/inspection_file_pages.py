"""Inspections and measures as files."""

from collections.abc import Iterable
from typing import Final

from starlette.responses import Response

from app.kit.exports import Cell, FileKind, file_of
from app.kit.i18n import N_, Translator
from app.oversight.inspection_row_queries import InspectionRow
from app.oversight.measure_row_queries import MeasureRow

_INSPECTIONS: Final = (
    ("id", N_("No.")),
    ("state", N_("State")),
    ("cause", N_("Comes from")),
    ("subject", N_("About")),
    ("label", N_("Which")),
    ("entity", N_("Entity")),
    ("entity_id", N_("Entity no.")),
    ("right", N_("IP right")),
    ("product", N_("Product")),
    ("lot", N_("Lot")),
    ("address", N_("Address")),
    ("planned_on", N_("Planned for")),
    ("held_on", N_("Day of the inspection")),
    ("team", N_("Team")),
    ("in_use", N_("Sign found in use")),
    ("outcome", N_("Outcome")),
    ("findings", N_("Findings")),
    ("summary", N_("Summary")),
    ("signed_by", N_("Signed by")),
    ("signed_at", N_("Signed")),
    ("cancel_reason", N_("Reason for cancelling")),
)
_MEASURES: Final = (
    ("id", N_("No.")),
    ("inspection_id", N_("Inspection no.")),
    ("entity", N_("Entity")),
    ("text", N_("Measure")),
    ("deadline", N_("Deadline")),
    ("state", N_("State")),
    ("answers", N_("Answers")),
    ("done_on", N_("Done on")),
    ("result", N_("Result")),
)


def inspections_file(kind: FileKind, rows: Iterable[InspectionRow], words: Translator) -> Response:
    lines = (_inspection(row, words) for row in rows)
    title = N_("Inspections")
    return file_of(
        kind, name="inspections", title=title, heads=_INSPECTIONS, rows=lines, words=words
    )


def _inspection(row: InspectionRow, words: Translator) -> list[Cell]:
    one, seen = row.one, row.seen
    used = {True: N_("Yes"), False: N_("No")}
    return [
        one.id,
        words.gettext(row.state.label),
        words.gettext(row.cause.label),
        words.gettext(seen.kind.label),
        seen.label,
        seen.entity,
        one.entity_id,
        seen.right,
        seen.product,
        seen.lot,
        seen.address,
        one.planned_on,
        one.held_on,
        ", ".join(one.team),
        words.gettext(used[one.in_use]) if one.in_use is not None else "",
        words.gettext(row.outcome) if row.outcome else "",
        len(one.findings),
        one.summary,
        one.signed_by,
        one.signed_at,
        one.cancel_reason,
    ]


def measures_file(kind: FileKind, rows: Iterable[MeasureRow], words: Translator) -> Response:
    lines = (_measure(row, words) for row in rows)
    title = N_("Measures after inspections")
    return file_of(kind, name="measures", title=title, heads=_MEASURES, rows=lines, words=words)


def _measure(row: MeasureRow, words: Translator) -> list[Cell]:
    one = row.measure
    return [
        one.id,
        one.inspection_id,
        row.entity,
        one.text,
        one.deadline,
        words.gettext(row.state.label),
        row.answers,
        one.done_on,
        words.gettext(one.result) if one.result else "",
    ]
