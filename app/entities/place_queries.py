"""What the forms offer to choose a commune by."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.kit.forms import Filled
from app.places.models import Place
from app.places.queries import list_communes, list_provinces, province_of


@dataclass(frozen=True)
class PlaceChoice:
    """The provinces, the chosen one, and its communes."""

    provinces: list[Place]
    province: str
    communes: list[tuple[str, str]]


def place_choice(db: Session, form: Filled, *, usual: str) -> PlaceChoice:
    """Return what a form offers: the province it names, its commune's, or the usual one."""
    province = form.value("province") or province_of(db, form.value("commune_code")) or usual
    communes = [
        (place.code, f"{place.kind} {place.name}") for place in list_communes(db, province=province)
    ]
    return PlaceChoice(list_provinces(db), province, communes)
