"""A paper attached to a record."""

from sqlalchemy.orm import Session

from app.stamps.keyring import Keyring
from tests import make_documents
from tests.browser.stop import OFFICE

PAGES = {OFFICE: {"documents/one.html": ["/office/documents/{paper}"]}}


def facts(db: Session, _keyring: Keyring) -> dict[str, int]:
    paper = make_documents.document(db, subject_kind="entity", subject_id=1, entity_id=1)
    return {"paper": paper.id}
