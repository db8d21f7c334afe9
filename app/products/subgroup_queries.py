from collections.abc import Iterable
from datetime import date

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.products.models import OcopSubgroup


def list_versions(db: Session) -> list[str]:
    """Return the versions of the list of sub-groups, the one used from the latest day on first."""
    query = select(OcopSubgroup.version, OcopSubgroup.valid_from).distinct()
    rows = sorted(db.execute(query), key=lambda row: (row[1] or date.min, row[0]), reverse=True)
    return list(dict.fromkeys(row[0] for row in rows))


def list_subgroups(db: Session, version: str) -> list[OcopSubgroup]:
    query = select(OcopSubgroup).where(OcopSubgroup.version == version)
    return list(db.scalars(query.order_by(OcopSubgroup.code)))


def find_subgroup(db: Session, reference: str) -> OcopSubgroup | None:
    """Return the sub-group a certificate refers to, as "version/code"."""
    version, _, code = reference.rpartition("/")
    return db.get(OcopSubgroup, (version, code))


def offered(db: Session, *, on: date) -> list[OcopSubgroup]:
    """Return what a certificate may be made under: lists in use on a day, the latest first."""
    query = select(OcopSubgroup).where(
        OcopSubgroup.valid_from.is_(None) | (OcopSubgroup.valid_from <= on)
    )
    order = OcopSubgroup.valid_from.desc(), OcopSubgroup.version.desc(), OcopSubgroup.code
    return list(db.scalars(query.order_by(*order)))


def subgroups_by(db: Session, references: Iterable[str]) -> dict[str, OcopSubgroup]:
    """Return sub-groups by their references; what is not in a list is left out."""
    keys = {(one.rpartition("/")[0], one.rpartition("/")[2]) for one in references if one}
    if not keys:
        return {}
    there = tuple_(OcopSubgroup.version, OcopSubgroup.code).in_(keys)
    found = db.scalars(select(OcopSubgroup).where(there))
    return {f"{one.version}/{one.code}": one for one in found}
