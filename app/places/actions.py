import csv
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.text import fold
from app.places.models import Place

_TABLE = Path(__file__).parent / "admin_units.csv"
_IN_FORCE_FROM = date(2025, 7, 1)


def load_places(db: Session) -> None:
    """Load the shipped table of units (in force from July 2025), adding and renaming only."""
    known = {place.code: place for place in db.scalars(select(Place))}
    with _TABLE.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            _load(db, row, known.get(row["code"]))


def _load(db: Session, row: dict[str, str], place: Place | None) -> None:
    if place is None:
        place = Place(code=row["code"], level=row["level"], valid_from=_IN_FORCE_FROM)
        db.add(place)
    place.parent_code = row["province_code"] or None
    place.kind, place.name, place.name_en = row["kind_vi"], row["name_vi"], row["name_en"]
    place.folded = fold(row["name_vi"])
