from typing import Any

from sqlalchemy.orm import Session

from app.stamps.keyring import Keyring
from tests.make_import import checked_import

ONE = "/office/imports/{import_id}"
ALLOWED = {
    "fpa": f"""
        GET /office/imports {ONE} {ONE}/refused.xlsx /office/imports/templates/{{template}}.xlsx
        POST /office/imports {ONE}/import {ONE}/drop
    """
}


def hung(db: Session, _ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    return {"import_id": checked_import(db).id, "template": "products-full"}
