"""What is told of stamps as files: a batch's history, refusals, print files, sheets and rolls."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from starlette.responses import Response

from app.audit.differences import covered
from app.kit.exports import Cell, FileKind, file_of
from app.kit.i18n import N_, Translator
from app.stamps.models import Export, Movement
from app.stamps.presets import Preset
from app.stamps.print_models import PrintPreset
from app.stamps.timeline import Event

EVENTS: Final = (
    ("at", N_("When")),
    ("who", N_("Who")),
    ("what", N_("What happened")),
    ("quantity", N_("Stamps")),
    ("runs", N_("Numbers")),
    ("lot", N_("Lot")),
    ("receiver", N_("Receiver")),
    ("document_no", N_("Paper no.")),
    ("told", N_("Details")),
    ("reason", N_("Reason")),
)
REFUSALS: Final = (
    ("id", N_("No.")),
    ("at", N_("When")),
    ("who", N_("Who")),
    ("what", N_("What")),
    ("batch", N_("Batch")),
    ("runs", N_("Numbers")),
    ("lot", N_("Lot")),
    ("why", N_("Why it was refused")),
    ("figures", N_("Details")),
)
EXPORTS: Final = (
    ("id", N_("No.")),
    ("file", N_("File")),
    ("sheet", N_("Sheet or roll")),
    ("form", N_("Address in the code")),
    ("first", N_("First no.")),
    ("count", N_("Stamps")),
    ("reason", N_("Reason")),
    ("asked_by", N_("Asked for")),
    ("asked_at", N_("When")),
    ("confirmed_by", N_("Confirmed by")),
    ("confirmed_at", N_("Confirmed on")),
    ("state", N_("State")),
    ("proof", N_("Read back")),
    ("sha256", "SHA-256"),
)
PRESETS: Final = (
    ("id", N_("No.")),
    ("name", N_("Name")),
    ("kind", N_("Kind")),
    ("columns", N_("Columns of stamps")),
    ("rows", N_("Rows of stamps")),
    ("cell_width", N_("Width of a stamp (mm)")),
    ("cell_height", N_("Height of a stamp (mm)")),
    ("symbol", N_("Code (mm)")),
    ("state", N_("State")),
    ("changed_by", N_("Changed by")),
    ("changed_at", N_("Changed on")),
)
MOVES: Final = (
    ("at", N_("When")),
    ("who", N_("Who")),
    ("what", N_("What happened")),
    ("quantity", N_("Stamps")),
    ("runs", N_("Numbers")),
    ("lot", N_("Lot")),
    ("receiver", N_("Receiver")),
    ("reason", N_("Reason")),
)

Runs = Sequence[tuple[int, int]]


def events_file(
    kind: FileKind, events: Iterable[Event], words: Translator, *, batch_id: int
) -> Response:
    rows = (_event(one, words) for one in events)
    name, title = f"batch-{batch_id}", N_("What happened")
    return file_of(kind, name=name, title=title, heads=EVENTS, rows=rows, words=words)


def refusals_file(kind: FileKind, rows: Iterable[Sequence[Cell]], words: Translator) -> Response:
    title = N_("Refused changes of stamps")
    return file_of(kind, name="refusals", title=title, heads=REFUSALS, rows=rows, words=words)


def exports_file(
    kind: FileKind,
    lines: Iterable[tuple[Export, Sequence[str]]],
    words: Translator,
    *,
    name: str,
) -> Response:
    """Return the records of print files: with each its label, sheet, form, state and proof."""
    rows = (_export(one, told, words) for one, told in lines)
    title = N_("Print and codes")
    return file_of(kind, name=name, title=title, heads=EXPORTS, rows=rows, words=words)


def presets_file(
    kind: FileKind,
    own: Iterable[PrintPreset],
    built_in: Mapping[str, Preset],
    kinds: dict[str, str],
    words: Translator,
) -> Response:
    rows: list[list[Cell]] = [_own(one, kinds, words) for one in own]
    rows += [
        [None, *_sizes(one, name, kinds, words), words.gettext(N_("Built in")), "", None]
        for name, one in built_in.items()
    ]
    title = N_("Sheets and rolls")
    return file_of(kind, name="presets", title=title, heads=PRESETS, rows=rows, words=words)


def moves_file(
    kind: FileKind,
    rows: Iterable[tuple[Movement, str, tuple[int, int], str]],
    words: Translator,
    *,
    batch_id: int,
) -> Response:
    """Return a batch's movements as its producer reads them: label, numbers and lot of each."""
    lines = (
        (
            one.at,
            one.actor_label,
            words.gettext(label),
            run[1] - run[0] + 1,
            runs_text([run]),
            lot,
            covered(one.receiver),
            covered(one.reason),
        )
        for one, label, run, lot in rows
    )
    name, title = f"batch-{batch_id}", N_("History")
    return file_of(kind, name=name, title=title, heads=MOVES, rows=lines, words=words)


def runs_text(runs: Runs) -> str:
    """Return running numbers as a cell holds them: without the separators a reader is shown."""
    return "; ".join(f"{first}-{last}" if first != last else str(first) for first, last in runs)


def _event(one: Event, words: Translator) -> list[Cell]:
    return [
        one.at,
        one.by,
        words.gettext(one.label),
        one.quantity,
        runs_text(one.runs),
        one.lot[1] if one.lot else "",
        covered(one.receiver),
        one.document_no,
        one.told,
        covered(one.reason),
    ]


def _export(one: Export, told: Sequence[str], words: Translator) -> list[Cell]:
    label, sheet, form, state, proof = told
    return [
        one.id,
        label,
        sheet,
        form,
        one.first,
        one.count,
        covered(one.reason),
        one.asked_by,
        one.asked_at,
        one.confirmed_by,
        one.confirmed_at,
        words.gettext(state),
        proof,
        one.sha256,
    ]


def _own(one: PrintPreset, kinds: dict[str, str], words: Translator) -> list[Cell]:
    state = words.gettext(N_("Retired") if one.retired_at else N_("In use"))
    sizes = _sizes(one, one.name, kinds, words)
    return [one.id, *sizes, state, one.changed_by, one.changed_at]


def _sizes(
    one: Preset | PrintPreset, name: str, kinds: dict[str, str], words: Translator
) -> list[Cell]:
    kind = words.gettext(kinds[one.kind])
    return [name, kind, one.columns, one.rows, one.cell_width, one.cell_height, one.symbol]
