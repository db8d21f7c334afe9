"""The facilities of an entity and their codes, over the API."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BeforeValidator, Field
from sqlalchemy.orm import Session

from app.entities import facility_actions, part_queries
from app.entities.part_models import Facility
from app.entities.parts import Scheme
from app.identity.access import ApiRoute, CurrentActor
from app.kit.forms import In, Line, Note, Out
from app.kit.web import Db, Id, Now

router = APIRouter(prefix="/api/v1/entities/{entity_id}", tags=["entities"], route_class=ApiRoute)

# The upper bound only keeps a slip of the pen out.
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2100, 12, 31))]


def _as_written(given: object) -> object:
    """Read a decimal comma in a form; what is no number is told by its field."""
    return given.replace(",", ".") if isinstance(given, str) else given


Area = Annotated[float, BeforeValidator(_as_written), Field(gt=0, le=1_000_000)]


class FacilityIn(In):
    """A place where the entity produces; a location code of 13 digits must be a GLN."""

    name: Annotated[Line, Field(min_length=1, max_length=200)]
    location_code: Annotated[Line, Field(max_length=40)] = ""
    commune_code: Annotated[str, Field(max_length=5)] | None = None
    address: Annotated[Line, Field(max_length=300)] = ""
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None


class FacilityPatch(FacilityIn):
    """The fields of a facility to change; what is not named stays."""

    name: Annotated[Line, Field(min_length=1, max_length=200)] = ""
    seen: datetime | None = None


class CodeIn(In):
    """A code an authority gave the facility."""

    scheme: Scheme
    code: Annotated[Line, Field(min_length=1, max_length=60)]
    issuer: Annotated[Line, Field(max_length=200)] = ""
    valid_from: Day | None = None
    valid_to: Day | None = None
    market: Annotated[Line, Field(max_length=60)] = ""
    area_ha: Area | None = None
    crop: Annotated[Line, Field(max_length=120)] = ""


class CodeEndIn(In):
    """Why a code is out of use: withdrawn by a decision, from a past day or today."""

    retired_on: Day | None = None
    decision_no: Annotated[Line, Field(max_length=60)] = ""
    reason: Annotated[Note, Field(max_length=500)] = ""


class CodeOut(Out):
    id: int
    scheme: str
    code: str
    issuer: str
    valid_from: date | None
    valid_to: date | None
    market: str
    area_ha: float | None
    crop: str
    retired_on: date | None
    retire_decision: str
    retire_reason: str


class FacilityOut(Out):
    id: int
    name: str
    location_code: str
    commune_code: str | None
    address: str
    latitude: float | None
    longitude: float | None
    retired_on: date | None
    updated_at: datetime
    codes: tuple[CodeOut, ...] = ()


@router.get("/facilities")
def list_facilities(entity_id: Id, db: Db, actor: CurrentActor) -> list[FacilityOut]:
    return _facilities(db, part_queries.list_facilities(db, actor=actor, entity_id=entity_id))


@router.post("/facilities", status_code=201)
def add_facility(
    entity_id: Id, given: FacilityIn, db: Db, actor: CurrentActor, now: Now
) -> FacilityOut:
    facility = facility_actions.add_facility(
        db, actor=actor, now=now, entity_id=entity_id, **given.model_dump()
    )
    return _facilities(db, [facility])[0]


@router.patch("/facilities/{facility_id}")
def change_facility(
    entity_id: Id, facility_id: Id, given: FacilityPatch, db: Db, actor: CurrentActor, now: Now
) -> FacilityOut:
    facility = facility_actions.change_facility(
        db,
        actor=actor,
        now=now,
        entity_id=entity_id,
        facility_id=facility_id,
        **given.model_dump(exclude_unset=True),
    )
    return _facilities(db, [facility])[0]


@router.post("/facilities/{facility_id}/retire")
def retire_facility(
    entity_id: Id, facility_id: Id, db: Db, actor: CurrentActor, now: Now
) -> FacilityOut:
    facility = facility_actions.retire_facility(
        db, actor=actor, now=now, entity_id=entity_id, facility_id=facility_id
    )
    return _facilities(db, [facility])[0]


@router.post("/facilities/{facility_id}/restore")
def restore_facility(
    entity_id: Id, facility_id: Id, db: Db, actor: CurrentActor, now: Now
) -> FacilityOut:
    facility = facility_actions.restore_facility(
        db, actor=actor, now=now, entity_id=entity_id, facility_id=facility_id
    )
    return _facilities(db, [facility])[0]


@router.post("/facilities/{facility_id}/codes", status_code=201)
def add_facility_code(
    entity_id: Id, facility_id: Id, given: CodeIn, db: Db, actor: CurrentActor, now: Now
) -> CodeOut:
    code = facility_actions.add_code(
        db,
        actor=actor,
        now=now,
        entity_id=entity_id,
        facility_id=facility_id,
        **given.model_dump(),
    )
    return CodeOut.model_validate(code)


@router.post("/facilities/{facility_id}/codes/{code_id}/retire")
def retire_facility_code(
    entity_id: Id,
    facility_id: Id,
    code_id: Id,
    db: Db,
    actor: CurrentActor,
    now: Now,
    given: CodeEndIn | None = None,
) -> CodeOut:
    """Take a code out of use; without a body today and without a reason."""
    code = facility_actions.retire_code(
        db,
        actor=actor,
        now=now,
        entity_id=entity_id,
        facility_id=facility_id,
        code_id=code_id,
        **(given or CodeEndIn()).model_dump(),
    )
    return CodeOut.model_validate(code)


def _facilities(db: Session, found: Sequence[Facility]) -> list[FacilityOut]:
    codes = part_queries.codes_of(db, [facility.id for facility in found])
    return [
        FacilityOut.model_validate(facility).model_copy(
            update={"codes": tuple(CodeOut.model_validate(one) for one in codes[facility.id])}
        )
        for facility in found
    ]
