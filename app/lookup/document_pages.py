"""The public file of a paper, as long as what it belongs to is public."""

from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.documents.file_access import file_answer
from app.kit.files import Store
from app.kit.web import Db, Edge, Id, as_public
from app.lookup.document_queries import get_public_file

router = APIRouter(route_class=Edge, include_in_schema=False)


@router.get("/documents/{public_document_id}", dependencies=[Depends(as_public)])
def public_document(public_document_id: Id, db: Db, files: Store) -> Response:
    # What is withdrawn or no longer public is not to be had from anybody's cache either.
    return file_answer(get_public_file(db, public_document_id), files, cache="no-cache")
