"""The public lists of rights and of their users as files."""

from collections.abc import Iterable
from typing import Final

from fastapi import Request
from starlette.responses import Response

from app.kit.exports import Cell, FileKind, file_of
from app.kit.i18n import N_
from app.kit.web import site, translator
from app.lookup.register_pages import named
from app.lookup.right_parts import FORM_LABELS, RightRow, UserRow
from app.rights.labels import RIGHT_LABELS, USE_RIGHT_LABELS

_RIGHT_HEADS: Final = (
    ("sign", N_("Sign")),
    ("type", N_("Type")),
    ("goods", N_("Goods")),
    ("registration_no", N_("Registration number")),
    ("owner", N_("Owner of the right")),
    ("status", N_("Status today")),
    ("address", N_("Page")),
)
_USER_HEADS: Final = (
    ("right", N_("Right")),
    ("registration_no", N_("Registration number")),
    ("producer", N_("Producer")),
    ("commune", N_("Commune")),
    ("product", N_("Product")),
    ("form", N_("Product form")),
    ("certificate_no", N_("Certificate number")),
    ("decision_no", N_("Decision number")),
    ("valid_from", N_("Valid from")),
    ("valid_to", N_("Valid until")),
    ("status", N_("Status today")),
)


def rights_file(request: Request, kind: FileKind, rows: Iterable[RightRow]) -> Response:
    words, base = translator(request), site(request).base_url

    def line(one: RightRow) -> list[Cell]:
        return [
            one.sign,
            words.gettext(one.type.label),
            one.goods,
            one.number,
            one.owner,
            words.gettext(RIGHT_LABELS[one.status]),
            f"{base}/r/{one.id}",
        ]

    title = N_("Geographical indications and marks")
    lines = map(line, rows)
    return file_of(kind, name="rights", title=title, heads=_RIGHT_HEADS, rows=lines, words=words)


def users_file(
    request: Request, kind: FileKind, right: RightRow, rows: Iterable[UserRow]
) -> Response:
    words = translator(request)

    def line(one: UserRow) -> list[Cell]:
        return [
            right.sign,
            right.number,
            one.entity,
            named(one.place, words.language),
            one.product,
            words.gettext(FORM_LABELS.get(one.form, one.form)),
            one.certificate_no,
            one.decision_no,
            one.valid_from,
            one.valid_to,
            words.gettext(USE_RIGHT_LABELS[one.state]),
        ]

    title, lines = N_("Users of the right"), map(line, rows)
    return file_of(kind, name="users", title=title, heads=_USER_HEADS, rows=lines, words=words)
