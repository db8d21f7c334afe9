"""Lists as files: the rows a page shows, all of them, as .xlsx, .csv or JSON."""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import IO, Annotated, Any, Final, TypeVar

from fastapi import Query
from starlette.background import BackgroundTask
from starlette.responses import Response, StreamingResponse

from app.kit.i18n import Translator
from app.kit.paging import Cut, Page
from app.kit.sheets import write_csv, write_xlsx

T = TypeVar("T")
Cell = str | int | float | bool | date | datetime | None

_PIECE: Final = 64 * 1024
# Rows read at a time: a long list is never in memory whole.
_STEP: Final = 1000


class FileKind(StrEnum):
    """A format a list can be had in."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


MEDIA: Final = {
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.CSV: "text/csv; charset=utf-8",
    FileKind.JSON: "application/json",
}

AsFile = Annotated[FileKind | None, Query(alias="file", description="The whole list as a file.")]


def every(read: Callable[[Cut], Page[T]], cut: Cut | None = None) -> Iterator[T]:
    """Return all rows of a list, page after page in its order, by the query its page uses."""
    part = replace(cut or Cut(), after=0, limit=_STEP, back=False)
    while True:
        page = read(part)
        yield from page.items
        if page.after is None:
            return
        part = replace(part, after=page.after)


def file_of(
    kind: FileKind,
    *,
    name: str,
    title: str,
    heads: Sequence[tuple[str, str]],
    rows: Iterable[Sequence[Cell]],
    words: Translator,
) -> Response:
    """Return the list as a file to keep; `heads` are the JSON names and the labels (msgids).

    It is written whole before its first byte leaves, so that a fault is an error and no half file.
    """
    spooled = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the answer has left
    try:
        labels = [words.gettext(label) for _, label in heads]
        if kind is FileKind.XLSX:
            write_xlsx(spooled, title=words.gettext(title), header=labels, rows=rows)
        elif kind is FileKind.CSV:
            write_csv(spooled, labels, rows)
        else:
            _write_json(spooled, [key for key, _ in heads], rows)
        size = spooled.tell()
        spooled.seek(0)
    except BaseException:
        spooled.close()
        raise
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{kind}"',
        "Content-Length": str(size),
        "Cache-Control": "private, no-store",
    }
    pieces = iter(lambda: spooled.read(_PIECE), b"")
    done = BackgroundTask(spooled.close)
    return StreamingResponse(pieces, headers=headers, media_type=MEDIA[kind], background=done)


def _write_json(out: IO[bytes], keys: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    mark = "[\n"
    for row in rows:
        line = json.dumps(dict(zip(keys, row, strict=True)), ensure_ascii=False, default=_text)
        out.write(f"{mark}{line}".encode())
        mark = ",\n"
    out.write(b"[]\n" if mark == "[\n" else b"\n]\n")


def _text(value: Any) -> str:  # noqa: ANN401 - what JSON does not know
    return value.isoformat() if isinstance(value, date) else str(value)
