from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import ClassVar, Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.kit.i18n import N_, Translator
from app.kit.web import site, translator
from app.lookup.access import address_of, answered, counter_of, desk_of, in_thread, is_head
from app.lookup.gs1_access import names_product
from app.lookup.parts_access import parts_of
from app.lookup.public_access import COUNT, Gapped, PublicView, around, dressed, gap, render, tagged
from app.lookup.queries import Ask, Found
from app.lookup.sheet import Answer, Sheet, StampPart
from app.lookup.shelf import Kept
from app.lookup.verdict import RETRY_AFTER_SECONDS, Facts, Judgement, Verdict, judge
from app.scans.actions import Lookup, Visit
from app.scans.counter_actions import Counter
from app.scans.rules import device_class, is_preview_or_bot, minute_of, visitor
from app.stamps.codes import grouped, parse
from app.stamps.queries import Stamp, find_stamp, near_codes

router = APIRouter()

TYPED_CHARS = 120
NOTHING: Final = Markup()


@dataclass(frozen=True, kw_only=True)
class StampView(PublicView):
    """The page of one code, its verdict first; what differs from stamp to stamp is a gap."""

    judgement: Judgement
    grouped: str
    sheet: Sheet | None = None
    activated: bool = False
    about: Markup = NOTHING
    record: Markup = NOTHING
    count: ClassVar[Markup] = COUNT
    code: ClassVar[Markup] = gap("code")
    activated_on: ClassVar[Markup] = gap("activated_on")
    number: ClassVar[Markup] = gap("number")
    batch: ClassVar[Markup] = gap("batch")
    lot: ClassVar[Markup] = gap("lot")
    diary: ClassVar[Markup] = gap("diary")


@dataclass(frozen=True, kw_only=True)
class HomeView(PublicView):
    """The form for typed codes; `near` are genuine codes one typing fault away."""

    text: str = ""
    tried: bool = False
    near: tuple[str, ...] = ()


async def stamp_page(request: Request) -> Response:
    """Answer what is known of the stamp whose code stands in the path."""
    return await answered(request, _stamp_page, _unavailable)


async def home(request: Request) -> Response:
    """Show the form; a code typed into it leads to its page, or to the likely ones."""
    if "code" in request.query_params:
        return await answered(request, partial(in_thread, answer=_typed), _unavailable)
    return _home(request, status=200)


for path in ("/t/{code:anything}", "/T/{code:anything}", "/01/{gtin}/21/{code:anything}"):
    router.add_route(path, stamp_page, methods=["GET"], include_in_schema=False)
router.add_route("/", home, methods=["GET"], include_in_schema=False)


async def _stamp_page(request: Request) -> Response:
    now, counter = site(request).clock(), counter_of(request)
    who = await _visitor(request, counter, now)
    answer, stamp, kept = await desk_of(request).ask(Ask(_code(request), now, who))
    if stamp is not None and not await names_product(request, stamp.batch_id, kept):
        # The code is ours, the address is not: what stands on the goods was put together.
        answer, stamp, kept = Found(Answer(code=answer.code, judgement=judge(Facts(), now)))
    if stamp is not None and who is not None and not is_head(request):
        answer = _counted(request, counter, answer, stamp, who, now)
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


def _counted(
    request: Request, counter: Counter, answer: Answer, stamp: Stamp, who: bytes, now: datetime
) -> Answer:
    active = stamp.state == "active"
    device = device_class(request.headers.get("user-agent", ""))
    province = request.app.state.networks.province_of(address_of(request))
    visit = Visit(stamp.line, who, minute_of(now))
    new = counter.note(Lookup(visit, device, active, stamp.product_id, province))
    if not (new and active):
        return answer
    return replace(answer, lookups=answer.lookups + 1, first_at=answer.first_at or now)


def _answer_page(request: Request, answer: Answer, kept: Kept | None = None) -> Response:
    status = answer.judgement.status
    if answer.stamp is not None and kept is not None:
        body = _stamp_body(request, answer, answer.stamp, kept)
        return tagged(request, body, count=_count(translator(request), answer), status=status)
    parsed = parse(answer.code)
    shown = grouped(parsed.code) if parsed else answer.code[:TYPED_CHARS]
    view = StampView(**vars(around(request)), judgement=answer.judgement, grouped=shown)
    path = f"/t/{quote(answer.code[:TYPED_CHARS], safe='')}"
    body = render(request, "lookup/stamp.html", view, path=path)
    response = dressed(request, HTMLResponse(body, status_code=status))
    if answer.judgement.verdict is Verdict.UNAVAILABLE:
        response.headers["Cache-Control"] = "no-store"
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _stamp_body(request: Request, answer: Answer, stamp: StampPart, kept: Kept) -> str:
    """Return a genuine stamp's page without its count, rendered only as far as it is new."""
    words, sheet, judgement = translator(request), kept.sheet, answer.judgement
    parts, surroundings = parts_of(request, kept), around(request)
    activated = stamp.activated_at is not None

    def make() -> Gapped:
        view = StampView(
            **vars(surroundings),
            judgement=judgement,
            grouped=gap("grouped"),
            sheet=sheet,
            activated=activated,
            about=parts.about,
            record=parts.record,
        )
        return Gapped(render(request, "lookup/stamp.html", view, path="/t/" + gap("code")))

    sample = request.app.state.pages.sample
    alike = (words.language, surroundings, sample, sheet.stars, sheet.rights, judgement, activated)
    return kept.subject.part(alike, make).fill(
        {
            "count": COUNT,
            "code": answer.code,
            "grouped": grouped(answer.code),
            "activated_on": words.date(stamp.activated_at) if stamp.activated_at else "",
            "number": words.number(stamp.number),
            "batch": stamp.batch_id,
            "lot": parts.lot,
            "diary": parts.diary,
        }
    )


def _count(words: Translator, answer: Answer) -> str:
    if answer.first_at is None:
        return words.gettext(N_("Not looked up since it was activated."))
    facts = {"num": words.number(answer.lookups), "date": words.date(answer.first_at)}
    told = words.ngettext(
        "Looked up %(num)s time, first on %(date)s.",
        "Looked up %(num)s times, first on %(date)s.",
        answer.lookups,
    )
    return told % facts


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
