"""The file of a document as an answer."""

from typing import Protocol

from starlette.responses import FileResponse, Response

from app.documents.rules import SUFFIXES, file_name
from app.kit.files import Files


class Kept(Protocol):
    """A document, or what of it is needed to answer with its file."""

    @property
    def id(self) -> int: ...

    @property
    def sha256(self) -> str: ...

    @property
    def media_type(self) -> str: ...


def file_answer(document: Kept, files: Files, *, cache: str = "private, no-store") -> Response:
    """Answer with the file; a PDF may hold scripts, so it opens outside this site's pages."""
    suffix = SUFFIXES[document.media_type]
    return FileResponse(
        files.find(file_name(document.sha256, document.media_type)),
        media_type=document.media_type,
        filename=f"ocop-{document.id}.{suffix}",
        content_disposition_type="attachment" if suffix == "pdf" else "inline",
        headers={
            "Cache-Control": cache,
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
