from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Line, Out
from app.kit.paging import Cutting, Listed, listed
from app.kit.web import Db, Id, Now
from app.stamps import quota_actions
from app.stamps.ledger_models import Quota
from app.stamps.quota_queries import QuotaUse, list_quotas, uses_of

router = APIRouter(prefix="/api/v1/quotas", tags=["stamps"], route_class=ApiRoute)

Year = Annotated[int, Field(ge=2000, le=2200)]
Key = Annotated[int, Field(ge=1, le=2**62)]


class QuotaChange(In):
    """How many stamps, and why so many."""

    quantity: Annotated[int, Field(ge=0, le=2**62)]
    note: Annotated[Line, Field(max_length=300)] = ""


class QuotaIn(QuotaChange):
    """A quota of an entity in a year, as a whole or for one product or facility of it."""

    year: Year
    entity_id: Key
    product_id: Key | None = None
    facility_id: Key | None = None


class QuotaOut(Out):
    """A quota, and what was granted against it."""

    id: int
    year: int
    entity_id: int
    product_id: int | None
    facility_id: int | None
    quantity: int
    note: str
    used: int
    left: int


def _out(use: QuotaUse) -> QuotaOut:
    names = ("id", "year", "entity_id", "product_id", "facility_id", "quantity", "note")
    facts = {name: getattr(use.quota, name) for name in names}
    return QuotaOut(**facts, used=use.used, left=use.left)


def _one(db: Db, quota: Quota) -> QuotaOut:
    return _out(uses_of(db, [quota])[0])


@router.get("")
def quotas(
    request: Request,
    db: Db,
    actor: CurrentActor,
    cut: Cutting,
    year: Annotated[int, Query(ge=2000, le=2200)],
    entity_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Listed[QuotaOut]:
    """Return the quotas of a year of the entities the caller sees."""
    page = list_quotas(db, actor=actor, year=year, cut=cut, entity_id=entity_id)
    return listed(request, page, _out)


@router.post("", status_code=201)
def add(given: QuotaIn, db: Db, actor: CurrentActor, now: Now) -> QuotaOut:
    return _one(db, quota_actions.add_quota(db, actor=actor, now=now, **given.model_dump()))


@router.put("/{quota_id}")
def change(quota_id: Id, given: QuotaChange, db: Db, actor: CurrentActor, now: Now) -> QuotaOut:
    facts = given.model_dump()
    quota = quota_actions.change_quota(db, actor=actor, now=now, quota_id=quota_id, **facts)
    return _one(db, quota)


@router.delete("/{quota_id}", status_code=204)
def remove(quota_id: Id, db: Db, actor: CurrentActor, now: Now) -> None:
    quota_actions.remove_quota(db, actor=actor, now=now, quota_id=quota_id)
