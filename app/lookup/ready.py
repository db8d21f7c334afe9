"""A stamp's page as bytes: rendered but for what differs from stamp to stamp, filled in last."""

import hashlib
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from markupsafe import Markup, escape

from app.kit.i18n import N_, Translator
from app.lookup.sheet import Answer, StampPart
from app.stamps.codes import grouped


def gap(name: str) -> Markup:
    """Return the mark of a place in a page that is filled in last; see `Gapped`."""
    return Markup(f"<!--{name}-->")  # noqa: S704 - our own names only


# The count changes with every look-up: it is put in after the page's tag is taken.
COUNT: Final = gap("count")

RawHeaders = list[tuple[bytes, bytes]]


class Gapped:
    """A rendered page but for its gaps: to fill them takes 7 us; to render it, half of a look-up.

    What people write can't make a gap, since it is escaped.
    """

    def __init__(self, text: str) -> None:
        pieces = re.split(r"<!--(\w+)-->", text)
        self._names = pieces[1::2]
        self._pieces = [piece.encode() for piece in pieces]
        self.digest = hashlib.sha256(text.encode()).digest()

    def fill(self, values: Mapping[str, bytes]) -> bytes:
        """Return the page with each gap's value, which must be escaped."""
        pieces = self._pieces.copy()
        pieces[1::2] = [values[name] for name in self._names]
        return b"".join(pieces)


class Written(NamedTuple):
    """An answer, ready to be sent."""

    status: int
    headers: RawHeaders
    body: bytes


class ReadyPage:
    """The page of a lot's stamps with one verdict, and the headers that every answer bears."""

    def __init__(self, gapped: Gapped, lot: Markup, diary: Markup, headers: RawHeaders) -> None:
        self._gapped = gapped
        self._parts = {"lot": lot.encode(), "diary": diary.encode()}
        self._headers = (*headers, (b"content-type", b"text/html; charset=utf-8"))
        # What all the pages have in common is hashed once: whole ones would take 15 us each.
        self._digest = hashlib.sha256(gapped.digest + b"".join(self._parts.values())).digest()

    def write(self, answer: Answer, stamp: StampPart, words: Translator, *, has: str) -> Written:
        """Return the answer of one stamp; without body where the reader has it but for the count.

        `has` is what the reader names in If-None-Match.
        """
        activated = words.date(stamp.activated_at) if stamp.activated_at else ""
        values = {
            "code": answer.code.encode(),
            "grouped": grouped(answer.code).encode(),
            "activated_on": activated.encode(),
            "number": words.number(stamp.number).encode(),
            "batch": b"%d" % stamp.batch_id,
        }
        tag = _tag(self._digest + b"\0".join(values.values()))
        if has and is_named(tag, has):
            return Written(304, [*self._headers, (b"etag", tag.encode())], b"")
        count = escape(count_words(words, answer)).encode()
        body = self._gapped.fill({**values, **self._parts, "count": count})
        sized = (b"content-length", b"%d" % len(body))
        headers = [*self._headers, (b"etag", tag.encode()), sized]
        return Written(answer.judgement.status, headers, body)


def tag_of(body: str) -> str:
    return _tag(body.encode())


def _tag(body: bytes) -> str:
    return f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'


def is_named(tag: str, named: str) -> bool:
    """Tell whether If-None-Match names this tag, weak or strong."""
    tags = [one.strip().removeprefix("W/") for one in named.split(",")]
    return "*" in tags or tag.removeprefix("W/") in tags


def raw(headers: Mapping[str, str]) -> RawHeaders:
    return [(name.lower().encode(), text.encode()) for name, text in headers.items()]


def count_words(words: Translator, answer: Answer) -> str:
    if answer.first_at is None:
        return words.gettext(N_("Not looked up since it was activated."))
    facts = {"num": words.number(answer.lookups), "date": words.date(answer.first_at)}
    told = words.ngettext(
        "Looked up %(num)s time, first on %(date)s.",
        "Looked up %(num)s times, first on %(date)s.",
        answer.lookups,
    )
    return told % facts
