from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field

from app.entities import actions, queries
from app.entities.models import Entity
from app.entities.part_queries import published, published_of
from app.entities.parts import Published, Subject
from app.entities.rules import Kind, masked_tax_no, reads_private
from app.identity.access import ApiRoute, CurrentActor
from app.identity.rules import Actor
from app.kit.forms import Flag, In, Line, Out
from app.kit.paging import Listed, Sorting, listed
from app.kit.web import Db, Id, Now

router = APIRouter(prefix="/api/v1/entities", tags=["entities"], route_class=ApiRoute)

Email = Annotated[Line, Field(max_length=120, pattern=r"^([^@\s]+@[^@\s]+\.[^@\s]+)?$")]


class EntityFacts(In):
    """What is said of an entity.

    A phone is published only with the consent of whose it is: `consent_by` says who gave it,
    on `consent_on` (today where it is not said), by `consent_document`.
    """

    name: Annotated[Line, Field(min_length=1, max_length=200)]
    kind: Kind
    tax_no: Annotated[Line, Field(max_length=20)] = ""
    registration_no: Annotated[Line, Field(max_length=40)] = ""
    gln: Annotated[Line, Field(max_length=13)] = ""
    commune_code: Annotated[str, Field(max_length=5)] | None = None
    address: Annotated[Line, Field(max_length=300)] = ""
    address_as_written: Annotated[Line, Field(max_length=300)] = ""
    address_legacy: Annotated[Line, Field(max_length=300)] = ""
    representative: Annotated[Line, Field(max_length=120)] = ""
    phone: Annotated[Line, Field(max_length=20)] = ""
    phone_public: bool = False
    consent_by: Annotated[Line, Field(max_length=120)] = ""
    consent_on: date | None = None
    consent_document: Annotated[Line, Field(max_length=200)] = ""
    email: Email = ""
    website: Annotated[Line, Field(max_length=200, pattern="^(https://.*)?$")] = ""


class EntityIn(EntityFacts):
    """An entity as it is added."""

    dissolved_on: date | None = None


class EntityNew(EntityIn):
    """An entity as it is added; a practice farm stays one, and is never anything else."""

    practice: bool = False


class EntityPatch(EntityIn):
    """The fields of an entity to change; what is not named stays.

    With `seen`, the `updated_at` that was read, a change by somebody else since is a conflict.
    """

    name: Annotated[Line, Field(min_length=1, max_length=200)] = ""
    kind: Kind = Kind.HOUSEHOLD
    # That a day of dissolution in the past is right, though pages said otherwise since.
    past_is_meant: Flag = False
    seen: datetime | None = None


class EntityOut(Out):
    """An entity as its members and the Department see it.

    Who may not read its personal fields (agency readers, workers) gets those that are public.
    """

    id: int
    name: str
    kind: str
    tax_no: str | None
    registration_no: str
    gln: str | None
    commune_code: str | None
    address: str
    address_as_written: str
    address_legacy: str
    representative: str
    phone: str
    phone_public: bool
    email: str
    website: str
    status: str
    practice: bool
    dissolved_on: date | None
    updated_at: datetime


def entity_out(entity: Entity, actor: Actor, shown: Published) -> EntityOut:
    """Return an entity with its personal fields for who may read them, else the public ones."""
    out = EntityOut.model_validate(entity)
    out.phone_public = shown.shows(Subject.PHONE)
    if reads_private(actor, entity.id):
        return out
    hidden: dict[str, str | None] = {
        name: ""
        for name in (Subject.REPRESENTATIVE, Subject.PHONE, Subject.EMAIL)
        if not shown.shows(name)
    }
    if not shown.shows_address(entity.kind):
        hidden |= {"address": "", "address_as_written": "", "address_legacy": ""}
    return out.model_copy(update=hidden | {"tax_no": masked_tax_no(out.tax_no)})


@router.get("")
def list_entities(
    request: Request,
    db: Db,
    actor: CurrentActor,
    cut: Sorting,
    q: str = "",
    commune: str = "",
    status: Literal["active", "dissolved"] | None = None,
    kind: Kind | None = None,
    practice: Annotated[bool, Query(description="Practice farms alone.")] = False,  # noqa: FBT002 - FastAPI reads it from the query by its name
) -> Listed[EntityOut]:
    """Return the entities the caller sees; `q` searches names without diacritics, or a number.

    `commune` may be a province's code; `sort` may be `name` or `newest`. Practice farms are left
    out of what the Department reads unless they are asked for.
    """
    page = queries.list_entities(
        db,
        actor=actor,
        cut=cut,
        text=q,
        commune=commune,
        status=status or "",
        kind=kind or "",
        practice=practice,
    )
    shown = published_of(db, [entity.id for entity in page.items])
    return listed(request, page, lambda entity: entity_out(entity, actor, shown[entity.id]))


@router.post("", status_code=201)
def add_entity(given: EntityNew, db: Db, actor: CurrentActor, now: Now) -> EntityOut:
    entity = actions.add_entity(db, actor=actor, now=now, **given.model_dump())
    return entity_out(entity, actor, published(db, entity.id))


@router.get("/{entity_id}")
def get_entity(entity_id: Id, db: Db, actor: CurrentActor) -> EntityOut:
    entity = queries.get_entity(db, entity_id, actor=actor)
    return entity_out(entity, actor, published(db, entity.id))


@router.patch("/{entity_id}")
def change_entity(
    entity_id: Id, given: EntityPatch, db: Db, actor: CurrentActor, now: Now
) -> EntityOut:
    facts = given.model_dump(exclude_unset=True)
    entity = actions.change_entity(db, actor=actor, now=now, entity_id=entity_id, **facts)
    return entity_out(entity, actor, published(db, entity.id))
