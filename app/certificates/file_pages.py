"""The lists of certificates and codes as files."""

from collections.abc import Iterable
from typing import Final

from starlette.responses import Response

from app.certificates.row_queries import CertificateRow
from app.kit.exports import Cell, FileKind, file_of
from app.kit.i18n import N_, Translator

CERTIFICATES: Final = (
    ("id", N_("No.")),
    ("kind", N_("Kind")),
    ("number", N_("Number")),
    ("title", N_("Title")),
    ("entity", N_("Entity")),
    ("product", N_("Product")),
    ("facility", N_("Place of production")),
    ("issuer", N_("Issuer")),
    ("scope", N_("What it covers")),
    ("issued_on", N_("Issued on")),
    ("valid_from", N_("Valid from")),
    ("valid_to", N_("Valid until")),
    ("status", N_("Status today")),
    ("public", N_("Shown to the public")),
)


def certificates_file(
    kind: FileKind, rows: Iterable[CertificateRow], words: Translator
) -> Response:
    lines = (_line(row, words) for row in rows)
    title = N_("Certificates")
    return file_of(
        kind, name="certificates", title=title, heads=CERTIFICATES, rows=lines, words=words
    )


def _line(row: CertificateRow, words: Translator) -> list[Cell]:
    one = row.facts
    since = words.date(row.since) if row.since else "…"
    return [
        one.id,
        words.gettext(row.kind),
        one.number,
        one.title,
        row.entity,
        row.product,
        row.facility,
        one.issuer,
        one.scope,
        one.issued_on,
        one.valid_from,
        one.valid_to,
        words.gettext(row.status.label).format(date=since),
        words.gettext(N_("yes") if one.public else N_("no")),
    ]
