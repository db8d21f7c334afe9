import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

from app.kit.files import Files

_FOLDER: Final = 0o700
_FILE: Final = 0o600
_ABANDONED: Final = timedelta(days=1)


class PrivateFiles(Files):
    """A store readable by its owner on disk and by nobody else; drafts come from `spooled`."""

    def draft(self) -> Path:
        self._make_private(self.root / "drafts")
        return super().draft()

    def adopt(self, draft: Path, name: str) -> None:
        self._make_private(self.path(name).parent)
        super().adopt(draft, name)

    def sweep(self, now: datetime) -> None:
        """Remove the drafts that were left when their maker was killed."""
        oldest = (now - _ABANDONED).timestamp()
        for draft in (self.root / "drafts").glob("*"):
            if draft.stat().st_mtime < oldest:
                draft.unlink(missing_ok=True)

    def _make_private(self, folder: Path) -> None:
        self.root.parent.mkdir(parents=True, exist_ok=True)
        for made in (self.root, folder):
            made.mkdir(mode=_FOLDER, exist_ok=True)


class Spool:
    """A file that is hashed while it is written."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, content: bytes) -> int:
        self._hash.update(content)
        self.size += len(content)
        return self._out.write(content)

    def flush(self) -> None:
        self._out.flush()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


@contextmanager
def spooled(path: Path) -> Iterator[Spool]:
    """Open a new private file, which survives a power cut once the block has ended.

    Raises OSError where the disk holds another number of bytes than was written.
    """
    path.touch(mode=_FILE, exist_ok=False)
    with path.open("wb") as out:
        spool = Spool(out)
        yield spool
        out.flush()
        os.fsync(out.fileno())
    if path.stat().st_size != spool.size:
        message = "the disk holds another number of bytes than was written"
        raise OSError(message)
