"""The packs of a product, and the programme's sub-groups, over the API."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Line, Measure, Out
from app.kit.web import Db, Id, Now
from app.products import pack_actions, queries, subgroup_actions, subgroup_queries

router = APIRouter(
    prefix="/api/v1/products/{product_id}/packs", tags=["products"], route_class=ApiRoute
)
subgroup_router = APIRouter(prefix="/api/v1/subgroups", tags=["products"], route_class=ApiRoute)

# Three decimals, and as much as the column holds.
Quantity = Annotated[Measure, Field(gt=0, le=99_999_999_999)]


class PackIn(In):
    """A pack the product is sold in: what it holds, and its own GTIN where it has one."""

    name: Annotated[Line, Field(min_length=1, max_length=120)]
    net_quantity: Quantity | None = None
    net_unit: Annotated[Line, Field(max_length=20)] = ""
    gtin: Annotated[Line, Field(max_length=40)] | None = None


class PackPatch(PackIn):
    """The fields of a pack to change; what is not named stays."""

    name: Annotated[Line, Field(min_length=1, max_length=120)] = ""


class PackOut(Out):
    id: int
    name: str
    net_quantity: float | None
    net_unit: str
    gtin: str | None
    retired_on: date | None


class SubgroupOut(Out):
    """A sub-group; a certificate refers to it as "version/code"."""

    version: str
    code: str
    ocop_group: str
    name: str
    source: str
    valid_from: date | None


class VersionIn(In):
    """A new version of the list, its lines as `code;group;name`."""

    version: Annotated[Line, Field(min_length=1, max_length=20, pattern="^[^/]+$")]
    source: Annotated[Line, Field(min_length=1, max_length=120)]
    valid_from: date
    lines: Annotated[str, Field(min_length=1, max_length=100_000)]


@router.get("")
def list_packs(product_id: Id, db: Db, actor: CurrentActor) -> list[PackOut]:
    product = queries.get_product(db, product_id, actor=actor)
    return [PackOut.model_validate(one) for one in queries.list_packs(db, product.id)]


@router.post("", status_code=201)
def add_pack(product_id: Id, given: PackIn, db: Db, actor: CurrentActor, now: Now) -> PackOut:
    pack = pack_actions.add_pack(
        db, actor=actor, now=now, product_id=product_id, **given.model_dump()
    )
    return PackOut.model_validate(pack)


@router.patch("/{pack_id}")
def change_pack(
    product_id: Id, pack_id: Id, given: PackPatch, db: Db, actor: CurrentActor, now: Now
) -> PackOut:
    facts = given.model_dump(exclude_unset=True)
    pack = pack_actions.change_pack(
        db, actor=actor, now=now, product_id=product_id, pack_id=pack_id, **facts
    )
    return PackOut.model_validate(pack)


@router.post("/{pack_id}/retire")
def retire_pack(product_id: Id, pack_id: Id, db: Db, actor: CurrentActor, now: Now) -> PackOut:
    pack = pack_actions.retire_pack(
        db, actor=actor, now=now, product_id=product_id, pack_id=pack_id
    )
    return PackOut.model_validate(pack)


@router.post("/{pack_id}/restore")
def restore_pack(product_id: Id, pack_id: Id, db: Db, actor: CurrentActor, now: Now) -> PackOut:
    pack = pack_actions.restore_pack(
        db, actor=actor, now=now, product_id=product_id, pack_id=pack_id
    )
    return PackOut.model_validate(pack)


@subgroup_router.get("")
def list_subgroups(db: Db, _actor: CurrentActor, version: str = "") -> list[SubgroupOut]:
    """Return the programme's sub-groups in one version of the list, by default the latest."""
    versions = subgroup_queries.list_versions(db)
    wanted = version or next(iter(versions), "")
    return [SubgroupOut.model_validate(one) for one in subgroup_queries.list_subgroups(db, wanted)]


@subgroup_router.post("", status_code=201)
def add_subgroups(given: VersionIn, db: Db, actor: CurrentActor, now: Now) -> list[SubgroupOut]:
    """Add a version of the list. Administrators only; a version that is there stays as it is."""
    made = subgroup_actions.add_version(db, actor=actor, now=now, **given.model_dump())
    return [SubgroupOut.model_validate(one) for one in made]
