"""The phone app's shell: the same for everybody, for it holds nobody's data."""

from typing import Any, Final

from sqlalchemy.orm import Session

from app.diary.shell_pages import shell_of
from app.kit.pages import Pages
from app.stamps.keyring import Keyring
from app.wiring import slice_folders, words

PUBLIC: Final = """
GET /app/diary /app/sw.js /app/leave.js /app/manifest.webmanifest
    /app/shell/{shell_version}/{shell_file}
"""
ALLOWED: Final[dict[str, str]] = {}


def hung(_db: Session, _ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    """Name a file of the version that is served."""
    shell = shell_of(Pages(slice_folders(), words(), sample=False), tuple(words().values()))
    return {"shell_version": shell.version, "shell_file": "app.js"}
