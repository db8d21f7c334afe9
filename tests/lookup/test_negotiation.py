"""What headers ask for: languages and media types by their weights, and never an error."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lookup.negotiation import (
    choose,
    link_type_of,
    prefers_linkset,
    prefers_page,
    wants_links,
)

LINKSET = "application/linkset+json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@dataclass(frozen=True)
class Offer:
    name: str
    languages: tuple[str, ...] = ()
    type: str = "text/html"


VI, VN = Offer("vi", ("vi",)), Offer("vn", ("vi-VN",))
EN, FR = Offer("en", ("en",)), Offer("fr", ("fr",))
BOTH = Offer("both", ("vi", "en"))
PDF, DATA = Offer("pdf", ("vi",), "application/pdf"), Offer("data", (), "application/json")


@pytest.mark.parametrize(
    ("offers", "languages", "accept", "wanted"),
    [
        ((VI, EN), "", "", "vi"),
        ((VI, EN), "en", "", "en"),
        ((VI, EN), "en;q=0.3, vi;q=0.8", "", "vi"),
        ((VI, EN), "EN-gb;q=0.9, vi;q=0.8", "", "en"),
        ((VI, EN), "vi-VN", "", "vi"),
        ((VN, EN), "vi", "", "vn"),
        ((VN, EN), "vi-VN,en;q=0.9", "", "vn"),
        ((VI, EN, FR), "de", "", "vi"),
        ((EN, FR), "de", "", "en fr"),
        ((EN, FR), "de, fr;q=0.1", "", "fr"),
        ((EN, FR), "*;q=0.5, fr;q=0", "", "en"),
        ((EN, FR), "*", "", "en fr"),
        ((BOTH, VI), "vi", "", "both vi"),
        ((BOTH, VI), "en", "", "both"),
        ((VI, PDF), "vi", BROWSER, "vi"),
        ((VI, PDF), "vi", "application/pdf", "pdf"),
        ((VI, PDF), "vi", "application/*, text/*;q=0.5", "pdf"),
        ((VI, PDF), "vi", "*/*", "vi pdf"),
        ((VI, PDF), "vi", "image/png", "vi pdf"),
        ((VI, PDF), "vi", "text/html;q=0, */*", "pdf"),
        ((VI, DATA), "vi", "application/json", "data"),
        ((EN, DATA), "en", "", "en data"),
        ((VI, EN), "q=;;,=,en;q=x;q=0.9", "\x00;q=1;;,", "vi"),
        ((VI,), "", "", "vi"),
    ],
)
def test_language_decides_and_then_the_media_type(
    offers: tuple[Offer, ...], languages: str, accept: str, wanted: str
) -> None:
    found = choose(offers, languages=languages, accept=accept, default="vi")
    assert " ".join(one.name for one in found) == wanted


@pytest.mark.parametrize(
    ("accept", "linkset", "page"),
    [
        ("", False, False),
        ("*/*", False, False),
        (BROWSER, False, True),
        (LINKSET, True, False),
        ("APPLICATION/Linkset+JSON", True, False),
        (f"{LINKSET};q=0", False, False),
        (f"{LINKSET};q=0.5, text/html", False, True),
        (f"{LINKSET}, text/html;q=0.5", True, False),
        (f"text/html, {LINKSET}", True, False),
        (f"{LINKSET};profile=x;q=0.7", True, False),
        ("application/json, text/html;q=0.9", False, False),
        ("application/json;q=0.5, text/html", False, True),
        (f"{LINKSET};q=7", False, False),
        ("text/html;q=0", False, False),
    ],
)
def test_a_linkset_and_a_page_are_told_apart(accept: str, *, linkset: bool, page: bool) -> None:
    assert (prefers_linkset(accept), prefers_page(accept)) == (linkset, page)
    assert wants_links(b"", accept) is linkset


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        (b"", None),
        (b"linkType=gs1:pip", "gs1:pip"),
        (b"a=1&linkType=gs1%3Apip&b", "gs1:pip"),
        (b"linkType=all&linkType=gs1:pip", "all"),
        (b"linkType", ""),
        (b"linktype=gs1:pip", None),
        (b"xlinkType=gs1:pip", None),
        (b"linkType=%FF", "\ufffd"),
        (b"linkType=a+b", "a b"),
    ],
)
def test_the_first_link_type_is_the_one(query: bytes, wanted: str | None) -> None:
    assert link_type_of(query) == wanted


@given(st.text(max_size=60), st.text(max_size=60), st.binary(max_size=60))
def test_no_header_is_an_error(languages: str, accept: str, query: bytes) -> None:
    found = choose((VI, EN, PDF, DATA), languages=languages, accept=accept, default="vi")
    assert found
    assert not (prefers_linkset(accept) and prefers_page(accept))
    if link_type_of(query) is not None:
        assert b"=" in query or b"linkType" in query or b"%" in query
