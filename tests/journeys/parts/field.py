"""The shell of the inspectors' app: the same for everybody, for it holds nobody's data."""

from typing import Any, Final

from sqlalchemy.orm import Session

from app.kit.pages import Pages
from app.oversight.field_pages import shell_of
from app.stamps.keyring import Keyring
from app.wiring import slice_folders, words

PUBLIC: Final = """
GET /inspections/app /inspections/sw.js /inspections/leave.js /inspections/manifest.webmanifest
    /inspections/shell/{field_version}/{field_file}
"""
ALLOWED: Final[dict[str, str]] = {}


def hung(_db: Session, _ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    """Name a file of the version that is served."""
    shell = shell_of(Pages(slice_folders(), words(), sample=False), tuple(words().values()))
    return {"field_version": shell.version, "field_file": "app.js"}
