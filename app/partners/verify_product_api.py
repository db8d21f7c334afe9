"""What stands of a product today: one of them, or all that changed since a time."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BeforeValidator
from starlette.datastructures import URL
from starlette.responses import JSONResponse, Response

from app.diary.standing_queries import Notice
from app.kit.clock import day_of
from app.kit.forms import Out
from app.kit.web import Db, Now, as_public, site
from app.lookup.public_access import has_tag
from app.lookup.ready import tag_of
from app.partners.key_access import Guest, PartnerRoute
from app.partners.verified import (
    BadgeOut,
    PaperOut,
    TestedOut,
    badge_out,
    paper_out,
    tested_out,
)
from app.partners.verify_api import FRESH
from app.partners.verify_queries import ProductState, find_product_id, list_changed, states_of
from app.products.queries import NoSuchProduct
from app.products.rules import CertificateStatus

router = APIRouter(
    prefix="/api/v1/verify/products",
    tags=["verify"],
    route_class=PartnerRoute,
    dependencies=[Depends(as_public)],
)

MOST_ROWS: Final = 500
_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
_INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE
)


class ProducerOut(Out):
    """Who makes a product."""

    id: int
    name: str
    dissolved: bool


class StarsOut(Out):
    """The OCOP certificate that stands, or the last one that did. `stars` only while valid."""

    status: CertificateStatus
    stars: int | None
    decision_no: str
    valid_from: date
    valid_until: date


class NoticeOut(Out):
    """Why a product is recalled or its sale stopped, since when, and what to do."""

    reason: str
    advice: str
    since: datetime


class ProductStateOut(Out):
    """What stands of a product today. A retired one is told as such, never left out.

    `gtin` and the GTINs of its packs have 14 digits. `recall` and `hold` are of the whole product;
    where only some lots are meant, `lots_recalled` and `lots_on_hold` say so, and which they are is
    told with a stamp.
    """

    id: int
    name: str
    producer: ProducerOut
    gtin: str | None
    pack_gtins: tuple[str, ...]
    status: str
    stars: StarsOut | None
    badges: tuple[BadgeOut, ...]
    certificates: tuple[PaperOut, ...]
    tests: tuple[TestedOut, ...]
    recall: NoticeOut | None
    hold: NoticeOut | None
    lots_recalled: bool
    lots_on_hold: bool
    url: str


class ChangesOut(Out):
    """A page of products by id. Ask again later with `updated_since` set to `as_of`."""

    items: tuple[ProductStateOut, ...]
    next: str | None
    as_of: datetime


def _instant(written: object) -> object:
    """Return the time as it was meant: a `+` that was not encoded arrives as a blank."""
    if not isinstance(written, str):
        return written
    meant = written.strip().replace(" ", "+")
    if not _INSTANT.fullmatch(meant):
        raise ValueError("no time of RFC 3339 with its zone")
    return meant


Instant = Annotated[datetime, BeforeValidator(_instant)]


@router.get("", response_model=ChangesOut)
def list_products(
    request: Request,
    _guest: Guest,
    db: Db,
    now: Now,
    updated_since: Annotated[
        Instant | None, Query(description="RFC 3339 with its zone; without it all products.")
    ] = None,
    as_of: Annotated[
        Instant | None, Query(description="Set by `next`: when the first page was read.")
    ] = None,
    after: Annotated[int, Query(ge=0, le=2**62, description="Set by `next`.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS, description="Products a page.")] = 200,
) -> Response:
    """Return products that changed since a time, by id: names, rights, stars, recalls.

    Days that passed count too: a certificate that expired meanwhile is a change. What changed
    up to 15 minutes before the time may be told once more.
    """
    found, last = list_changed(
        db, now=now, since=_within(updated_since, now), after=after, limit=limit
    )
    items = tuple(_out(one, site(request).base_url) for one in found)
    begun = _within(as_of, now) or now
    body = ChangesOut(items=items, next=_next(request.url, last, begun), as_of=begun)
    # Without the time of asking, so that nothing new is 304.
    tag = tag_of(body.model_copy(update={"as_of": _BEGINNING, "next": str(last)}).model_dump_json())
    return _answer(request, body, tag)


@router.get("/{product}", response_model=ProductStateOut)
def get_product(request: Request, product: str, _guest: Guest, db: Db, now: Now) -> Response:
    """Return what stands of a product today, by its id, its GTIN or the GTIN of a pack."""
    product_id = find_product_id(db, product)
    found = states_of(db, [product_id], day=day_of(now)) if product_id else []
    if not found:
        raise NoSuchProduct
    body = _out(found[0], site(request).base_url)
    return _answer(request, body, tag_of(body.model_dump_json()))


def _within(time: datetime | None, now: datetime) -> datetime | None:
    """Return a time that days can be reckoned from; none before there was anything."""
    if time is None or time < _BEGINNING:
        return None
    return min(time, now)


def _next(url: URL, last: int | None, as_of: datetime) -> str | None:
    if last is None:
        return None
    onward = url.include_query_params(after=last, as_of=as_of.isoformat())
    return f"{onward.path}?{onward.query}"


def _answer(request: Request, body: Out, tag: str) -> Response:
    headers = {"ETag": tag, "Cache-Control": FRESH}
    if has_tag(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body.model_dump_json(), 200, headers, JSONResponse.media_type)


def _out(found: ProductState, base_url: str) -> ProductStateOut:
    line = found.certificate
    return ProductStateOut(
        id=found.id,
        name=found.name,
        producer=ProducerOut(id=found.entity_id, name=found.entity, dissolved=found.dissolved),
        gtin=found.gtin,
        pack_gtins=found.pack_gtins,
        status="retired" if found.retired else "active",
        stars=None
        if line is None
        else StarsOut(
            status=line.status,
            stars=line.stars,
            decision_no=line.certificate.decision_no,
            valid_from=line.certificate.valid_from,
            valid_until=line.certificate.valid_to,
        ),
        badges=tuple(map(badge_out, found.badges)),
        certificates=tuple(map(paper_out, found.papers)),
        tests=tuple(map(tested_out, found.tests)),
        recall=_notice(found.standing.recall),
        hold=_notice(found.standing.hold),
        lots_recalled="recall" in found.of_lots,
        lots_on_hold="hold" in found.of_lots,
        url=f"{base_url}/p/{found.id}",
    )


def _notice(notice: Notice | None) -> NoticeOut | None:
    if notice is None:
        return None
    return NoticeOut(reason=notice.reason, advice=notice.advice, since=notice.since)
