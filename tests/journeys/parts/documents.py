"""Papers attached to records."""

from typing import Any

from sqlalchemy.orm import Session

from app.kit.files import Files
from app.stamps.keyring import Keyring
from tests import make, make_documents

PUBLIC = "GET /documents/{public_document_id}"
ALLOWED = {
    "owfpair": "GET /office/documents/{document_id} /office/documents/{document_id}/file",
    "fpa": "POST /office/documents/{document_id}",
}


def forms(_ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {"/office/documents/{document_id}": {"reason": "Nhầm tệp"}}


def hung(db: Session, ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    of = {"subject_kind": "entity", "subject_id": ids["entity_id"], "entity_id": ids["entity_id"]}
    shown = {"subject_kind": "right", "subject_id": make.right(db, sign="Có giấy").id}
    return {
        "document_id": make_documents.document(db, **of).id,
        "public_document_id": make_documents.document(db, **shown, public=True).id,
    }


def kept(files: Files) -> None:
    make_documents.keep(files)
