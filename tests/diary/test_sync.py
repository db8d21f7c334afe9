"""What phones send at once: taken or refused item by item, the same however often it comes."""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, select

from app.diary.actions import close_lot
from app.diary.models import DiaryEntry, Lot
from app.diary.trace_queries import list_inputs
from app.identity.models import Membership
from app.kit.db import Database
from app.products.models import Product
from tests import make, make_trace
from tests import make_sync as phone
from tests.conftest import Cast, Clock, Visit

RECORDED = sorted((Path(__file__).parent / "recorded").glob("*.json"))


@pytest.fixture
def product(database: Database, cast: Cast) -> Product:
    with database.begin() as db:
        return make.product(db, of=cast.entity, shelf_life_days=30)


@pytest.fixture
def lot(database: Database, product: Product) -> Lot:
    with database.begin() as db:
        return make.lot(db, of=product)


def kept(database: Database, lot_id: int) -> list[DiaryEntry]:
    query = select(DiaryEntry).where(DiaryEntry.lot_id == lot_id).order_by(DiaryEntry.sequence)
    with database.begin(write=False) as db:
        return list(db.scalars(query))


def results(answer: dict[str, Any]) -> list[str]:
    return [one["result"] for one in answer["results"]]


def codes(answer: dict[str, Any]) -> list[str | None]:
    return [one["error"] and one["error"]["code"] for one in answer["results"]]


def test_an_entry_sent_a_hundred_times_from_two_phones_is_one(
    visit: Visit, cast: Cast, lot: Lot, database: Database, clock: Clock
) -> None:
    one, other = phone.entry(lot), phone.entry(lot, note="Sau mưa")
    phones = [visit(api=cast.owner), visit(api=cast.colleague)]
    first = phone.send(phones[0], one, other)
    assert results(first) == ["accepted", "accepted"]
    assert [found["sequence"] for found in first["results"]] == [1, 2]
    for turn in range(1, 5):
        # Months later, by another phone, in another order, and several times in one batch.
        clock.now = make.NOW + timedelta(days=40 * turn)
        again = phone.send(phones[turn % 2], *[other, one] * 12, other)
        assert set(results(again)) == {"duplicate"}
        assert {found["sequence"] for found in again["results"]} == {1, 2}
    assert [found.recorder_label for found in kept(database, lot.id)] == ["Chị Chủ"] * 2


def test_what_is_refused_undoes_nothing_else_and_says_why(
    visit: Visit, cast: Cast, lot: Lot, database: Database
) -> None:
    with database.begin() as db:
        foreign = make.lot(db, of=make.product(db, of=cast.other))
        closed = make.lot(db, of=db.get_one(Product, lot.product_id))
        close_lot(db, actor=cast.owner.actor, now=make.NOW, lot_id=closed.id)
    good = [phone.entry(lot), phone.entry(lot, kind="harvest")]
    wrong: list[Any] = [
        phone.entry(foreign),
        phone.entry(closed, device_at=None),
        phone.entry(lot, kind="eating"),
        phone.entry(lot, values={"quantity": 2**60}),
        phone.entry(lot, performed_at="2027-03-10T08:00:00+07:00"),
        phone.entry(lot, performed_at="hôm qua"),
        phone.entry(lot, note="a\u202eb"),
        phone.entry(None),
        phone.entry(lot, id="7"),
        phone.correction(good[0], reason=""),
        phone.entry(lot, photos=[{"sha256": "x", "size": 3}]),
        phone.entry(lot, weather="sunny"),
        "no entry at all",
    ]
    client = visit(api=cast.owner)
    answer = phone.send(client, good[0], *wrong, good[1])
    assert results(answer) == ["accepted", *["refused"] * len(wrong), "accepted"]
    assert codes(answer)[1:-1] == [
        "diary.lot_not_found",
        "diary.lot_closed",
        "fields_invalid",
        "diary.bad_value",
        "diary.performed_in_future",
        *["fields_invalid"] * 2,
        "diary.lot_not_named",
        "fields_invalid",
        "diary.reason_needed",
        *["fields_invalid"] * 3,
    ]
    fields = [one["error"]["field"] for one in answer["results"][1:-1]]
    assert fields[2:] == [
        "kind", "values", "performed_at", "performed_at", "note", "lot_id", "id", "reason",
        "photos.0.sha256", "weather", "body",
    ]  # fmt: skip
    assert not any(one["error"]["retryable"] for one in answer["results"][1:-1])
    assert [one["id"] for one in answer["results"]][-3:] == [wrong[-2]["id"], None, good[1]["id"]]
    said = answer["results"][1]["error"]
    assert (said["title"], bool(said["detail"])) == ("Không có lô này", True)
    english = client.post(
        phone.PATH, json=phone.batch(wrong[0]), headers={"accept-language": "en"}
    ).json()
    assert english["results"][0]["error"]["title"] == "There is no such lot"
    assert len(kept(database, lot.id)) == 2


def test_what_is_amended_is_taken_before_what_amends_it(
    visit: Visit, cast: Cast, lot: Lot, database: Database
) -> None:
    client = visit(api=cast.owner)
    first = phone.entry(lot)
    second = phone.correction(first)
    third = phone.correction(second, values={"quantity": 6})
    alone = phone.send(client, third)
    assert (codes(alone), alone["results"][0]["error"]["retryable"]) == (
        ["diary.unknown_amended"],
        True,
    )
    answer = phone.send(client, third, second, first)
    assert results(answer) == ["accepted"] * 3
    assert [one["sequence"] for one in answer["results"]] == [3, 2, 1]
    # Corrections of one another, of themselves, and of another's entry.
    ring = [phone.entry(lot, reason="x") for _ in range(3)]
    for one, amended in zip(ring, [ring[1], ring[0], ring[2]], strict=True):
        one["amends"] = amended["id"]
    assert codes(phone.send(client, *ring)) == ["diary.unknown_amended"] * 3
    with database.begin() as db:
        foreign = make.lot(db, of=make.product(db, of=cast.other))
    others = phone.entry(foreign)
    phone.send(visit(api=cast.outsider), others)
    wrong = phone.correction(others, lot_id=lot.id)
    assert codes(phone.send(client, wrong)) == ["diary.unknown_amended"]
    assert [one.amends for one in kept(database, lot.id)] == [
        None,
        *[found.id for found in kept(database, lot.id)[:2]],
    ]


def test_the_same_id_with_other_content_is_refused(
    visit: Visit, cast: Cast, lot: Lot, database: Database
) -> None:
    with database.begin() as db:
        foreign = make.lot(db, of=make.product(db, of=cast.other))
    one = phone.entry(lot)
    answer = phone.send(visit(api=cast.owner), one, one | {"note": "khác"})
    assert codes(answer) == [None, "diary.entry_differs"]
    stolen = phone.send(visit(api=cast.outsider), one | {"lot_id": foreign.id})
    assert results(stolen) == ["refused"]
    assert (len(kept(database, lot.id)), kept(database, foreign.id)) == (1, [])


def test_what_comes_together_is_kept_as_if_it_came_one_by_one(
    visit: Visit, cast: Cast, lot: Lot, database: Database
) -> None:
    with database.begin() as db:
        other = make.lot(db, of=db.get_one(Product, lot.product_id))
        foreign = phone.entry(make.lot(db, of=make.product(db, of=cast.other)))
    phone.send(visit(api=cast.outsider), foreign)
    ways: list[dict[str, Any]] = [
        {},
        {"performed_at": "2026-03-01T08:00:00+07:00", "location_code": "AO-1"},
        # An id that another producer's entry has: it must not spoil what stands around it.
        {"id": foreign["id"]},
        {"photos": [phone.promised(b"one"), phone.promised(b"two")], "performer": "Chú Ba"},
        {"kind": "harvest", "public": False, "note": "Lứa đầu"},
    ]
    together = [phone.entry(lot, **facts) for facts in ways]
    singly = [one | {"lot_id": other.id} for one in (phone.entry(None, **two) for two in ways)]
    client = visit(api=cast.owner)
    at_once = phone.send(client, *together, together[0])["results"]
    by_one = [phone.send(client, one)["results"][0] for one in (*singly, singly[0])]
    own = {"id", "lot_id"}
    told = [[{name: x for name, x in one.items() if name not in own} for one in some]
            for some in (at_once, by_one)]  # fmt: skip
    assert told[0] == told[1]
    assert [one["result"] for one in at_once] == [
        "accepted", "accepted", "refused", "accepted", "accepted", "duplicate",
    ]  # fmt: skip
    own = {"id", "lot_id", "request_hash", "commit"}
    columns = [one.key for one in DiaryEntry.__table__.columns if one.key not in own]
    headers = [[[getattr(one, key) for key in columns] for one in kept(database, of)]
               for of in (lot.id, other.id)]  # fmt: skip
    assert headers[0] == headers[1]
    assert len(headers[0]) == len(ways) - 1


def test_a_lot_is_opened_out_of_reach_and_its_entries_name_it(
    visit: Visit, cast: Cast, lot: Lot, product: Product, database: Database
) -> None:
    client = visit(api=cast.colleague)
    opened = phone.lot(product.id, proposed=lot.number, quantity=40, unit="kg", note="Ao 2")
    entries = [phone.entry(None, lot_uid=opened["uid"]) for _ in range(2)]
    answer = phone.send(client, *entries, lots=(opened,))
    found = answer["lots"][0]
    assert (found["result"], found["number"]) == ("accepted", f"{lot.number}-2")
    assert [one["lot_id"] for one in answer["results"]] == [found["id"]] * 2
    again = phone.send(client, entries[0], lots=(opened, opened | {"proposed": "X"}))
    assert [one["result"] for one in again["lots"]] == ["duplicate"] * 2
    assert [one["id"] for one in again["lots"]] == [found["id"]] * 2
    # In a later batch, by another phone, without the lot.
    later = phone.entry(None, lot_uid=opened["uid"])
    assert results(phone.send(visit(api=cast.owner), later)) == ["accepted"]
    with database.begin() as db:
        make_trace.bought(db, db.get_one(Lot, found["id"]), "Cám", supplier="Đại lý Tư")
    like = phone.lot(product.id, like=found["id"], quantity=None)
    nameless = phone.send(client, lots=(like,))["lots"][0]
    with database.begin(write=False) as db:
        made, first = db.get_one(Lot, nameless["id"]), db.get_one(Lot, found["id"])
        came = [(one.material, one.supplier) for one in list_inputs(db, made.id)]
    assert (made.number, made.quantity, made.unit) == ("L2603-01", None, "KGM")
    assert came == [("Cám", "Đại lý Tư")]
    assert (first.note, str(first.expiry_date), first.unit_as_entered) == (
        "Ao 2",
        "2026-04-09",
        "kg",
    )


def test_a_lot_that_is_refused_keeps_its_entries_waiting(
    visit: Visit, cast: Cast, lot: Lot, product: Product, database: Database
) -> None:
    with database.begin() as db:
        foreign = make.product(db, of=cast.other)
        theirs = make.lot(db, of=foreign, uid=uuid4())
    wrong = (
        phone.lot(product.id, number=lot.number),
        phone.lot(product.id, number="cá khô"),
        phone.lot(product.id, proposed="cá khô"),
        phone.lot(product.id, production_date="1926-03-10"),
        phone.lot(product.id, quantity=-3, unit="kg"),
        phone.lot(product.id, quantity=3),
        phone.lot(foreign.id),
        phone.lot(product.id, like=theirs.id),
        phone.lot(product.id, uid=str(theirs.uid)),
    )
    client = visit(api=cast.owner)
    answer = phone.send(client, phone.entry(None, lot_uid=wrong[0]["uid"]), lots=wrong)
    errors = [one["error"] for one in answer["lots"]]
    assert [(one["code"], one["field"]) for one in errors] == [
        ("diary.lot_number_taken", "number"),
        ("diary.bad_lot_number", "number"),
        ("diary.bad_lot_number", "proposed"),
        ("diary.date_out_of_range", "production_date"),
        ("fields_invalid", "quantity"),
        ("diary.unit_needed", "unit"),
        ("products.not_found", None),
        ("diary.lot_not_found", None),
        ("diary.id_taken", None),
    ]
    waiting = answer["results"][0]["error"]
    assert (waiting["code"], waiting["retryable"]) == ("diary.lot_not_here", True)
    mended = wrong[0] | {"number": "L2603-77"}
    entry = phone.entry(None, lot_uid=wrong[0]["uid"])
    assert results(phone.send(client, entry, lots=(mended,))) == ["accepted"]


def test_who_is_no_member_any_more_is_told_so_item_by_item(
    visit: Visit, cast: Cast, lot: Lot, database: Database
) -> None:
    client = visit(page=cast.colleague)
    one = phone.entry(lot)
    assert results(phone.send(client, one)) == ["accepted"]
    with database.begin() as db:
        db.execute(delete(Membership).where(Membership.account_id == cast.colleague.account_id))
    answer = phone.send(client, one, phone.entry(lot))
    assert codes(answer) == ["diary.lot_not_found"] * 2
    assert codes(phone.send(visit(api=cast.officer), phone.entry(lot))) == ["identity.not_allowed"]
    assert len(kept(database, lot.id)) == 1


def test_a_clock_that_is_off_is_measured_and_trusted_no_further_than_makes_sense(
    visit: Visit, cast: Cast, lot: Lot, database: Database, clock: Clock
) -> None:
    client, hour, year = visit(api=cast.owner), timedelta(hours=1), timedelta(days=365)
    for skew in (timedelta(0), 7 * hour, -hour, year, -year):
        # Written two hours ago by this clock, of the work two hours before that.
        sent = make.NOW + skew
        one = phone.entry(
            lot,
            performed_at=(make.NOW - 4 * hour).isoformat(),
            device_at=(sent - 2 * hour).isoformat(),
        )
        answer = phone.send(client, one, sent_at=sent.isoformat())
        assert (answer["skew_seconds"], results(answer)) == (skew.total_seconds(), ["accepted"])
        header = kept(database, lot.id)[-1]
        assert header.skew_seconds == skew.total_seconds()
        trusted = abs(skew) < timedelta(days=1)
        assert header.recorded_at == (make.NOW - 2 * hour if trusted else make.NOW)
    # Put back since it was written: it can't have been written after it was sent.
    back = phone.entry(lot, device_at=(make.NOW + 5 * hour).isoformat())
    phone.send(client, back)
    assert kept(database, lot.id)[-1].recorded_at == make.NOW

    async def slowly(body: bytes) -> AsyncIterator[bytes]:
        clock.now = make.NOW + timedelta(minutes=3)
        yield body

    # What takes three minutes to come in is no clock that is three minutes slow.
    body = json.dumps(phone.batch(phone.entry(lot))).encode()
    headers = {"content-type": "application/json"}
    slow = client.post(phone.PATH, content=slowly(body), headers=headers).json()
    assert (slow["skew_seconds"], slow["received_at"]) == (0, "2026-03-10T03:03:00Z")


def test_a_request_that_is_wrong_as_a_whole_is_refused_as_a_whole(
    visit: Visit, cast: Cast, lot: Lot, database: Database, clock: Clock
) -> None:
    client, one = visit(api=cast.owner), phone.entry(lot)
    whole = phone.batch(one)
    wrong: Any
    for wrong in (
        [],
        whole | {"format": 0},
        {name: value for name, value in whole.items() if name != "format"},
        whole | {"sent_at": "2026-03-10T10:00:00"},
        whole | {"weather": "sunny"},
        whole | {"entries": {}},
        phone.batch(*[one] * 26, lots=(phone.lot(lot.product_id),) * 25),
    ):
        assert client.post(phone.PATH, json=wrong).status_code == 422, wrong
    heavy = client.post(phone.PATH, json=phone.batch(one, app="x" * 300_000))
    assert (heavy.status_code, heavy.json()["code"]) == (413, "diary.body_too_large")
    assert "256 KB" in heavy.json()["detail"]
    assert visit().post(phone.PATH, json=whole).status_code == 401
    meant = {"sync-account": str(cast.colleague.account_id)}
    other = client.post(phone.PATH, json=whole, headers=meant)
    assert (other.status_code, other.json()["code"]) == (409, "diary.other_account")
    assert kept(database, lot.id) == []
    clock.now += timedelta(seconds=30)
    told = [client.post(phone.PATH, json=phone.batch()).status_code for _ in range(121)]
    assert 200 in told
    late = client.post(phone.PATH, json=whole)
    assert (late.status_code, late.headers["retry-after"]) == (429, "30")
    assert visit(api=cast.colleague).post(phone.PATH, json=whole).status_code == 200
    clock.now += timedelta(seconds=30)
    assert results(phone.send(client, one)) == ["duplicate"]


def test_a_newer_phone_loses_nothing_with_an_older_server(
    visit: Visit, cast: Cast, lot: Lot, database: Database
) -> None:
    client = visit(api=cast.owner)
    new = [phone.entry(lot), phone.entry(lot, weather="sunny"), phone.entry(lot, kind="eating")]
    answer = phone.send(client, *new, format=2, battery=0.4)
    assert results(answer) == ["accepted", "refused", "refused"]
    waits = [one["error"] and one["error"]["retryable"] for one in answer["results"]]
    assert waits == [None, True, False]
    assert len(kept(database, lot.id)) == 1


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_what_phones_sent_once_is_taken_for_ever(
    visit: Visit, cast: Cast, database: Database, clock: Clock, path: Path
) -> None:
    recorded = json.loads(path.read_text(encoding="utf-8"))
    with database.begin() as db:
        product = make.product(db, of=cast.entity, id=recorded["product_id"])
        make.lot(db, of=product, id=recorded["lot_id"])
    clock.now = datetime.fromisoformat(recorded["arrived_at"])
    for body, expected in zip(recorded["bodies"], recorded["results"], strict=True):
        told = visit(api=cast.owner).post(phone.PATH, json=body)
        assert told.status_code == 200, told.text
        items = [*told.json()["lots"], *told.json()["results"]]
        assert [one["result"] for one in items] == expected, told.text
