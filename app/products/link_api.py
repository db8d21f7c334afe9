"""A product's own links over the API, and the hosts they may lead to."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Line, Out
from app.kit.web import Db, Id, Now
from app.products import link_actions, link_queries
from app.products.queries import get_product

router = APIRouter(
    prefix="/api/v1/products/{product_id}/links", tags=["products"], route_class=ApiRoute
)
host_router = APIRouter(prefix="/api/v1/link-hosts", tags=["products"], route_class=ApiRoute)


class LinkIn(In):
    """A producer's own link: `rel` is a link type of GS1's vocabulary without its prefix."""

    url: Annotated[Line, Field(min_length=1, max_length=500)]
    title: Annotated[Line, Field(min_length=1, max_length=120)]
    language: Annotated[Line, Field(max_length=5)] = ""
    rel: Annotated[Line, Field(min_length=1, max_length=40)]


class LinkOut(Out):
    """A link in use; `failures` counts the checks in a row that found nothing there."""

    id: int
    url: str
    title: str
    language: str
    rel: str
    checked_at: datetime | None
    failures: int
    fault: str


class HostIn(In):
    """A host links may lead to, those under it included."""

    host: Annotated[Line, Field(min_length=1, max_length=120)]


class HostOut(Out):
    host: str
    allowed_at: datetime
    allowed_by: str


@router.get("")
def list_links(product_id: Id, db: Db, actor: CurrentActor) -> list[LinkOut]:
    product = get_product(db, product_id, actor=actor)
    return [LinkOut.model_validate(one) for one in link_queries.list_links(db, product.id)]


@router.post("", status_code=201)
def add_link(product_id: Id, given: LinkIn, db: Db, actor: CurrentActor, now: Now) -> LinkOut:
    link = link_actions.add_link(
        db, actor=actor, now=now, product_id=product_id, **given.model_dump()
    )
    return LinkOut.model_validate(link)


@router.put("/{link_id}")
def change_link(
    product_id: Id, link_id: Id, given: LinkIn, db: Db, actor: CurrentActor, now: Now
) -> LinkOut:
    facts = given.model_dump() | {"product_id": product_id, "link_id": link_id}
    return LinkOut.model_validate(link_actions.change_link(db, actor=actor, now=now, **facts))


@router.delete("/{link_id}", status_code=204)
def retire_link(product_id: Id, link_id: Id, db: Db, actor: CurrentActor, now: Now) -> Response:
    link_actions.retire_link(db, actor=actor, now=now, product_id=product_id, link_id=link_id)
    return Response(status_code=204)


@host_router.get("")
def list_hosts(db: Db, _actor: CurrentActor) -> list[HostOut]:
    return [HostOut.model_validate(one) for one in link_queries.list_hosts(db)]


@host_router.post("", status_code=201)
def allow_host(given: HostIn, db: Db, actor: CurrentActor, now: Now) -> HostOut:
    made = link_actions.allow_host(db, actor=actor, now=now, host=given.host)
    return HostOut.model_validate(made)


@host_router.delete("/{host}", status_code=204)
def refuse_host(host: str, db: Db, actor: CurrentActor, now: Now) -> Response:
    link_actions.refuse_host(db, actor=actor, now=now, host=host)
    return Response(status_code=204)
