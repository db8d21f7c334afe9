"""Papers that everybody may read: those marked so, of a record that is public itself today."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from app.certificates.models import Certificate
from app.documents.models import Document
from app.documents.rules import DocumentKind, NoSuchDocument
from app.entities.models import Entity
from app.lookup.right_words_queries import CONFIRMED
from app.oversight.quality_models import QualityTest
from app.products.models import OcopCertificate, Product
from app.rights.models import IpRight


class Stored(NamedTuple):
    """A document's file."""

    id: int
    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True)
class PaperPart:
    """A paper of a record, as a public page names it."""

    id: int
    title: str
    kind: str
    media_type: str
    pages: int

    @property
    def kind_label(self) -> str:
        return DocumentKind(self.kind).label


def get_public_file(db: Session, document_id: int) -> Stored:
    """Return the file of a document that everybody may read today, or raise NoSuchDocument."""
    query = select(Document.id, Document.sha256, Document.media_type)
    found = db.execute(query.where(Document.id == document_id, *_PUBLIC)).one_or_none()
    if found is None:
        raise NoSuchDocument
    return Stored(*found)


def list_papers(db: Session, *, right_id: int) -> list[PaperPart]:
    """Return the papers of a right that everybody may read, its rules of use first."""
    query = (
        select(Document.id, Document.title, Document.kind, Document.media_type, Document.pages)
        .where(Document.subject_kind == "right", Document.subject_id == right_id, *_PUBLIC)
        .order_by(Document.kind != DocumentKind.RULES, Document.id)
    )
    return [PaperPart(**row._asdict()) for row in db.execute(query)]


# Of which records of a kind the public reads. What is no kind of these has no public papers.
_RECORDS: Final[Mapping[str, Select[int]]] = {
    "right": select(IpRight.id).where(IpRight.id == Document.subject_id, *CONFIRMED),
    "certificate": select(Certificate.id).where(
        Certificate.id == Document.subject_id, Certificate.public, Certificate.struck_at.is_(None)
    ),
    "ocop_certificate": select(OcopCertificate.id)
    .join(Product, Product.id == OcopCertificate.product_id)
    .join(Entity, Entity.id == Product.entity_id)
    .where(
        OcopCertificate.id == Document.subject_id,
        OcopCertificate.struck_at.is_(None),
        Entity.practice.is_(False),
    ),
    "test": select(QualityTest.id).where(
        QualityTest.id == Document.subject_id,
        QualityTest.public,
        QualityTest.struck_at.is_(None),
    ),
}
_PUBLIC: Final = (
    Document.public,
    Document.withdrawn_at.is_(None),
    or_(
        *(
            and_(Document.subject_kind == kind, record.correlate(Document).exists())
            for kind, record in _RECORDS.items()
        )
    ),
)
