import os
import re
from datetime import datetime
from pathlib import Path
from typing import Final

from app.kit.errors import NotFound

_NAME: Final = re.compile(r"[0-9a-f]{32}-[0-9a-f]{64}")


class Arriving:
    """Files that come in pieces, in any number of requests, until they are whole.

    What was acknowledged survives a power cut. Two senders of one file may overlap, since they
    write the same bytes at the same place; whoever reads the whole checks its hash.
    """

    def __init__(self, root: Path) -> None:
        self.root = root / "arriving"

    def length(self, name: str) -> int:
        """Return how many bytes are there."""
        path = self._path(name)
        return path.stat().st_size if path.is_file() else 0

    def add(self, name: str, piece: bytes, *, at: int) -> int:
        """Put a piece where the file ends; return how many bytes are there then.

        A piece for another place is not written.
        """
        path = self._path(name)
        if at == 0:
            self._begin(path)
        try:
            file = path.open("r+b")
        except FileNotFoundError:
            return 0
        with file:
            length = os.fstat(file.fileno()).st_size
            if at != length or not piece:
                return length
            file.seek(at)
            file.write(piece)
            file.flush()
            os.fsync(file.fileno())
            return os.fstat(file.fileno()).st_size

    def read(self, name: str) -> bytes:
        """Return what is there."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return b""

    def drop(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def names(self, *, before: datetime) -> list[str]:
        """Return what was last added to before an instant."""
        return [
            path.name
            for path in self.root.glob("*")
            if _NAME.fullmatch(path.name) and path.stat().st_mtime < before.timestamp()
        ]

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise NotFound
        return self.root / name

    def _begin(self, path: Path) -> None:
        """Make an empty file where there is none, so that it is found after a power cut."""
        if path.exists():
            return
        self.root.mkdir(parents=True, exist_ok=True)
        path.touch()
        folder = os.open(self.root, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
