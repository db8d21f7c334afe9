from collections.abc import Sequence

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.kit.imports import Fate, Planned
from app.kit.text import fold
from app.places.finding import bare_name
from app.places.models import FormerPlace


def import_former_places(db: Session, *, planned: Sequence[Planned]) -> None:
    """Add the names that are new, as planned in this transaction."""
    rows = [
        {
            "name": one.facts["name"],
            "folded": bare_name(one.facts["name"]),
            "district": one.facts.get("district", ""),
            "district_folded": fold(one.facts.get("district", "")),
            "commune_code": one.facts["commune_code"],
        }
        for one in planned
        if one.fate is Fate.NEW
    ]
    if rows:
        db.execute(insert(FormerPlace), rows)
