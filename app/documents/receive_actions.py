"""Files that come in as documents, opened before anything is kept of them."""

import hashlib
import subprocess
import sys
from io import BytesIO
from typing import Final

from app.documents.rules import (
    JPEG,
    LOCKED,
    MAX_BYTES,
    MAX_PAGES,
    PDF,
    PICTURE_SIDE,
    CheckedFile,
    DocumentLocked,
    DocumentTooHeavy,
    NotADocument,
    plain_name,
)
from app.products.pictures import PictureUnreadable, decoded

_PATIENCE: Final = 20
# The header of a PDF may come after some other bytes; Acrobat looks this far for it.
_HEADER_WITHIN: Final = 1024


def receive(raw: bytes, name: str, *, field: str = "document") -> CheckedFile:
    """Check a file that is sent as a document: slow, so call it outside the transaction.

    A PDF is kept as it came, once it could be opened. Of a picture only the pixels are kept, as
    a JPEG. Raises NotADocument, DocumentLocked, DocumentTooHeavy and the errors of pictures.
    """
    if len(raw) > MAX_BYTES:
        raise DocumentTooHeavy(field=field)
    if b"%PDF-" in raw[:_HEADER_WITHIN]:
        return _checked(name, PDF, raw, _pages(raw, field))
    return _checked(name, JPEG, _picture(raw, field), 1)


def _checked(name: str, media_type: str, content: bytes, pages: int) -> CheckedFile:
    digest = hashlib.sha256(content).hexdigest()
    return CheckedFile(plain_name(name), media_type, digest, pages, content)


def _pages(raw: bytes, field: str) -> int:
    reader = (sys.executable, "-m", "app.documents.opening")
    try:
        done = subprocess.run(  # noqa: S603 - our own module, with nothing of the request in its name
            reader, input=raw, capture_output=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise NotADocument(field=field) from None
    if done.returncode == LOCKED:
        raise DocumentLocked(field=field)
    if done.returncode or not done.stdout.isdigit() or not int(done.stdout):
        raise NotADocument(field=field)
    if int(done.stdout) > MAX_PAGES:
        raise DocumentTooHeavy(field=field)
    return int(done.stdout)


def _picture(raw: bytes, field: str) -> bytes:
    try:
        picture = decoded(raw, PICTURE_SIDE, field)
    except PictureUnreadable:
        raise NotADocument(field=field) from None
    picture.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
    out = BytesIO()
    picture.save(out, "JPEG", quality=85, optimize=True, progressive=True)
    return out.getvalue()
