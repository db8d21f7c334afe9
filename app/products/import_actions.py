from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.audit.actions import Entry, record_many
from app.identity.rules import Actor
from app.kit.bulk import add_rows
from app.kit.imports import Fate, Planned
from app.kit.text import fold
from app.products.issuers import level_told
from app.products.models import OcopCertificate, Product

# Every row the same columns, or the rows would not go into one statement.
_BLANK: Final = {
    column.name: None if column.nullable else ""
    for column in Product.__table__.columns
    if column.name not in {"id", "entity_id", "created_at", "updated_at"}
} | {"status": "active"}
_BLANK_CERTIFICATE: Final = {"certificate_no": "", "score": None}


def import_products(
    db: Session, *, actor: Actor, now: datetime, planned: Sequence[Planned]
) -> None:
    """Add and change products as planned, with the certificates they bring. Officers only.

    The plan must be of this transaction, with the tables locked where others write to them.
    """
    actor.require_officer()
    new = [one for one in planned if one.fate is Fate.NEW]
    changed = [one for one in planned if one.fate is Fate.CHANGED]
    added = [_BLANK | _written(one.facts, now) | {"created_at": now} for one in new]
    ids = add_rows(db, Product, added)
    rewritten = [one for one in changed if one.facts.keys() - {"certificate"}]
    if rewritten:
        db.execute(
            update(Product), [{"id": one.record_id} | _written(one.facts, now) for one in rewritten]
        )
    keys = [*ids, *(one.record_id or 0 for one in changed)]
    owners = _owners(db, keys)
    certified = [
        (key, one.facts["certificate"])
        for key, one in zip(keys, [*new, *changed], strict=True)
        if "certificate" in one.facts
    ]
    entries = list(_entries(keys, [*new, *changed], owners))
    record_many(
        db, by=actor, now=now, entries=[*entries, *_certify(db, actor, now, certified, owners)]
    )


def _owners(db: Session, keys: Sequence[int]) -> Mapping[int, int]:
    rows = db.execute(select(Product.id, Product.entity_id))
    wanted = set(keys)
    return {key: entity_id for key, entity_id in rows if key in wanted}


def _entries(
    keys: Sequence[int], planned: Sequence[Planned], owners: Mapping[int, int]
) -> Iterator[Entry]:
    for key, one in zip(keys, planned, strict=True):
        action = "product.add" if one.fate is Fate.NEW else "product.change"
        after = {name: value for name, value in one.facts.items() if name != "certificate"}
        before = {name: one.before[name] for name in after} if one.before else None
        if after:
            yield Entry(action, key, entity_id=owners[key], before=before, after=after)


def _certify(
    db: Session,
    actor: Actor,
    now: datetime,
    certified: Sequence[tuple[int, dict[str, Any]]],
    owners: Mapping[int, int],
) -> Iterator[Entry]:
    """Add the certificates and yield an event for each."""
    told = {"recorded_at": now, "recorded_by": actor.label}
    rows = [
        _BLANK_CERTIFICATE
        | facts
        | told
        | {"product_id": key, "issuer_level": level_told(facts["issuer"]) or ""}
        for key, facts in certified
    ]
    ids = add_rows(db, OcopCertificate, rows)
    for made, (key, facts) in zip(ids, certified, strict=True):
        after = {"id": made} | facts
        yield Entry("product.certificate.add", key, entity_id=owners[key], after=after)


def _written(facts: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    written = {name: value for name, value in facts.items() if name != "certificate"}
    if "name" in facts:
        written["folded"] = fold(facts["name"])
    return written | {"updated_at": now}
