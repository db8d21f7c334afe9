"""No stamp is activated onto a lot that lacks any one item, and the answer names it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, delete, event, update
from sqlalchemy.orm import Session

from app.diary.gate_queries import missing_of
from app.diary.models import Lot, LotNotice
from app.diary.rules import EntryKind
from app.diary.written import Promised
from app.entities.models import Entity
from app.kit.db import Database
from app.products.models import Product, ProductPicture, ProductStandard
from tests import make, make_entries, make_trace
from tests.conftest import Cast, Visit
from tests.make_entries import harvested, sampled, stocked, treated

pytestmark = pytest.mark.on("sqlite")


@dataclass
class Ground:
    """A lot that would be complete, before its diary is written; some of it is left out."""

    db: Session
    entity: Entity
    product: Product
    lot: Lot
    skip: set[str] = field(default_factory=set)
    harvest: dict[str, Any] = field(default_factory=dict)
    place: str = make.PLACE

    def change(self, record: Any, **facts: Any) -> None:  # noqa: ANN401 - any record
        for name, value in facts.items():
            setattr(record, name, value)
        self.db.flush()

    def source(self) -> Lot:
        source = make_entries.templated_lot(self.db, of=self.product)
        make_trace.link(self.db, source, self.lot)
        return source

    def noticed(self, kind: str) -> None:
        by = {"set_at": make.NOW, "set_by": "Lan", "reason": "Dư lượng"}
        self.db.add(LotNotice(lot_id=self.lot.id, kind=kind, **by))
        self.db.flush()

    def emptied(self, table: type[ProductPicture | ProductStandard]) -> None:
        self.db.execute(delete(table).where(table.product_id == self.product.id))


def _early(ground: Ground) -> None:
    treated(ground.db, ground.lot, days=20, values={"agent": "Oxy", "withdrawal_days": 15})


def _source_early(ground: Ground) -> None:
    source = ground.source()
    treated(ground.db, source, days=20, values={"agent": "Oxy", "withdrawal_days": 15})
    harvested(ground.db, source)


def _late(ground: Ground) -> None:
    late = {"performed_at": make_entries.ago(16), "kind": EntryKind.OBSERVATION, "values": {}}
    make.entry(ground.db, lot=ground.lot, now=make.NOW, **late)


def _unfilled(ground: Ground) -> None:
    facts: dict[str, Any] = {"stage": "thu-hoach", "kind": "harvest", "values": {}}
    make_entries.raw(ground.db, ground.lot, **facts)
    ground.skip.add("photos")


# What is spoilt of a complete lot, the code that is told for it, and the words.
SPOILT: dict[str, tuple[Callable[[Ground], object], str]] = {
    "entity_active": (
        lambda g: g.change(g.entity, status="dissolved", dissolved_on=date(2026, 1, 1)),
        "Chủ thể đã giải thể",
    ),
    "product_active": (lambda g: g.change(g.product, status="retired"), "ngừng sản xuất"),
    "recalled": (lambda g: g.noticed("recall"), "thu hồi"),
    "on_hold": (lambda g: g.noticed("hold"), "tạm ngừng lưu thông"),
    "material": (lambda g: g.change(g.lot, material="Tôm sống"), "lô nguyên liệu (Tôm sống)"),
    "product_name": (lambda g: g.change(g.product, name=" "), "Sản phẩm chưa có tên"),
    "picture": (lambda g: g.emptied(ProductPicture), "chưa có ảnh"),
    "maker": (lambda g: g.change(g.entity, name=""), "Thiếu tên chủ thể"),
    "commune": (lambda g: g.change(g.entity, commune_code=None), "Thiếu xã"),
    "address": (lambda g: g.change(g.entity, address=" "), "Thiếu địa chỉ"),
    "product_code": (lambda g: g.change(g.product, own_code=""), "Sản phẩm chưa có mã"),
    "location": (lambda g: setattr(g, "place", ""), "chưa có mã địa điểm"),
    "production_date": (lambda g: g.change(g.lot, production_date=None), "ngày sản xuất"),
    "expiry_date": (lambda g: g.change(g.product, shelf_life_days=30), "chưa có ngày hết hạn"),
    "standard": (lambda g: g.emptied(ProductStandard), "Chưa nhập tiêu chuẩn"),
    "stage": (lambda g: g.skip.add("tha-giong"), "công đoạn “Thả giống”"),
    "test": (lambda g: g.skip.add("lay-mau"), "Kiểm nghiệm ở công đoạn “Lấy mẫu”"),
    "field": (_unfilled, "Chưa ghi “Sản lượng” của công đoạn “Thu hoạch”"),
    "photos": (lambda g: g.harvest.update(photos=()), "còn thiếu ảnh minh chứng"),
    "photos_due": (
        lambda g: g.harvest.update(promised=(Promised("a" * 64, 9),)),
        "Còn 1 ảnh nằm trên điện thoại",
    ),
    "approval": (_late, "Có 1 mục ghi quá muộn đang chờ duyệt"),
    "withdrawal": (lambda g: treated(g.db, g.lot, days=2), "ngừng thuốc của “Oxy”"),
    "harvested_early": (_early, "Đã thu hoạch hoặc đóng gói ngày 01/03/2026"),
    "source_withdrawal": (lambda g: treated(g.db, g.source(), days=2), "Làm từ lô"),
    "source_early": (_source_early, "Làm từ lô"),
}


def _write(ground: Ground) -> None:
    """Write what the diary of a complete lot has, but for what is left out."""
    place: dict[str, Any] = {"location_code": ground.place}
    if "tha-giong" not in ground.skip:
        stocked(ground.db, ground.lot, **place)
    if "lay-mau" not in ground.skip:
        sampled(ground.db, ground.lot)
    harvested(ground.db, ground.lot, **ground.harvest, **place)


@pytest.mark.parametrize("item", ["", *SPOILT])
def test_a_lot_that_lacks_just_one_item_takes_no_stamp(
    app: FastAPI, database: Database, cast: Cast, visit: Visit, item: str
) -> None:
    keyring = app.state.keyring
    with database.begin() as db:
        entity = db.get_one(Entity, cast.entity.id)
        product = make.product(db, of=entity)
        batch = make.issued_batch(db, of=product, keyring=keyring, handed=60)
        codes = [make.code(batch, number, keyring=keyring) for number in (1, 2)]
        ground = Ground(db, entity, product, make_entries.templated_lot(db, of=product))
        spoil, said = SPOILT.get(item, (lambda _: None, ""))
        if item == "product_name":
            db.execute(update(Product).where(Product.id == product.id).values(folded=""))
        spoil(ground)
        _write(ground)
        lot_id = ground.lot.id
    client = visit(api=cast.owner)
    asked = {"first_code": codes[0], "last_code": codes[1], "lot_id": lot_id}
    done = client.post("/api/v1/spans/activate", json=asked)
    told = client.get(f"/api/v1/lots/{lot_id}").json()["missing"]
    if not item:
        assert (done.status_code, told) == (200, []), done.text
        return
    expected = {"field": ["field", "photos"]}.get(item, [item])
    assert [one["code"] for one in told] == expected
    assert all(one["mend"] for one in told)
    assert said in told[0]["words"]
    assert (done.status_code, done.json()["code"]) == (409, "stamps.lot_incomplete")
    assert told[0]["words"] in done.json()["detail"]


def test_a_cleared_harvest_opens_the_gate_until_it_is_judged_anew(
    database: Database, cast: Cast, visit: Visit
) -> None:
    with database.begin() as db:
        product = make.product(db, of=db.get_one(Entity, cast.entity.id))
        ground = Ground(db, cast.entity, product, make_entries.templated_lot(db, of=product))
        _early(ground)
        _write(ground)
        lot_id = ground.lot.id
    path, officer = f"/api/v1/lots/{lot_id}", visit(api=cast.officer)
    owner = visit(api=cast.owner)

    def codes() -> list[str]:
        return [one["code"] for one in owner.get(path).json()["missing"]]

    def of(kind: str) -> dict[str, Any]:
        items = owner.get(f"{path}/entries").json()["items"]
        return next(one for one in reversed(items) if one["kind"] == kind)

    assert codes() == ["harvested_early"]
    taken = of("harvest")
    asked = {"item": "harvested_early", "entry_id": taken["id"], "reason": "Kiểm nghiệm đạt"}
    assert owner.post(f"{path}/clearances", json=asked).status_code == 403
    assert visit(api=cast.outsider).post(f"{path}/clearances", json=asked).status_code == 404
    assert officer.post(f"{path}/clearances", json=asked | {"reason": " "}).status_code == 422
    wrong = asked | {"entry_id": of("planting")["id"]}
    assert officer.post(f"{path}/clearances", json=wrong).json()["code"] == "diary.nothing_to_clear"
    assert officer.post(f"{path}/clearances", json=asked).status_code == 201
    assert codes() == []
    assert owner.get(f"{path}/clearances").json()[0]["until"] == "2026-03-05"

    # The period was longer than was written: judged harder than what the officer let pass.
    old = of("treatment")
    mended = {
        "id": "7f1f0d0e-0000-4000-8000-00000000000a",
        "kind": "treatment",
        "stage": "dung-thuoc",
        "performed_at": old["performed_at"],
        "values": {"agent": "Oxy", "withdrawal_days": 17},
        "location_code": make.PLACE,
        "amends": old["id"],
        "reason": "Ghi nhầm số ngày",
    }
    sent = owner.post(f"{path}/entries", json=mended)
    assert sent.status_code == 201, sent.text
    assert [one["code"] for one in sent.json()["warnings"]] == ["diary.waits_for_approval"]
    entry = f"{path}/entries/{mended['id']}"
    assert codes() == ["approval"]
    assert owner.post(f"{entry}/decide", json={"accepted": True}).status_code == 200
    assert codes() == ["harvested_early"]


def test_a_longer_list_of_lots_takes_no_more_statements(
    database: Database, connection: Connection, cast: Cast
) -> None:
    with database.begin() as db:
        product = make.product(db, of=db.get_one(Entity, cast.entity.id))
        lots = [make_entries.templated_lot(db, of=product) for _ in range(6)]
        for lot in lots[1:]:
            make_trace.link(db, lots[0], lot)
            harvested(db, lot)
    told: list[int] = []

    def count(*_: object) -> None:
        told.append(1)

    event.listen(connection, "before_cursor_execute", count)
    try:
        needed = []
        for some in (lots[1:2], lots[1:]):
            with database.begin(write=False) as db:
                found = [db.get_one(Lot, lot.id) for lot in some]
                told.clear()
                missing_of(db, found, now=make.NOW)
                needed.append(len(told))
    finally:
        event.remove(connection, "before_cursor_execute", count)
    assert needed[1] <= needed[0] <= 12
