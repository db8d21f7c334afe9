from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

import app
import app.entities.api
import app.entities.pages
import app.identity.pages
import app.places.api
from app.config import Settings
from app.identity.rules import Actor
from app.kit import asgi, problems
from app.kit.db import Database
from app.kit.files import Files
from app.kit.i18n import N_, Language, Translator, translators
from app.kit.pages import Pages, Rail, Reader
from app.kit.web import make_site

ROOT = Path(app.__file__).parent

OFFICE = (
    Rail(N_("Home"), "/office"),
    Rail(N_("Stamp batches"), "/office/batches"),
    Rail(N_("Entities"), "/office/entities"),
    Rail(N_("Products"), "/office/products"),
    Rail(N_("IP rights"), "/office/rights"),
    Rail(N_("Use rights"), "/office/use-rights"),
    Rail(N_("Lots"), "/office/lots"),
    Rail(N_("Accounts"), "/office/accounts"),
)
PHONE = (
    Rail(N_("Today"), "/app"),
    Rail(N_("Lots"), "/app/lots"),
    Rail(N_("Stamps"), "/app/stamps"),
)

ROUTERS = (
    app.places.api.router,
    app.identity.pages.router,
    app.entities.api.router,
    app.entities.pages.router,
)


def slice_folders() -> dict[str, Path]:
    return {path.parent.name: path.parent for path in sorted(ROOT.glob("*/__init__.py"))}


def words() -> dict[Language, Translator]:
    return translators(slice_folders().values())


def reader_for(actor: Actor) -> Reader:
    return Reader(name=actor.label, rail=OFFICE if actor.roles else PHONE)


def create_app(
    settings: Settings,
    *,
    clock: Callable[[], datetime] | None = None,
    database: Database | None = None,
) -> FastAPI:
    """Make the application. `clock` and `database` are for tests."""
    made = FastAPI(
        title="OCOP traceability",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        separate_input_output_schemas=True,
    )
    folders, spoken = slice_folders(), words()
    made.state.site = make_site(
        database or Database(settings.database_url), spoken, clock, settings.base_url
    )
    made.state.settings = settings
    made.state.files = Files(settings.files)
    made.state.pages = Pages(folders, spoken, sample=settings.sample)
    made.state.reader_for = reader_for
    for router in ROUTERS:
        made.include_router(router)
    for name, folder in folders.items():
        if (folder / "static").is_dir():
            made.mount(f"/static/{name}", LastingFiles(directory=folder / "static"))
    problems.install(made, sign_in=_sign_in)
    made.add_middleware(asgi.HeadAsGet)
    made.add_middleware(asgi.Outermost)
    return made


def _sign_in(request: Request) -> Response:
    return app.identity.pages.to_sign_in(request)


class LastingFiles(StaticFiles):
    """Static files: their addresses carry a stamp of their content, so they never change."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
