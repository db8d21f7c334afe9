import os
import re
import secrets
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from app.kit.errors import NotFound

_NAME = re.compile(r"[0-9a-f]{64}(-[0-9]{2,4})?\.(webp|jpg|pdf|csv|svg|png|xlsx|zip)")


class Files:
    """Stored files, named by the SHA-256 of their content; written whole or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, name: str) -> Path:
        """Return where a file of that name stands, or raise NotFound for any other name."""
        if not _NAME.fullmatch(name):
            raise NotFound
        return self.root / name[:2] / name

    def find(self, name: str) -> Path:
        path = self.path(name)
        if not path.is_file():
            raise NotFound
        return path

    def save(self, name: str, content: bytes) -> None:
        """Write a file so that it survives a power cut once this returns."""
        path = self.path(name)
        with suppress(FileNotFoundError):
            # As new as one that is written: it may be about to be swept, for nothing names it yet.
            os.utime(path)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.draft()
        with draft.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        self.adopt(draft, name)

    def remove_unnamed(self, named: set[str], *, before: datetime) -> int:
        """Remove files older than that whose hash nothing names any more; return how many."""
        gone = 0
        for path in self.root.glob("[0-9a-f][0-9a-f]/*"):
            old = path.stat().st_mtime < before.timestamp()
            if old and path.name[:64].partition(".")[0] not in named:
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def draft(self) -> Path:
        """Return a new path beside the stored files, for a file that is still being made."""
        folder = self.root / "drafts"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / secrets.token_hex(8)

    def adopt(self, draft: Path, name: str) -> None:
        """Move a finished draft to its name."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


async def _files(request: Request) -> Files:
    held: Files = request.app.state.files
    return held


Store = Annotated[Files, Depends(_files)]
