"""What keeps stamps from being activated, read from the records themselves."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from app.diary.entry_actions import record_entry
from app.diary.items import Missing
from app.diary.models import Lot
from app.diary.notice_actions import hold_lot, lift_hold, lift_recall, recall_lot
from app.diary.rules import EntryKind
from app.diary.written import Written
from app.entities.models import Entity
from app.products.models import Product
from tests import make
from tests.conftest import Cast


def complete(db: Session, cast: Cast, **facts: object) -> Lot:
    lot = make.lot(db, of=make.product(db, of=db.get_one(Entity, cast.entity.id)), **facts)
    record(db, cast, lot)
    return lot


def record(db: Session, cast: Cast, lot: Lot, **facts: Any) -> None:  # noqa: ANN401 - what an entry says
    entry = Written(
        id=uuid4(),
        kind=EntryKind.HARVEST,
        performed_at=make.NOW,
        values={"quantity": 1},
        location_code=make.PLACE,
        **facts,
    )
    record_entry(db, actor=cast.owner.actor, now=make.NOW, lot_id=lot.id, written=entry)


def test_a_complete_lot_lacks_nothing(db: Session, cast: Cast) -> None:
    assert make.lacking(db, complete(db, cast)) == []


def test_a_new_lot_lacks_its_diary(db: Session, cast: Cast) -> None:
    product = make.product(db, of=cast.entity, picture=False)
    lot = make.lot(db, of=product, production_date=None)
    assert set(make.lacking(db, lot)) == {
        Missing.PICTURE,
        Missing.LOCATION,
        Missing.PRODUCTION_DATE,
        Missing.ENTRY,
    }


@pytest.mark.parametrize(
    ("change", "item"),
    [
        ({"status": "dissolved", "dissolved_on": date(2026, 1, 1)}, Missing.ENTITY_ACTIVE),
        ({"name": " "}, Missing.MAKER),
        ({"commune_code": None}, Missing.COMMUNE),
    ],
)
def test_the_producer_is_looked_at(
    db: Session, cast: Cast, change: dict[str, object], item: Missing
) -> None:
    lot = complete(db, cast)
    entity = db.get_one(Entity, lot.entity_id)
    for name, value in change.items():
        setattr(entity, name, value)
    db.flush()
    assert make.lacking(db, lot) == [item]


@pytest.mark.parametrize(
    ("change", "item"),
    [({"status": "retired"}, Missing.PRODUCT_ACTIVE), ({"name": ""}, Missing.PRODUCT_NAME)],
)
def test_the_product_is_looked_at(
    db: Session, cast: Cast, change: dict[str, object], item: Missing
) -> None:
    lot = complete(db, cast)
    product = db.get_one(Product, lot.product_id)
    for name, value in change.items():
        setattr(product, name, value)
    db.flush()
    assert make.lacking(db, lot) == [item]


def test_a_notice_stands_in_the_way_until_it_is_lifted(db: Session, cast: Cast) -> None:
    lot = complete(db, cast)
    who: dict[str, Any] = {"actor": cast.officer.actor, "now": make.NOW, "lot_id": lot.id}
    recall_lot(db, **who, reason="Dư lượng")
    hold_lot(db, **who, reason="Chờ kiểm tra")
    assert make.lacking(db, lot) == [Missing.RECALLED, Missing.ON_HOLD]
    lift_recall(db, **who, reason="Kết quả đạt")
    lift_hold(db, **who, reason="Kết quả đạt")
    assert make.lacking(db, lot) == []
