"""A public page as the lines people read, and two of them side by side."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from html.parser import HTMLParser
from itertools import zip_longest
from typing import Final

_VOID: Final = frozenset({"img", "input", "meta", "link", "br", "hr", "source"})
_UNREAD: Final = frozenset({"script", "style", "svg", "head"})
# Where a line ends. A term waits for its value.
_LINES: Final = frozenset(
    {"p", "li", "h1", "h2", "h3", "dd", "div", "section", "details", "summary", "label", "form"}
)
_HEADINGS: Final = frozenset({"h1", "h2", "summary"})
# A picture is told by as much of its name as keeps it apart from others.
NAME_CHARS: Final = 12


@dataclass
class Block:
    """A part of a page: the band of its verdict, a section under a heading, its foot."""

    tag: str
    classes: frozenset[str]
    heading: str = ""
    lines: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Return what finds the same part in another page."""
        if "band" in self.classes:
            return "band"
        if "what" in self.classes:
            return "what"
        return "last" if "last" in self.classes else self.heading


@dataclass(frozen=True)
class Pair:
    """A line then and now; None on a side that has no such line."""

    then: str | None
    now: str | None

    @property
    def same(self) -> bool:
        return self.then == self.now


@dataclass(frozen=True)
class Part:
    """A part of both pages, side by side. `only` tells of one that stands in a single page."""

    key: str
    heading: str
    pairs: tuple[Pair, ...]
    only: bool

    @property
    def changed(self) -> bool:
        return any(not pair.same for pair in self.pairs)


class _Reader(HTMLParser):
    """Collects what stands in `main`, part by part."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._open: list[str] = []
        self._main = 0
        self._unread = 0
        self._text: list[str] = []
        self._term = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag in _VOID:
            self._void(tag, told)
            return
        self._open.append(tag)
        if tag in _UNREAD:
            self._unread += 1
        if tag == "main":
            self._main = len(self._open)
        elif self._main and not self._unread:
            self._begin(tag, frozenset(told.get("class", "").split()))

    def _begin(self, tag: str, classes: frozenset[str]) -> None:
        if tag != "dd" and (tag in _LINES or tag == "dt"):
            self._end_line()
        if len(self._open) == self._main + 1:
            self.blocks.append(Block(tag, classes))
        elif self.blocks and "what" in classes:
            self.blocks[-1].classes |= classes

    def _void(self, tag: str, told: dict[str, str]) -> None:
        if tag == "img" and self._main and told.get("src"):
            name = told["src"].rpartition("/")[2].partition("-")[0][:NAME_CHARS]
            self._text.append(f" [{told.get('alt', '')} {name}] ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or tag not in self._open:
            return
        if self._main and not self._unread:
            self._finish(tag)
        while self._open:
            closed = self._open.pop()
            self._unread -= closed in _UNREAD
            if len(self._open) < self._main:
                self._main = 0
            if closed == tag:
                break

    def _finish(self, tag: str) -> None:
        if tag == "dt":
            self._term = self._taken()
        elif tag in _HEADINGS and self.blocks and not self.blocks[-1].heading:
            self.blocks[-1].heading = " ".join("".join(self._text).split())
            self._end_line()
        elif tag in _LINES:
            self._end_line()

    def handle_data(self, data: str) -> None:
        if self._main and not self._unread:
            self._text.append(data)

    def _taken(self) -> str:
        text = " ".join("".join(self._text).split())
        self._text.clear()
        return text

    def _end_line(self) -> None:
        text, term = self._taken(), self._term
        self._term = ""
        line = f"{term}: {text}" if term else text
        if line and self.blocks:
            self.blocks[-1].lines.append(line)


def read_page(html: str) -> list[Block]:
    """Return the parts of a public page, in its order, without what no eye reads."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return [block for block in reader.blocks if block.lines]


def text_of(html: str) -> list[str]:
    return [line for block in read_page(html) for line in block.lines]


def side_by_side(then: Sequence[Block], now: Sequence[Block]) -> list[Part]:
    """Return the parts of two pages, each line of one beside that of the other."""
    old, new = _by_key(then), _by_key(now)
    return [
        Part(
            key=key,
            heading=(new.get(key) or old[key]).heading,
            pairs=tuple(_pairs(_lines(old, key), _lines(new, key))),
            only=(key in old) != (key in new),
        )
        for key in _in_order([*old], [*new])
    ]


def _by_key(blocks: Iterable[Block]) -> dict[str, Block]:
    found: dict[str, Block] = {}
    for block in blocks:
        known = found.setdefault(block.key, Block(block.tag, block.classes, block.heading))
        known.lines.extend(block.lines)
    return found


def _lines(blocks: dict[str, Block], key: str) -> list[str]:
    return blocks[key].lines if key in blocks else []


def _in_order(old: list[str], new: list[str]) -> list[str]:
    """Return the keys of both in the order of the new, each old one after what stood before it."""
    keys = list(new)
    for place, key in enumerate(old):
        if key not in keys:
            before = [one for one in old[:place] if one in keys]
            keys.insert(keys.index(before[-1]) + 1 if before else 0, key)
    return keys


def _pairs(then: list[str], now: list[str]) -> Iterator[Pair]:
    for kind, first, last, start, end in SequenceMatcher(None, then, now, False).get_opcodes():
        if kind == "equal":
            yield from (Pair(line, line) for line in then[first:last])
        else:
            yield from (Pair(*two) for two in zip_longest(then[first:last], now[start:end]))
