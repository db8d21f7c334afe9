from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

from app.kit.errors import DomainError, Unavailable
from app.kit.pages import show
from app.kit.web import Edge, site

router = APIRouter(route_class=Edge, include_in_schema=False)

# The API browser sets styles inline; no other page may.
_DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class DocsView:
    """The page of the API browser."""

    title: str


@router.get("/healthz")
async def alive() -> Response:
    """Say that the process runs, whatever its database does."""
    return PlainTextResponse("ok")


@router.get("/readyz")
async def ready(request: Request) -> Response:
    """Say whether look-ups can be answered: the database is there and its keys match."""

    def look() -> None:
        with site(request).public.begin(write=False) as db:
            db.execute(text("SELECT 1"))
            request.app.state.check(db)

    try:
        await run_in_threadpool(look)
    except DomainError as error:
        return JSONResponse({"ready": False, "code": error.code}, 503)
    except Exception:  # noqa: BLE001 - whatever keeps it from answering, it is not ready
        return JSONResponse({"ready": False, "code": Unavailable.code}, 503)
    return JSONResponse({"ready": True})


@router.get("/metrics")
def metrics() -> Response:
    """Return Prometheus figures of this process. The proxy keeps them from the outside."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@router.get("/docs")
def docs(request: Request) -> Response:
    response = show(request, "kit/docs.html", DocsView(request.app.title))
    response.headers["Content-Security-Policy"] = _DOCS_POLICY
    return response


def browser_files() -> StaticFiles:
    """Return the API browser's files out of the package that ships them."""
    spec = find_spec("fastapi_offline")
    if spec is None or spec.origin is None:
        message = "the fastapi-offline package is not installed"
        raise RuntimeError(message)
    return StaticFiles(directory=Path(spec.origin).parent / "static")
