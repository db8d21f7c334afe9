import gc
import logging
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path

import anyio
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

import app
import app.identity.pages
from app.certificates.row_queries import list_held
from app.config import BadSettings, Settings
from app.diary.photo_actions import sweep_photos
from app.diary.standing_queries import against_product
from app.diary.upload_actions import sweep_arriving
from app.documents.queries import named_documents
from app.entities.practice_queries import practice_names
from app.identity.access import known_actor
from app.identity.rules import Actor
from app.identity.sealing import Sealer
from app.identity.session_actions import tidy as tidy_identity
from app.keyfile import load_keyring
from app.kit import asgi, fences, health, problems
from app.kit.arriving import Arriving
from app.kit.db import Database
from app.kit.files import Files
from app.kit.guesses import Guesses
from app.kit.i18n import Language, Translator, translators
from app.kit.outbound import Outbound
from app.kit.pace import Pace
from app.kit.pages import Pages, Reader, opened_by
from app.kit.sections import Sections
from app.kit.slashes import TrailingSlash
from app.kit.web import make_site
from app.kit.work import Runner, Task
from app.lookup.desk_access import Desk
from app.lookup.front_access import Front
from app.lookup.glance_access import Lookout
from app.lookup.gs1_front_access import Gs1Front
from app.lookup.gs1_shelf import GtinShelf
from app.lookup.guess_access import PER_MINUTE, Given
from app.lookup.open_data_access import OpenData
from app.lookup.right_words_queries import RightWords
from app.lookup.shelf import Shelf
from app.office.expiry_actions import record_expiring
from app.office.import_actions import tidy_imports
from app.office.import_pages import hands_of
from app.office.import_work_actions import work_on_waiting_imports
from app.oversight.blocking_queries import failed_checks
from app.oversight.inspection_photo_actions import awaited_files
from app.oversight.queries import named_photos
from app.oversight.triage_actions import erase_told
from app.oversight.turns import Limits
from app.partners.cors_access import OpenToShops
from app.partners.event_actions import SYSTEM, record_ended
from app.partners.shop_queries import count_shops, shops_of
from app.partners.webhook_courier_actions import Courier, tidy_deliveries
from app.rails import DIARY_APP, FIELD_APP, OFFICE, PHONE
from app.rights.queries import named_signs
from app.routes import ROUTERS
from app.scans.actions import tidy as tidy_scans
from app.scans.counter_actions import Counter
from app.scans.networks import BadNetworks, Networks, read_networks
from app.stamps.export_api import press_of
from app.stamps.inspected_queries import find_batches
from app.stamps.phone_notice_queries import count_due
from app.stamps.print_actions import make_waiting_exports, reopen_exports
from app.stamps.queries import check_roots
from app.stamps.signal_actions import Watch
from app.stamps.trace_queries import trace_code

ROOT = Path(app.__file__).parent


def slice_folders() -> dict[str, Path]:
    return {path.parent.name: path.parent for path in sorted(ROOT.glob("*/__init__.py"))}


@cache
def words() -> dict[Language, Translator]:
    """Return the translators, read once a process: that takes as long as all the rest here."""
    return translators(slice_folders().values())


@cache
def _pages(*, sample: bool) -> Pages:
    return Pages(slice_folders(), words(), sample=sample)


def reader_for(actor: Actor, path: str, practice: tuple[str, ...] = ()) -> Reader:
    """Return who reads, with the navigation of the area: some have a role and an entity too."""
    office = actor.roles and path.split("/")[1] != "app"
    rail = opened_by(OFFICE if office else PHONE, actor.roles)
    told = ((FIELD_APP, actor.of_department), (DIARY_APP, actor.memberships))
    keeping = tuple(app for app, uses in told if uses)
    return Reader(name=actor.label, rail=rail, practice=practice, keeping=keeping)


async def scope_of(request: Request) -> fences.Scope:
    """Return whose rows a request may touch: by who asks, whatever its queries ask for."""
    actor = await known_actor(request)
    if actor is None:
        return fences.NOTHING
    if actor.of_department:
        return fences.EVERYTHING
    return fences.Scope(frozenset(actor.memberships), actor.account_id)


class Application(FastAPI):
    """The application, with the short way of scans before everything else."""

    @property
    def routes(self) -> list[BaseRoute]:
        """Return all routes, for who describes them: the router itself holds them in sections."""
        return [*_sections().routes, *self.router.routes]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if await self.state.front.answer(scope, send):
            return
        if not await self.state.gs1_front.answer(scope, send):
            await super().__call__(scope, receive, send)


def create_app(
    settings: Settings,
    *,
    clock: Callable[[], datetime] | None = None,
    database: Database | None = None,
    public: Database | None = None,
) -> FastAPI:
    """Make the application. `clock` and the databases are for tests.

    Raises BadKeys where the keys are missing, weak or open to others, and BadSettings where the
    file of networks is broken.
    """
    made = Application(
        title="OCOP traceability",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=_lifespan,
        responses=problems.DOCUMENTED,
        redirect_slashes=False,
    )
    folders, spoken = slice_folders(), words()
    whole = database or Database(settings.database_url)
    held = make_site(
        whole,
        public or database or _public(settings, whole),
        spoken,
        clock,
        settings.base_url,
        scope_of,
    )
    made.state.site = held
    made.state.settings = settings
    made.state.keyring = keyring = load_keyring(settings)
    made.state.sealer = Sealer({epoch: root.key for epoch, root in keyring.roots.items()})
    silent = timedelta(days=settings.diary_silent_days)
    made.state.count_due = partial(count_due, silent=silent)
    made.state.count_shops = count_shops
    made.state.against = against_product
    made.state.certified = list_held
    made.state.failed_checks = failed_checks
    made.state.trace = lambda db, text: trace_code(db, text, keyring=made.state.keyring)
    made.state.batches = find_batches
    made.state.report_limits = Limits()
    made.state.check = lambda db: check_roots(db, keyring=keyring)
    made.state.counter = Counter(whole, held.clock)
    made.state.networks = _networks(settings)
    made.state.guesses, made.state.given = Guesses(PER_MINUTE), Given()
    made.state.shelf = shelf = Shelf(shops_of)
    made.state.drawing = anyio.Semaphore(1)
    made.state.open_data, made.state.right_words = OpenData(), RightWords()
    made.state.gtins, made.state.gs1_front = GtinShelf(), Gs1Front(made.state)
    made.state.pace = Pace()
    made.state.desk = Desk(
        held.public,
        held.readers,
        keyring=lambda: made.state.keyring,
        counter=made.state.counter,
        shelf=shelf,
    )
    made.state.lookout = Lookout(held.public)
    made.state.front = Front(made.state)
    made.state.files = Files(settings.files)
    made.state.outbound = Outbound(loopback=settings.outbound_loopback)
    made.state.pages = _pages(sample=settings.sample)
    made.state.reader_for = reader_for
    made.state.practice_of = practice_names
    _open_routes(made, folders)
    return made


def _networks(settings: Settings) -> Networks:
    if not settings.networks_file:
        return Networks()
    try:
        with Path(settings.networks_file).open(encoding="utf-8") as lines:
            return read_networks(lines)
    except (OSError, ValueError, BadNetworks) as error:
        message = f"OCOP_NETWORKS_FILE can't be used: {error}"
        raise BadSettings(message) from error


def _public(settings: Settings, whole: Database) -> Database:
    """Return what reads for everybody: as a role of its own where there is one."""
    if whole.dialect == "sqlite" or not settings.scan_url:
        return whole
    return Database(settings.scan_url)


@cache
def _sections() -> Sections:
    """Return the routes, shared by the applications of a process.

    FastAPI makes each ready at its first use; for all of them that takes 0.3 s.
    """
    shared = FastAPI(openapi_url=None, responses=problems.DOCUMENTED)
    for router in ROUTERS:
        shared.include_router(router)
    return Sections(ROUTERS, shared.router.routes)


def _open_routes(made: FastAPI, folders: Mapping[str, Path]) -> None:
    made.router.routes.append(_sections())
    for name, folder in folders.items():
        if (folder / "static").is_dir():
            made.mount(f"/static/{name}", LastingFiles(directory=folder / "static"))
    made.mount("/static/docs", health.browser_files())
    router = made.router
    router.default = TrailingSlash(router.routes, router.not_found)
    problems.install(made, sign_in=_sign_in)
    made.add_middleware(asgi.HeadAsGet)
    made.add_middleware(asgi.Outermost)
    made.add_middleware(OpenToShops)


@asynccontextmanager
async def _lifespan(made: FastAPI) -> AsyncIterator[None]:
    """Refuse to serve with keys that are not the database's; count and work while serving."""
    log_as_json()
    held, settings = made.state.site, made.state.settings
    _settle()
    try:
        await run_in_threadpool(_check, held.public, made.state.check)
        runner = make_runner(made) if settings.work_in_process else None
        made.state.counter.start()
        if runner:
            runner.start()
        yield
        if runner:
            await run_in_threadpool(runner.stop)
        await run_in_threadpool(made.state.counter.stop)
        await run_in_threadpool(made.state.open_data.stop)
    finally:
        made.state.lookout.close()
        held.close()


def _settle() -> None:
    """Have the collector of garbage leave alone what stays, and come by less often.

    To look through all routes and kept pages again and again took a fifth of a scan's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _check(database: Database, check: Callable[[Session], object]) -> None:
    try:
        with database.begin(write=False) as db:
            check(db)
    except SQLAlchemyError:
        # A database that is away now may come back; a root that does not match never will.
        logging.getLogger("ocop").exception("the database could not be checked at start")


def make_runner(made: FastAPI) -> Runner:
    """Return the runner of the background work; `ocop work` and SQLite's own process use it."""
    held, press = made.state.site, press_of(made)
    whole = press.database
    watch = Watch(whole, held.clock)
    told_for = timedelta(days=made.state.settings.report_days)

    def tidy_up() -> None:
        with whole.begin() as db:
            tidy_identity(db, now=held.clock())
            tidy_scans(db, held.clock())
            erase_told(db, by=SYSTEM, now=held.clock(), after=told_for)
            named = named_photos(db) | named_documents(db) | named_signs(db)
            sweep_photos(db, files=made.state.files, now=held.clock(), others=named)
            arriving = Arriving(made.state.files.root)
            awaited = awaited_files(db)
            sweep_arriving(db, arriving=arriving, now=held.clock(), others=awaited)
            tidy_imports(db, now=held.clock())
            tidy_deliveries(db, now=held.clock())

    def print_waiting() -> None:
        make_waiting_exports(press)

    def reopen() -> None:
        reopen_exports(press)

    def import_waiting() -> None:
        work_on_waiting_imports(hands_of(made, whole))

    def end_what_ended() -> None:
        with whole.begin() as db:
            record_ended(db, now=held.clock())
        with whole.begin() as db:
            record_expiring(db, now=held.clock())

    courier = courier_of(made)
    tasks = [
        Task("webhooks", 1, courier.round, apart=True),
        Task("ended", 3600, end_what_ended),
        Task("exports", 1, print_waiting, first=reopen),
        Task("imports", 1, import_waiting),
        Task("signals", 60, watch.run, first=watch.forget),
        Task("tidy", 3600, tidy_up),
    ]
    return Runner(whole, tasks)


def courier_of(made: FastAPI) -> Courier:
    """Return what delivers webhooks."""
    held = made.state.site
    return Courier(
        database=held.database.scoped(fences.EVERYTHING),
        outbound=made.state.outbound,
        sealer=made.state.sealer,
        clock=held.clock,
        base_url=held.base_url,
    )


def log_as_json() -> None:
    """Have every log line written to standard error as JSON, without personal data."""
    # Nothing of these is written: to find them out takes as long as the rest of a line.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(asgi.JsonLines())
    top = logging.getLogger("ocop")
    top.handlers, top.propagate = [stream], False
    top.setLevel(logging.INFO)
    # Uvicorn's own lines hold addresses, of visitors and of stamps.
    access = logging.getLogger("uvicorn.access")
    access.handlers, access.propagate = [], False


def _sign_in(request: Request) -> Response:
    return app.identity.pages.to_sign_in(request)


class LastingFiles(StaticFiles):
    """Static files: their addresses carry a stamp of their content, so they never change."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
