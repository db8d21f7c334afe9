"""The list of quality tests as files."""

from collections.abc import Iterable
from typing import Final

from starlette.responses import Response

from app.kit.exports import Cell, FileKind, file_of
from app.kit.i18n import N_, Translator
from app.oversight.quality_queries import SampleRow

_HEADS: Final = (
    ("id", N_("No.")),
    ("sampled_on", N_("Sampled on")),
    ("entity", N_("Entity")),
    ("product", N_("Product")),
    ("lot", N_("Lot")),
    ("sample_no", N_("Sample no.")),
    ("laboratory", N_("Laboratory")),
    ("report_no", N_("Report no.")),
    ("reported_on", N_("Reported on")),
    ("valid_until", N_("Valid until")),
    ("verdict", N_("Verdict")),
    ("lifted", N_("Lifted by an officer")),
    ("public", N_("Shown to the public")),
    ("struck_at", N_("Struck out")),
)


def tests_file(kind: FileKind, rows: Iterable[SampleRow], words: Translator) -> Response:
    lines = (_line(row, words) for row in rows)
    title = N_("Quality tests")
    return file_of(kind, name="tests", title=title, heads=_HEADS, rows=lines, words=words)


def _line(row: SampleRow, words: Translator) -> list[Cell]:
    one = row.test
    return [
        one.id,
        one.sampled_on,
        row.entity,
        row.product,
        row.lot,
        one.sample_no,
        one.laboratory,
        one.report_no,
        one.reported_on,
        one.valid_until,
        words.gettext(row.verdict.label),
        row.lifted,
        one.public,
        one.struck_at,
    ]
