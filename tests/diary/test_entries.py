"""The diary: repeats, corrections, closed lots, late marks, and what the database holds."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.diary.entry_actions import record_entry
from app.diary.items import Missing
from app.diary.models import DiaryContent, DiaryEntry, Lot
from app.diary.queries import get_entry, public_entries
from app.diary.rules import EntryKind
from app.diary.written import Written
from app.kit.commit import Json, commitment
from app.kit.db import Database
from tests import make
from tests.conftest import Cast, Clock, Visit

Entry = Callable[..., dict[str, Any]]


@pytest.fixture
def lot(database: Database, cast: Cast) -> Lot:
    with database.begin() as db:
        return make.lot(db, of=make.product(db, of=cast.entity))


@pytest.fixture
def path(lot: Lot) -> str:
    return f"/api/v1/lots/{lot.id}/entries"


def entry(**facts: object) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "kind": "processing",
        "stage": "Phơi",
        "performed_at": "2026-03-10T08:30:00+07:00",
        "values": {"step": "Phơi nắng", "quantity": 12.5, "unit": "KGM", "dry": True},
        "note": "Nắng tốt\nGió nhẹ",
    } | facts


def test_an_entry_sent_twice_is_the_same_entry(visit: Visit, cast: Cast, path: str) -> None:
    client, body = visit(api=cast.colleague), entry()
    first = client.post(path, json=body)
    again = client.post(path, json=body)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert again.json() == first.json()
    made = first.json()
    assert (made["sequence"], made["late"], made["public"]) == (1, "on_time", True)
    assert (made["values"], made["note"]) == (body["values"], body["note"])
    assert made["recorder"] == "Anh Thợ"
    assert [one["id"] for one in client.get(path).json()["items"]] == [body["id"]]


@pytest.mark.parametrize(
    "other",
    [
        {"values": {}},
        {"note": ""},
        {"performed_at": "2026-03-10T08:31:00+07:00"},
        {"kind": "packing"},
        {"stage": ""},
        {"public": False},
    ],
)
def test_the_same_id_with_other_content_is_refused(
    visit: Visit, cast: Cast, path: str, other: dict[str, Any]
) -> None:
    client, body = visit(api=cast.owner), entry()
    first = client.post(path, json=body).json()
    first.pop("warnings")
    differs = client.post(path, json=body | other)
    assert (differs.status_code, differs.json()["code"]) == (409, "diary.entry_differs")
    assert client.get(path).json()["items"] == [first]


def test_the_same_instant_in_another_zone_is_the_same_content(
    visit: Visit, cast: Cast, path: str
) -> None:
    client, body = visit(api=cast.owner), entry()
    client.post(path, json=body)
    assert client.post(path, json=body | {"performed_at": "2026-03-10T01:30:00Z"}).is_success


def test_an_id_used_in_another_lot_is_refused(
    visit: Visit, cast: Cast, path: str, database: Database
) -> None:
    with database.begin() as db:
        foreign = make.lot(db, of=make.product(db, of=cast.other))
    body = entry()
    visit(api=cast.owner).post(path, json=body)
    stolen = visit(api=cast.outsider).post(f"/api/v1/lots/{foreign.id}/entries", json=body)
    assert stolen.status_code == 409
    assert "Phơi" not in stolen.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "1"),
        ("id", None),
        ("kind", "magic"),
        ("performed_at", "2026-03-10T08:30:00"),
        ("performed_at", "2026-03-10T10:11:00+07:00"),
        ("performed_at", "2010-01-01T00:00:00Z"),
        ("performed_at", "0001-01-01T00:00:00+14:00"),
        ("device_at", "9999-12-31T23:59:59-12:00"),
        ("values", {"a": [1]}),
        ("values", {"": "x"}),
        ("values", {"a": "b\u202ec"}),
        ("values", {"a": 2**60}),
        ("values", {str(number): number for number in range(41)}),
        ("note", "zero\u200bwidth"),
        ("stage", "x" * 61),
        ("amends", "7f1f0d0e-0000-4000-8000-000000000001"),
        ("photos", ["0" * 64]),
        ("photos", ["../../etc/passwd"]),
        ("photos", [f"{number:064x}" for number in range(11)]),
        ("colour", "red"),
    ],
)
def test_a_wrong_value_is_named_and_writes_nothing(
    visit: Visit, cast: Cast, path: str, field: str, value: object
) -> None:
    client = visit(api=cast.owner)
    refused = client.post(path, json=entry(**{field: value}))
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["field"].startswith(field)
    assert client.get(path).json()["items"] == []


def test_markup_is_kept_as_it_was_written(visit: Visit, cast: Cast, path: str) -> None:
    body = entry(note="</script><b>", values={"<i>": "</p>"})
    assert visit(api=cast.owner).post(path, json=body).json()["values"] == {"<i>": "</p>"}


def test_only_members_write_and_officers_read(visit: Visit, cast: Cast, path: str) -> None:
    assert visit(api=cast.officer).post(path, json=entry()).status_code == 403
    assert visit(api=cast.inspector).post(path, json=entry()).status_code == 403
    assert visit(api=cast.outsider).post(path, json=entry()).status_code == 404
    assert visit(api=cast.outsider).get(path).status_code == 404
    assert visit(api=cast.officer).get(path).status_code == 200


def test_a_correction_stands_beside_what_it_corrects(visit: Visit, cast: Cast, path: str) -> None:
    client, wrong = visit(api=cast.owner), entry()
    client.post(path, json=wrong)
    assert client.post(path, json=entry(amends=wrong["id"])).json()["errors"][0]["field"] == (
        "reason"
    )
    right = entry(amends=wrong["id"], reason="Ghi nhầm số cân", public=False)
    made = client.post(path, json=right)
    assert made.status_code == 201
    # What corrects a public entry is public, or the public would go on reading the fault.
    assert (made.json()["amends"], made.json()["public"]) == (wrong["id"], True)
    first, second = client.get(path).json()["items"]
    assert (first["amended_by"], second["amended_by"]) == (right["id"], None)


def test_a_correction_of_something_corrected_amends_the_latest(
    visit: Visit, cast: Cast, path: str
) -> None:
    client = visit(api=cast.owner)
    chain = [entry()]
    client.post(path, json=chain[0])
    for number in range(3):
        # Each one names the first, as a phone that was offline would.
        chain.append(entry(amends=chain[0]["id"], reason=f"Lần {number}"))
        made = client.post(path, json=chain[-1]).json()
        assert made["amends"] == chain[-2]["id"]
    assert client.post(path, json=chain[1]).status_code == 200


def test_a_correction_of_another_lots_entry_is_refused(
    visit: Visit, cast: Cast, path: str, database: Database
) -> None:
    client, body = visit(api=cast.owner), entry()
    client.post(path, json=body)
    with database.begin() as db:
        other = make.lot(db, of=make.product(db, of=cast.entity))
    refused = client.post(
        f"/api/v1/lots/{other.id}/entries", json=entry(amends=body["id"], reason="x")
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "diary.unknown_amended")


def test_a_closed_lot_takes_corrections_and_repeats_only(
    visit: Visit, cast: Cast, path: str
) -> None:
    client, body = visit(api=cast.owner), entry()
    client.post(path, json=body)
    client.post(path.replace("entries", "close"))
    refused = client.post(path, json=entry())
    assert (refused.status_code, refused.json()["code"]) == (409, "diary.lot_closed")
    assert client.post(path, json=body).status_code == 200
    assert client.post(path, json=entry(amends=body["id"])).status_code == 422
    assert client.post(path, json=entry(amends=body["id"], reason="Nhầm")).status_code == 201


@pytest.mark.parametrize(
    ("behind", "mark"),
    [
        (timedelta(hours=47), "on_time"),
        (timedelta(hours=49), "late"),
        (timedelta(days=8), "needs_approval"),
    ],
)
def test_what_is_received_late_is_marked(
    visit: Visit, cast: Cast, path: str, clock: Clock, behind: timedelta, mark: str
) -> None:
    body = entry(performed_at=(clock.now - behind).isoformat())
    assert visit(api=cast.owner).post(path, json=body).json()["late"] == mark


def test_entries_are_received_in_order_even_when_the_clock_goes_back(
    visit: Visit, cast: Cast, path: str, clock: Clock
) -> None:
    client = visit(api=cast.owner)
    first = client.post(path, json=entry()).json()
    clock.now -= timedelta(minutes=30)
    second = client.post(path, json=entry()).json()
    assert (first["sequence"], second["sequence"]) == (1, 2)
    assert second["received_at"] >= first["received_at"]


def test_a_diary_is_read_page_by_page(visit: Visit, cast: Cast, path: str) -> None:
    client = visit(api=cast.owner)
    sent = [entry() for _ in range(5)]
    for body in sent:
        client.post(path, json=body)
    first = client.get(f"{path}?limit=3").json()
    second = client.get(first["next"]).json()
    assert [one["id"] for one in first["items"] + second["items"]] == [one["id"] for one in sent]
    assert second["next"] is None


def written(**facts: object) -> Written:
    given: dict[str, Any] = {
        "id": uuid4(),
        "kind": EntryKind.HARVEST,
        "performed_at": make.NOW,
        "values": {"quantity": 20},
        "note": "Cân tại ao",
    } | facts
    return Written(**given)


def test_the_commitment_is_over_the_private_content(db: Session, cast: Cast, lot: Lot) -> None:
    done = record_entry(db, actor=cast.owner.actor, now=make.NOW, lot_id=lot.id, written=written())
    header = db.get_one(DiaryEntry, done.entry.id)
    content = db.get_one(DiaryContent, done.entry.id)
    said: Json = {"values": {"quantity": 20}, "note": "Cân tại ao", "reason": "", "photos": []}
    assert header.commit == commitment(content.salt, said)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE diary_entry SET performed_at = received_at",
        "UPDATE diary_entry SET public = NOT public",
        "DELETE FROM diary_entry",
        "UPDATE diary_content SET note = ''",
    ],
)
def test_the_database_keeps_entries_as_they_are(
    db: Session, cast: Cast, lot: Lot, statement: str
) -> None:
    record_entry(db, actor=cast.owner.actor, now=make.NOW, lot_id=lot.id, written=written())
    with pytest.raises(DBAPIError), db.begin_nested():
        db.execute(text(statement))
    kept = db.scalar(
        select(func.count()).select_from(DiaryEntry).where(DiaryEntry.lot_id == lot.id)
    )
    assert kept == 1


def test_an_officer_erases_content_and_the_header_stays(
    visit: Visit, cast: Cast, path: str, db: Session
) -> None:
    client, body = visit(api=cast.owner), entry(note="Số điện thoại 0912345678")
    client.post(path, json=body)
    erase = f"{path}/{body['id']}/erase"
    why = {"reason": "Yêu cầu của chủ thể dữ liệu"}
    assert client.post(erase, json=why).status_code == 403
    assert visit(api=cast.outsider).post(erase, json=why).status_code == 404
    officer = visit(api=cast.officer)
    assert officer.post(erase, json={"reason": " "}).status_code == 422
    erased = officer.post(erase, json=why)
    assert erased.status_code == 200
    row = erased.json()
    assert (row["erased"], row["values"], row["note"], row["photos"]) == (True, {}, "", [])
    assert "0912345678" not in client.get(path).text
    # A phone that did not hear of it may still repeat what it sent.
    assert client.post(path, json=body).status_code == 200
    query = select(AuditEvent).where(AuditEvent.action.in_(["entry.record", "entry.erase"]))
    events = db.scalars(query.where(AuditEvent.subject_id == body["id"])).all()
    assert [event.action for event in sorted(events, key=lambda one: one.seq)] == [
        "entry.record",
        "entry.erase",
    ]
    assert "0912345678" not in str([event.after for event in events])


def test_an_erased_entry_no_longer_fills_the_diary(
    visit: Visit, cast: Cast, path: str, lot: Lot, db: Session
) -> None:
    body = entry()
    visit(api=cast.owner).post(path, json=body)
    assert Missing.ENTRY not in make.lacking(db, lot)
    db.rollback()
    visit(api=cast.officer).post(f"{path}/{body['id']}/erase", json={"reason": "Luật"})
    assert Missing.ENTRY in make.lacking(db, lot)


def test_the_public_reads_public_entries_without_names(db: Session, cast: Cast, lot: Lot) -> None:
    for hours, public in ((5, True), (3, False), (4, True)):
        record_entry(
            db,
            actor=cast.owner.actor,
            now=make.NOW,
            lot_id=lot.id,
            written=written(performed_at=make.NOW - timedelta(hours=hours), public=public),
        )
    read = public_entries(db, lot.id)
    assert [make.NOW - one.performed_at for one in read] == [
        timedelta(hours=4),
        timedelta(hours=5),
    ]
    assert {one.recorder for one in read} == {""}
    assert len(public_entries(db, lot.id, limit=1)) == 1
    kept = get_entry(db, lot.id, read[0].id, actor=cast.owner.actor)
    assert kept.recorder == cast.owner.actor.label
