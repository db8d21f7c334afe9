"""Communes by the names people write: those of today, and those before a merger."""

import re
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.text import fold
from app.places.models import FormerPlace, Level, Place

_KINDS: Final = re.compile(
    r"^(?:xa|phuong|thi tran|dac khu|huyen|thi xa|thanh pho|tp\.?|x\.|p\.)\s+"
)


def communes_named(db: Session, text: str) -> list[str]:
    """Return the codes of the communes of today that a whole name means.

    A former name, a former district's too, means each commune that a part of it belongs to now.
    """
    name = _KINDS.sub("", fold(text))
    today = select(Place.code).where(Place.level == Level.COMMUNE, Place.folded == name)
    former = select(FormerPlace.commune_code).where(
        (FormerPlace.folded == name) | (FormerPlace.district_folded == name)
    )
    return sorted(set(db.scalars(today.union(former))))
