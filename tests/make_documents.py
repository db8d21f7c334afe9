"""Papers for tests: PDFs that are ones, and some that only look it."""

from io import BytesIO
from typing import Any

from reportlab.pdfgen.canvas import Canvas
from sqlalchemy.orm import Session

from app.documents.models import Document
from app.documents.rules import PDF, file_name
from app.kit.files import Files
from tests import make


def pdf(text: str = "Giấy chứng nhận", *, pages: int = 1, password: str = "") -> bytes:
    """Return a PDF of so many pages, that asks for a password where one is given."""
    out = BytesIO()
    canvas = Canvas(out, encrypt=password or None, invariant=True)
    for page in range(pages):
        canvas.drawString(72, 720, f"{text} {page}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def document(db: Session, **facts: Any) -> Document:  # noqa: ANN401 - the columns of the record
    given: dict[str, Any] = {
        "kind": "certificate",
        "title": "Giấy chứng nhận",
        "name": "gcn.pdf",
        "media_type": PDF,
        "sha256": "d" * 64,
        "size": 900,
        "pages": 1,
        "added_at": make.NOW,
        "added_by": "Cán bộ Lan",
    }
    made = Document(**given | facts)
    db.add(made)
    db.flush()
    return made


def keep(files: Files, sha256: str = "d" * 64) -> None:
    """Keep a file under that hash, as far as a page asks for it."""
    files.save(file_name(sha256, PDF), pdf())
