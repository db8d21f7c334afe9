"""Diaries with something of each kind that an officer should look at."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from app.diary.entry_actions import record_entry
from app.diary.models import Lot
from app.diary.rules import EntryKind
from app.diary.written import Promised, Written
from app.identity.rules import Actor, Belonging
from app.products.models import Product
from tests import make


def neglected(db: Session, *, of: Product, now: datetime) -> Lot:
    """A silent open lot without a date, with a late entry, a promised photo and an early harvest.

    The phone it was written on had a clock that was a year fast.
    """
    lot = make.lot(db, of=of, production_date=None)
    lot.opened_at = now - timedelta(days=60)
    owner = Actor(None, "Chị Chủ", memberships={of.entity_id: Belonging.OWNER})
    received = now - timedelta(days=20)

    def write(kind: EntryKind, *, days: int, **facts: Any) -> None:  # noqa: ANN401 - what is written
        performed = received - timedelta(days=days)
        given: dict[str, Any] = {"values": {}} | facts
        written = Written(id=uuid4(), kind=kind, performed_at=performed, **given)
        who: dict[str, Any] = {"actor": owner, "now": received, "skew": timedelta(days=365)}
        record_entry(db, **who, lot_id=lot.id, written=written)

    values = {"agent": "Oxytetracycline 20%", "withdrawal_days": 28}
    write(EntryKind.TREATMENT, days=5, values=values)
    write(EntryKind.HARVEST, days=3, note="Thu tỉa bán trước Tết")
    write(EntryKind.FEEDING, days=15, note="Chép lại từ sổ giấy của tổ hợp tác")
    write(EntryKind.OBSERVATION, days=0, promised=(Promised("a" * 64, 250_000),))
    return lot


def waiting(db: Session, *, of: Product, now: datetime) -> Lot:
    """A lot that was closed long ago and waits for its release."""
    long_ago = now - timedelta(days=30)
    lot = make.lot(db, of=of, state="closed", closed_at=long_ago)
    lot.opened_at = long_ago
    return lot
