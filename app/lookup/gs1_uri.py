"""GS1 Digital Link addresses (URI Syntax 1.7), read strictly from their bytes as they came.

What biip reads it reads kindly: short GTINs, wrong order, qualifiers twice. Here an address is
right or it is refused, so that two readers of one symbol never see two things in it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import ClassVar, Final
from urllib.parse import quote, unquote_to_bytes

from biip import ParseError
from biip.checksums import gs1_standard_check_digit
from biip.gs1_application_identifiers import GS1ApplicationIdentifier

from app.kit.errors import Malformed, NotFound, Words
from app.kit.i18n import N_
from app.lookup.epc import NotDecodable, decompress

GTIN, GLN, PARTY, LOT, SERIAL = "01", "414", "417", "10", "21"

# The keys resolved here, each with the chains of qualifiers it may have, in their order.
_CHAINS: Final = {
    GTIN: (("22", LOT, SERIAL), ("235",)),
    GLN: (("254",), ("7040",)),
    PARTY: (("7040",),),
}
KEYS: Final = tuple(_CHAINS)
# Keys of GS1 that other resolvers know.
_ELSEWHERE: Final = frozenset(
    {"00", "253", "255", "401", "402", "410", "411", "412", "413", "415"}
    | {"8003", "8004", "8006", "8010", "8013", "8017", "8018"}
)
# What may not stand in a query whatever the key is, as GS1's syntax dictionary has it.
_NEVER_ASKED: Final = frozenset(
    {"03", "21", "22", "235", "254", "7040", "7041", "8011", "8014", "8019"}
    | {"8020", "8040", "8041", "8042", "8043", "8200"}
)
_SHORT_GTINS: Final = frozenset({8, 12, 13})
# A segment of RFC 3986: what else stands in one must be percent-encoded.
_SEGMENT: Final = re.compile(rb"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})*")
_ESCAPES: Final = re.compile(rb"(?:[^%]|%[0-9A-Fa-f]{2})*", re.DOTALL)
_DOTS: Final = frozenset({".", ".."})
_WHOLE: Final = re.compile(
    rb"(?i:https?)://(?:[A-Za-z0-9\-._~]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?"
    rb"(?P<path>/[^?#]*)(?:\?(?P<query>[^#]*))?(?:#.*)?",
    re.DOTALL,
)


class Fault(StrEnum):
    """What is wrong with an address."""

    KEY = "key"
    NO_VALUE = "no_value"
    ENCODING = "encoding"
    VALUE = "value"
    CHECK_DIGIT = "check_digit"
    SHORT_GTIN = "short_gtin"
    DOTS = "dots"
    QUALIFIER = "qualifier"
    ORDER = "order"
    TWICE = "twice"
    QUERY_NAME = "query_name"
    QUERY_VALUE = "query_value"
    WHOLE = "whole"
    COMPRESSED = "compressed"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS: Final = {
    Fault.KEY: N_("It must begin with a key of GS1, such as 01 for a GTIN."),
    Fault.NO_VALUE: N_("An identifier stands without its value."),
    Fault.ENCODING: N_("A sign in it is not encoded as web addresses require."),
    Fault.VALUE: N_("A value has a wrong length, or a sign that is not allowed in it."),
    Fault.CHECK_DIGIT: N_("The check digit of a number does not fit: a digit is wrong."),
    Fault.SHORT_GTIN: N_("A GTIN is written with 14 digits, with zeros in front."),
    Fault.DOTS: N_("A value can't be dots alone: programs drop them from addresses."),
    Fault.QUALIFIER: N_("An identifier stands in the path that does not belong to this key."),
    Fault.ORDER: N_("The identifiers stand in a wrong order, or exclude each other."),
    Fault.TWICE: N_("An identifier stands twice."),
    Fault.QUERY_NAME: N_("After the question mark stands a number that may not stand there."),
    Fault.QUERY_VALUE: N_("After the question mark stands a value that is not allowed."),
    Fault.WHOLE: N_("It is no web address with a host and a path."),
    Fault.COMPRESSED: N_("It is compressed in a way that can't be read here."),
}


class BadDigitalLink(Malformed):
    """The address is not a valid GS1 Digital Link"""

    code: ClassVar[str] = "lookup.bad_digital_link"
    detail: ClassVar[str] = N_("Compare it with the pack, sign by sign.")

    def __init__(self, fault: Fault) -> None:
        self.fault = fault

    def explain(self, words: Words) -> str:
        """Return what is wrong with the address, then what to do."""
        return f"{words.gettext(self.fault.words)} {words.gettext(self.detail)}"


class KeyOfOthers(NotFound):
    """Keys of this kind are not resolved here"""

    code: ClassVar[str] = "lookup.key_of_others"
    detail: ClassVar[str] = N_("Products (01), places (414) and producers (417) are.")


@dataclass(frozen=True, slots=True)
class Part:
    """One identifier with its value; `raw` is the value as it stood, percent-encoded."""

    ai: str
    value: str
    raw: str


@dataclass(frozen=True, slots=True)
class Address:
    """A well-formed address; whether it names anything is another question."""

    parts: tuple[Part, ...]

    @property
    def key(self) -> Part:
        return self.parts[0]

    def find(self, ai: str) -> Part | None:
        return next((part for part in self.parts if part.ai == ai), None)

    def path(self, last: str | None = None) -> str:
        """Return the path up to an identifier, or all of it, each value encoded alike."""
        written = ""
        for part in self.parts:
            written += f"/{part.ai}/{quote(part.value, safe='')}"
            if part.ai == last:
                break
        return written


def read_uri(uri: bytes) -> Address:
    """Return what a whole address names; scheme and host may be in any case.

    Raises BadDigitalLink or KeyOfOthers.
    """
    found = _WHOLE.fullmatch(uri)
    if found is None:
        raise BadDigitalLink(Fault.WHOLE)
    return read_path(found["path"], found["query"] or b"")


def read_compressed(path: bytes, query: bytes = b"") -> Address:
    """Return what a path that is an EPC binary string names; see `read_path`."""
    try:
        epc = decompress(path.strip(b"/").decode("ascii", "replace"))
    except NotDecodable as error:
        raise BadDigitalLink(Fault.COMPRESSED) from error
    written = b"&".join(one for one in (epc.query.encode(), query) if one)
    return read_path(epc.path.encode(), written)


def read_path(path: bytes, query: bytes = b"") -> Address:
    """Return what a path names, as it stood in the request: `%2F` is data, `/` is not.

    Raises BadDigitalLink, or KeyOfOthers where the key is one of GS1's but not resolved here.
    """
    segments = path.split(b"/")[1:]
    # A trailing slash changes nothing.
    if len(segments) > 1 and not segments[-1]:
        segments.pop()
    if not segments[0::2] or len(segments) % 2:
        raise BadDigitalLink(Fault.NO_VALUE if segments else Fault.KEY)
    names = [_read(segment) for segment in segments[0::2]]
    key = names[0]
    if key not in _CHAINS and key not in _ELSEWHERE:
        raise BadDigitalLink(Fault.KEY)
    parts = tuple(
        Part(name, _checked(name, _read(raw)), raw.decode())
        for name, raw in zip(names, segments[1::2], strict=True)
        if _is_known(name)
    )
    if key in _ELSEWHERE:
        raise KeyOfOthers
    _check_order(names)
    if query:
        _check_query(query, names)
    return Address(parts)


def _read(segment: bytes) -> str:
    if not _SEGMENT.fullmatch(segment):
        raise BadDigitalLink(Fault.ENCODING)
    # Whatever is beyond ASCII, well encoded or not, is in no value.
    text = unquote_to_bytes(segment).decode("ascii", "replace")
    if text in _DOTS:
        raise BadDigitalLink(Fault.DOTS)
    return text


def _is_known(ai: str) -> bool:
    if _pattern(ai) is None:
        raise BadDigitalLink(Fault.QUALIFIER)
    return True


@lru_cache(maxsize=600)
def _pattern(ai: str) -> re.Pattern[str] | None:
    """Return what values of an identifier look like, None where GS1 has no such identifier."""
    try:
        known = GS1ApplicationIdentifier.extract(ai) if ai.isascii() and ai.isdecimal() else None
    except ParseError:
        return None
    if known is None or known.ai != ai:
        return None
    # Their patterns would take digits of any script, and a line break at the end.
    return re.compile(known.pattern.removeprefix(f"^{ai}").removesuffix("$"), re.ASCII)


def _checked(ai: str, value: str) -> str:
    pattern = _pattern(ai)
    if pattern is None or not pattern.fullmatch(value):
        short = ai == GTIN and value.isdecimal() and len(value) in _SHORT_GTINS
        raise BadDigitalLink(Fault.SHORT_GTIN if short else Fault.VALUE)
    if ai in _CHAINS and gs1_standard_check_digit(value[:-1]) != int(value[-1]):
        raise BadDigitalLink(Fault.CHECK_DIGIT)
    return value


def _check_order(names: list[str]) -> None:
    if len(set(names)) < len(names):
        raise BadDigitalLink(Fault.TWICE)
    chains, asked = _CHAINS[names[0]], names[1:]
    if any(all(name not in chain for chain in chains) for name in asked):
        raise BadDigitalLink(Fault.QUALIFIER)
    if not any([name for name in chain if name in asked] == asked for chain in chains):
        raise BadDigitalLink(Fault.ORDER)


def _check_query(query: bytes, names: list[str]) -> None:
    """Refuse numbers that mean something in the path, or nothing; other names are not ours."""
    own = {name for chain in _CHAINS[names[0]] for name in chain} | {names[0]} | _NEVER_ASKED
    seen = set()
    for pair in query.split(b"&"):
        name, _, value = pair.partition(b"=")
        if not (ai := _plain(name)).isdigit():
            continue
        written = ai.decode()
        pattern = _pattern(written)
        if pattern is None or written in own:
            raise BadDigitalLink(Fault.QUERY_NAME)
        if written in seen:
            raise BadDigitalLink(Fault.TWICE)
        seen.add(written)
        if not _ESCAPES.fullmatch(value) or not pattern.fullmatch(
            _plain(value).decode("ascii", "replace")
        ):
            raise BadDigitalLink(Fault.QUERY_VALUE)


def _plain(written: bytes) -> bytes:
    """Return what a name or a value in a query says: there `+` is a blank."""
    return unquote_to_bytes(written.replace(b"+", b" "))
