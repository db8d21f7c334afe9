"""The files of the open data: made whole when first asked for, kept while they are true."""

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import IO, Final
from weakref import finalize

import anyio
from sqlalchemy.orm import Session

from app.kit.clock import day_of, start_of
from app.kit.sheets import harmless
from app.lookup.open_data import FORMATS, FileFacts
from app.lookup.open_data_queries import Asked, Cell, read_trail, rows_of
from app.lookup.open_data_tables import TABLES, Table

_PIECE: Final = 64 * 1024
# Stamps are activated all day: their file may be this old, as the page of holders is.
_HOLDERS: Final = "stamp-holders"
_HOLDERS_AGE: Final = timedelta(minutes=1)


class _Sink:
    """A file that is being written, and its checksum."""

    def __init__(self, path: Path) -> None:
        self.path, self.size = path, 0
        self._hash, self._out = hashlib.sha256(), path.open("wb")

    def write(self, text: str) -> None:
        raw = text.encode()
        self.size += len(raw)
        self._hash.update(raw)
        self._out.write(raw)

    def close(self) -> str:
        self._out.close()
        return self._hash.hexdigest()


@dataclass(frozen=True, slots=True)
class _Made:
    """A table's files, what they were made of, and up to where the trail was read since."""

    files: dict[str, FileFacts]
    paths: dict[str, Path]
    day: date
    seq: int
    at: datetime


class OpenData:
    """Keeps the files of one process in a folder of their own that goes with it.

    Whoever asks holds `turn`: making them is all computing, and one at a time is enough. What
    changed is told by the audit trail, so a file is never older than the last act.
    """

    def __init__(self) -> None:
        self.turn = anyio.Semaphore(1)
        self._folder: Path | None = None
        self._made: dict[str, _Made] = {}

    def fresh(self, db: Session, name: str, *, now: datetime, site: str) -> dict[str, FileFacts]:
        """Return what is told of a table's files, which are made anew where they are not true."""
        day, made = day_of(now), self._made.get(name)
        if made and name == _HOLDERS and made.day == day and now - made.at < _HOLDERS_AGE:
            return made.files
        trail = read_trail(db, after=made.seq if made else 0)
        if made and made.day == day and trail.changed_at is None and name != _HOLDERS:
            self._made[name] = _Made(made.files, made.paths, day, trail.seq, made.at)
            return made.files
        # Statuses turn with the day, whatever is recorded.
        changed_at = max(trail.changed_at or start_of(day), start_of(day)).astimezone(UTC)
        rows = rows_of(db, name, Asked(day, site))
        self._made[name] = self._make(name, rows, changed_at, (day, trail.seq, now))
        for path in made.paths.values() if made else ():
            path.unlink(missing_ok=True)
        return self._made[name].files

    def open(self, name: str, form: str) -> IO[bytes]:
        """Open a file that is fresh; it stays whole for who reads it, whatever is made then."""
        return self._made[name].paths[form].open("rb")

    def _place(self) -> Path:
        if self._folder is None:
            self._folder = Path(mkdtemp(prefix="ocop-open-data-"))
            finalize(self, rmtree, self._folder, ignore_errors=True)
        return self._folder

    def _make(
        self,
        name: str,
        rows: Iterator[tuple[Cell, ...]],
        changed_at: datetime,
        mark: tuple[date, int, datetime],
    ) -> _Made:
        stem = f"{name}-{mark[0]:%Y%m%d}-{mark[1]}-{mark[2].timestamp():.6f}"
        paths = {form: self._place() / f"{stem}.{form}" for form in FORMATS}
        sinks = {form: _Sink(path) for form, path in paths.items()}
        try:
            count = _write(TABLES[name], rows, sinks["csv"], sinks["json"])
        except BaseException:
            for sink in sinks.values():
                sink.close()
                sink.path.unlink()
            raise
        facts = {
            form: FileFacts(
                name=name,
                form=form,
                size=sink.size,
                rows=count,
                sha256=sink.close(),
                changed_at=changed_at,
            )
            for form, sink in sinks.items()
        }
        return _Made(facts, paths, *mark)


def pieces(opened: IO[bytes]) -> Iterator[bytes]:
    """Yield a file's bytes, and close it."""
    with opened:
        while piece := opened.read(_PIECE):
            yield piece


def _write(table: Table, rows: Iterator[tuple[Cell, ...]], sheet: _Sink, tree: _Sink) -> int:
    """Write the rows as CSV and as JSON in one go; return how many there were."""
    lines, names, count = csv.writer(sheet), table.names, 0
    lines.writerow(names)
    required = [one.required for one in table.fields]
    for row in rows:
        lines.writerow([_plain(value) for value in row])
        tree.write(",\n" if count else "[\n")
        told = zip(names, _members(row, required), strict=True)
        tree.write(json.dumps(dict(told), ensure_ascii=False, separators=(",", ":")))
        count += 1
    tree.write("\n]\n" if count else "[]\n")
    return count


def _plain(value: Cell) -> str | int:
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    # Somebody will open it in a spreadsheet, which must run nothing of it.
    return harmless(value) if isinstance(value, str) else value.isoformat()


def _members(row: Sequence[Cell], required: Sequence[bool]) -> Iterator[str | int | None]:
    for value, needed in zip(row, required, strict=True):
        text = value.isoformat() if isinstance(value, date) else value
        yield text if needed else text or None
