"""The producer's page of how often own products were looked up."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.clock import day_of
from app.kit.exports import AsFile, file_of
from app.kit.i18n import N_
from app.kit.pages import show
from app.kit.web import Db, Edge, Now, Words
from app.products.models import Product
from app.products.own_queries import list_own
from app.scans.queries import lookups_by_month
from app.scans.rules import last_months

router = APIRouter(prefix="/app/lookups", route_class=Edge, include_in_schema=False)

MONTHS: Final = 12
HEADS: Final = (
    ("product", N_("Product")),
    ("month", N_("Month")),
    ("lookups", N_("Look-ups")),
)


@dataclass(frozen=True)
class Tracked:
    """A product with its look-ups of each month, the latest month first."""

    product: Product
    months: list[tuple[date, int]]

    @property
    def total(self) -> int:
        return sum(lookups for _, lookups in self.months)

    @property
    def most(self) -> int:
        return max(lookups for _, lookups in self.months)


@dataclass(frozen=True)
class LookupsView:
    """Own products, the most looked up first."""

    products: list[Tracked]


@router.get("")
def lookups(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, file: AsFile = None
) -> Response:
    months = last_months(day_of(now), MONTHS)
    products = list_own(db, actor=actor)
    found = lookups_by_month(db, [one.id for one in products], since=months[0])
    tracked = [
        Tracked(one, [(month, found.get((one.id, month), 0)) for month in reversed(months)])
        for one in products
    ]
    tracked.sort(key=lambda one: -one.total)
    if file:
        rows = ((one.product.name, *month) for one in tracked for month in one.months)
        title = N_("Look-ups of my products")
        return file_of(file, name="look-ups", title=title, heads=HEADS, rows=rows, words=words)
    return show(request, "scans/lookups.html", LookupsView(tracked))
