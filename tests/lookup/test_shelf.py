from datetime import timedelta

import pytest

from app.entities.actions import change_entity
from app.kit.db import Database
from app.lookup import shelf as shelves
from app.lookup.queries import keep_sheet
from app.lookup.shelf import Kept, Shelf
from app.products.models import Product
from app.rights.deciding import DecisionKind
from app.rights.models import IpRight, UseRight
from app.rights.right_decision_actions import decide_right
from tests import make
from tests.conftest import Clock, Visit
from tests.lookup.conftest import Scene, entry


def kept(scene: Scene, shelf: Shelf, clock: Clock) -> Kept:
    with scene.database.begin(write=False) as db:
        found = keep_sheet(
            db, product_id=scene.product.id, lot_id=scene.lot.id, now=clock(), shelf=shelf
        )
    assert found
    return found


def test_a_lot_nobody_touched_is_read_once(scene: Scene, clock: Clock) -> None:
    shelf = Shelf()
    first = kept(scene, shelf, clock)
    clock.now += timedelta(seconds=30)
    assert kept(scene, shelf, clock) is first


def test_what_happens_to_others_leaves_it_and_what_happens_to_its_maker_does_not(
    scene: Scene, clock: Clock
) -> None:
    shelf = Shelf()
    first = kept(scene, shelf, clock)

    def rename(entity_id: int) -> None:
        with scene.database.begin() as db:
            change_entity(
                db,
                actor=scene.cast.officer.actor,
                now=make.NOW,
                entity_id=entity_id,
                address="Ấp mới",
            )

    rename(scene.cast.other.id)
    assert kept(scene, shelf, clock) is first
    rename(scene.cast.entity.id)
    assert kept(scene, shelf, clock).sheet.entity.address == "Ấp mới"


def test_a_right_that_ends_is_told_at_once_whoever_owns_it(
    scene: Scene, visit: Visit, database: Database
) -> None:
    path = f"/t/{scene.active}"
    assert "Còn hiệu lực" in visit().get(path).text
    with database.begin() as db:
        right_id = db.query(UseRight.right_id).filter_by(product_id=scene.product.id).scalar()
        assert right_id
        db.get_one(IpRight, right_id).owner_entity_id = scene.cast.other.id
        decide_right(
            db,
            actor=scene.cast.officer.actor,
            now=make.NOW,
            right_id=right_id,
            kind=DecisionKind.ENDED,
            effective_on=make.TODAY,
            reason="Bị hủy bỏ hiệu lực",
        )
    assert "Hết hiệu lực: đã chấm dứt từ 10/03/2026" in visit().get(path).text


def test_a_new_diary_entry_is_told_at_once(scene: Scene, visit: Visit, database: Database) -> None:
    path = f"/t/{scene.active}"
    assert "Mẻ thứ hai" not in visit().get(path).text
    with database.begin() as db:
        entry(db, scene.cast, scene.lot, 9, note="Mẻ thứ hai")
    assert "Mẻ thứ hai" in visit().get(path).text


def test_nothing_is_kept_over_midnight_or_longer_than_a_minute(scene: Scene, clock: Clock) -> None:
    shelf = Shelf()
    first = kept(scene, shelf, clock)
    with scene.database.begin() as db:
        db.get_one(Product, scene.product.id).brand = "Không ghi sổ"
    assert kept(scene, shelf, clock) is first
    clock.now += shelves.LONGEST
    assert kept(scene, shelf, clock).sheet.product.brand == "Không ghi sổ"
    assert not first.good_on(make.TODAY + timedelta(days=1), make.NOW)


def test_the_shelf_drops_what_was_not_asked_for_longest(
    scene: Scene, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "MOST", 2)
    shelf, one = Shelf(), kept(scene, Shelf(), clock)
    shelf.put((1, None), one)
    shelf.put((2, None), one)
    assert shelf.find((1, None)) is one
    shelf.put((3, None), one)
    assert [shelf.find((number, None)) is one for number in (1, 2, 3)] == [True, False, True]
