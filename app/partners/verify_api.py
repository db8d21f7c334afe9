"""Is this stamp ours, and what is to be said of it: one code, or up to a hundred."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Request
from pydantic import BeforeValidator, Field
from starlette.responses import JSONResponse, Response

from app.certificates.rules import CertificateFacts
from app.kit.forms import In, Out
from app.kit.problems import DOCUMENTED
from app.kit.web import site, translator
from app.lookup.access import desk_of
from app.lookup.desk_access import OUTAGES
from app.lookup.guess_access import Asking, asking
from app.lookup.public_access import has_tag
from app.lookup.queries import Ask
from app.lookup.ready import tag_of
from app.lookup.sheet import Answer, EntityPart, LotPart, ProductPart, Sheet
from app.lookup.verdict import RETRY_AFTER_SECONDS, Facts, Source, Verdict, judge
from app.oversight.failing import QualityFacts
from app.partners.key_access import Caller, Guest, PartnerRoute
from app.partners.sandbox import sandbox_answer
from app.rights.rules import Badge

router = APIRouter(prefix="/api/v1/verify", tags=["verify"], route_class=PartnerRoute)

CODE_CHARS: Final = 120
MOST_CODES: Final = 100
# A recall reaches everybody within five minutes, answers that were kept included: 60 s as they are,
# and 240 s more while they are asked for anew.
FRESH: Final = "public, max-age=60, stale-while-revalidate=240"


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


def _readable(code: object) -> object:
    """Return half a character as a question mark: no code has it, and no answer can hold it."""
    return code.encode("utf-8", "replace").decode() if isinstance(code, str) else code


class CodesIn(In):
    """Codes as they stand on stamps, or as people typed them; the same one may come twice."""

    codes: Annotated[
        list[Annotated[str, BeforeValidator(_readable)]],
        Field(min_length=1, max_length=MOST_CODES),
    ]


class VerifiedOut(Out):
    """What is known of each code that was asked, in the order of the question."""

    results: tuple[VerifyOut, ...]


def _told(model: type[Out], words: str, status: int) -> dict[str, Any]:
    """Describe a refusal in the shape of the answer, beside the shape of every error."""
    return {"model": model, "description": words, "content": DOCUMENTED[status]["content"]}


@router.post(
    "",
    response_model=VerifiedOut,
    responses={503: _told(VerifiedOut, "No code could be checked", 503)},
)
async def verify_many(request: Request, given: CodesIn, guest: Guest) -> Response:
    """Return what is known of up to 100 codes. A bad one is told as unknown, in its place.

    It needs no key and is never counted as a look-up.
    """
    async with _asking(request, guest, given.codes) as asked:
        answers = await asyncio.gather(
            *(_answer(request, code, asked.worth) for code in given.codes)
        )
        asked.wrong = _wrong(answers)
    out = VerifiedOut(results=tuple(_out(request, one) for one in answers))
    headers = {"Cache-Control": "no-store", **_of_language(request)}
    status = 200
    if all(one.verdict is Verdict.UNAVAILABLE and not one.sandbox for one in out.results):
        status = 503
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return Response(out.model_dump_json(), status, headers, JSONResponse.media_type)


@router.get(
    "/{code:anything}",
    response_model=VerifyOut,
    responses={
        404: {"model": VerifyOut, "description": "The code is not known here"},
        503: _told(VerifyOut, "The code could not be checked", 503),
    },
)
async def verify(request: Request, code: str, guest: Guest) -> Response:
    """Return what is known of a code. It needs no key and is never counted as a look-up."""
    text = str(_readable(code))
    async with _asking(request, guest, (text,)) as asked:
        answer = await _answer(request, text, asked.worth)
        asked.wrong = _wrong((answer,))
    body, status = _out(request, answer).model_dump_json(), answer.judgement.status
    headers = {"Cache-Control": FRESH, **_of_language(request)}
    if answer.judgement.verdict is Verdict.UNAVAILABLE:
        headers |= {"Retry-After": str(RETRY_AFTER_SECONDS), "Cache-Control": "no-store"}
    else:
        headers["ETag"] = tag_of(body)
        if answer.stamp is not None and has_tag(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
    return Response(body, status, headers, JSONResponse.media_type)


@asynccontextmanager
async def _asking(
    request: Request, guest: Caller | None, codes: Sequence[str]
) -> AsyncIterator[Asking]:
    """Give the codes to look up, and refuse who only guesses.

    A shop with a key is known, and a sandbox code is no guess; but it opens no way to others.
    """
    real = [code for code in codes if sandbox_answer(code) is None]
    if guest is not None:
        yield Asking(real)
        return
    async with asking(request, real) as asked:
        yield asked


def _wrong(answers: Iterable[Answer]) -> int:
    unknown = (one for one in answers if one.judgement.verdict is Verdict.UNKNOWN)
    return sum(sandbox_answer(one.code) is None for one in unknown)


async def _answer(request: Request, code: str, worth: Collection[str]) -> Answer:
    """Return what is known; without database or key, that it could not be checked.

    What is not `worth` a look is known by the keys to be nobody's.
    """
    tried = sandbox_answer(code)
    if tried is not None:
        return tried
    if code not in worth:
        return Answer(code=code, judgement=judge(Facts(), site(request).clock()))
    try:
        answer, _, _ = await desk_of(request).ask(Ask(code, site(request).clock(), None))
    except OUTAGES:
        unavailable = judge(Facts(available=False), site(request).clock())
        return Answer(code=code, judgement=unavailable)
    return answer


def _of_language(request: Request) -> dict[str, str]:
    return {"Content-Language": translator(request).language, "Vary": "Accept-Language"}


def _out(request: Request, answer: Answer) -> VerifyOut:
    words, found = translator(request), answer.judgement
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
        "product": _product(answer.sheet, site(request).base_url),
        "entity": _entity(answer.sheet.entity),
        "lot": _lot(lot, site(request).base_url) if lot else None,
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
