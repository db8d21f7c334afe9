"""What a reader asked for in its headers and its query: pure, and never wrong-footed by them."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, Protocol, TypeVar
from urllib.parse import unquote_to_bytes

LINKSET: Final = "application/linkset+json"
PAGE: Final = "text/html"
LINK_TYPE: Final = b"linkType"

# More of a header than any reader sends is not read.
_CHARS: Final = 2000
_WEIGHT: Final = re.compile(r"[01](?:\.\d{0,3})?")


class Offered(Protocol):
    """A thing to choose from: its languages, none where it has none, and its media type."""

    @property
    def languages(self) -> Sequence[str]: ...
    @property
    def type(self) -> str: ...


Thing = TypeVar("Thing", bound=Offered)


def weighted(header: str) -> tuple[tuple[str, float], ...]:
    """Return what a header of Accept's kind names, in lower case, each with its weight.

    What can't be read is left out; parameters other than the weight do not matter here.
    """
    # What is remembered of a header must not be as long as anybody likes.
    return _weighted(header[:_CHARS])


@lru_cache(maxsize=512)
def _weighted(header: str) -> tuple[tuple[str, float], ...]:
    found = []
    for one in header.split(","):
        name, *more = (part.strip() for part in one.lower().split(";"))
        weight = next((part[1:].lstrip("= ") for part in more if part.startswith("q")), "1")
        if name and _WEIGHT.fullmatch(weight):
            found.append((name, min(1.0, float(weight))))
    return tuple(found)


def wants_links(query: bytes, accept: str) -> bool:
    """Tell whether a request is for links rather than for the plain page: by far the fewest are."""
    return LINK_TYPE in query or ("linkset" in accept.lower() and prefers_linkset(accept))


def prefers_linkset(accept: str) -> bool:
    """Tell whether a linkset is named, and no page named above it."""
    named = dict(weighted(accept))
    weight = named.get(LINKSET, 0.0)
    return weight > 0 and weight >= named.get(PAGE, 0.0)


def prefers_page(accept: str) -> bool:
    """Tell whether a page is named, and nothing that programs read above it or beside it."""
    named = dict(weighted(accept))
    weight = named.get(PAGE, 0.0)
    others = (LINKSET, "application/json", "application/problem+json")
    return weight > 0 and weight > max(named.get(other, 0.0) for other in others)


def link_type_of(query: bytes) -> str | None:
    """Return the first `linkType` of a raw query, as it reads; None where there is none."""
    for pair in query.split(b"&"):
        name, _, value = pair.partition(b"=")
        if unquote_to_bytes(name) == LINK_TYPE:
            return unquote_to_bytes(value.replace(b"+", b" ")).decode("utf-8", "replace")
    return None


def choose(offers: Sequence[Thing], *, languages: str, accept: str, default: str) -> list[Thing]:
    """Return what suits a reader best: one, or several that nothing tells apart.

    Where no language suits, what is in the default one is taken; a media type that is not to be
    had does not count.
    """
    suited = _best(offers, [_language(one, languages) for one in offers])
    if not suited:
        suited = [one for one in offers if _speaks(one, default)] or list(offers)
    return _best(suited, [_media(one, accept) for one in suited]) or suited


def _best(offers: Iterable[Thing], weights: Sequence[float]) -> list[Thing]:
    most = max(weights, default=0.0)
    return [one for one, weight in zip(offers, weights, strict=True) if weight == most > 0]


def _speaks(offer: Offered, language: str) -> bool:
    return not offer.languages or language in [one.partition("-")[0] for one in offer.languages]


def _language(offer: Offered, header: str) -> float:
    if not offer.languages:
        # What has no words suits everybody, but no better than what speaks to them.
        return 1.0 if not header else max((weight for _, weight in weighted(header)), default=0.0)
    return max(_heard(language.lower(), weighted(header)) for language in offer.languages)


def _heard(tag: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Return the weight of a language: of its own name, else of a wider one, else of a closer one.

    `vi-VN` is content with `vi`, and `vi` with `vi-VN`.
    """
    fits = (
        lambda name: name == tag,
        lambda name: tag.startswith(f"{name}-"),
        lambda name: name.startswith(f"{tag}-"),
        lambda name: name == "*",
    )
    for fit in fits:
        weights = [weight for name, weight in ranges if fit(name)]
        if weights:
            return max(weights)
    return 0.0


def _media(offer: Offered, header: str) -> float:
    if not header or not offer.type:
        return 1.0
    ranges = dict(weighted(header))
    for name in (offer.type, f"{offer.type.partition('/')[0]}/*", "*/*"):
        if name in ranges:
            return ranges[name]
    return 0.0
