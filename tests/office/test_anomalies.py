"""From look-ups to an officer's decision: nothing accuses by itself."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.diary.notice_actions import recall_lot
from app.kit.db import Database
from app.scans.actions import Lookup, Visit
from app.scans.count_actions import count_lookups
from app.scans.models import CloneSignal, Suspicion
from app.scans.rules import minute_of
from app.stamps.change_actions import change_span
from app.stamps.display_actions import mark_pack
from app.stamps.policy_actions import set_policy
from app.stamps.queries import get_stamp
from app.stamps.rules import Move
from app.stamps.signal_actions import Watch
from app.stamps.span_queries import Ends
from tests import make
from tests.client import Client
from tests.conftest import Clock
from tests.conftest import Visit as Opening
from tests.lookup.conftest import Scene

DAY = timedelta(days=1)


@dataclass
class Street:
    """People who look up the stamps of a scene, and the watch over what they look up."""

    scene: Scene
    database: Database
    clock: Clock
    people: int = 0

    def __post_init__(self) -> None:
        self.watch = Watch(self.database, self.clock)

    def look(self, code: str, count: int, *, province: str | None = None, days: int = 1) -> None:
        """Have so many people look a stamp up, spread over the days before now."""
        with self.database.begin() as db:
            stamp = get_stamp(db, keyring=self.scene.keyring, text=code)
            looks = []
            for number in range(count):
                self.people += 1
                at = minute_of(self.clock.now - DAY * (number % days))
                visit = Visit(stamp.line, self.people.to_bytes(16), at)
                active = stamp.state == "active"
                looks.append(Lookup(visit, "phone", active, stamp.product_id, province))
            count_lookups(db, looks)

    def signals(self) -> list[CloneSignal]:
        self.watch.run()
        with self.database.begin(write=False) as db:
            return list(db.scalars(select(CloneSignal).order_by(CloneSignal.line)))


@pytest.fixture
def street(scene: Scene, database: Database, clock: Clock) -> Street:
    clock.now += 20 * DAY
    return Street(scene, database, clock)


@pytest.fixture
def officer(visit: Opening, scene: Scene) -> Client:
    return visit(page=scene.cast.officer)


def decide(who: Client, signal: CloneSignal, decision: str, **facts: str) -> Response:
    sent = {"choice": decision, "reason": "Đã hỏi cửa hàng", **facts}
    return who.post(f"/office/anomalies/{signal.id}", data=sent)


def test_a_code_that_many_look_up_is_one_signal_and_few_are_none(street: Street) -> None:
    street.look(street.scene.active, 12, days=5)
    street.look(street.scene.codes[1], 3)
    assert street.signals() == []
    street.look(street.scene.active, 1)
    one = street.signals()[0]
    street.look(street.scene.active, 4)
    again = street.signals()
    street.watch.forget()
    assert [row.id for row in street.signals()] == [row.id for row in again] == [one.id]
    assert (one.reasons, one.devices, again[0].devices, one.threshold) == (["devices"], 13, 17, 13)
    assert (one.product_id, one.lot_id) == (street.scene.product.id, street.scene.lot.id)
    with street.database.begin() as db:
        assert db.scalars(select(Suspicion)).all() == []


def test_look_ups_before_activation_after_a_recall_and_of_void_stamps_are_signs(
    street: Street, clock: Clock
) -> None:
    scene, who = street.scene, street.scene.cast.officer.actor
    street.look(scene.received, 3, days=3)
    street.look(scene.codes[5], 4)
    street.look(scene.codes[6], 4, days=2)
    with street.database.begin() as db:
        recall_lot(
            db,
            actor=who,
            now=clock.now,
            lot_id=scene.lot.id,
            reason="Nhiễm khuẩn",
            advice="Trả lại",
        )
        change_span(
            db,
            actor=who,
            now=clock.now,
            keyring=scene.keyring,
            move=Move.VOID,
            chosen=Ends(scene.codes[3], scene.codes[3]),
            reason="Bị mất cắp",
        )
    clock.now += DAY
    street.look(scene.codes[0], 8)
    street.look(scene.codes[1], 7)
    street.look(scene.codes[3], 3)
    found = {row.line: row.reasons for row in street.signals()}
    lines = [scene.line(code) for code in (scene.codes[6], scene.codes[0], scene.codes[3])]
    assert found == dict(zip(lines, (["early"], ["recalled"], ["gone"]), strict=True))


def test_many_provinces_on_a_day_are_a_sign_and_a_carriers_gateways_none(street: Street) -> None:
    for province in ("96", "96", "01", "79"):
        street.look(street.scene.codes[0], 1, province=province)
    for province in ("96", "92", "91", "86"):
        street.look(street.scene.codes[1], 1, province=province)
    assert [row.reasons for row in street.signals()] == [["provinces"]]


def test_a_display_pack_raises_nothing_but_hides_nothing_either(
    street: Street, clock: Clock
) -> None:
    scene, who = street.scene, street.scene.cast.owner.actor
    street.look(scene.codes[0], 13)
    clock.now += timedelta(hours=1)
    asked: dict[str, Any] = {"actor": who, "now": clock.now, "keyring": scene.keyring}
    with street.database.begin() as db:
        for code in scene.codes[:2]:
            mark_pack(db, text=code, place="Hội chợ", **asked)
    clock.now += DAY
    for code in scene.codes[:2]:
        street.look(code, 40)
    # What came before the mark still speaks for a copy.
    assert [row.line for row in street.signals()] == [scene.line(scene.codes[0])]


def test_an_officer_decides_in_plain_sight_and_only_a_warning_is_seen_by_buyers(
    street: Street, officer: Client, visit: Opening
) -> None:
    scene, buyer = street.scene, visit()
    street.look(scene.active, 14, province="96", days=3)
    signal = street.signals()[0]
    assert "1 tem nghi bị sao chép" in officer.get("/office").text
    assert scene.product.name in officer.get("/office/anomalies").text
    page = officer.get(f"/office/anomalies/{signal.id}").text
    for words in ("14 người khác nhau", "Cà Mau", "Điện thoại", "13"):
        assert words in page
    assert decide(officer, signal, "watch").status_code == 303
    assert buyer.get(f"/api/v1/verify/{scene.active}").json()["verdict"] == "active"
    assert officer.get("/office/anomalies").text.count("<tr") == 0
    assert decide(officer, signal, "warn").status_code == 303
    assert buyer.get(f"/api/v1/verify/{scene.active}").json()["verdict"] == "suspicious"
    assert decide(officer, signal, "ignore").status_code == 303
    assert buyer.get(f"/api/v1/verify/{scene.active}").json()["verdict"] == "active"
    told = officer.get(f"/office/anomalies/{signal.id}").text
    assert told.count("Đã quyết định về dấu hiệu bất thường") == 3
    with street.database.begin(write=False) as db:
        query = select(AuditEvent.action).where(AuditEvent.subject_kind.in_(("signal", "stamp")))
        acts = list(db.scalars(query.order_by(AuditEvent.seq)))
    assert acts[-5:] == [
        *("signal.decide", "signal.decide", "stamp.suspect", "signal.decide", "stamp.clear")
    ]


def test_what_was_decided_stays_quiet_until_there_is_clearly_more(
    street: Street, officer: Client
) -> None:
    street.look(street.scene.active, 14)
    signal = street.signals()[0]
    decide(officer, signal, "ignore")
    street.look(street.scene.active, 13)
    assert street.signals()[0].state == "ignored"
    street.look(street.scene.active, 1)
    assert street.signals()[0].state == "open"
    decide(officer, signal, "watch")
    for province in ("96", "92", "91", "86"):
        street.look(street.scene.active, 1, province=province)
    assert street.signals()[0].state == "open"


def test_a_stamp_is_made_void_by_one_or_two_people_as_the_policy_says(
    street: Street, officer: Client, clock: Clock
) -> None:
    scene = street.scene
    for code in scene.codes[:2]:
        street.look(code, 14)
    first, second = street.signals()
    assert decide(officer, first, "void").status_code == 303
    with street.database.begin() as db:
        set_policy(
            db,
            actor=make.SYSTEM,
            now=clock.now,
            two_people_from=1,
            undo_days=10,
            lapse_months=None,
            tolerance_percent=5.0,
        )
    answer = decide(officer, second, "void")
    assert "said=" in answer.headers["location"]
    states = {}
    with street.database.begin(write=False) as db:
        for code in scene.codes[:2]:
            states[code] = get_stamp(db, keyring=scene.keyring, text=code).state
    assert list(states.values()) == ["void", "active"]
    assert "Đã hỏi cửa hàng" in officer.get(f"/office/batches/{scene.batch.id}").text
    # Void already: nothing of the decision is kept.
    refused = decide(officer, first, "void")
    assert refused.status_code == 422
    with street.database.begin(write=False) as db:
        assert db.get_one(CloneSignal, first.id).decision == "Đã hỏi cửa hàng"


def test_a_decision_needs_a_choice_a_reason_and_the_state_that_was_seen(
    street: Street, officer: Client, visit: Opening
) -> None:
    street.look(street.scene.active, 14)
    signal = street.signals()[0]
    seen = signal.changed_at.isoformat()
    for facts in ({"reason": ""}, {"choice": ""}, {"choice": "accuse"}, {"reason": "a\u202eb"}):
        answer = decide(officer, signal, "warn", **facts)
        assert answer.status_code == 422, facts
    assert decide(officer, signal, "watch", seen=seen).status_code == 303
    late = decide(officer, signal, "warn", seen=seen)
    assert late.status_code == 422
    assert "Theo dõi" in late.text
    reader = visit(page=street.scene.cast.inspector)
    assert reader.get(f"/office/anomalies/{signal.id}").status_code == 200
    assert decide(reader, signal, "warn").status_code == 403
    assert officer.get("/office/anomalies/999").status_code == 404
