from datetime import date, datetime

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from app.kit.forms import Out
from app.kit.web import site, translator
from app.lookup.access import answered, desk_of
from app.lookup.public_access import has_tag, tag_of
from app.lookup.queries import Ask
from app.lookup.sheet import Answer, EntityPart, ProductPart, Sheet
from app.lookup.verdict import RETRY_AFTER_SECONDS, Facts, Verdict, judge
from app.rights.rules import Badge

router = APIRouter(prefix="/api/v1/verify", tags=["verify"])

CODE_CHARS = 120
FRESH = "public, max-age=60, stale-while-revalidate=300"


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
    """A lot, as the public reads it."""

    number: str
    production_date: date | None
    expiry_date: date | None


class BadgeOut(Out):
    """A right in force for this product. Dates may be known to the year or month only."""

    type: str
    sign: str
    number: str
    use_right_number: str
    valid_from: str | None
    valid_until: str | None


class VerifyOut(Out):
    """What is known of a code. Look-ups count from the activation of the stamp."""

    code: str
    verdict: Verdict
    says: str
    product: ProductOut | None = None
    entity: EntityOut | None = None
    lot: LotOut | None = None
    badges: tuple[BadgeOut, ...] = ()
    reason: str | None = None
    lookups: int = 0
    first_seen: datetime | None = None


@router.get(
    "/{code:anything}",
    response_model=VerifyOut,
    responses={
        404: {"model": VerifyOut, "description": "The code is not known here"},
        503: {"model": VerifyOut, "description": "The code could not be checked"},
    },
)
async def verify(request: Request, code: str) -> Response:
    """Return what is known of a code. It needs no key and is never counted."""
    del code
    return await answered(request, _verify, _unavailable)


async def _verify(request: Request) -> Response:
    ask = Ask(_text(request), site(request).clock(), None)
    answer, _, _ = await desk_of(request).ask(ask)
    body = _out(request, answer).model_dump_json()
    tag = tag_of(body)
    headers = {"ETag": tag, "Cache-Control": FRESH}
    if answer.stamp is not None and has_tag(request, tag):
        return _open(request, Response(status_code=304, headers=headers))
    made = Response(
        body, answer.judgement.status, headers=headers, media_type=JSONResponse.media_type
    )
    return _open(request, made)


def _unavailable(request: Request) -> Response:
    judgement = judge(Facts(available=False), site(request).clock())
    out = _out(request, Answer(code=_text(request), judgement=judgement))
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS), "Cache-Control": "no-store"}
    made = Response(
        out.model_dump_json(), judgement.status, headers, media_type=JSONResponse.media_type
    )
    return _open(request, made)


def _open(request: Request, response: Response) -> Response:
    """Let the page of any shop read the answer."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Content-Language"] = translator(request).language
    response.headers["Vary"] = "Accept-Language"
    return response


def _text(request: Request) -> str:
    text: str = request.path_params["code"]
    return text.encode("utf-8", "replace").decode()


def _out(request: Request, answer: Answer) -> VerifyOut:
    words, found = translator(request), answer.judgement
    out = VerifyOut(
        code=answer.code[:CODE_CHARS],
        verdict=found.verdict,
        says=words.gettext(found.label),
        reason=(found.notice.reason or None) if found.notice else None,
        lookups=answer.lookups,
        first_seen=answer.first_at,
    )
    if answer.sheet is None:
        return out
    lot = answer.sheet.lot
    more: dict[str, object] = {
        "product": _product(answer.sheet, site(request).base_url),
        "entity": _entity(answer.sheet.entity),
        "lot": LotOut.model_validate(lot) if lot else None,
        "badges": tuple(_badge(one) for one in answer.sheet.badges),
    }
    return out.model_copy(update=more)


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


def _badge(badge: Badge) -> BadgeOut:
    return BadgeOut(
        type=badge.type,
        sign=badge.sign,
        number=badge.number,
        use_right_number=badge.use_right_number,
        valid_from=str(badge.valid_from) if badge.valid_from else None,
        valid_until=str(badge.valid_until) if badge.valid_until else None,
    )
