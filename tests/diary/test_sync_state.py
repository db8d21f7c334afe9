"""What a phone downloads: its own, bounded, and nothing where nothing changed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, event

from app.diary.models import Lot
from app.diary.notice_actions import Act, set_notice
from app.diary.notices import HOLD, Subject
from app.diary.template import PLAIN
from app.entities.models import Entity
from app.entities.part_models import Facility
from app.identity.models import Membership
from app.kit.db import Database
from tests import make
from tests import make_sync as phone
from tests.conftest import Cast, Clock, Visit

PATH = f"{phone.PATH}/state"


@pytest.fixture
def lot(database: Database, cast: Cast) -> Lot:
    with database.begin() as db:
        facts = {"name": "Ao 1", "folded": "ao 1", "location_code": "RG-01"}
        at = {"created_at": make.NOW, "updated_at": make.NOW}
        db.add(Facility(entity_id=cast.entity.id, **facts, **at))
        return make.lot(db, of=make.product(db, of=cast.entity), quantity=40, unit="KGM")


def test_a_phone_gets_its_own_records_and_no_others(
    visit: Visit, cast: Cast, lot: Lot, database: Database
) -> None:
    with database.begin() as db:
        foreign = make.lot(db, of=make.product(db, of=cast.other, name="Mắm lạ"))
        set_notice(
            db,
            act=Act(actor=cast.officer.actor, now=make.NOW, reason="Kiểm tra"),
            of=Subject(entity_id=lot.entity_id, product_id=lot.product_id, lot_id=lot.id),
            kind=HOLD,
        )
        gone = make.product(db, of=cast.entity, name="Khô cũ", status="retired")
        make.lot(db, of=gone, number="CU-1")
    bought = {"material": "Tôm đất", "supplier": "Vựa Ba", "quantity": 5, "unit": "KGM"}
    sold = {"receiver": "Chợ Năm Căn", "receiver_kind": "shop", "quantity": 1, "unit": "KGM"}
    one = phone.entry(lot, inputs=[bought], dispatch=sold)
    phone.send(visit(api=cast.owner), one)
    phone.send(visit(api=cast.outsider), phone.entry(foreign))
    found = visit(page=cast.colleague).get(PATH)
    assert found.status_code == 200, found.text
    state = found.json()
    assert (state["format"], state["server_time"]) == (1, "2026-03-10T03:00:00+00:00")
    who = {"id": cast.colleague.account_id, "name": "Anh Thợ", "language": "vi"}
    assert who.items() <= state["reader"].items()
    [farm] = state["entities"]
    assert (farm["id"], farm["owner"], farm["practice"]) == (cast.entity.id, False, False)
    assert [place["location_code"] for place in farm["facilities"]] == ["RG-01"]
    assert [(row["number"], row["product"], row["standing"]) for row in state["lots"]] == [
        # Of a product that nobody sells any more.
        ("CU-1", "Khô cũ", ""),
        (lot.number, state["products"][0]["name"], "hold"),
    ]
    lacking = state["lots"][1]["missing"]
    assert "on_hold" in {item["code"] for item in lacking}
    assert all(item["words"] for item in lacking)
    assert [(row["id"], row["lot_id"]) for row in state["entries"]] == [(one["id"], lot.id)]
    # With its goods, so that it can be written down again.
    (told,) = state["entries"]
    assert told["inputs"] == [bought | {"source_lot_id": None}]
    assert told["dispatch"] == {"receiver_kind": "shop"}
    assert state["templates"]["plain"]["body"] == PLAIN.body()
    assert state["products"][0]["template_version_id"] is None
    assert state["units"][0] == {"code": "KGM", "label": "kg"}
    assert "Mắm lạ" not in found.text
    assert visit(api=cast.owner).get(PATH).json()["entities"][0]["owner"] is True
    # Who belongs to no entity has an app all the same, with nothing in it.
    assert visit(api=cast.officer).get(PATH).json()["lots"] == []
    assert visit().get(PATH).status_code == 401


def test_nothing_is_sent_again_where_nothing_changed(
    visit: Visit, cast: Cast, lot: Lot, clock: Clock
) -> None:
    client = visit(api=cast.owner)
    first = client.get(PATH, headers={"accept-encoding": "gzip"})
    assert (first.headers["content-encoding"], first.headers["cache-control"]) == (
        "gzip",
        "no-store",
    )
    plain = client.get(PATH, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == first.json()
    known = {"if-none-match": first.headers["etag"]}
    clock.now += timedelta(minutes=5)
    again = client.get(PATH, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    phone.send(client, phone.entry(lot))
    assert client.get(PATH, headers=known).status_code == 200
    assert client.get(PATH, headers=known | {"accept-language": "en"}).status_code == 200


def test_what_is_long_past_is_left_out(
    visit: Visit, cast: Cast, lot: Lot, database: Database, clock: Clock
) -> None:
    client = visit(api=cast.owner)
    with database.begin() as db:
        product = lot.product_id
        for state in ("closed", "released", "distributed"):
            made: dict[str, Any] = {"number": state, "product_id": product, "state": state}
            db.add(Lot(entity_id=cast.entity.id, opened_at=make.NOW, **made))
    phone.send(client, phone.entry(lot))
    clock.now += timedelta(days=89)
    numbers = [row["number"] for row in client.get(PATH).json()["lots"]]
    assert numbers[:2] == [lot.number, "closed"]
    assert sorted(numbers[2:]) == ["distributed", "released"]
    assert len(client.get(PATH).json()["entries"]) == 1
    clock.now += timedelta(days=2)
    state = client.get(PATH).json()
    assert [row["number"] for row in state["lots"]] == [lot.number, "closed"]
    assert state["entries"] == []


def test_it_takes_as_many_statements_for_many_lots_as_for_one(
    visit: Visit, cast: Cast, lot: Lot, database: Database, connection: Connection
) -> None:
    client = visit(api=cast.owner)
    seen: list[str] = []

    def statements() -> int:
        seen.clear()
        event.listen(connection, "before_cursor_execute", count)
        assert client.get(PATH).status_code == 200
        event.remove(connection, "before_cursor_execute", count)
        return sum(text.lstrip().upper().startswith(("SELECT", "WITH")) for text in seen)

    def count(*facts: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own
        seen.append(facts[2])

    phone.send(client, phone.entry(lot))
    few = statements()
    with database.begin() as db:
        farms: list[Entity] = [make.entity(db) for _ in range(3)]
        for farm in farms:
            db.add(Membership(account_id=cast.owner.account_id, entity_id=farm.id, role="owner"))
            for _ in range(4):
                made = make.lot(db, of=make.product(db, of=farm), uid=uuid4())
                db.flush()
                assert made.id
    assert statements() <= few + 2
    assert few < 30
