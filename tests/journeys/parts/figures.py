"""The figures of a year."""

from typing import Any

from sqlalchemy.orm import Session

from app.stamps.keyring import Keyring

ALLOWED = {"fpair": "GET /office/figures /office/figures/{figure} /api/v1/figures"}


def hung(_db: Session, _ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    return {"figure": "products_traced"}
