"""Inspections as an inspector's phone fetches and sends them."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.kit.db import Database
from app.oversight.checklist_actions import publish_checklist
from app.oversight.checklist_queries import questions_of
from app.oversight.inspection_actions import write_inspection
from app.oversight.inspection_models import Inspection, InspectionPhoto, Measure
from app.oversight.inspections import Content
from app.oversight.models import Finding
from app.oversight.rules import Subject
from app.rights.use_models import UseObservation
from app.stamps.span_actions import activate_span
from tests import make, make_inspections
from tests.client import Client
from tests.conftest import Cast, Visit
from tests.make_sync import put

DEVICE = str(uuid4())
Json = dict[str, Any]


ANSWERS = (
    ("khong-co", "no", "oversight.item_unknown"),
    ("nhat-ky", "perhaps", "oversight.answer_wrong"),
    ("nhat-ky", 3, "oversight.answer_wrong"),
    ("san-luong", "nhiều", "oversight.answer_wrong"),
    ("quy-trinh-ghi-chu", True, "oversight.answer_wrong"),
)


def send(client: Client, *inspections: Json, device: str = DEVICE) -> list[Json]:
    body = {"format": 1, "app": "1", "device": device, "sent_at": make.NOW.isoformat()}
    answer = client.post("/api/v1/inspections/sync", json={**body, "inspections": inspections})
    assert answer.status_code == 200, answer.text
    results: list[Json] = answer.json()["results"]
    return results


def test_a_phone_takes_along_what_its_inspector_is_to_hold(
    database: Database, cast: Cast, visit: Visit
) -> None:
    phone = visit(api=cast.inspector)
    # The first phone that asks finds the ready checklists installed.
    empty = phone.get("/api/v1/inspections/state").json()
    assert [one["offered"] for one in empty["checklists"].values()] == [True, True]
    far = make_inspections.HELD + timedelta(days=90)
    with database.begin() as db:
        mine = make_inspections.inspection(
            db, record_id=cast.entity.id, lead_id=cast.inspector.account_id
        )
        anybodys = make_inspections.inspection(db, record_id=cast.other.id)
        make_inspections.inspection(db, record_id=cast.other.id, lead_id=cast.officer.account_id)
        make_inspections.inspection(db, record_id=cast.other.id, planned_on=far)
        right = make.right(db, sign="Cà Mau")
        product = make.product(db, of=cast.entity)
        make.use_right(db, of=right, product=product)
        mark = make_inspections.inspection(db, subject=Subject.RIGHT, record_id=right.id)
    answer = phone.get("/api/v1/inspections/state")
    state = answer.json()
    found = {one["id"]: one for one in state["inspections"]}
    assert set(found) == {mine.id, anybodys.id, mark.id}
    assert found[mine.id]["subject"]["label"] == cast.entity.name
    assert "Đất Mũi" in found[mine.id]["subject"]["address"]
    assert found[mark.id]["users"] == [{"entity_id": cast.entity.id, "name": cast.entity.name}]
    kept = state["checklists"][str(found[mine.id]["checklist_version_id"])]
    assert (kept["version"], len(kept["body"]["sections"])) == (1, 6)
    again = phone.get(
        "/api/v1/inspections/state", headers={"if-none-match": answer.headers["etag"]}
    )
    assert again.status_code == 304
    for who in (cast.owner, cast.outsider):
        assert visit(api=who).get("/api/v1/inspections/state").status_code == 403
        body = {"format": 1, "inspections": []}
        assert visit(api=who).post("/api/v1/inspections/sync", json=body).status_code == 403


def test_an_inspection_is_written_out_of_reach_and_signed(
    database: Database, cast: Cast, visit: Visit
) -> None:
    with database.begin() as db:
        version = make_inspections.annual(db)
        right = make.right(db, sign="Cà Mau")
        make.use_right(db, of=right, product=make.product(db, of=cast.entity))
        found = make_inspections.inspection(db, record_id=cast.entity.id, right_id=right.id)
        answers = make_inspections.answers(
            questions_of(version),
            nhat_ky={"value": "no", "note": "Thiếu hai tuần"},
            dung_mau={"value": "no", "note": ""},
        )
    finding = {
        "uid": str(uuid4()),
        "item": "dung-mau",
        "outcome": "violation",
        "text": "Dùng sai mẫu biểu tượng trên bao bì",
        "measure": "Thay toàn bộ bao bì",
        "deadline": "2026-04-10",
    }
    draft = make_inspections.sent(found, version, answers={"nhat-ky": {"value": "no"}})
    phone = visit(api=cast.inspector)
    [first] = send(phone, draft)
    assert (first["result"], first["version"], first["state"]) == ("accepted", 2, "held")
    # The answer got lost: the phone sends the same, then goes on writing upon what it knew.
    assert send(phone, draft)[0]["result"] == "duplicate"
    last = draft | {
        "answers": answers,
        "findings": [finding],
        "in_use": True,
        "outcome": "violation",
        "finished": True,
    }
    [second] = send(phone, last)
    assert (second["result"], second["state"]) == ("accepted", "signed")
    assert second["photos_due"] == ["a" * 64]
    assert [one["result"] for one in send(phone, last, draft)] == ["duplicate", "refused"]
    assert send(phone, draft)[0]["error"]["code"] == "oversight.inspection_signed"
    with database.begin(write=False) as db:
        made = list(db.scalars(select(Finding).order_by(Finding.id)))
        assert [(one.item, one.outcome, one.inspection_id) for one in made] == [
            ("dung-mau", "violation", found.id),
            ("nhat-ky", "violation", found.id),
        ]
        assert "Thiếu hai tuần" in made[1].text
        [measure] = db.scalars(select(Measure))
        assert (measure.text, measure.finding_id) == ("Thay toàn bộ bao bì", made[0].id)
        [use] = db.scalars(select(UseObservation))
        assert (use.entity_id, use.in_use, use.inspection_id) == (cast.entity.id, True, found.id)


def test_a_conflict_tells_what_the_server_holds(
    database: Database, cast: Cast, visit: Visit
) -> None:
    with database.begin() as db:
        version = make_inspections.annual(db)
        found = make_inspections.inspection(db, record_id=cast.entity.id)
        draft = make_inspections.sent(found, version, summary="Của điện thoại")
        write_inspection(
            db,
            actor=cast.officer.actor,
            now=make.NOW,
            inspection_id=found.id,
            content=Content(held_on=make_inspections.HELD, summary="Của văn phòng"),
        )
    phone = visit(api=cast.inspector)
    [conflict] = send(phone, draft)
    assert (conflict["result"], conflict["version"]) == ("conflict", 2)
    assert conflict["theirs"]["summary"] == "Của văn phòng"
    assert conflict["error"]["code"] == "oversight.inspection_changed"
    [mine] = send(phone, draft | {"base_version": conflict["version"]})
    assert mine["result"] == "accepted"
    other = send(phone, draft | {"summary": "Máy khác"}, device=str(uuid4()))
    assert other[0]["result"] == "conflict"


def test_an_inspection_is_judged_by_the_version_it_was_begun_with(
    database: Database, cast: Cast, visit: Visit
) -> None:
    with database.begin() as db:
        first = make_inspections.annual(db)
        begun = make_inspections.inspection(db, record_id=cast.entity.id)
        body = {"format": 1, "sections": first.body["sections"][:1]}
        later = publish_checklist(
            db, actor=make.SYSTEM, now=make.NOW, code="hang-nam", name="Hằng năm", body=body
        )
    phone = visit(api=cast.inspector)
    old = {"tem-con-lai": {"value": 40}}
    draft = make_inspections.sent(begun, first, answers=old)
    assert send(phone, draft)[0]["result"] == "accepted"
    assert send(phone, draft | {"checklist_version_id": later.id})[0]["error"]["code"] == (
        "oversight.other_checklist"
    )
    state = phone.get("/api/v1/inspections/state").json()
    assert state["inspections"][0]["checklist_version_id"] == first.id
    both = [one for one in state["checklists"].values() if one["name"] == "Hằng năm"]
    assert {(one["version"], one["offered"]) for one in both} == {(1, False), (2, True)}


def test_what_is_wrong_is_refused_alone(database: Database, cast: Cast, visit: Visit) -> None:
    with database.begin() as db:
        version = make_inspections.annual(db)
        found = make_inspections.inspection(db, record_id=cast.entity.id)
    base = make_inspections.sent(found, version)
    spot = {**base, "uid": str(uuid4()), "id": None, "base_version": 0}
    wrong: list[tuple[Json, str]] = [
        *((base | {"answers": {item: {"value": value}}}, code) for item, value, code in ANSWERS),
        (base | {"held_on": "2026-03-12"}, "oversight.held_later"),
        (base | {"finished": True}, "oversight.answers_missing"),
        (base | {"checklist_version_id": 999}, "oversight.no_such_checklist"),
        (base | {"id": 999_999}, "oversight.no_such_inspection"),
        (base | {"measures": [{"id": 1, "done": True}], "summary": "\u202ex"}, "fields_invalid"),
        (spot, "oversight.subject_needed"),
        (spot | {"id": 7}, "oversight.no_such_inspection"),
        (spot | {"subject": {"kind": "stamp", "id": "KHONG-PHAI-MA"}}, "oversight.no_such_subject"),
        (spot | {"subject": {"kind": "lot", "id": "99999"}}, "oversight.no_such_subject"),
        (spot | {"subject": {"kind": "lot", "id": "mười"}}, "oversight.subject_needed"),
    ]
    good = base | {"summary": "Đúng"}
    results = send(visit(api=cast.inspector), *(one for one, _ in wrong), good)
    codes = [one["error"]["code"] for one in results[:-1]]
    assert codes == [code for _, code in wrong]
    assert results[-1]["result"] == "accepted"
    with database.begin(write=False) as db:
        assert [one.summary for one in db.scalars(select(Inspection))] == ["Đúng"]


def test_an_inspection_begins_on_the_spot_by_a_stamp(
    app: FastAPI, database: Database, cast: Cast, visit: Visit
) -> None:
    keyring = app.state.keyring
    with database.begin() as db:
        version = make_inspections.annual(db)
        product = make.product(db, of=cast.entity)
        batch = make.issued_batch(db, of=product, keyring=keyring, handed=60)
        lot = make.complete_lot(db, of=product)
        codes = [make.code(batch, number, keyring=keyring) for number in (3, 9, 20)]
        activate_span(
            db,
            actor=cast.owner.actor,
            now=make.NOW,
            keyring=keyring,
            first_code=codes[0],
            last_code=codes[1],
            lot_id=lot.id,
        )
    spot = {
        "uid": str(uuid4()),
        "checklist_version_id": version.id,
        "held_on": make_inspections.HELD.isoformat(),
        "subject": {"kind": "stamp", "id": codes[0]},
    }
    phone = visit(api=cast.inspector)
    other = spot | {"uid": str(uuid4()), "subject": {"kind": "stamp", "id": codes[2]}}
    [one, two] = send(phone, spot, other)
    assert (one["result"], two["result"]) == ("accepted", "accepted")
    assert send(phone, spot)[0] | {"photos_due": []} == one | {"result": "duplicate"}
    with database.begin(write=False) as db:
        made = list(db.scalars(select(Inspection).order_by(Inspection.id)))
        assert [(each.subject, each.lot_id, each.batch_id) for each in made] == [
            ("lot", lot.id, batch.id),
            ("batch", None, batch.id),
        ]
        assert {each.entity_id for each in made} == {cast.entity.id}


def test_photos_follow_in_pieces_even_once_it_is_signed(
    database: Database, cast: Cast, visit: Visit
) -> None:
    raw = make.picture()
    sha = hashlib.sha256(raw).hexdigest()
    photo = {"sha256": sha, "size": len(raw)}
    with database.begin() as db:
        version = make_inspections.annual(db)
        found = make_inspections.inspection(db, record_id=cast.entity.id)
        answers = make_inspections.answers(
            questions_of(version),
            ve_sinh={"value": "tot", "photos": [photo]},
            tem_dung_lo={"value": "yes", "photos": [photo]},
        )
    draft = make_inspections.sent(
        found, version, answers=answers, outcome="in_order", finished=True
    )
    phone = visit(api=cast.inspector)
    assert send(phone, draft)[0]["photos_due"] == [sha]
    path = f"/api/v1/inspections/photos/{found.uid}/{sha}"
    half = len(raw) // 2
    for who in (cast.owner, cast.outsider):
        assert visit(api=who).request("PUT", path, content=raw).status_code in {403, 404}
    bare = phone.request("PUT", path, content=raw[:half])
    assert bare.json()["code"] == "diary.photo_digest_needed"
    assert put(phone, path, raw[:half], 0).json() == {"offset": half, "complete": False}
    gone = put(phone, path, b"x", 1)
    assert (gone.status_code, gone.json()["offset"]) == (409, half)
    assert phone.get(path).json() == {"offset": half, "complete": False}
    rest = put(phone, path, raw[half:], half)
    assert rest.json() == {"offset": len(raw), "complete": True}
    assert send(phone, draft)[0]["photos_due"] == []
    with database.begin(write=False) as db:
        kept = list(db.scalars(select(InspectionPhoto)))
        assert {one.item for one in kept} == {"ve-sinh", "tem-dung-lo"}
        assert len({one.sha256 for one in kept}) == 1


@pytest.mark.on("sqlite")
def test_fifty_photos_are_taken_and_one_more_is_not(
    database: Database, cast: Cast, visit: Visit
) -> None:
    with database.begin() as db:
        version = make_inspections.annual(db)
        found = make_inspections.inspection(db, record_id=cast.entity.id)
    items = [one.code for one in questions_of(version).items() if one.kind == "yes_no"][:6]
    answers = {
        item: {"photos": [{"sha256": f"{10 * place + one:064x}", "size": 5} for one in range(10)]}
        for place, item in enumerate(items[:5])
    }
    phone = visit(api=cast.inspector)
    draft = make_inspections.sent(found, version, answers=answers)
    assert len(send(phone, draft)[0]["photos_due"]) == 50
    one_more = {items[5]: {"photos": [{"sha256": "f" * 64, "size": 5}]}}
    refused = send(phone, draft | {"base_version": 2, "answers": {**answers, **one_more}})
    assert refused[0]["error"]["code"] == "oversight.inspection_too_much"


def test_a_program_signs_what_it_read_and_nothing_else(
    database: Database, cast: Cast, visit: Visit
) -> None:
    with database.begin() as db:
        version = make_inspections.annual(db)
        found = make_inspections.inspection(db, record_id=cast.entity.id)
        answers = make_inspections.answers(questions_of(version), nhat_ky={"value": "no"})
    desk = visit(api=cast.inspector)
    path = f"/api/v1/inspections/{found.id}/sign"
    assert desk.post(path, json={"version": 1}).json()["code"] == "oversight.held_needed"
    draft = make_inspections.sent(found, version, answers=answers, outcome="doubt")
    assert send(desk, draft)[0]["version"] == 2
    stale = desk.post(path, json={"version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "oversight.inspection_changed")
    signed = desk.post(path, json={"version": 2}).json()
    [finding] = signed["findings"]
    assert (signed["state"], finding["outcome"]) == ("signed", "doubt")
    assert finding["item"].startswith("Nhật ký")
    again = desk.post(path, json={"version": 3})
    assert (again.status_code, again.json()["code"]) == (409, "oversight.inspection_signed")
