"""The short way of an ordinary scan: read at a glance, written from the shelf, before routing.

Only a plain GET of a stamp's own address is answered here, and only where the stamp is genuine,
nothing stands against its lot, and its page is on the shelf. Everything else goes on to the
routes, which know every case: `app.lookup.pages.stamp_page` is the whole truth, this is the part
of it that most people see. What the time goes into stands in docs/decisions/0010.
"""

import logging
from secrets import token_hex
from time import perf_counter
from typing import Final, NamedTuple

from starlette.datastructures import State
from starlette.types import Scope, Send

from app.kit.asgi import figure
from app.kit.i18n import Language, Translator, choose_language
from app.lookup.glance_queries import found_at_a_glance
from app.lookup.guess_access import has_guessed
from app.lookup.pages import stamp_page
from app.lookup.queries import Ask
from app.lookup.ready import ReadyPage, Written
from app.lookup.stamp_access import page_key
from app.lookup.visits_access import Looker, counted
from app.scans.rules import is_preview_or_bot, visitor
from app.stamps.queries import claim_of

log = logging.getLogger("ocop.lookup")

# The figures of a scan are the route's, whichever way it was answered.
ROUTE: Final = stamp_page.__name__
_KEPT: Final[dict[bytes, tuple[Language | None, str]]] = {
    b"": (None, ""),
    b"lang=vi": ("vi", "?lang=vi"),
    b"lang=en": ("en", "?lang=en"),
}
_PREFIXES: Final = frozenset({"/t/", "/T/"})
_METHODS: Final = frozenset({"GET", "HEAD"})
_READ: Final = frozenset({b"accept", b"accept-language", b"if-none-match", b"user-agent"})


class Plain(NamedTuple):
    """A plain request for the page of a stamp."""

    text: str
    language: Language
    keep: str
    looker: Looker
    has: str
    head: bool


class Front:
    """The short way, before the application; it stands outermost, and so keeps the figures too."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def answer(self, scope: Scope, send: Send) -> bool:
        """Answer an ordinary scan; return whether it was one, else nothing was sent."""
        plain = plain_request(scope)
        if plain is None:
            return False
        request_id, started = token_hex(8), perf_counter()
        written = await self._written(plain)
        if written is None:
            return False
        headers = [*written.headers, (b"x-request-id", request_id.encode())]
        status, body = int(written.status), b"" if plain.head else written.body
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        figure(request_id, scope["method"], ROUTE, status, perf_counter() - started)
        return True

    async def _written(self, plain: Plain) -> Written | None:
        try:
            return await _answer(self._state, plain)
        except Exception:
            # The routes know what to say of it.
            log.exception("unexpected error on the short way of scans")
            return None


def plain_request(scope: Scope) -> Plain | None:
    """Return the request for a stamp's page, where nothing but the page can be meant."""
    if (
        scope["type"] != "http"
        or scope["method"] not in _METHODS
        or scope["path"][:3] not in _PREFIXES
    ):
        return None
    chosen = _KEPT.get(scope["query_string"])
    if chosen is None:
        return None
    headers: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name in _READ:
            if name in headers:
                return None
            headers[name] = value.decode("latin-1")
    accept = headers.get(b"accept", "*/*")
    if accept != "*/*" and (not accept.startswith("text/html") or "linkset" in accept.lower()):
        return None
    asked, keep = chosen
    client = scope.get("client")
    return Plain(
        scope["path"][3:].rstrip("/"),
        choose_language(asked, headers.get(b"accept-language")),
        keep,
        Looker(client[0] if client else "", headers.get(b"user-agent", "")),
        headers.get(b"if-none-match", ""),
        scope["method"] == "HEAD",
    )


async def _answer(state: State, plain: Plain) -> Written | None:
    # By their names as items: as attributes each is looked for in vain first, 1 us a time.
    counter, looker, site = state["counter"], plain.looker, state["site"]
    claim, now, who = claim_of(plain.text, state["keyring"]), site.clock(), None
    if claim is None or claim.line is None or has_guessed(state["guesses"], looker.address, now):
        return None
    if not is_preview_or_bot(looker.agent):
        key = counter.held_key(now)
        if key is None:
            return None
        who = visitor(key, looker.address, looker.agent)
    # Asked before the database: a flush in between is then counted twice rather than missed.
    waiting = counter.waiting(claim.line, who)
    glance = await state["lookout"].see((claim.line, who))
    if glance is None:
        return None
    ask = Ask(plain.text, now, who)
    found = found_at_a_glance(ask, claim, glance, waiting=waiting, shelf=state["shelf"])
    if found is None or found.stamp is None or found.kept is None or found.answer.stamp is None:
        return None
    answer, stamp = found.answer, found.stamp
    ready = found.kept.rendered.get(page_key(state["pages"], plain.language, plain.keep, answer))
    if ready is None:
        return None
    if who is not None and not plain.head:
        answer = counted(
            answer,
            stamp,
            looker=looker,
            who=who,
            now=now,
            counter=counter,
            networks=state["networks"],
        )
    words: Translator = site.translators[plain.language]
    page: ReadyPage = ready
    return page.write(answer, found.answer.stamp, words, has=plain.has)
