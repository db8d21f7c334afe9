from dataclasses import dataclass
from datetime import datetime
from functools import partial

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.kit.web import site, translator
from app.lookup.access import address_of, answered, counter_of, desk_of, in_thread, is_head
from app.lookup.own_links_access import links_of_stamp
from app.lookup.public_access import PublicView, around, dressed, render
from app.lookup.queries import Ask
from app.lookup.ready import Written
from app.lookup.sheet import Answer
from app.lookup.shelf import Kept
from app.lookup.stamp_access import TYPED_CHARS, bare_page, ready_page
from app.lookup.verdict import RETRY_AFTER_SECONDS, Facts, Verdict, judge
from app.lookup.visits_access import Looker, counted
from app.scans.counter_actions import Counter
from app.scans.rules import is_preview_or_bot, visitor
from app.stamps.codes import grouped
from app.stamps.queries import find_stamp, near_codes

router = APIRouter()


@dataclass(frozen=True, kw_only=True)
class HomeView(PublicView):
    """The form for typed codes; `near` are genuine codes one typing fault away."""

    text: str = ""
    tried: bool = False
    near: tuple[str, ...] = ()


async def stamp_page(request: Request) -> Response:
    """Answer what is known of the stamp whose code stands in the path."""
    return await links_of_stamp(request) or await answered(request, _stamp_page, _unavailable)


async def home(request: Request) -> Response:
    """Show the form; a code typed into it leads to its page, or to the likely ones."""
    if "code" in request.query_params:
        return await answered(request, partial(in_thread, answer=_typed), _unavailable)
    return _home(request, status=200)


for path in ("/t/{code:anything}", "/T/{code:anything}"):
    router.add_route(path, stamp_page, methods=["GET"], include_in_schema=False)
router.add_route("/", home, methods=["GET"], include_in_schema=False)


async def _stamp_page(request: Request) -> Response:
    now, counter = site(request).clock(), counter_of(request)
    who = await _visitor(request, counter, now)
    answer, stamp, kept = await desk_of(request).ask(Ask(_code(request), now, who))
    if stamp is not None and who is not None and not is_head(request):
        answer = counted(
            answer,
            stamp,
            looker=Looker(address_of(request), request.headers.get("user-agent", "")),
            who=who,
            now=now,
            counter=counter,
            networks=request.app.state.networks,
        )
    return _answer_page(request, answer, kept)


async def _visitor(request: Request, counter: Counter, now: datetime) -> bytes | None:
    """Return who looks, as far as that is kept; None for previews and robots."""
    agent = request.headers.get("user-agent", "")
    if is_preview_or_bot(agent):
        return None
    key = counter.held_key(now)
    if key is None:
        key = await run_in_threadpool(counter.key_of_day, now)
    return visitor(key, address_of(request), agent)


def _answer_page(request: Request, answer: Answer, kept: Kept | None = None) -> Response:
    if answer.stamp is not None and kept is not None:
        ready = ready_page(request, answer, answer.stamp, kept)
        has = request.headers.get("if-none-match", "")
        return _as_written(ready.write(answer, answer.stamp, translator(request), has=has))
    status, body = answer.judgement.status, bare_page(request, answer)
    response = dressed(request, HTMLResponse(body, status_code=status))
    if answer.judgement.verdict is Verdict.UNAVAILABLE:
        response.headers["Cache-Control"] = "no-store"
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _as_written(written: Written) -> Response:
    response = Response(written.body, written.status)
    response.raw_headers = written.headers
    return response


def _unavailable(request: Request) -> Response:
    judgement = judge(Facts(available=False), site(request).clock())
    text = _code(request) if "code" in request.path_params else _typed_text(request)
    return _answer_page(request, Answer(code=text, judgement=judgement))


def _typed(request: Request) -> Response:
    """A genuine code leads to its page; a near one is only asked about."""
    held, keyring = site(request), request.app.state.keyring
    text = _typed_text(request)
    # People paste the whole address as well.
    code = text.rstrip("/").rpartition("/")[2].partition("?")[0]
    with held.public.begin(write=False) as db:
        stamp = find_stamp(db, keyring=keyring, text=code)
        near = () if stamp else near_codes(db, keyring=keyring, text=code)
    if stamp is not None:
        return dressed(request, RedirectResponse(f"/t/{stamp.code}{around(request).keep}", 303))
    found = tuple(grouped(one) for one in near)
    return _home(request, status=404 if text else 200, text=text, tried=bool(text), near=found)


def _home(
    request: Request,
    *,
    status: int,
    text: str = "",
    tried: bool = False,
    near: tuple[str, ...] = (),
) -> Response:
    view = HomeView(
        **vars(around(request)),
        indexed=not tried,
        text=text,
        tried=tried,
        near=near,
    )
    asked = {"code": text} if tried else {}
    body = render(request, "lookup/home.html", view, path="/", asked=asked)
    return dressed(request, HTMLResponse(body, status_code=status), indexed=view.indexed)


def _code(request: Request) -> str:
    """Return the path's code as it came, without a trailing slash; it may hold anything."""
    text: str = request.path_params["code"]
    return _encodable(text.rstrip("/"))


def _typed_text(request: Request) -> str:
    return _encodable(request.query_params.get("code", "").strip())[:TYPED_CHARS]


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
