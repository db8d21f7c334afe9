from fastapi import APIRouter

from app.kit.forms import Out
from app.kit.web import Db, Edge
from app.places import queries

router = APIRouter(prefix="/api/v1/communes", tags=["places"], route_class=Edge)


class PlaceOut(Out):
    code: str
    kind: str
    name: str
    name_en: str
    parent_code: str | None


@router.get("")
def list_communes(db: Db, province: str = "", q: str = "") -> list[PlaceOut]:
    """Return up to 200 communes, by province code and part of a name."""
    found = queries.list_communes(db, province=province, text=q)
    return [PlaceOut.model_validate(place) for place in found]
