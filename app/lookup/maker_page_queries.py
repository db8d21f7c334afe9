"""What the page of a producer shows beside the producer: its places, without private facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Executable, bindparam, select
from sqlalchemy.orm import Bundle, Session, aliased

from app.entities.models import Entity
from app.entities.part_models import Facility, FacilityCode
from app.entities.parts import SCHEME_LABELS
from app.lookup.maker_queries import maker_of
from app.lookup.sheet import EntityPart, Place
from app.places import models as places

_commune, _province = aliased(places.Place), aliased(places.Place)
_MAKER: Final[Executable] = (
    select(
        Bundle(
            "entity",
            Entity.id,
            Entity.name,
            Entity.kind,
            Entity.address,
            Entity.phone,
            Entity.email,
            Entity.representative,
            Entity.website,
            Entity.status,
        ),
        Bundle("commune", _commune.kind, _commune.name, _commune.name_en),
        Bundle("province", _province.kind, _province.name, _province.name_en),
    )
    .select_from(Entity)
    .outerjoin(_commune, _commune.code == Entity.commune_code)
    .outerjoin(_province, _province.code == _commune.parent_code)
    .where(Entity.id == bindparam("entity_id"), Entity.practice.is_(False))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityCodePart:
    """A code an authority gave a place, such as that of a growing area."""

    scheme: str
    code: str
    issuer: str
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityPart:
    """A place of production: no address, no point, no code of the producer's own."""

    name: str
    place: Place | None
    codes: tuple[FacilityCodePart, ...]


def find_maker(db: Session, entity_id: int) -> EntityPart | None:
    """Return what the public may read of a producer."""
    found = db.execute(_MAKER, {"entity_id": entity_id}).one_or_none()
    return None if found is None else maker_of(db, found)


def list_facilities(db: Session, entity_id: int, *, day: date) -> list[FacilityPart]:
    """Return a producer's places in use by name, with their codes that hold on a day."""
    query: Executable = (
        select(
            Facility.id,
            Facility.name,
            Bundle("place", places.Place.kind, places.Place.name, places.Place.name_en),
        )
        .outerjoin(places.Place, places.Place.code == Facility.commune_code)
        .where(Facility.entity_id == entity_id, Facility.retired_on.is_(None))
        .order_by(Facility.folded, Facility.id)
    )
    rows = db.execute(query).all()
    codes = _codes(db, [row.id for row in rows], day)
    return [
        FacilityPart(
            name=row.name,
            place=Place(**row.place._asdict()) if row.place.name else None,
            codes=tuple(codes[row.id]),
        )
        for row in rows
    ]


def _codes(db: Session, ids: list[int], day: date) -> Mapping[int, list[FacilityCodePart]]:
    found: dict[int, list[FacilityCodePart]] = {one: [] for one in ids}
    query = select(
        FacilityCode.facility_id,
        FacilityCode.scheme,
        FacilityCode.code,
        FacilityCode.issuer,
        FacilityCode.valid_to,
    ).where(
        FacilityCode.facility_id.in_(ids),
        FacilityCode.retired_on.is_(None),
        FacilityCode.valid_from.is_(None) | (FacilityCode.valid_from <= day),
        FacilityCode.valid_to.is_(None) | (FacilityCode.valid_to >= day),
    )
    for row in db.execute(query.order_by(FacilityCode.id)) if ids else ():
        found[row.facility_id].append(
            FacilityCodePart(
                scheme=SCHEME_LABELS.get(row.scheme, row.scheme),
                code=row.code,
                issuer=row.issuer,
                valid_to=row.valid_to,
            )
        )
    return found
