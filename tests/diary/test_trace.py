"""What goes into lots and where they go, over the API and followed through many."""

from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.diary.trace_graph_queries import trace
from app.diary.trace_models import LotInput
from app.diary.trace_queries import all_reached, ancestors_of, descendants_of
from app.diary.tracing import Way
from app.kit.db import Database
from app.products.models import Product
from tests import make, make_trace
from tests.client import Client
from tests.conftest import Cast, Visit

KILOS = {"quantity": 100, "unit": "KGM", "unit_as_entered": "kg"}
V1 = "/api/v1/lots"


@pytest.fixture
def product(database: Database, cast: Cast) -> Product:
    with database.begin() as db:
        return make.product(db, of=cast.entity, name="Tôm khô Rạch Gốc")


@pytest.fixture
def foreign(database: Database, cast: Cast) -> Product:
    with database.begin() as db:
        return make.product(db, of=cast.other, name="Mắm cá lóc")


@pytest.fixture
def lots(database: Database, product: Product) -> list[Lot]:
    """Three lots of 100 kg: raw, washed, dried."""
    with database.begin() as db:
        raw = make.lot(db, of=product, number="RAW", material="Tôm sống", **KILOS)
        washed = make.lot(db, of=product, number="WASH", **KILOS)
        return [raw, washed, make.lot(db, of=product, number="DRY", **KILOS)]


def feed(client: Client, lot: Lot, **given: Any) -> Any:  # noqa: ANN401 - an answer or its body
    return client.post(f"{V1}/{lot.id}/inputs", json={"inputs": [given]})


def send(client: Client, lot: Lot, **given: Any) -> Any:  # noqa: ANN401 - as above
    body = {"receiver": "Chợ Năm Căn", "receiver_kind": "shop"} | given
    return client.post(f"{V1}/{lot.id}/dispatches", json=body)


def test_what_went_in_is_said_withdrawn_and_said_again(
    visit: Visit, cast: Cast, lots: list[Lot]
) -> None:
    raw, washed, _ = lots
    client = visit(api=cast.colleague)
    added = feed(client, washed, source="RAW", quantity=0.08, unit="tấn")
    assert added.status_code == 201, added.text
    first = added.json()["inputs"][0]
    assert (first["source_lot_id"], first["unit"], first["unit_as_entered"]) == (
        raw.id,
        "TNE",
        "tấn",
    )
    salt = feed(client, washed, material="Muối", supplier="Đại lý Tư", supplier_lot="M7")
    assert salt.status_code == 201
    balance = client.get(f"{V1}/{raw.id}/balance").json()
    assert (balance["taken"], balance["left"], balance["remarks"]) == (80, 20, [])
    path = f"{V1}/{washed.id}/inputs/{first['id']}/withdraw"
    assert client.post(path, json={"reason": ""}).status_code == 422
    gone = client.post(path, json={"reason": "Ghi nhầm lô"}).json()
    assert gone["withdrawn_by"] == "Anh Thợ"
    assert client.post(path, json={"reason": "Lần nữa"}).json() == gone
    assert client.get(f"{V1}/{raw.id}/balance").json()["left"] == 100
    listed = client.get(f"{V1}/{washed.id}/inputs").json()
    assert [one["withdraw_reason"] for one in listed] == ["Ghi nhầm lô", ""]
    elsewhere = f"{V1}/{raw.id}/inputs/{first['id']}/withdraw"
    assert client.post(elsewhere, json={"reason": "x"}).status_code == 404


def test_no_more_leaves_a_lot_than_there_is_whichever_way(
    visit: Visit, cast: Cast, lots: list[Lot]
) -> None:
    raw, washed, dry = lots
    client = visit(api=cast.owner)
    assert feed(client, washed, source_lot_id=raw.id, quantity=60, unit="kg").status_code == 201
    sent = send(client, raw, quantity=0.45, unit="tạ")
    assert sent.status_code == 201, sent.text
    assert [one["code"] for one in sent.json()["remarks"]] == ["diary.sent_unreleased"]
    refused = feed(client, dry, source_lot_id=raw.id, quantity=1, unit="kg")
    assert refused.status_code == 409
    told = refused.json()
    assert told["code"] == "diary.too_much_taken"
    assert "RAW" in told["detail"]
    assert "106 kg" in told["detail"].replace("kilôgam", "kg").replace("ki-lô-gam", "kg")
    boxes = feed(client, dry, source_lot_id=raw.id, quantity=2, unit="hộp")
    assert [one["code"] for one in boxes.json()["remarks"]] == ["diary.units_apart"]
    less = client.patch(f"{V1}/{raw.id}", json={"quantity": 90, "unit": "kg"})
    assert (less.status_code, less.json()["code"]) == (409, "diary.too_much_taken")
    assert client.get(f"{V1}/{raw.id}").json()["quantity"] == 100


def test_a_lot_never_feeds_itself(visit: Visit, cast: Cast, lots: list[Lot]) -> None:
    raw, washed, dry = lots
    client = visit(api=cast.owner)
    assert feed(client, washed, source_lot_id=raw.id).status_code == 201
    assert feed(client, dry, source_lot_id=washed.id).status_code == 201
    for lot, source in ((raw, raw), (raw, washed), (raw, dry)):
        refused = feed(client, lot, source_lot_id=source.id)
        assert refused.json()["code"] == "diary.lot_feeds_itself", refused.text
    assert len(client.get(f"{V1}/{raw.id}/inputs").json()) == 0


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "diary.source_needed"),
        ({"material": "Muối", "quantity": 3}, "diary.unit_needed"),
        ({"material": "Muối", "quantity": 3, "unit": "gùi"}, "diary.unknown_unit"),
        ({"source_lot_id": 2**40}, "diary.unknown_source"),
        ({"source": "KHONG-CO"}, "diary.unknown_source"),
        ({"source": "https://ocop.test/l/999999"}, "diary.unknown_source"),
        ({"material": "Muối", "quantity": -3, "unit": "kg"}, "fields_invalid"),
        ({"material": "Mu\u200bối"}, "fields_invalid"),
    ],
)
@pytest.mark.on("sqlite")
def test_a_wrong_input_is_refused_and_nothing_is_kept(
    visit: Visit, cast: Cast, lots: list[Lot], given: dict[str, Any], code: str
) -> None:
    client = visit(api=cast.owner)
    body = {"inputs": [{"material": "Đường"}, given]}
    refused = client.post(f"{V1}/{lots[1].id}/inputs", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert client.get(f"{V1}/{lots[1].id}/inputs").json() == []


def test_another_producers_lot_is_taken_once_it_is_released(
    visit: Visit, cast: Cast, database: Database, lots: list[Lot], foreign: Product
) -> None:
    with database.begin() as db:
        theirs = make.lot(db, of=foreign, number="MAM-1", **KILOS)
    client, other = visit(api=cast.owner), visit(api=cast.outsider)
    page = f"https://ocop.test/l/{theirs.id}"
    assert feed(client, lots[1], source=page).json()["code"] == "diary.unknown_source"
    with database.begin() as db:
        db.execute(update(Lot).where(Lot.id == theirs.id).values(state="released"))
    assert feed(client, lots[1], source=page, quantity=70, unit="kg").status_code == 201
    assert feed(client, lots[2], source="MAM-1", quantity=30, unit="kg").status_code == 201
    refused = feed(client, lots[2], source="MAM-1", quantity=6, unit="kg")
    assert refused.json()["code"] == "diary.too_much_taken_of_other"
    assert "100" not in refused.json()["detail"]
    # The same goods are told by who sends and by who takes them.
    assert send(other, theirs, quantity=106, unit="kg").status_code == 409
    assert send(other, theirs, quantity=100, unit="kg").status_code == 201
    assert other.get(f"{V1}/{theirs.id}/balance").json()["left"] == 0


def test_a_practice_lot_and_a_real_one_never_meet(
    visit: Visit, cast: Cast, database: Database, lots: list[Lot]
) -> None:
    with database.begin() as db:
        farm = make.entity(db, practice=True)
        tried = make.lot(db, of=make.product(db, of=farm), state="released")
    refused = feed(visit(api=cast.owner), lots[0], source_lot_id=tried.id)
    assert refused.json()["code"] == "diary.unknown_source"
    sent = send(visit(api=cast.owner), lots[0], receiver="", receiver_entity_id=farm.id)
    assert sent.json()["code"] == "diary.unknown_receiver"


def test_a_closed_lot_takes_more_with_a_reason_alone(
    visit: Visit, cast: Cast, lots: list[Lot]
) -> None:
    client = visit(api=cast.owner)
    client.post(f"{V1}/{lots[1].id}/close")
    assert feed(client, lots[1], material="Muối").json()["code"] == "diary.lot_closed"
    body = {"inputs": [{"material": "Muối"}], "reason": "Quên ghi hôm đóng gói"}
    kept = client.post(f"{V1}/{lots[1].id}/inputs", json=body)
    assert kept.json()["inputs"][0]["reason"] == "Quên ghi hôm đóng gói"


def test_a_lot_is_parted_and_put_together_in_one_act(
    visit: Visit, cast: Cast, lots: list[Lot], product: Product
) -> None:
    client = visit(api=cast.owner)
    parts = [
        {"quantity": 30},
        {"quantity": 40, "number": "RAW-B"},
        {"quantity": 20000, "unit": "g"},
    ]
    parted = client.post(f"{V1}/{lots[0].id}/split", json={"parts": parts})
    assert parted.status_code == 201, parted.text
    made = parted.json()["lots"]
    assert [one["number"] for one in made] == ["RAW.1", "RAW-B", "RAW.2"]
    assert {one["material"] for one in made} == {"Tôm sống"}
    assert client.get(f"{V1}/{lots[0].id}/balance").json()["left"] == 10
    twice = [{"quantity": 5}, {"quantity": 1, "number": "RAW-B"}]
    again = client.post(f"{V1}/{lots[0].id}/split", json={"parts": twice})
    assert again.json()["code"] == "diary.lot_number_taken"
    numbers = [one["number"] for one in client.get(V1).json()["items"]]
    assert sorted(numbers) == ["DRY", "RAW", "RAW-B", "RAW.1", "RAW.2", "WASH"]
    merge: dict[str, Any] = {
        "product_id": product.id,
        "sources": [{"lot_id": made[0]["id"]}, {"lot_id": made[2]["id"], "quantity": 5}],
        "quantity": 400,
        "unit": "kg",
    }
    assert client.post(f"{V1}/merge", json=merge).json()["code"] == "diary.unit_needed"
    merge["sources"][1]["unit"] = "kg"
    merged = client.post(f"{V1}/merge", json=merge)
    assert merged.status_code == 201, merged.text
    assert [one["code"] for one in merged.json()["remarks"]] == ["diary.output_far_above_inputs"]
    lot = merged.json()["lots"][0]
    assert lot["number"] == "L2603-01"
    took = [one["quantity"] for one in client.get(f"{V1}/{lot['id']}/inputs").json()]
    assert sorted(took) == [5, 30]
    assert client.post(f"{V1}/merge", json=merge).json()["code"] == "diary.nothing_left"


def test_distribution_is_completed_by_the_owner_and_adds_up(
    visit: Visit, cast: Cast, lots: list[Lot]
) -> None:
    client, worker = visit(api=cast.owner), visit(api=cast.colleague)
    path = f"{V1}/{lots[2].id}"
    early = client.post(f"{path}/distribute", json={"left": 0})
    assert early.json()["code"] == "diary.lot_state"
    client.post(f"{path}/close")
    assert client.post(f"{path}/release").json()["released_at"] == "2026-03-10T03:00:00Z"
    assert worker.post(f"{path}/distribute", json={"left": 0}).status_code == 403
    send(client, lots[2], quantity=60, unit="kg")
    refused = client.post(f"{path}/distribute", json={"left": 10})
    assert refused.json()["code"] == "diary.does_not_add_up"
    assert "30" in refused.json()["detail"]
    done = client.post(f"{path}/distribute", json={"left": 38}).json()
    assert (done["state"], done["left_quantity"], done["distribution_note"]) == (
        "distributed",
        38,
        "",
    )
    assert send(client, lots[2]).json()["code"] == "diary.distribution_completed"
    assert client.post(f"{path}/resume", json={"reason": ""}).status_code == 422
    back = client.post(f"{path}/resume", json={"reason": "Khách trả lại 5 kg"}).json()
    assert (back["state"], back["left_quantity"]) == ("released", None)
    noted = {"left": 10, "note": "Hao hụt khi phơi"}
    assert client.post(f"{path}/distribute", json=noted).json()["distribution_note"]
    assert client.post(f"{path}/resume", json={"reason": "Sửa"}).status_code == 200
    assert client.post(f"{path}/resume", json={"reason": "Sửa"}).status_code == 409


def test_a_lot_opens_like_another(
    visit: Visit, cast: Cast, database: Database, lots: list[Lot], product: Product
) -> None:
    client = visit(api=cast.colleague)
    feed(client, lots[0], material="Muối", supplier="Đại lý Tư", quantity=3, unit="kg")
    body = {"product_id": product.id, "like": lots[0].id, "production_date": "2026-03-10"}
    new = client.post(V1, json=body).json()
    assert (new["number"], new["material"], new["unit"], new["quantity"]) == (
        "L2603-01",
        "Tôm sống",
        "KGM",
        None,
    )
    inputs = client.get(f"{V1}/{new['id']}/inputs").json()
    assert [(one["material"], one["supplier"], one["quantity"]) for one in inputs] == [
        ("Muối", "Đại lý Tư", None)
    ]
    with database.begin() as db:
        theirs = make.lot(db, of=make.product(db, of=cast.other))
    assert client.post(V1, json=body | {"like": theirs.id}).status_code == 404
    assert client.post(V1, json=body | {"facility_id": 999_999}).json()["code"] == (
        "diary.unknown_facility"
    )


def test_a_trace_tells_each_reader_what_is_theirs_to_know(
    visit: Visit, cast: Cast, database: Database, lots: list[Lot], foreign: Product
) -> None:
    raw, washed, dry = lots
    with database.begin() as db:
        made_trace = [(raw, washed), (raw, dry), (washed, dry)]
        for source, lot in made_trace:
            make_trace.link(db, source, lot, quantity=20)
        theirs = make.lot(db, of=foreign, number="MAM-1", state="released", **KILOS)
        secret = make.lot(db, of=foreign, number="MAM-2", **KILOS)
        make_trace.link(db, dry, theirs, quantity=10)
        make_trace.link(db, theirs, secret)
        make_trace.bought(db, raw, "Muối", supplier="Đại lý Tư")
        make_trace.sent(db, dry, receiver="Siêu thị A", quantity=3)
    path = f"{V1}/{washed.id}/trace"
    owner = visit(api=cast.owner).get(path).json()
    assert owner["complete"] is True
    assert [(one["layer"], one["sight"], one["number"]) for one in owner["lots"]] == [
        (0, "whole", "WASH"),
        (-1, "whole", "RAW"),
        (1, "whole", "DRY"),
        (2, "public", "MAM-1"),
        (3, "hidden", ""),
    ]
    hidden = owner["lots"][-1]
    assert {key: value for key, value in hidden.items() if value} == {
        "ref": 5,
        "layer": 3,
        "sight": "hidden",
    }
    assert (owner["lots"][3]["quantity"], owner["lots"][3]["producer"]) == (
        None,
        "Hộ kinh doanh Mắm Út Hoà",
    )
    assert [one["supplier"] for one in owner["bought"]] == ["Đại lý Tư"]
    assert [one["receiver"] for one in owner["sent"]] == ["Siêu thị A"]
    by_ends = {(one["source"], one["lot"]): one["quantity"] for one in owner["links"]}
    assert by_ends == {(2, 1): 20, (2, 3): 20, (1, 3): 20, (3, 4): None, (4, 5): None}
    inspector = visit(api=cast.inspector).get(path).json()
    assert {one["sight"] for one in inspector["lots"]} == {"whole"}
    assert {one["number"] for one in inspector["lots"]} >= {"MAM-2"}
    up = visit(api=cast.outsider).get(f"{V1}/{secret.id}/trace?way=up").json()
    assert [one["sight"] for one in up["lots"]] == ["whole", "whole", "hidden", "hidden", "hidden"]
    assert up["bought"] == []
    assert visit(api=cast.outsider).get(path).status_code == 404
    cut = visit(api=cast.owner).get(f"{path}?most=3").json()
    assert (cut["complete"], [one["number"] for one in cut["lots"]]) == (
        False,
        ["WASH", "RAW", "DRY"],
    )


def bulk(db: Session, product: Product, count: int) -> list[int]:
    rows = [
        {
            "product_id": product.id,
            "entity_id": product.entity_id,
            "number": f"N{place}",
            "state": "open",
            "opened_at": make.NOW,
        }
        for place in range(count)
    ]
    query = insert(Lot).returning(Lot.id, sort_by_parameter_order=True)
    return list(db.scalars(query, rows))


def tie(db: Session, pairs: list[tuple[int, int]]) -> None:
    rows = [
        {"source_lot_id": source, "lot_id": lot, "added_at": make.NOW, "added_by": "test"}
        for source, lot in pairs
    ]
    db.execute(insert(LotInput), rows)


def test_a_long_chain_and_a_wide_fan_are_followed_and_bounded(db: Session) -> None:
    product = make.product(db, of=make.entity(db))
    chain = bulk(db, product, 2000)
    tie(db, list(pairwise(chain)))
    assert all_reached(db, chain[:1], Way.DOWN) == set(chain[1:])
    assert ancestors_of(db, chain[-1:]) == {chain[-1]: frozenset(chain[:-1])}
    graph = trace(db, chain[1000], actor=make.SYSTEM, way=Way.BOTH, most=101)
    assert (graph.complete, len(graph.nodes)) == (False, 101)
    assert {node.layer for node in graph.nodes} == set(range(-50, 51))
    whole = trace(db, chain[0], actor=make.SYSTEM, way=Way.DOWN, most=5000)
    assert (whole.complete, whole.nodes[-1].layer) == (True, 1999)
    fan = bulk(db, make.product(db, of=make.entity(db)), 3000)
    tie(db, [(chain[-1], one) for one in fan])
    wide = trace(db, chain[-1], actor=make.SYSTEM, way=Way.DOWN, most=1000)
    assert (wide.complete, len(wide.nodes), len(wide.links)) == (False, 1000, 999)


def test_a_circle_that_stands_already_ends(db: Session) -> None:
    product = make.product(db, of=make.entity(db))
    one, two, three = bulk(db, product, 3)
    tie(db, [(one, two), (two, three), (three, one)])
    assert descendants_of(db, [one]) == {one: frozenset((one, two, three))}
    assert len(trace(db, one, actor=make.SYSTEM, way=Way.BOTH).nodes) == 3
