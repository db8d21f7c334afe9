"""What a public page said at an instant, by JSON: for officers and inspectors."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from app.identity.access import ApiRoute
from app.kit.forms import Out
from app.kit.web import Db, Id, Now
from app.lookup.verdict import Verdict
from app.office.past_access import (
    Past,
    PastReader,
    ProductToday,
    StampNow,
    past_of_product,
    past_of_stamp,
)
from app.office.past_causes import Kind
from app.office.past_moment import Asked, NoMoment, moment_of
from app.office.past_queries import PastStamp
from app.office.past_told import Cause, Compared
from app.products.queries import get_product

router = APIRouter(prefix="/api/v1/past", tags=["past"], route_class=ApiRoute)


class ChangeOut(Out):
    """A field that an act changed, in the reader's words; null where there was nothing."""

    field: str
    before: str | None
    after: str | None


class ActOut(Out):
    """An act of the audit trail. `effective_on` only where that is before it was recorded."""

    seq: int
    at: datetime
    who: str
    what: str
    subject_kind: str
    subject_id: str
    recorded_on: date
    effective_on: date | None
    changes: list[ChangeOut]


class LineOut(Out):
    """A line of the page then and today; null on a side that has none.

    `acts` are the numbers of those whose values stand in it, where it differs.
    """

    then: str | None
    today: str | None
    acts: tuple[int, ...]


class PartOut(Out):
    """A part of the page. `acts` changed it, the latest first; else `why` says why none did.

    `other_acts` touched the same records since.
    """

    kind: Kind
    heading: str
    changed: bool
    lines: list[LineOut]
    acts: list[ActOut]
    other_acts: list[ActOut]
    more_acts: bool
    why: str | None


class PastOut(Out):
    """What a page said at an instant, beside today's, in the reader's language.

    `there` is false where the product had no page yet. `verdict` and `verdict_today` are of
    stamps alone. `dated_back` were in effect then and recorded later, so the page could not tell
    them. `limits` say what the records don't tell.
    """

    at: datetime
    today_at: datetime
    there: bool
    verdict: Verdict | None
    verdict_today: Verdict | None
    changed: bool
    parts: list[PartOut]
    dated_back: list[ActOut]
    limits: list[str]


def _moment(
    _reader: PastReader,
    now: Now,
    at: Annotated[
        str, Query(description="An instant such as 2026-01-31T10:00:00+07:00, or a day: its end.")
    ] = "",
) -> datetime:
    found = moment_of(Asked(at=at.strip()), now)
    if found is None:
        raise NoMoment(field="at")
    return found


Moment = Annotated[datetime, Depends(_moment)]


@router.get("/stamps/{code}")
def past_stamp(
    request: Request,
    at: Moment,
    today: StampNow,
    db: Db,
    actor: PastReader,
    now: Now,
    code: str,
) -> PastOut:
    """Return what everybody was told of a code at an instant, as it was on record then."""
    past = past_of_stamp(request, db, today, code=code, at=at, actor=actor)
    return _out(past, at, now, today.answer.judgement.verdict)


@router.get("/products/{product_id}")
def past_product(
    request: Request,
    at: Moment,
    today: ProductToday,
    db: Db,
    actor: PastReader,
    now: Now,
    product_id: Id,
) -> PastOut:
    """Return what a product's public page said at an instant, as it was on record then."""
    get_product(db, product_id, actor=actor)
    past = past_of_product(request, db, today, product_id=product_id, at=at, actor=actor)
    return _out(past, at, now, None)


def _out(past: Past, at: datetime, now: datetime, today: Verdict | None) -> PastOut:
    then = past.then
    return PastOut(
        at=at,
        today_at=now,
        there=past.there,
        verdict=then.found.answer.judgement.verdict if isinstance(then, PastStamp) else None,
        verdict_today=today,
        changed=past.compared.changed,
        parts=[_part(one) for one in past.compared.parts],
        dated_back=_acts(past.compared.dated_back),
        limits=past.limits,
    )


def _part(one: Compared) -> PartOut:
    return PartOut(
        kind=one.kind,
        heading=one.part.heading,
        changed=one.part.changed,
        lines=[
            LineOut(then=line.pair.then, today=line.pair.now, acts=line.acts) for line in one.lines
        ],
        acts=_acts(one.causes),
        other_acts=_acts(one.others),
        more_acts=one.more,
        why=one.why or None,
    )


def _acts(causes: Sequence[Cause]) -> list[ActOut]:
    return [
        ActOut(
            seq=one.told.happened.seq,
            at=one.told.happened.at,
            who=one.told.happened.who,
            what=one.told.happened.what,
            subject_kind=one.told.kind,
            subject_id=one.told.subject_id,
            recorded_on=one.recorded,
            effective_on=one.effective,
            changes=[
                ChangeOut(field=change.label, before=change.before, after=change.after)
                for change in one.told.happened.changes
            ],
        )
        for one in causes
    ]
