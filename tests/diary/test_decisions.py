"""Late entries and who decides on them; work of others; what a phone wrote down and when."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.diary.entry_actions import record_entry
from app.diary.models import Lot
from app.diary.queries import public_entries
from app.diary.rules import EntryKind
from app.diary.tracing import DispatchGiven, InputGiven
from app.diary.written import Promised, Written
from app.kit.db import Database
from app.kit.errors import DomainError
from tests import make, make_entries, make_trace
from tests.conftest import Cast, Visit

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Write = Callable[..., Any]


@pytest.fixture
def lot(database: Database, cast: Cast) -> Lot:
    with database.begin() as db:
        return make_entries.templated_lot(db, of=make.product(db, of=cast.entity))


@pytest.fixture
def write(db: Session, cast: Cast, lot: Lot) -> Write:
    def one(*, skew: timedelta | None = None, **facts: Any) -> Any:  # noqa: ANN401 - what is recorded
        given: dict[str, Any] = {
            "kind": EntryKind.OBSERVATION, "stage": "", "performed_at": make.NOW, "values": {},
        }  # fmt: skip
        written = Written(id=facts.pop("id", uuid4()), **(given | facts))
        who: dict[str, Any] = {"actor": cast.owner.actor, "now": make.NOW, "skew": skew}
        return record_entry(db, **who, lot_id=lot.id, written=written)

    return one


@pytest.mark.parametrize(
    ("done", "device", "skew", "mark", "recorded"),
    [
        # Written down in time, received twenty days later: no mark.
        (20 * DAY, 20 * DAY - HOUR, timedelta(0), "on_time", 20 * DAY - HOUR),
        (20 * DAY, 17 * DAY, timedelta(0), "late", 17 * DAY),
        (20 * DAY, 12 * DAY, timedelta(0), "needs_approval", 12 * DAY),
        # Without a skew, or with one beyond trust, receipt counts.
        (20 * DAY, 20 * DAY - HOUR, None, "needs_approval", 0 * DAY),
        (DAY, DAY, 365 * DAY, "on_time", 0 * DAY),
        (3 * DAY, 3 * DAY, -365 * DAY, "late", 0 * DAY),
        # Off by a zone, and known to be: corrected.
        (3 * DAY, 3 * DAY - 7 * HOUR - HOUR, 7 * HOUR, "on_time", 3 * DAY - HOUR),
        # A clock that had gone back when it was written: it can't be before the work.
        (20 * DAY, 400 * DAY, timedelta(0), "needs_approval", 0 * DAY),
        # A clock that goes ahead of its own sending.
        (DAY, -5 * HOUR, timedelta(0), "on_time", 0 * DAY),
    ],
)
def test_late_is_what_was_written_down_late_by_a_clock_that_is_known(
    write: Write,
    done: timedelta,
    device: timedelta,
    skew: timedelta,
    mark: str,
    recorded: timedelta,
) -> None:
    facts = {"performed_at": make.NOW - done, "device_at": make.NOW - device}
    entry = write(skew=skew, **facts).entry
    assert (entry.late, entry.recorded_at) == (mark, make.NOW - recorded)


def test_a_very_late_entry_counts_once_it_is_approved(
    visit: Visit, cast: Cast, lot: Lot, db: Session, write: Write
) -> None:
    done = write(performed_at=make.NOW - 9 * DAY, performer="Ông Bảy", note="Chép sổ")
    assert [one.code for one in done.warnings] == ["diary.waits_for_approval"]
    assert (done.entry.approval, done.entry.on_behalf) == ("waiting", True)
    assert public_entries(db, lot.id) == ()
    db.commit()
    path = f"/api/v1/lots/{lot.id}/entries/{done.entry.id}/decide"
    yes, no = {"accepted": True}, {"accepted": False, "reason": "Không có thật"}
    assert visit(api=cast.outsider).post(path, json=yes).status_code == 404
    for person in (cast.colleague, cast.inspector):
        assert visit(api=person).post(path, json=yes).status_code == 403
    owner = visit(api=cast.owner)
    assert owner.get("/api/v1/approvals").json()["total"] == 1
    assert owner.post(path, json={"accepted": False}).status_code == 422
    told = [owner.post(path, json=yes).json() for _ in range(2)]
    assert told[0] == told[1]
    assert (told[0]["approval"], told[0]["decision"]["by"]) == ("accepted", "Chị Chủ")
    late = visit(api=cast.officer).post(path, json=no)
    assert (late.status_code, late.json()["code"]) == (409, "diary.nothing_to_decide")
    assert owner.get("/api/v1/approvals").json() == {"items": [], "total": 0}
    with pytest.raises(DBAPIError), db.begin_nested():
        db.execute(text("UPDATE entry_decision SET accepted = NOT accepted"))
    shown = public_entries(db, lot.id)
    assert [(one.performer, one.on_behalf, one.note) for one in shown] == [("", False, "Chép sổ")]


def test_the_owner_refuses_on_the_phone_and_the_keepers_go_on_reading(
    visit: Visit, cast: Cast, lot: Lot, db: Session, write: Write
) -> None:
    entry = write(performed_at=make.NOW - 9 * DAY, note="Ghi nhầm lô").entry
    db.commit()
    page, worker = visit(page=cast.owner), visit(page=cast.colleague)
    assert "1 mục ghi muộn chờ duyệt" in page.get("/app/today").text
    assert "Duyệt: đúng là" not in worker.get("/app/approvals").text
    path = f"/app/approvals/{entry.id}"
    assert worker.post(path, data={"accepted": "yes"}).status_code == 403
    wrong = page.post(path, data={"accepted": "no", "reason": ""})
    assert (wrong.status_code, "Ghi nhầm lô" in wrong.text) == (422, True)
    sent = page.post(path, data={"accepted": "no", "reason": "Nhầm lô"})
    assert sent.status_code == 303
    told = page.get(f"/app/lots/{lot.id}").text
    assert "Ghi nhầm lô" in told
    assert "Không được duyệt" in told
    assert public_entries(db, lot.id) == ()


def test_a_correction_that_waits_leaves_the_public_what_stood(
    db: Session, lot: Lot, write: Write
) -> None:
    when = make.NOW - 9 * DAY
    first = write(performed_at=when, device_at=when, skew=timedelta(0), note="Đúng").entry
    told = write(performed_at=when, note="Sửa", amends=first.id, reason="Nhầm").entry
    assert told.approval == "waiting"
    assert [(one.note, one.amended) for one in public_entries(db, lot.id)] == [("Đúng", False)]
    again = {"amends": first.id, "reason": "Nhầm nữa", "device_at": when, "skew": timedelta(0)}
    last = write(performed_at=when, note="Sau cùng", **again).entry
    assert last.amends == told.id
    read = {one.note: one.amended_by for one in public_entries(db, lot.id)}
    assert read == {"Đúng": last.id, "Sau cùng": None}


def test_goods_of_an_entry_stand_or_fall_with_it(
    db: Session, cast: Cast, lot: Lot, write: Write
) -> None:
    source = make.lot(db, of=make.product(db, of=cast.entity))
    goods = {"kind": EntryKind.RECEIVING, "stage": "nhap"}
    with pytest.raises(DomainError):
        write(**goods)
    itself = (InputGiven(source_lot_id=lot.id),)
    with pytest.raises(DomainError), db.begin_nested():
        write(**goods, inputs=itself)
    assert db.scalar(text("SELECT count(*) FROM diary_entry")) == 0
    wrong = write(**goods, inputs=(InputGiven(source_lot_id=source.id, quantity=5, unit="kg"),))
    sent = DispatchGiven(receiver="Chợ Năm Căn", quantity=3, unit="kg")
    write(kind=EntryKind.SHIPPING, dispatch=sent)
    mended = (InputGiven(material="Tôm sống", supplier="Vựa Út"),)
    write(**goods, inputs=mended, amends=wrong.entry.id, reason="Mua ngoài")
    query = "SELECT material, withdrawn_at IS NULL FROM lot_input ORDER BY id"
    assert [tuple(row) for row in db.execute(text(query))] == [("", 0), ("Tôm sống", 1)]
    assert db.scalar(text("SELECT receiver FROM lot_dispatch")) == "Chợ Năm Căn"


def test_a_closed_diary_takes_what_a_known_phone_wrote_before(
    db: Session, lot: Lot, write: Write
) -> None:
    held = db.merge(lot)
    held.state, held.closed_at = "closed", make.NOW - HOUR
    db.flush()
    before = {"performed_at": make.NOW - 3 * HOUR, "device_at": make.NOW - 2 * HOUR}
    for skew, state in ((None, "closed"), (timedelta(0), "released")):
        held.state = state
        with pytest.raises(DomainError) as refused:
            write(**before, skew=skew)
        assert refused.value.code == "diary.lot_closed"
    held.state = "closed"
    assert write(**before, skew=timedelta(0)).new


def test_the_same_again_is_the_same_with_all_an_entry_may_say(write: Write) -> None:
    facts: dict[str, Any] = {
        "id": uuid4(),
        "kind": EntryKind.HARVEST,
        "stage": "thu-hoach",
        "values": {"quantity": 5, "unit": "kg", "Ghi thêm": "máy cũ"},
        "performer": "Ông Bảy",
        "location_code": make.PLACE,
        "promised": (Promised("b" * 64, 7),),
        "inputs": (InputGiven(material="Đá"),),
    }
    first, again = write(**facts), write(**facts)
    assert (first.new, again.new, again.entry.photos_due) == (True, False, 1)
    assert first.warnings == again.warnings
    others: list[dict[str, Any]] = [
        {"performer": ""}, {"location_code": ""}, {"promised": ()}, {"inputs": ()},
    ]  # fmt: skip
    for other in others:
        with pytest.raises(DomainError) as refused:
            write(**(facts | other))
        assert refused.value.code == "diary.entry_differs"


def test_private_stages_and_work_for_a_recalled_lot(db: Session, lot: Lot, write: Write) -> None:
    assert write(kind=EntryKind.OTHER, stage="so-tay").entry.public is False
    make_trace.link(db, make.lot(db, of=make.product(db, of=make.entity(db))), db.merge(lot))
    db.execute(
        text(
            "INSERT INTO lot_notice (lot_id, kind, reason, advice, set_at, set_by, official,"
            " lifted_by, lift_reason) VALUES (:lot, 'recall', 'x', '', '2026-03-01', 'Lan', true,"
            " '', '')"
        ),
        {"lot": lot.id},
    )
    assert [one.code for one in write().warnings] == ["diary.lot_stopped_already"]
