"""What a shop's program is told of a code, and of what it stands on."""

from datetime import date, datetime
from typing import Final, Literal

from app.certificates.rules import CertificateFacts
from app.kit.forms import Out
from app.kit.i18n import Translator
from app.lookup.sheet import Answer, EntityPart, LotPart, ProductPart, Sheet
from app.lookup.verdict import Source, Verdict
from app.oversight.failing import QualityFacts
from app.partners.sandbox import sandbox_answer
from app.rights.rules import Badge

CODE_CHARS: Final = 120


class ProductOut(Out):
    """A product, as the public reads it. `stars` only while its certificate is valid."""

    id: int
    name: str
    gtin: str | None
    brand: str
    net_content: str
    stars: int | None
    retired: bool
    url: str


class EntityOut(Out):
    """A producer, as the public reads it. Personal fields only with their owner's consent."""

    id: int
    name: str
    place: str
    address: str
    phone: str | None
    representative: str | None
    email: str | None


class LotOut(Out):
    """A lot, as the public reads it; its diary stands at `diary`, none for a sandbox code."""

    id: int
    number: str
    production_date: date | None
    expiry_date: date | None
    diary: str | None


class BadgeOut(Out):
    """A right in force for this product. Dates may be known to the year or month only."""

    type: str
    sign: str
    number: str
    use_right_number: str
    valid_from: str | None
    valid_until: str | None


class PaperOut(Out):
    """A certificate other than OCOP's that is in force; without `valid_until` until revoked."""

    kind: str
    title: str
    number: str
    issuer: str
    valid_from: date | None
    valid_until: date | None


class TestedOut(Out):
    """A test by a laboratory that the goods passed; `of` is the lot's own or the whole product's.

    There are none while a failed test stands.
    """

    of: Literal["lot", "product"]
    sampled_on: date
    laboratory: str
    report_no: str
    valid_until: date | None
    criteria: tuple[str, ...]


class SourceOut(Out):
    """What a lot was made from that is recalled or stopped; a lot only where that very lot is."""

    product_id: int
    product: str
    entity: str
    lot_id: int | None
    lot_number: str | None


class VerifyOut(Out):
    """What is known of a code. Look-ups count from the activation of the stamp.

    `because` names what the lot was made from, where that is recalled or stopped and not the lot
    itself. `sandbox` marks the answers of the codes that are there to be tried with.
    """

    code: str
    verdict: Verdict
    says: str
    product: ProductOut | None = None
    entity: EntityOut | None = None
    lot: LotOut | None = None
    badges: tuple[BadgeOut, ...] = ()
    certificates: tuple[PaperOut, ...] = ()
    tests: tuple[TestedOut, ...] = ()
    reason: str | None = None
    because: SourceOut | None = None
    lookups: int = 0
    first_seen: datetime | None = None
    sandbox: bool = False


class VerifiedOut(Out):
    """What is known of each code that was asked, in the order of the question."""

    results: tuple[VerifyOut, ...]


def verified(answer: Answer, words: Translator, base_url: str) -> VerifyOut:
    """Return what is told of a code that was looked up, in the reader's language."""
    found = answer.judgement
    out = VerifyOut(
        code=answer.code[:CODE_CHARS],
        verdict=found.verdict,
        says=words.gettext(found.label),
        reason=(found.notice.reason or None) if found.notice else None,
        because=_source(found.notice.source) if found.notice else None,
        lookups=answer.lookups,
        first_seen=answer.first_at,
        sandbox=sandbox_answer(answer.code) is not None,
    )
    if answer.sheet is None:
        return out
    lot = answer.sheet.lot
    more: dict[str, object] = {
        "product": _product(answer.sheet, base_url),
        "entity": _entity(answer.sheet.entity),
        "lot": _lot(lot, base_url) if lot else None,
        "badges": tuple(badge_out(one) for one in answer.sheet.badges),
        "certificates": tuple(paper_out(one) for one in answer.sheet.papers),
        "tests": tuple(map(tested_out, answer.sheet.tests)),
    }
    return out.model_copy(update=more)


def tested_out(one: QualityFacts) -> TestedOut:
    return TestedOut(
        of="lot" if one.lot_id else "product",
        sampled_on=one.sampled_on,
        laboratory=one.laboratory,
        report_no=one.report_no,
        valid_until=one.valid_until,
        criteria=tuple(criterion.name for criterion in one.criteria),
    )


def paper_out(one: CertificateFacts) -> PaperOut:
    return PaperOut(
        kind=one.kind,
        title=one.title,
        number=one.number,
        issuer=one.issuer,
        valid_from=one.valid_from,
        valid_until=one.valid_to,
    )


def _source(source: Source | None) -> SourceOut | None:
    if source is None:
        return None
    return SourceOut(
        product_id=source.product_id,
        product=source.product,
        entity=source.entity,
        lot_id=source.lot_id,
        lot_number=source.number or None,
    )


def _product(sheet: Sheet, base_url: str) -> ProductOut:
    product: ProductPart = sheet.product
    return ProductOut(
        id=product.id,
        name=product.name,
        gtin=product.gtin or None,
        brand=product.brand,
        net_content=product.net_content,
        stars=sheet.stars.stars if sheet.stars else None,
        retired=product.retired,
        url=f"{base_url}/p/{product.id}",
    )


def _lot(lot: LotPart, base_url: str) -> LotOut:
    return LotOut(
        id=lot.id,
        number=lot.number,
        production_date=lot.production_date,
        expiry_date=lot.expiry_date,
        diary=f"{base_url}/api/v1/verify/lots/{lot.id}" if lot.id else None,
    )


def _entity(entity: EntityPart) -> EntityOut:
    return EntityOut(
        id=entity.id,
        name=entity.name,
        place=", ".join(f"{place.kind.lower()} {place.name}" for place in entity.places),
        address=entity.address,
        phone=entity.phone or None,
        representative=entity.representative or None,
        email=entity.email or None,
    )


def badge_out(badge: Badge) -> BadgeOut:
    return BadgeOut(
        type=badge.type,
        sign=badge.sign,
        number=badge.number,
        use_right_number=badge.use_right_number,
        valid_from=str(badge.valid_from) if badge.valid_from else None,
        valid_until=str(badge.valid_until) if badge.valid_until else None,
    )
