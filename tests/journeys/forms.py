"""Finds the forms a person is shown, and sends them as nobody should: for a crawl of the pages."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from html.parser import HTMLParser
from itertools import permutations
from random import Random
from typing import Any, Protocol
from urllib.parse import urlencode, urljoin, urlsplit

import httpx

Body = list[tuple[str, str]]
Files = list[tuple[str, tuple[str, bytes]]]

VALUES = [
    "",
    "x" * 3000,
    "a\x00b",
    "🦀\"<b>' \u202e",
    "-1",
    "0",
    "2",
    "9" * 20,
    "1,5",
    "NaN",
    "0.001",
]
VALUES += ["1e9", "31/02/2026", "9999-12-31", "0001-01-01", "1900-01-01", "2027-01-01"]
FILES: list[tuple[str, bytes]] = [("rong.png", b""), ("anh.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF")]
FILES += [(f"chu.{kind}", "Chữ, không gì khác".encode()) for kind in ("png", "xlsx", "pdf", "csv")]
FILES += [
    ("do.xlsx", b"PK\x03\x04\x14\x00"),
    ("do.pdf", b"%PDF-1.7\n"),
    ("do.csv", b"\xff\xfea\x00\n"),
]
PLAUSIBLE = {"number": "1", "tel": "0912345678", "email": "thu@thu.vn", "url": "https://thu.vn"}
# What would end the session that asks, and what is no page.
_NOT = re.compile(
    r"sign-|password|factor|/devices/|/file$|\.(svg|png|webp|csv|xlsx|json|pdf|zip|txt|gz)(\?|$)|file=|lang="
)
_NUMBER = re.compile(r"(?<=/)(\d+|[0-9A-Z]{12,}|[0-9a-f-]{32,})(?=/|$)")
# A second press is another record where the form is no OnceRoute's.
ONCE = "once"
SAVED, FAILED = 303, 500


class Asks(Protocol):
    """A client with its session's cookie."""

    def get(self, path: str, **more: Any) -> httpx.Response: ...  # noqa: ANN401 - httpx's own arguments
    def post(self, path: str, **more: Any) -> httpx.Response: ...  # noqa: ANN401 - as above


@dataclass(frozen=True)
class Wrong:
    """Fields that say something else than the form, or nothing, and files."""

    fields: dict[str, str | None]
    files: Files = field(default_factory=list)


@dataclass
class Field:
    name: str
    kind: str
    value: str | None
    options: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Form:
    """A form as a page shows it; `act` is where it goes."""

    page: str
    act: str
    multipart: bool
    fields: list[Field]

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        names = {_NUMBER.sub("N", f"/{one.name}") for one in self.fields}
        return pattern(self.act), tuple(sorted(names)[:40])

    def body(self, **wrong: str | None) -> Body:
        """Return what a browser sends of it, but for some fields; None leaves one out."""
        sent = [(f.name, f.value) for f in self.fields if f.value is not None]
        kept = [(name, value) for name, value in sent if name not in wrong]
        return kept + [(name, value) for name, value in wrong.items() if value is not None]


class _Page(HTMLParser):
    def __init__(self, page: str, today: date) -> None:
        super().__init__()
        self.page, self.today = page, today
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._ids: dict[str, Form] = {}
        self._open: list[Form] = []
        self._field = Field("", "", None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(self._to(told.get("href", "")))
        elif tag == "form":
            self._begin(told)
        elif tag == "option":
            self._option(told)
        elif tag in {"input", "select", "textarea", "button"}:
            owner = self._ids.get(told.get("form", ""), self._open[-1] if self._open else None)
            if owner is not None:
                self._add(owner, tag, told)

    def handle_data(self, data: str) -> None:
        if self._field.kind == "textarea":
            self._field.value = (self._field.value or "") + data.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = []
        elif tag == "textarea":
            self._field.value = self._field.value or "Thử"
        if tag in {"textarea", "select"}:
            self._field = Field("", "", None)

    def _to(self, address: str) -> str:
        split = urlsplit(urljoin(f"https://ocop.test{self.page}", address))
        return split.path + (f"?{split.query}" if split.query else "")

    def _begin(self, told: dict[str, str]) -> None:
        act = self._to(told.get("action", "") or self.page)
        form = Form(self.page, act, "multipart" in told.get("enctype", ""), [])
        self._open = [form]
        self._ids[told.get("id", "")] = form
        if told.get("method", "").lower() == "post" and not _NOT.search(act):
            self.forms.append(form)

    def _add(self, form: Form, tag: str, told: dict[str, str]) -> None:
        if "formaction" in told and told.get("formmethod") != "get":
            # The same fields, another way: they are one list.
            self.forms.append(replace(form, act=self._to(told["formaction"])))
        kind = told.get("type", "text") if tag == "input" else tag
        made = Field(told.get("name", ""), kind, told.get("value", ""))
        if not made.name:
            return
        if kind in {"checkbox", "radio"}:
            made.options = [told.get("value", "on")]
            other = kind == "radio" and any(f.name == made.name for f in form.fields)
            ticked = "checked" in told or "required" in told or (kind == "radio" and not other)
            made.value = made.options[0] if ticked else None
        elif kind in {"file", "button"}:
            made.value, made.options = None, [told.get("value", "")]
        elif kind == "date":
            made.value = made.value or self.today.isoformat()
        elif kind != "hidden" and not made.value:
            made.value = PLAUSIBLE.get(kind, "Thử 1") if tag == "input" else None
        form.fields.append(made)
        self._field = made

    def _option(self, told: dict[str, str]) -> None:
        if self._field.kind == "select":
            self._field.options.append(told.get("value", ""))
            if "selected" in told or not self._field.value:
                self._field.value = told.get("value", "")


def pattern(address: str) -> str:
    """Return an address without its records' numbers and its filters' values."""
    split = urlsplit(address)
    names = sorted({part.split("=")[0] for part in split.query.split("&")})
    return f"{_NUMBER.sub('N', split.path)}?{','.join(names)}"


def read(asks: Asks, page: str, today: date) -> _Page:
    """Return what a page shows; where it leads elsewhere, what is there."""
    answer = asks.get(page)
    found = _Page(page, today)
    if answer.status_code in {302, 303, 307, 308}:
        found.links.append(found._to(answer.headers["location"]))  # noqa: SLF001 - our own
    elif "html" in answer.headers.get("content-type", ""):
        found.feed(answer.text)
    if answer.status_code >= FAILED:
        message = f"{answer.status_code} GET {page}"
        raise AssertionError(message)
    return found


def crawl(
    asks: Asks, start: list[str], today: date, chance: Random, *, of_a_kind: int, pages: int
) -> list[Form]:
    """Return a form of each kind on so many pages that links lead to, a few of each kind."""
    seen: Counter[str] = Counter()
    forms: dict[object, Form] = {}
    waiting, met = list(start), set(start)
    while waiting and seen.total() < pages:
        page = waiting.pop(chance.randrange(len(waiting)))
        if seen[pattern(page)] == of_a_kind:
            continue
        seen[pattern(page)] += 1
        shown = read(asks, page, today)
        for form in shown.forms:
            forms.setdefault(form.key, form)
        links = [link for link in shown.links if link not in met and not _NOT.search(link)]
        met.update(links)
        waiting.extend(links)
    return list(forms.values())


def wrongs(form: Form, today: date) -> Iterator[Wrong]:
    """Tell each way of sending a form with one thing wrong."""
    kinds = {one.name: one.kind for one in form.fields if one.name != ONCE}
    options: dict[str, list[str]] = {}
    for one in form.fields:
        options.setdefault(one.name, []).extend(one.options)
    for name, kind in kinds.items():
        if kind == "file":
            yield from (Wrong({}, [(name, file)]) for file in FILES)
        else:
            yield from (Wrong({name: value}) for value in [*VALUES, *options[name][:4], None])
    dates = [name for name, kind in kinds.items() if kind == "date"]
    for later, earlier in permutations(dates, 2):
        for day in (today, today.replace(year=today.year + 3)):
            yield Wrong({later: f"{day}", earlier: f"{day - timedelta(days=9)}"})


def faults(asks: Asks, form: Form, tried: Iterable[Wrong], today: date) -> Iterator[str]:
    """Send a form in each of these ways, as its page shows it by then; tell what failed."""
    for wrong in tried:
        answer = send(asks, form, form.body(**wrong.fields), wrong.files)
        if answer.status_code >= FAILED:
            yield f"{answer.status_code} {form.act}, {wrong!r:.120}, on {form.page}"
        if answer.status_code == SAVED:
            alike = (one for one in read(asks, form.page, today).forms if one.key == form.key)
            form = next(alike, form)


def send(asks: Asks, form: Form, body: Body, files: Files) -> httpx.Response:
    if form.multipart:
        parts: list[Any] = [(name, (None, value.encode())) for name, value in body]
        return asks.post(form.act, files=[*parts, *files] or [("_", (None, b""))])
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return asks.post(form.act, content=urlencode(body), headers=kind)


def again(asks: Asks, page: str, today: date, rows: Callable[[], int]) -> Iterator[str]:
    """Send every form of a page twice, though those before it moved the record on."""
    for form in read(asks, page, today).forms:
        first = send(asks, form, form.body(), [])
        written = rows()
        second = send(asks, form, form.body(), [])
        for answer in (first, second):
            if answer.status_code >= FAILED:
                yield f"{answer.status_code} {form.act}, as it stands, on {page}"
        once = ONCE in {one.name for one in form.fields}
        acted = first.status_code == second.status_code == SAVED
        if once and acted and rows() != written:
            yield f"{form.act} acts twice, on {page}"
