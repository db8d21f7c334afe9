"""How a resolver answers: redirects, linksets, choices and refusals, each open to any site."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from fastapi import Request
from starlette.responses import HTMLResponse, Response

from app.kit import problems
from app.kit.errors import DomainError, Throttled, Unavailable, status_of
from app.kit.i18n import LANGUAGES
from app.kit.web import site, translator
from app.lookup.links import LABELS, SPOKEN, Level, Link
from app.lookup.linkset import (
    ANYBODY,
    CONTEXT_HEADER,
    LINKSETS,
    OPEN,
    PREFLIGHT,
    candidates,
    link_header,
    linkset,
    of_type,
)
from app.lookup.negotiation import (
    LINKSET,
    choose,
    link_type_of,
    prefers_linkset,
    prefers_page,
    wants_links,
)
from app.lookup.public_access import PublicView, around, dressed, has_tag, render
from app.lookup.ready import tag_of
from app.lookup.telling_access import TellingView
from app.lookup.verdict import RETRY_AFTER_SECONDS

# Caches too show a recall well within the five minutes it may take.
FRESH: Final = "public, max-age=60"
BY_ACCEPT: Final = {"Vary": "Accept"}
BY_BOTH: Final = {"Vary": "Accept, Accept-Language"}
# No server lets these through; another way in must not make a second header of them.
_UNSAFE: Final = re.compile(rb"[\x00-\x20\x7f]")


@dataclass(frozen=True, kw_only=True)
class LinksView(PublicView):
    """The links of an address, or those between which a reader has to choose."""

    groups: Sequence[tuple[str, Sequence[tuple[str, Sequence[Link]]]]]
    choice: bool


def accept_of(request: Request) -> str:
    return request.headers.get("accept", "")


def raw_path(request: Request) -> bytes:
    """Return the path as it came, where the server keeps it; else as it can be written."""
    raw: bytes | None = request.scope.get("raw_path")
    return raw if raw is not None else quote(request.scope["path"]).encode()


def redirected(request: Request, target: str, address: str, vary: Mapping[str, str]) -> Response:
    """Send the reader on, with the query as it came, byte for byte."""
    headers = redirection(target, request.scope["query_string"], address, vary)
    return Response(status_code=307, headers=headers)


def redirection(target: str, query: bytes, address: str, vary: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a redirect."""
    return {
        "Location": _with_query(target, query),
        "Link": link_header(address),
        "Cache-Control": FRESH,
        **vary,
        **ANYBODY,
    }


def _with_query(target: str, query: bytes) -> str:
    if not query:
        return target
    base, mark, fragment = target.partition("#")
    raw = _UNSAFE.sub(lambda found: b"%%%02X" % found[0][0], query).decode("latin-1")
    return f"{base}{'&' if '?' in base else '?'}{raw}{mark}{fragment}"


def preflight(address: str) -> Response:
    """Answer OPTIONS: who may ask what, and where the linkset is."""
    return Response(
        status_code=204, headers={**PREFLIGHT, **BY_ACCEPT, "Link": link_header(address)}
    )


def asked(request: Request) -> str | None:
    """Return the link type that a request is for; None where it is for the default link."""
    query, accept = request.scope["query_string"], accept_of(request)
    if not wants_links(query, accept):
        return None
    link_type = link_type_of(query)
    if link_type is None and prefers_linkset(accept):
        return LINKSETS[0]
    return link_type


def linked(
    request: Request, levels: Sequence[Level], link_type: str, *, address: str
) -> Response | str:
    """Answer with the links of a type, or return the one target to send the reader to.

    Raises NoSuchLink.
    """
    if link_type in LINKSETS:
        return told_links(request, levels, address=address)
    links = chosen(request, of_type(levels, link_type))
    if len(links) > 1:
        return choice(request, links, anchor=levels[0].anchor, address=address)
    return links[0].href


def chosen(request: Request, links: Sequence[Link]) -> Sequence[Link]:
    """Return the link that suits the reader, or those that nothing tells apart."""
    asked = request.query_params.get("lang", "")
    languages = asked if asked in LANGUAGES else request.headers.get("accept-language", "")
    found = choose(links, languages=languages, accept=accept_of(request), default=SPOKEN[0])
    return found[:1] if len({link.href for link in found}) == 1 else found


def told_links(request: Request, levels: Sequence[Level], *, address: str) -> Response:
    """Answer with the linkset, as JSON or as a page."""
    if prefers_page(accept_of(request)):
        view = [(level.description, _by_type(level.links)) for level in levels]
        return _page(request, view, address=address, choice=False)
    body = linkset(levels)
    tag = tag_of(body)
    headers = {
        "Link": f"{link_header(address)}, {CONTEXT_HEADER}",
        "ETag": tag,
        "Content-Language": translator(request).language,
        "Cache-Control": FRESH,
        **BY_BOTH,
        **OPEN,
    }
    if has_tag(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=LINKSET)


def choice(request: Request, links: Sequence[Link], *, anchor: str, address: str) -> Response:
    """Have the reader choose (300): each candidate by its address, title, language and type."""
    if prefers_page(accept_of(request)):
        answer = _page(request, [("", _by_type(links))], address=address, choice=True)
        answer.status_code = 300
        return answer
    headers = {
        "Link": f"{link_header(address)}, {CONTEXT_HEADER}",
        "Content-Language": translator(request).language,
        "Cache-Control": FRESH,
        **BY_BOTH,
        **OPEN,
    }
    return Response(candidates(anchor, links), 300, headers, LINKSET)


def _by_type(links: Sequence[Link]) -> list[tuple[str, list[Link]]]:
    groups: dict[str, list[Link]] = {}
    for link in links:
        groups.setdefault(LABELS.get(link.rel, f"gs1:{link.rel}"), []).append(link)
    return list(groups.items())


def _page(
    request: Request,
    groups: Sequence[tuple[str, Sequence[tuple[str, Sequence[Link]]]]],
    *,
    address: str,
    choice: bool,
) -> Response:
    view = LinksView(**vars(around(request)), groups=groups, choice=choice)
    path = address.removeprefix(site(request).base_url)
    kept = {
        name: value for name, value in request.query_params.items() if name in {"linkType", "lang"}
    }
    body = render(request, "lookup/links.html", view, path=path, asked=kept)
    answer = dressed(request, HTMLResponse(body))
    answer.headers.update({"Cache-Control": FRESH, "Link": link_header(address)})
    return answer


def refused(request: Request, error: DomainError) -> Response:
    """Answer an error: a page for people, problem+json for programs, both open to any site."""
    status = status_of(error)
    if prefers_page(accept_of(request)):
        words = translator(request)
        view = TellingView(
            **vars(around(request)),
            title=error.title(words),
            advice=error.explain(words),
            ask=not isinstance(error, Unavailable),
        )
        body = render(request, "lookup/telling.html", view, path="/")
        answer = dressed(request, HTMLResponse(body, status_code=status))
    else:
        answer = problems.answer(request, error, as_json=True)
    answer.headers.update({"Cache-Control": "no-store", **BY_BOTH, **OPEN})
    if isinstance(error, Unavailable):
        answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if isinstance(error, Throttled):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer
