"""What the public reads of a product and a lot. What is private never gets as far as here."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from app.certificates.rules import CertificateFacts as Paper
from app.certificates.rules import shown
from app.lookup.timeline import EntryPart, SourcePart
from app.lookup.verdict import Facts, Judgement, Notice
from app.oversight.failing import QualityFacts, shown_tests
from app.products.rules import CertificateFacts, CertificateLine, certificate_line
from app.rights.lines import RightLine, lines
from app.rights.rules import Badge, RightFacts, UseRightFacts

WEBP_SLOTS: Final = (160, 320, 640)
JPEG_SLOT: Final = 640


@dataclass(frozen=True, slots=True)
class Picture:
    """A product's first picture, by the name of its stored renditions."""

    sha256: str
    width: int
    height: int

    @property
    def webp(self) -> tuple[int, ...]:
        """Return the widths to offer: those that were made, without the thumbnail."""
        made = [
            slot
            for place, slot in enumerate(WEBP_SLOTS)
            if not place or WEBP_SLOTS[place - 1] < self.width
        ]
        return tuple(made[1:] or made)

    @property
    def shown(self) -> tuple[int, int]:
        """Return width and height of the JPEG, so that the page does not move as it comes."""
        width = min(self.width, JPEG_SLOT)
        return width, max(1, round(self.height * width / self.width))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPart:
    id: int
    name: str
    gtin: str
    own_code: str
    brand: str
    net_content: str
    ingredients: str
    usage: str
    storage: str
    warnings: str
    shelf_life: str
    origin: str
    retired: bool
    picture: Picture | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A commune or a province: kind and name in Vietnamese, name in plain letters."""

    kind: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPart:
    """A person to turn to, who agreed to be named here."""

    name: str
    position: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityPart:
    """Personal fields are empty unless whose they are agreed to have them published."""

    id: int
    name: str
    kind: str
    address: str
    places: tuple[Place, ...]
    representative: str
    phone: str
    email: str
    contacts: tuple[ContactPart, ...]
    website: str
    dissolved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LotPart:
    id: int
    number: str
    production_date: date | None
    expiry_date: date | None
    entries: tuple[EntryPart, ...] = ()
    more_entries: bool = False
    sources: tuple[SourcePart, ...] = ()
    tests: tuple[QualityFacts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands against a lot, always read anew."""

    recall: Notice | None = None
    hold: Notice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    number: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPart:
    """A page of the producer's or a shop's about the product; `label` says of what kind."""

    label: str
    title: str
    url: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopPart:
    """A shop's page with an offer that the producer or an officer said is this product."""

    shop: str
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A product with its maker, stars and rights, and the lot it came from.

    `papers` are the other certificates in force on the day, `tests` what laboratories found good.
    """

    product: ProductPart
    entity: EntityPart
    lot: LotPart | None
    stars: CertificateLine | None
    rights: tuple[RightLine, ...]
    standards: tuple[Standard, ...]
    papers: tuple[Paper, ...] = ()
    tests: tuple[QualityFacts, ...] = ()
    links: tuple[LinkPart, ...] = ()
    shops: tuple[ShopPart, ...] = ()

    @property
    def badges(self) -> tuple[Badge, ...]:
        return tuple(line.badge for line in self.rights if line.badge is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A product with its maker and all that was granted to it, as it is for every lot of it."""

    product: ProductPart
    entity: EntityPart
    certificates: tuple[CertificateFacts, ...]
    rights: tuple[RightFacts, ...]
    use_rights: tuple[UseRightFacts, ...]
    standards: tuple[Standard, ...]
    papers: tuple[Paper, ...] = ()
    tests: tuple[QualityFacts, ...] = ()
    links: tuple[LinkPart, ...] = ()
    shops: tuple[ShopPart, ...] = ()

    def sheet(self, day: date, lot: LotPart | None) -> Sheet:
        """Return the sheet of a lot of this product, or of none, as of a day."""
        made_on = lot.production_date if lot else None
        return Sheet(
            product=self.product,
            entity=self.entity,
            lot=lot,
            stars=certificate_line(self.certificates, day, made_on=made_on),
            rights=lines(
                self.rights,
                self.use_rights,
                self.entity.id,
                self.product.id,
                day,
                made_on=made_on,
            ),
            standards=self.standards,
            papers=shown(self.papers, self.product.id, day),
            tests=shown_tests(
                (*self.tests, *(lot.tests if lot else ())),
                of=(self.product.id, lot.id if lot else None),
                day=day,
            ),
            links=self.links,
            shops=self.shops,
        )


class StampPart(NamedTuple):
    """A genuine stamp; `number` is the running one in its batch, printed beside the code."""

    number: int
    batch_id: int
    state: str
    lapses_on: date | None
    activated_at: datetime | None


class Answer(NamedTuple):
    """All that is said of one code. `lookups` and `first_at` count from activation on."""

    code: str
    judgement: Judgement
    stamp: StampPart | None = None
    sheet: Sheet | None = None
    lookups: int = 0
    first_at: datetime | None = None


def facts_of(
    stamp: StampPart,
    lot: LotPart | None,
    standing: Standing,
    *,
    suspected_at: datetime | None,
    by_others: int,
) -> Facts:
    """Return what the verdict on a stamp depends on."""
    return Facts(
        state=stamp.state,
        recall=standing.recall,
        hold=standing.hold,
        suspicion=Notice(reason="", since=suspected_at) if suspected_at else None,
        lapses_on=stamp.lapses_on,
        expires_on=lot.expiry_date if lot else None,
        lookups_by_others=by_others,
    )
