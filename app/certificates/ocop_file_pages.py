"""The list of OCOP certificates as a file."""

from collections.abc import Iterable
from typing import Final

from starlette.responses import Response

from app.certificates.ocop_queries import OcopRow
from app.kit.exports import Cell, FileKind, file_of
from app.kit.i18n import N_, Translator

OCOP: Final = (
    ("id", N_("No.")),
    ("certificate_no", N_("Certificate number")),
    ("decision_no", N_("Decision number")),
    ("stars", N_("Stars")),
    ("score", N_("Score")),
    ("subgroup", N_("Sub-group")),
    ("product", N_("Product")),
    ("entity", N_("Entity")),
    ("issuer", N_("Issuer")),
    ("valid_from", N_("Valid from")),
    ("valid_to", N_("Valid until")),
    ("status", N_("Status today")),
    ("revocation_decision", N_("Decision of revocation")),
    ("revocation_reason", N_("Reason")),
)


def ocop_file(kind: FileKind, rows: Iterable[OcopRow], words: Translator) -> Response:
    lines = (_line(row, words) for row in rows)
    title = N_("OCOP certificates")
    return file_of(kind, name="ocop-certificates", title=title, heads=OCOP, rows=lines, words=words)


def _line(row: OcopRow, words: Translator) -> list[Cell]:
    one = row.certificate
    return [
        one.id,
        one.certificate_no,
        one.decision_no,
        one.stars,
        one.score,
        one.subgroup,
        row.product,
        row.entity,
        one.issuer,
        one.valid_from,
        one.valid_to,
        words.gettext(row.status.label).format(date=words.date(row.since)),
        one.revocation_decision,
        one.revocation_reason,
    ]
