import csv
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor, Role
from app.products.models import OcopSubgroup
from app.products.subgroups import VersionThere, read_subgroups

# From public transcriptions of the two decisions, not from their own text; see the README.
_LISTS: Final = Path(__file__).parent / "subgroups.csv"


def load_subgroups(db: Session) -> None:
    """Load the shipped lists: a version that is there already stays as it is."""
    known = set(db.scalars(select(OcopSubgroup.version).distinct()))
    with _LISTS.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            if row["version"] not in known:
                valid_from = date.fromisoformat(row.pop("valid_from"))
                db.add(OcopSubgroup(valid_from=valid_from, **row))


def add_version(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    version: str,
    source: str,
    valid_from: date,
    lines: str,
) -> list[OcopSubgroup]:
    """Add a version of the list of sub-groups, from pasted lines. Administrators only.

    A version that is there is never changed: certificates refer to it.
    """
    actor.require_role(Role.ADMINISTRATOR)
    same = select(OcopSubgroup.code).where(OcopSubgroup.version == version).limit(1)
    if db.scalar(same) is not None:
        raise VersionThere
    made = [
        OcopSubgroup(
            version=version,
            code=one.code,
            ocop_group=one.group,
            name=one.name,
            source=source,
            valid_from=valid_from,
        )
        for one in read_subgroups(lines)
    ]
    db.add_all(made)
    db.flush()
    facts = {"source": source, "valid_from": valid_from, "count": len(made)}
    record(db, by=actor, now=now, action="subgroups.add", subject_id=version, after=facts)
    return made
