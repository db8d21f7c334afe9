"""What links there are to a stamp, a lot, a product or a producer, by the link types of GS1."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol
from urllib.parse import quote

from app.kit.errors import Words
from app.kit.i18n import N_
from app.lookup.negotiation import PAGE
from app.lookup.sheet import Sheet
from app.lookup.verdict import Verdict
from app.products.links import RELS
from app.rights.rules import Badge

JSON: Final = "application/json"
# Our pages are at one address in all their languages; the first is the default.
SPOKEN: Final = ("vi", "en")

PIP: Final = "pip"
TRACEABILITY: Final = "traceability"
CERTIFICATION: Final = "certificationInfo"
RECALL: Final = "recallStatus"
MASTER_DATA: Final = "masterData"
HOMEPAGE: Final = "homepage"
LOCATION: Final = "locationInfo"

# How a page of links heads each type; a type without words stands under its own name.
LABELS: Final = {
    **RELS,
    PIP: N_("Information about the product"),
    TRACEABILITY: N_("Where it comes from"),
    CERTIFICATION: N_("Certificates and rights"),
    RECALL: N_("Recalls and holds"),
    MASTER_DATA: N_("Data for programs"),
    HOMEPAGE: N_("Producer"),
    LOCATION: N_("Place of production"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link. `rel` is its type's name in GS1's vocabulary, `languages` those of its target."""

    rel: str
    href: str
    title: str
    languages: tuple[str, ...] = SPOKEN
    type: str = PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What is linked from one address: `anchor` is absolute, `default` where it leads by itself."""

    anchor: str
    description: str
    default: str
    links: tuple[Link, ...]

    @property
    def title(self) -> str:
        """Return the default link's title: that of the first link to its target."""
        same = (link.title for link in self.links if link.href == self.default)
        return next(same, self.description)


class Said(Protocol):
    """A recall or a hold, as far as a title tells of it."""

    @property
    def reason(self) -> str: ...
    @property
    def since(self) -> datetime: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """By what the links are told: the site's address, the reader's language, what stands."""

    base: str
    words: Words
    recall: Said | None = None
    hold: Said | None = None

    def page(self, path: str) -> str:
        return f"{self.base}{path}"

    def data(self, path: str) -> str:
        return f"{self.base}/api/v1/verify/{path}"


def product_level(sheet: Sheet, told: Told, *, anchor: str, own: Sequence[Link] = ()) -> Level:
    """Return the links of a product, its producer's own ones among them."""
    product = sheet.product
    page = told.page(f"/p/{product.id}")
    links = (
        Link(rel=PIP, href=page, title=product.name),
        *_certificates(sheet, told, page),
        *_checks(told, f"products/{product.id}"),
        *own,
    )
    return Level(anchor=anchor, description=product.name, default=page, links=links)


def lot_level(sheet: Sheet, told: Told, *, anchor: str) -> Level:
    """Return the links of the sheet's lot."""
    if sheet.lot is None:
        raise ValueError("a sheet without a lot")
    title = _of_lot(sheet, told)
    page = told.page(f"/l/{sheet.lot.id}")
    links = (
        Link(rel=PIP, href=page, title=title),
        Link(rel=TRACEABILITY, href=page, title=_diary(sheet, told)),
        Link(rel=RECALL, href=page, title=_state(told)),
    )
    return Level(anchor=anchor, description=title, default=page, links=links)


def stamp_level(sheet: Sheet, told: Told, *, anchor: str, code: str) -> Level:
    """Return the links of a genuine stamp."""
    page = told.page(f"/t/{code}")
    links = [Link(rel=PIP, href=page, title=sheet.product.name)]
    if sheet.lot is not None:
        diary = told.page(f"/l/{sheet.lot.id}")
        links.append(Link(rel=TRACEABILITY, href=diary, title=_diary(sheet, told)))
    links += _checks(told, code)
    title = told.words.gettext(N_("{product}, stamp {code}"))
    described = title.format(product=sheet.product.name, code=code)
    return Level(anchor=anchor, description=described, default=page, links=tuple(links))


def unknown_serial_level(sheet: Sheet, told: Told, *, anchor: str, raw: str) -> Level:
    """Return the one link of a serial that is no stamp of the product: a page that says so."""
    page = told.page(f"/p/{sheet.product.id}/serial/{raw}")
    title = told.words.gettext(Verdict.UNKNOWN.label)
    link = Link(rel=PIP, href=page, title=title)
    return Level(anchor=anchor, description=title, default=page, links=(link,))


def place_level(name: str, entity_id: int, told: Told, *, anchor: str, rel: str) -> Level:
    """Return the links of a producer, or of a place of its own."""
    page = told.page(f"/e/{entity_id}")
    links = tuple(Link(rel=one, href=page, title=name) for one in dict.fromkeys((HOMEPAGE, rel)))
    return Level(anchor=anchor, description=name, default=page, links=links)


def _checks(told: Told, path: str) -> tuple[Link, ...]:
    data = told.data(quote(path))
    title = told.words.gettext(N_("Data (JSON)"))
    return (
        Link(rel=RECALL, href=data, title=_state(told), type=JSON),
        Link(rel=MASTER_DATA, href=data, title=title, type=JSON),
    )


def _of_lot(sheet: Sheet, told: Told) -> str:
    number = sheet.lot.number if sheet.lot else ""
    text = told.words.gettext(N_("{product}, lot {number}"))
    return text.format(product=sheet.product.name, number=number)


def _diary(sheet: Sheet, told: Told) -> str:
    number = sheet.lot.number if sheet.lot else ""
    return told.words.gettext(N_("Production diary of lot {number}")).format(number=number)


def _state(told: Told) -> str:
    """Say whether a recall or a hold stands; a link of this type is there either way."""
    words = told.words
    for notice, text in (
        (told.recall, N_("RECALLED since {date}: {reason}")),
        (told.hold, N_("SALE STOPPED since {date}: {reason}")),
    ):
        if notice is not None:
            since = words.date(notice.since)
            return words.gettext(text).format(date=since, reason=notice.reason)
    return words.gettext(N_("No recall and no hold stands"))


def _certificates(sheet: Sheet, told: Told, page: str) -> tuple[Link, ...]:
    """Return a link for each certificate and right in force, its validity in the title."""
    found, words = [], told.words
    if sheet.stars is not None and sheet.stars.stars:
        text = words.gettext(N_("OCOP {stars} stars, decision {number}, valid {first} to {last}"))
        one = sheet.stars.certificate
        title = text.format(
            stars=one.stars,
            number=one.decision_no or "?",
            first=words.date(one.valid_from),
            last=words.date(one.valid_to),
        )
        found.append(Link(rel=CERTIFICATION, href=f"{page}#ocop", title=title))
    for paper in sheet.papers:
        name = paper.title or words.gettext(paper.kind.label)
        until = words.date(paper.valid_to) if paper.valid_to else "…"
        said = words.gettext(N_("{name} {number}, in force until {date}"))
        title = said.format(name=name, number=paper.number, date=until)
        found.append(Link(rel=CERTIFICATION, href=f"{page}#certificates", title=title))
    for badge in sheet.badges:
        href = f"{page}#right-{badge.right_id}"
        found.append(Link(rel=CERTIFICATION, href=href, title=_right(badge, told)))
    return tuple(found)


def _right(badge: Badge, told: Told) -> str:
    words = told.words
    text = (
        N_("{type} {sign}, registration {number}, in force until {date}")
        if badge.valid_until
        else N_("{type} {sign}, registration {number}, in force")
    )
    return words.gettext(text).format(
        type=words.gettext(badge.type.label),
        sign=badge.sign,
        number=badge.number_written,
        date=_day(badge.valid_until, words) if badge.valid_until else "",
    )


def _day(day: object, words: Words) -> str:
    """Write a day as people here do; some are known to the month or the year only."""
    return words.date(day) if isinstance(day, date) else "/".join(reversed(str(day).split("-")))
