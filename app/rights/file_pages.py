"""The lists of rights and use rights as files."""

from collections.abc import Iterable
from typing import Final

from starlette.responses import Response

from app.kit.exports import Cell, FileKind, file_of
from app.kit.i18n import N_, Translator
from app.rights.row_queries import RightRow, UserRow

RIGHTS: Final = (
    ("id", N_("No.")),
    ("sign", N_("Sign")),
    ("type", N_("Type")),
    ("goods", N_("Goods")),
    ("registration_no", N_("Registration number")),
    ("application_no", N_("Application number")),
    ("decision_no", N_("Decision number")),
    ("registration_date", N_("Registration date")),
    ("expires_on", N_("Expires on")),
    ("owner", N_("Owner of the right")),
    ("managing_body", N_("Managing body")),
    ("status", N_("Status today")),
    ("checked_on", N_("Checked by an officer")),
)
USE_RIGHTS: Final = (
    ("id", N_("No.")),
    ("certificate_no", N_("Certificate number")),
    ("decision_no", N_("Decision number")),
    ("right", N_("Right")),
    ("type", N_("Type")),
    ("entity", N_("Entity")),
    ("product", N_("Product")),
    ("valid_from", N_("Valid from")),
    ("valid_to", N_("Valid until")),
    ("status", N_("Status today")),
    ("badge", N_("Badge today")),
)


def rights_file(kind: FileKind, rows: Iterable[RightRow], words: Translator) -> Response:
    lines = (_right(row, words) for row in rows)
    title = N_("IP rights")
    return file_of(kind, name="rights", title=title, heads=RIGHTS, rows=lines, words=words)


def use_rights_file(
    kind: FileKind, rows: Iterable[tuple[UserRow, RightRow]], words: Translator
) -> Response:
    lines = (_use_right(row, right, words) for row, right in rows)
    title = N_("Use rights")
    return file_of(kind, name="use-rights", title=title, heads=USE_RIGHTS, rows=lines, words=words)


def _right(row: RightRow, words: Translator) -> list[Cell]:
    one = row.right
    return [
        one.id,
        one.sign,
        words.gettext(row.kind),
        one.goods,
        one.registration_no_as_written,
        one.application_no,
        one.decision_no,
        one.registration_date,
        one.expires_on,
        one.owner,
        one.managing_body,
        words.gettext(row.state.label),
        one.checked_on,
    ]


def _use_right(row: UserRow, right: RightRow, words: Translator) -> list[Cell]:
    one = row.use_right
    return [
        one.id,
        one.certificate_no,
        one.decision_no,
        right.right.sign,
        words.gettext(right.kind),
        row.entity,
        row.product,
        one.valid_from,
        one.valid_to,
        words.gettext(row.state.label),
        row.badge,
    ]
