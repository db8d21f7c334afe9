from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.kit.text import fold
from app.places.finding import Commune, Communes, Former
from app.places.models import FormerPlace, Level, Place


class UnknownCommune(Invalid):
    """The commune is not known"""

    code = "places.unknown_commune"
    detail = N_("Choose a commune from the list, by its 5-digit code.")
    field = "commune_code"


def get_commune(db: Session, code: str, *, on: date) -> Place:
    """Return the commune in force on that day, or raise UnknownCommune."""
    place = db.get(Place, code)
    if place is None or place.level != Level.COMMUNE or not _in_force(place, on):
        raise UnknownCommune
    return place


def _in_force(place: Place, on: date) -> bool:
    return place.valid_from <= on and (place.valid_to is None or on <= place.valid_to)


def find_place(db: Session, code: str | None) -> Place | None:
    return db.get(Place, code) if code else None


def place_text(db: Session, code: str | None) -> str:
    """Return "xã Đất Mũi, tỉnh Cà Mau" for a commune's code, or an empty text."""
    commune = find_place(db, code)
    if commune is None:
        return ""
    province = find_place(db, commune.parent_code)
    names = [commune, province] if province else [commune]
    return ", ".join(f"{place.kind.lower()} {place.name}" for place in names)


def list_provinces(db: Session) -> list[Place]:
    query = select(Place).where(Place.level == Level.PROVINCE).order_by(Place.folded)
    return list(db.scalars(query))


def province_of(db: Session, commune_code: str | None) -> str:
    """Return the code of a commune's province, or an empty text."""
    commune = find_place(db, commune_code)
    return (commune.parent_code or "") if commune else ""


def list_communes(db: Session, *, province: str = "", text: str = "") -> list[Place]:
    """Return communes by province and by a part of the name, diacritics or not."""
    query = select(Place).where(Place.level == Level.COMMUNE).order_by(Place.folded, Place.code)
    if province:
        query = query.where(Place.parent_code == province)
    if text:
        query = query.where(Place.folded.contains(fold(text), autoescape=True))
    return list(db.scalars(query.limit(200)))


def communes_on(db: Session, *, on: date, province: str) -> Communes:
    """Return the communes in force on a day, to be found by name; `province` is the one meant."""
    provinces = {place.code: place.name for place in list_provinces(db)}
    columns = (Place.code, Place.kind, Place.name, Place.folded, Place.parent_code)
    in_force = (Place.valid_from <= on, (Place.valid_to.is_(None) | (Place.valid_to >= on)))
    query = select(*columns).where(Place.level == Level.COMMUNE, *in_force)
    today = [
        Commune(code, kind, name, folded, parent, provinces[parent])
        for code, kind, name, folded, parent in db.execute(query.order_by(Place.code))
        if parent in provinces
    ]
    former = db.execute(select(FormerPlace.folded, FormerPlace.commune_code))
    return Communes(today, [Former(*row) for row in former], province=province)
