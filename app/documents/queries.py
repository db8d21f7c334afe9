from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.documents.models import Document
from app.documents.rules import NoSuchDocument
from app.identity.rules import Actor


def get_document(db: Session, document_id: int, *, actor: Actor) -> Document:
    """Return a document the actor sees, withdrawn ones too, or raise NoSuchDocument.

    What belongs to no entity is for the Department. What everybody may read is a public page's to
    tell: that depends on what the document belongs to.
    """
    found = db.get(Document, document_id)
    if found is None or not _seen_by(actor, found):
        raise NoSuchDocument
    return found


def documents_of(db: Session, subject_kind: str, ids: Iterable[int]) -> dict[int, list[Document]]:
    """Return the documents of records of one kind, withdrawn ones last; each has a list."""
    found: dict[int, list[Document]] = {one: [] for one in set(ids)}
    query = select(Document).where(
        Document.subject_kind == subject_kind, Document.subject_id.in_(found)
    )
    for one in db.scalars(query.order_by(Document.withdrawn_at.is_not(None), Document.id)):
        found[one.subject_id].append(one)
    return found


def count_documents(db: Session, subject_kind: str, subject_id: int) -> int:
    """Return how many documents of a record stand."""
    query = select(func.count()).where(
        Document.subject_kind == subject_kind,
        Document.subject_id == subject_id,
        Document.withdrawn_at.is_(None),
    )
    return db.scalar(query) or 0


def find_same(db: Session, subject_kind: str, subject_id: int, sha256: str) -> Document | None:
    """Return the document of a record that is the same file and stands."""
    query = select(Document).where(
        Document.subject_kind == subject_kind,
        Document.subject_id == subject_id,
        Document.sha256 == sha256,
        Document.withdrawn_at.is_(None),
    )
    return db.scalars(query).first()


def named_documents(db: Session) -> set[str]:
    """Return the SHA-256 of every document: withdrawn ones are kept too."""
    return set(db.scalars(select(Document.sha256).distinct()))


def _seen_by(actor: Actor, document: Document) -> bool:
    if document.entity_id is None:
        return actor.of_department or actor.account_id == document.added_by_id
    return actor.sees(document.entity_id)
