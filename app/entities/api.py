from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from app.entities import actions, queries
from app.entities.rules import Kind
from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Line, Out
from app.kit.paging import Listed, Sorting, listed
from app.kit.web import Db, Id, Now

router = APIRouter(prefix="/api/v1/entities", tags=["entities"], route_class=ApiRoute)


class EntityIn(In):
    """An entity as it is added."""

    name: Annotated[Line, Field(min_length=1, max_length=200)]
    kind: Kind
    tax_no: Annotated[Line, Field(max_length=20)] = ""
    gln: Annotated[Line, Field(max_length=13)] = ""
    commune_code: Annotated[str, Field(max_length=5)] | None = None
    address: Annotated[Line, Field(max_length=300)] = ""
    address_as_written: Annotated[Line, Field(max_length=300)] = ""
    representative: Annotated[Line, Field(max_length=120)] = ""
    phone: Annotated[Line, Field(max_length=20)] = ""
    phone_public: bool = False
    website: Annotated[Line, Field(max_length=200, pattern="^(https://.*)?$")] = ""
    dissolved_on: date | None = None


class EntityPatch(EntityIn):
    """The fields of an entity to change; what is not named stays."""

    name: Annotated[Line, Field(min_length=1, max_length=200)] = ""
    kind: Kind = Kind.HOUSEHOLD


class EntityOut(Out):
    """An entity as its members and the Department see it."""

    id: int
    name: str
    kind: str
    tax_no: str | None
    gln: str | None
    commune_code: str | None
    address: str
    address_as_written: str
    representative: str
    phone: str
    phone_public: bool
    website: str
    status: str
    dissolved_on: date | None


@router.get("")
def list_entities(
    request: Request,
    db: Db,
    actor: CurrentActor,
    cut: Sorting,
    q: str = "",
    commune: str = "",
    status: Literal["active", "dissolved"] | None = None,
) -> Listed[EntityOut]:
    """Return the entities the caller sees; `q` searches names without diacritics."""
    page = queries.list_entities(
        db, actor=actor, cut=cut, text=q, commune=commune, status=status or ""
    )
    return listed(request, page, EntityOut.model_validate)


@router.post("", status_code=201)
def add_entity(given: EntityIn, db: Db, actor: CurrentActor, now: Now) -> EntityOut:
    return EntityOut.model_validate(
        actions.add_entity(db, actor=actor, now=now, **given.model_dump())
    )


@router.get("/{entity_id}")
def get_entity(entity_id: Id, db: Db, actor: CurrentActor) -> EntityOut:
    return EntityOut.model_validate(queries.get_entity(db, entity_id, actor=actor))


@router.patch("/{entity_id}")
def change_entity(
    entity_id: Id, given: EntityPatch, db: Db, actor: CurrentActor, now: Now
) -> EntityOut:
    facts = given.model_dump(exclude_unset=True)
    return EntityOut.model_validate(
        actions.change_entity(db, actor=actor, now=now, entity_id=entity_id, **facts)
    )
