"""Which communes of today a place is that a document names as it was called then."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from app.kit.text import fold
from app.places.finding import bare_name
from app.places.models import FormerPlace, Level, Place
from app.rights.areas import names_in
from app.rights.right_models import RightArea

MOST: Final = 80


@dataclass(frozen=True)
class Unit:
    """A commune a name may mean today; `was` is what a part of it was called, none where it is."""

    code: str
    label: str
    was: str = ""


def suggest_units(db: Session, as_written: str, *, on: date) -> list[Unit]:
    """Return the communes a name in a document may mean: of that name, or made from what bore it.

    A name may be of a commune, of one that was merged or of a district, with or without its kind
    and what it lay in: "Phường 1, thị xã Vĩnh Châu".
    """
    name, *within = [bare_unit(part) for part in as_written.split(",")]
    if not name:
        return []
    province = aliased(Place)
    columns = (Place.code, Place.kind, Place.name, province.kind, province.name)
    at = select(*columns).join(province, province.code == Place.parent_code)
    today = (Place.level == Level.COMMUNE, Place.valid_from <= on, _lasts(on))
    lies = [or_(*_lies_in(part, province.folded, Place.folded)) for part in within]
    named = db.execute(at.where(Place.folded == name, *today, *lies).limit(MOST)).all()
    lay = [or_(*_lies_in(part, province.folded, FormerPlace.district_folded)) for part in within]
    former = db.execute(
        at.add_columns(FormerPlace.name, FormerPlace.district)
        .join(FormerPlace, FormerPlace.commune_code == Place.code)
        .where(or_(FormerPlace.folded == name, _ends(FormerPlace.district_folded, name)))
        .where(*today, *lay)
        .order_by(Place.code, FormerPlace.id)
    ).all()
    found = {row[0]: Unit(row[0], _label(row)) for row in named}
    for row in former:
        was = ", ".join(filter(None, row[5:7]))
        found.setdefault(row[0], Unit(row[0], _label(row), was))
    return list(found.values())[:MOST]


def units_of(db: Session, codes: Iterable[str]) -> dict[str, tuple[str, date | None]]:
    """Return each commune's name with its province, and the last day it was a unit."""
    province = aliased(Place)
    rows = db.execute(
        select(
            *(Place.code, Place.kind, Place.name, province.kind, province.name, Place.valid_to),
        )
        .join(province, province.code == Place.parent_code)
        .where(Place.code.in_(set(codes)))
    )
    return {row[0]: (_label(row), row[5]) for row in rows}


def unmatched(passage: str, areas: Sequence[RightArea]) -> list[str]:
    """Return the names in a passage of a document that no line of the area stands for yet."""
    known = {fold(one.as_written) for one in areas}
    return [name for name in names_in(passage) if fold(name) not in known]


def bare_unit(written: str) -> str:
    """Return a name as it is compared: folded, without what kind of unit it is."""
    name = bare_name(written.strip())
    for kind in ("huyen ", "thi xa ", "thanh pho ", "tp ", "tinh ", "quan "):
        name = name.removeprefix(kind)
    return name


def _lasts(on: date) -> ColumnElement[bool]:
    return or_(Place.valid_to.is_(None), Place.valid_to >= on)


def _lies_in(name: str, *columns: Any) -> list[ColumnElement[bool]]:  # noqa: ANN401 - columns of aliases too
    return [_ends(column, name) for column in columns]


def _ends(column: Any, name: str) -> ColumnElement[bool]:  # noqa: ANN401 - as above
    """Compare a name that may be kept with its kind before it."""
    return or_(column == name, column.endswith(f" {name}", autoescape=True))


def _label(row: Sequence[Any]) -> str:
    return f"{row[1].lower()} {row[2]}, {row[3].lower()} {row[4]}"
