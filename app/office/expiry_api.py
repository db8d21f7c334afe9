"""What ends, by JSON: rights, use rights and certificates by their last day."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request

from app.identity.access import ApiRoute, CurrentActor
from app.kit.clock import day_of
from app.kit.forms import Out
from app.kit.paging import Cutting, Listed, listed
from app.kit.web import Db, Now, Words
from app.office.expiries import Expiry, ExpiryKind, days_asked, notice_due
from app.office.expiry_queries import Wanted, page_of_expiries, require_reader

router = APIRouter(prefix="/api/v1/expiries", tags=["expiries"], route_class=ApiRoute)


class ExpiryOut(Out):
    """Something that ends; `notice` is the notice that stands today: 90, 30 or 7 days ahead."""

    kind: ExpiryKind
    id: int
    what: str
    number: str
    last_day: date
    notice: int | None
    entity_id: int | None
    entity: str
    product_id: int | None
    product: str
    path: str


@router.get("")
def list_what_ends(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Cutting,
    kind: ExpiryKind | None = None,
    month: Annotated[str, Query(pattern="^(20[0-9]{2}-(0[1-9]|1[0-2]))?$")] = "",
    within: Annotated[int, Query(ge=0, le=366, description="Days from today.")] = 0,
    entity_id: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> Listed[ExpiryOut]:
    """Return what ends in a month, or within some days, and nothing follows; else within 90 days.

    The Department reads all of it, a mark manager what concerns the rights whose users it keeps.
    `after` is how many come before the page.
    """
    require_reader(actor)
    today = day_of(now)
    kinds = {kind} if kind else frozenset(ExpiryKind)
    wanted = Wanted(*days_asked(today, month, within), kinds, entity_id)
    told = [name for name in ExpiryOut.model_fields if name not in {"what", "notice"}]

    def out(one: Expiry) -> ExpiryOut:
        named = one.kind is ExpiryKind.CERTIFICATE
        return ExpiryOut(
            **{name: getattr(one, name) for name in told},
            what=words.gettext(one.what) if named else one.what,
            notice=notice_due(one.last_day, today),
        )

    return listed(request, page_of_expiries(db, wanted, actor=actor, cut=cut), out)
