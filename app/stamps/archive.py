"""A ZIP written as it grows, the same bytes for the same entries."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO, Final, Self, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

_WHEN: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_PRIVATE: Final = 0o600 << 16
# Higher levels cost several times as much and save a tenth.
_LEVEL: Final = 1


class Archive:
    """Entries one after another, to any stream that can be written, seekable or not.

    What is packed already (PNG, PDF) is stored as it is. About 800 bytes an entry are kept.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._zip = ZipFile(out, "w")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        # After an error the file is thrown away: there is nothing to finish.
        if kind is None:
            self._zip.close()

    def add(self, name: str, content: bytes | str, *, packed: bool = False) -> None:
        with self.entry(name, packed=packed) as out:
            out.write(content.encode() if isinstance(content, str) else content)

    @contextmanager
    def entry(self, name: str, *, packed: bool = False) -> Iterator[BinaryIO]:
        """Open an entry to be written in pieces."""
        entry = ZipInfo(name, _WHEN)
        entry.compress_type = ZIP_STORED if packed else ZIP_DEFLATED
        entry._compresslevel = _LEVEL  # type: ignore[attr-defined]  # noqa: SLF001 - `open` takes none
        entry.create_system, entry.external_attr = _UNIX, _PRIVATE
        opened: IO[bytes] = self._zip.open(entry, "w")
        with opened as out:
            yield cast("BinaryIO", out)
