import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor, Role
from app.products.issuer_queries import issuer_rules
from app.products.issuers import IssuerRuleThere, Level, rule_on
from app.products.models import OcopIssuer

_LIST: Final = Path(__file__).parent / "issuers.csv"


def load_issuers(db: Session) -> None:
    """Load the shipped list where none is there: what was added since stays as it is."""
    if db.scalar(select(OcopIssuer.id).limit(1)) is not None:
        return
    with _LIST.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            first = date.fromisoformat(row["valid_from"])
            db.add(
                OcopIssuer(
                    stars=int(row["stars"]),
                    level=row["level"],
                    valid_from=first,
                    source=row["source"],
                    recorded_at=datetime(first.year, first.month, first.day, tzinfo=UTC),
                    recorded_by="",
                )
            )


def add_issuer_rule(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    stars: int,
    level: Level | None,
    valid_from: date,
    source: str,
) -> OcopIssuer:
    """Say who grants so many stars from a day on. Administrators only; nothing is refused by it."""
    actor.require_role(Role.ADMINISTRATOR)
    stands = rule_on(issuer_rules(db), stars, valid_from)
    if stands is not None and (stands.level, stands.valid_from) == (level, valid_from):
        raise IssuerRuleThere
    facts = {"stars": stars, "level": level or "", "valid_from": valid_from, "source": source}
    made = OcopIssuer(**facts, recorded_at=now, recorded_by=actor.label)
    db.add(made)
    db.flush()
    record(db, by=actor, now=now, action="ocop_issuer.add", subject_id=made.id, after=facts)
    return made
