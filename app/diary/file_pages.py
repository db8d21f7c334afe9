"""The list of lots as a file."""

from collections.abc import Iterable
from typing import Final

from starlette.responses import Response

from app.diary.lot_queries import LotRow
from app.kit.exports import Cell, FileKind, file_of
from app.kit.i18n import N_, Translator

LOTS: Final = (
    ("id", N_("No.")),
    ("number", N_("Lot")),
    ("product", N_("Product")),
    ("entity", N_("Entity")),
    ("production_date", N_("Production date")),
    ("expiry_date", N_("Expiry date")),
    ("quantity", N_("Quantity")),
    ("unit", N_("Unit")),
    ("entries", N_("Entries")),
    ("state", N_("State")),
    ("recalled", N_("Recalled")),
    ("on_hold", N_("Sale stopped")),
)


def lots_file(kind: FileKind, rows: Iterable[LotRow], words: Translator) -> Response:
    lines = (_line(row, words) for row in rows)
    return file_of(kind, name="lots", title=N_("Lots"), heads=LOTS, rows=lines, words=words)


def _line(row: LotRow, words: Translator) -> list[Cell]:
    one = row.lot
    return [
        one.id,
        one.number,
        row.product,
        row.entity,
        one.production_date,
        one.expiry_date,
        one.quantity,
        one.unit_as_entered or one.unit,
        row.entries,
        words.gettext(row.state.label),
        row.standing.recall is not None,
        row.standing.hold is not None,
    ]
