import hashlib
import os
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image
from sqlalchemy.orm import Session

from app.audit.queries import list_events
from app.documents import actions
from app.documents.models import Document
from app.documents.queries import documents_of, get_document, named_documents
from app.documents.receive_actions import receive
from app.documents.rules import (
    MAX_BYTES,
    MAX_PAGES,
    DocumentKind,
    DocumentLocked,
    DocumentThere,
    DocumentTooHeavy,
    DocumentWithdrawn,
    NoSuchDocument,
    NotADocument,
    TooManyDocuments,
    file_name,
    plain_name,
)
from app.identity.rules import NotAllowed
from app.kit.files import Files
from app.kit.paging import Cut
from tests import make
from tests.conftest import Cast
from tests.make_documents import pdf

Attach = Callable[..., Document]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
def attach(db: Session, cast: Cast, files: Files) -> Attach:
    def attached(raw: bytes, **more: object) -> Document:
        given: dict[str, object] = {"actor": cast.officer.actor, "entity_id": cast.entity.id}
        return actions.attach(
            db,
            now=make.NOW,
            files=files,
            subject_kind="entity",
            subject_id=cast.entity.id,
            checked=receive(raw, "Giấy chứng nhận.pdf"),
            kind=DocumentKind.CERTIFICATE,
            **given | more,  # type: ignore[arg-type]
        )

    return attached


@pytest.mark.on("sqlite")
def test_a_pdf_is_kept_as_it_came_and_a_picture_as_its_pixels_alone() -> None:
    raw = pdf(pages=3)
    kept = receive(raw, "C:\\scan\\Giấy\u202e chứng nhận.pdf")
    assert (kept.pages, kept.content, kept.name) == (3, raw, "Giấy chứng nhận.pdf")
    assert kept.sha256 == hashlib.sha256(raw).hexdigest()
    # Whoever mails a PDF may put a line before it.
    assert receive(b"\r\nFrom a scanner\r\n" + raw, "a.pdf").pages == 3

    picture = receive(make.picture("PNG", (5000, 3000)) + b"<script>", "a.png")
    opened = Image.open(BytesIO(picture.content))
    assert (opened.format, opened.size, picture.pages) == ("JPEG", (2400, 1440), 1)
    assert b"<script>" not in picture.content


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", NotADocument),
        (b"GIF89a" + b"\0" * 100, NotADocument),
        (b"PK\x03\x04 a workbook", NotADocument),
        ("Giấy chứng nhận".encode(), NotADocument),
        (b"%PDF-1.7\n" + b"\0" * 5000, NotADocument),
        (pdf()[:200], NotADocument),
        (b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF", NotADocument),
        (make.picture()[:900], NotADocument),
        (pdf(password="mật khẩu"), DocumentLocked),
        (b"%PDF-" + b"\0" * MAX_BYTES, DocumentTooHeavy),
        (pdf(pages=MAX_PAGES + 1), DocumentTooHeavy),
    ],
)
def test_a_file_that_is_no_document_is_refused_by_what_it_is(
    raw: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        receive(raw, "giấy chứng nhận.pdf")


def test_a_name_is_of_letters_that_can_be_seen() -> None:
    assert plain_name("../../etc/pass\nwd") == "pass wd"
    assert plain_name("x" * 300 + ".pdf") == "x" * 196 + ".pdf"


def test_a_document_is_attached_once_and_withdrawn_with_a_reason(
    db: Session, cast: Cast, files: Files, attach: Attach
) -> None:
    paper = attach(pdf(), title="GCN số 12", public=True)
    stored = files.find(file_name(paper.sha256, paper.media_type))
    assert len(pypdfium2.PdfDocument(stored)) == paper.pages == 1
    with pytest.raises(DocumentThere) as there:
        attach(pdf())
    assert there.value.named == "GCN số 12"
    with pytest.raises(NotAllowed):
        actions.withdraw(
            db, actor=cast.owner.actor, now=make.NOW, document_id=paper.id, reason="Không phải"
        )
    actions.withdraw(
        db, actor=cast.officer.actor, now=make.NOW, document_id=paper.id, reason="Nhầm"
    )
    with pytest.raises(DocumentWithdrawn):
        actions.withdraw(
            db, actor=cast.officer.actor, now=make.NOW, document_id=paper.id, reason="Nhầm"
        )
    again = attach(pdf())
    assert documents_of(db, "entity", [cast.entity.id])[cast.entity.id] == [again, paper]
    assert named_documents(db) == {paper.sha256}
    told = list_events(db, cut=Cut(limit=9), subject_kind="entity", subject_id=cast.entity.id)
    acts = [event.action for event in told.items if event.action.startswith("document.")]
    assert acts == ["document.attach", "document.withdraw", "document.attach"]


def test_a_record_holds_so_many_documents(attach: Attach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST", 2)
    for number in (1, 2):
        attach(pdf(str(number)))
    with pytest.raises(TooManyDocuments):
        attach(pdf("3"))


def test_a_document_is_seen_by_whose_it_is(db: Session, cast: Cast, attach: Attach) -> None:
    own = attach(pdf("1"))
    register = attach(pdf("2"), entity_id=None)
    assert get_document(db, own.id, actor=cast.owner.actor) is own
    for paper, actor in ((own, cast.outsider.actor), (register, cast.owner.actor)):
        with pytest.raises(NoSuchDocument):
            get_document(db, paper.id, actor=actor)


@pytest.mark.on("sqlite")
def test_a_file_sent_again_is_not_swept_before_its_row_stands(files: Files) -> None:
    """Who sent it first was cut off between file and row, days ago."""
    name, yesterday = "ab" * 32 + ".pdf", make.NOW - timedelta(days=1)
    files.save(name, b"paper")
    os.utime(files.find(name), (0, 0))
    files.save(name, b"paper")
    assert files.remove_unnamed(set(), before=yesterday) == 0
    os.utime(files.find(name), (0, 0))
    assert files.remove_unnamed(set(), before=yesterday) == 1
