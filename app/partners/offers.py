"""What a partner proposes: which of its offers is which product, row by row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from app.kit.columns import Column, Fault, Kind
from app.kit.errors import Conflict, Invalid, NotFound, Words
from app.kit.headings import find_header, read_rows
from app.kit.hosts import URL_CHARS
from app.kit.i18n import N_
from app.kit.imports import Fate, TwiceInFile, ValueMissing
from app.kit.sheets import read_table
from app.kit.text import clean_text
from app.partners.rules import checked_url

MOST_OFFERS: Final = 1000
ID_CHARS: Final = 120
TITLE_CHARS: Final = 200
# A row longer than any that is right is refused before it is looked at.
RAW_CHARS: Final = 2000

COLUMNS: Final = (
    Column(
        name="external_id",
        label=N_("Offer no. in the shop"),
        aliases=("external_id", "id", "mã tin", "mã tin đăng", "mã sản phẩm của sàn", "sku"),
        kind=Kind.CODE,
        required=True,
        limit=RAW_CHARS,
    ),
    Column(
        name="url",
        label=N_("Address of the page"),
        aliases=("url", "link", "đường dẫn", "liên kết", "địa chỉ trang"),
        required=True,
        limit=RAW_CHARS,
    ),
    Column(
        name="title",
        label=N_("Title of the offer"),
        aliases=("title", "tên", "tiêu đề", "tên tin"),
        required=True,
        limit=RAW_CHARS,
    ),
    Column(
        name="product",
        label=N_("Product no. or GTIN"),
        aliases=("product", "gtin", "sản phẩm", "mã vạch", "product_id"),
        kind=Kind.CODE,
        required=True,
        limit=40,
    ),
)
FIELDS: Final = tuple(one.name for one in COLUMNS)


class TooManyOffers(Invalid):
    """Too many rows at once"""

    code: ClassVar[str] = "partners.too_many_offers"
    detail: ClassVar[str] = N_("At most {most} are taken at once. Send the rest after these.")
    field = "file"

    def __init__(self, *, most: int = MOST_OFFERS) -> None:
        self.most = most


class ProductUnknown(NotFound):
    """There is no such product"""

    code: ClassVar[str] = "partners.product_unknown"
    detail: ClassVar[str] = N_("“{written}” is neither a product's number here nor a GTIN.")
    field = "product"

    def __init__(self, *, written: str) -> None:
        self.written = written[:40]


class ProductNotMade(Conflict):
    """The product is no longer made"""

    code: ClassVar[str] = "partners.product_not_made"
    field = "product"


@dataclass(frozen=True, slots=True)
class Offer:
    """A row as it was sent; `faults` are those of reading it."""

    number: int
    external_id: str
    url: str
    title: str
    product: str
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Fated:
    """What became of a row: new, changed, as it was, or refused and why."""

    number: int
    external_id: str
    fate: Fate
    listing_id: int | None = None
    state: str | None = None
    faults: Sequence[Fault] = field(default_factory=tuple)


def read_offers(content: bytes, *, name: str, languages: Sequence[Words]) -> list[Offer]:
    """Return the rows of a .csv or .xlsx; what is wrong with a row stays with it."""
    table = read_table(content, name=name)
    header = find_header(table, COLUMNS, languages)
    rows = list(read_rows(table, header, COLUMNS, languages))
    if len(rows) > MOST_OFFERS:
        raise TooManyOffers
    return [
        Offer(
            number=row.number,
            faults=tuple(row.faults),
            **{name: str(row.facts.get(name, "")) for name in FIELDS},
        )
        for row in rows
    ]


def checked(offer: Offer, *, hosts: Iterable[str]) -> Offer:
    """Return the offer cleaned, with all that is wrong with it."""
    faults = list(offer.faults)
    named = {fault.column for fault in faults}
    cleaned: dict[str, str] = {}
    limits = {"external_id": ID_CHARS, "url": URL_CHARS, "title": TITLE_CHARS, "product": 40}
    for name, limit in limits.items():
        try:
            cleaned[name] = clean_text(getattr(offer, name), limit=limit)
            if name == "url" and cleaned[name]:
                checked_url(cleaned[name], hosts=hosts)
        except Invalid as error:
            cleaned.setdefault(name, "")
            faults.append(Fault.of(error, name))
            named.add(name)
        if not cleaned[name] and name not in named:
            faults.append(Fault.of(ValueMissing(), name))
    return Offer(number=offer.number, faults=tuple(faults), **cleaned)


def twins(offers: Iterable[Offer]) -> dict[int, Fault]:
    """Return, by row, the fault of each later row with the number of an earlier one."""
    first: dict[str, int] = {}
    found: dict[int, Fault] = {}
    for one in offers:
        if one.external_id and first.setdefault(one.external_id, one.number) != one.number:
            other = first[one.external_id]
            found[one.number] = Fault.of(TwiceInFile(row=other), "external_id")
    return found
