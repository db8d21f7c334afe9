from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.places.models import Place


def place_texts(db: Session, codes: Iterable[str | None]) -> dict[str | None, str]:
    """Return places as `place_text` words them, by code: in two queries, however many."""
    wanted = set(codes)
    communes = _by_code(db, {code for code in wanted if code})
    provinces = _by_code(db, {one.parent_code for one in communes.values() if one.parent_code})
    texts: dict[str | None, str] = dict.fromkeys(wanted, "")
    for code, commune in communes.items():
        named = [commune, *filter(None, [provinces.get(commune.parent_code or "")])]
        texts[code] = ", ".join(f"{place.kind.lower()} {place.name}" for place in named)
    return texts


def _by_code(db: Session, codes: Collection[str]) -> dict[str, Place]:
    if not codes:
        return {}
    return {place.code: place for place in db.scalars(select(Place).where(Place.code.in_(codes)))}
