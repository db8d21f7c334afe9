"""What a past page is asked by: the public's own answer today, and both pages as they are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from app.identity.access import CurrentActor
from app.identity.rules import OFFICERS, Actor, Role
from app.kit.web import Id, Now, site, translator
from app.lookup.access import shelf_of
from app.lookup.lot_queries import StandingPart, list_standing
from app.lookup.product_access import product_body
from app.lookup.queries import Found, keep_sheet
from app.lookup.shelf import Kept
from app.lookup.stamp_access import bare_page, ready_page
from app.office.inspect_access import look_up_as_public
from app.office.past_causes import About
from app.office.past_lines import Block, read_page
from app.office.past_moment import Asked
from app.office.past_queries import PastProduct, PastStamp, product_then, stamp_then
from app.office.past_told import Comparison, Unknown, compare, limits_of
from app.stamps.typed import typed_code

READERS = (*OFFICERS, Role.INSPECTOR)


def _reader(actor: CurrentActor) -> Actor:
    actor.require_role(*READERS)
    return actor


PastReader = Annotated[Actor, Depends(_reader)]


@dataclass(frozen=True)
class ProductNow:
    """What a product's page says today; no sheet where there is no page."""

    kept: Kept | None
    against: list[StandingPart]


def _asked(at: str = "", day: str = "", time: str = "") -> Asked:
    return Asked(at.strip(), day.strip(), time.strip())


Asking = Annotated[Asked, Depends(_asked)]


def _stamp_now(request: Request, _reader: PastReader, now: Now, code: str) -> Found:
    return look_up_as_public(request, code, now)


StampNow = Annotated[Found, Depends(_stamp_now)]


def _product_now(request: Request, _reader: PastReader, now: Now, product_id: Id) -> ProductNow:
    with site(request).public.begin(write=False) as db:
        kept = keep_sheet(db, product_id=product_id, now=now, shelf=shelf_of(request))
        return ProductNow(kept, list_standing(db, product_id))


ProductToday = Annotated[ProductNow, Depends(_product_now)]


def stamp_html(request: Request, found: Found) -> str:
    """Return the page of a look-up as it is sent, in the reader's language."""
    answer, kept = found.answer, found.kept
    if answer.stamp is None or kept is None:
        return bare_page(request, answer)
    ready = ready_page(request, answer, answer.stamp, kept)
    return ready.write(answer, answer.stamp, translator(request), has="").body.decode()


def product_blocks(
    request: Request, kept: Kept | None, against: list[StandingPart]
) -> Sequence[Block]:
    """Return a product's page part by part; nothing where there is no page."""
    return read_page(product_body(request, kept, against)) if kept else ()


def stamp_blocks(request: Request, found: Found) -> Sequence[Block]:
    return read_page(stamp_html(request, found))


def then_of_stamp(request: Request, db: Session, *, code: str, at: datetime) -> PastStamp:
    return stamp_then(
        db,
        text=typed_code(code),
        at=at,
        now=site(request).clock(),
        keyring=request.app.state.keyring,
        shops_of=shelf_of(request).shops_of,
    )


def then_of_product(request: Request, db: Session, *, product_id: int, at: datetime) -> PastProduct:
    shops_of = shelf_of(request).shops_of
    return product_then(db, product_id=product_id, at=at, shops_of=shops_of)


@dataclass(frozen=True)
class Past:
    """A page of the past beside today's. `there` tells whether there was a page at all."""

    then: PastStamp | PastProduct
    compared: Comparison
    limits: list[str]
    there: bool


def past_of_stamp(
    request: Request, db: Session, today: Found, *, code: str, at: datetime, actor: Actor
) -> Past:
    """Return what a code's page said, beside what it says today, in the reader's language."""
    then = then_of_stamp(request, db, code=code, at=at)
    pages = stamp_blocks(request, then.found), stamp_blocks(request, today)
    lots = {one.lot_id for one in (then.found.stamp, today.stamp) if one and one.lot_id}
    number = today.stamp.number if today.stamp else None
    return _past(request, then, pages, at=at, actor=actor, lots=lots, number=number)


def past_of_product(
    request: Request,
    db: Session,
    today: ProductNow,
    *,
    product_id: int,
    at: datetime,
    actor: Actor,
) -> Past:
    """Return what a product's page said, beside what it says today, in the reader's language."""
    then = then_of_product(request, db, product_id=product_id, at=at)
    pages = (
        product_blocks(request, then.kept, then.against),
        product_blocks(request, today.kept, today.against),
    )
    against = [*then.against, *today.against]
    lots = {one.lot_id for one in against if one.lot_id}
    lots |= {lot_id for one in against for lot_id, _ in one.lots}
    return _past(request, then, pages, at=at, actor=actor, lots=lots)


def _past(
    request: Request,
    then: PastStamp | PastProduct,
    pages: tuple[Sequence[Block], Sequence[Block]],
    *,
    at: datetime,
    actor: Actor,
    lots: set[int],
    number: int | None = None,
) -> Past:
    words, basis = translator(request), then.basis
    about = About(basis.product_id, basis.entity_id, number, frozenset(lots))
    compared = compare(
        *pages,
        at=at,
        events=basis.events,
        about=about,
        words=words,
        hide=Role.ADMINISTRATOR not in actor.roles,
    )
    withheld = [(one.subject, one.withdrawn_at) for one in basis.withheld]
    unknown = Unknown(basis.counted.exact, withheld, basis.erased, basis.gaps)
    return Past(then, compared, limits_of(unknown, basis.events, words), bool(pages[0]))
