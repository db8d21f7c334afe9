"""Links as RFC 9264 writes them in JSON, and as headers say them."""

import json
from collections.abc import Sequence
from typing import Any, Final

from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.lookup.links import Level, Link

VOCABULARY: Final = "https://ref.gs1.org/voc/"
PREFIX: Final = "gs1:"
# In what forms a link type may be asked for.
_SPELLINGS: Final = (PREFIX, VOCABULARY, "https://gs1.org/voc/", "https://www.gs1.org/voc/")
DEFAULT: Final = "defaultLink"
# What is asked for as a link type and means all of them.
LINKSETS: Final = ("linkset", "all")

CONTEXT: Final = "https://ref.gs1.org/standards/resolver/1.2.0/linkset-context"
CONTEXT_HEADER: Final = (
    f'<{CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
)
ANYBODY: Final = {"Access-Control-Allow-Origin": "*"}
OPEN: Final = {
    **ANYBODY,
    "Access-Control-Expose-Headers": "Link, Location, ETag, Content-Language, X-Request-Id",
}
PREFLIGHT: Final = {
    **OPEN,
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
    "Allow": "GET, HEAD, OPTIONS",
}


class NoSuchLink(NotFound):
    """There is no link of this type"""

    code = "lookup.no_such_link"
    detail = N_("Ask with linkType=linkset for the links that there are.")


# Of a page that is at the address of its own links.
LINKED: Final = {"Link": '<?linkType=linkset>; rel="linkset"; type="application/linkset+json"'}


def rel_of(link_type: str) -> str | None:
    """Return the name of a link type in GS1's vocabulary, from any of its spellings."""
    for spelling in _SPELLINGS:
        if link_type.startswith(spelling):
            return link_type.removeprefix(spelling)
    return None


def of_type(levels: Sequence[Level], link_type: str) -> tuple[Link, ...]:
    """Return the links of a type at the nearest level that has any.

    Raises NoSuchLink.
    """
    rel = rel_of(link_type)
    for level in levels:
        if rel == DEFAULT:
            return (Link(rel=DEFAULT, href=level.default, title=level.title),)
        if found := tuple(link for link in level.links if link.rel == rel):
            return found
    raise NoSuchLink


def linkset(levels: Sequence[Level]) -> str:
    """Return the linkset of some levels."""
    return _written([_context(level, level.links, whole=True) for level in levels])


def candidates(anchor: str, links: Sequence[Link]) -> str:
    """Return the linkset of those links alone between which a reader has to choose."""
    level = Level(anchor=anchor, description="", default="", links=())
    return _written([_context(level, links, whole=False)])


def link_header(address: str) -> str:
    """Return the header that tells where the linkset of an address is."""
    return f'<{address}?linkType=linkset>; rel="linkset"; type="application/linkset+json"'


def _written(contexts: list[dict[str, Any]]) -> str:
    return json.dumps({"linkset": contexts}, ensure_ascii=False)


def _context(level: Level, links: Sequence[Link], *, whole: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"anchor": level.anchor}
    if whole:
        said["itemDescription"] = level.description
        said[VOCABULARY + DEFAULT] = [{"href": level.default, "title": level.title}]
    for link in links:
        said.setdefault(VOCABULARY + link.rel, []).append(_target(link))
    return said


def _target(link: Link) -> dict[str, Any]:
    target: dict[str, Any] = {"href": link.href, "title": link.title}
    if link.type:
        target["type"] = link.type
    if link.languages:
        target["hreflang"] = list(link.languages)
    return target
