"""Which acts the world is told of, in which words, and how it asks for them."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.audit.actions import record
from app.certificates import actions as papers
from app.diary import notice_actions
from app.diary.notice_queries import subject_of, subject_of_lot
from app.entities.actions import dissolve_entity
from app.entities.models import Entity
from app.kit.clock import day_of
from app.kit.db import Database
from app.office.audit_terms import KNOWN_ACTS
from app.partners.event_actions import publish, record_ended
from app.partners.events import PUBLIC_ACTIONS, EventType, Happening, type_of
from app.partners.rules import Scope
from app.products import actions as product_actions
from app.products.certificate_actions import add_certificate
from app.products.certificate_end_actions import revoke_certificate
from app.products.pack_actions import add_pack
from app.rights.actions import check_right
from app.rights.deciding import DecisionKind
from app.rights.turn_checks import Paper
from app.rights.use_decision_actions import decide_use_right
from app.rights.use_right_actions import add_use_right
from app.stamps.keyring import Keyring
from app.stamps.span_actions import void_span
from tests import make
from tests.client import Client
from tests.conftest import Cast, Visit
from tests.partners.conftest import Shop

EVENTS = "/api/v1/events"
BASE = "https://ocop.test"
WHO: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}


def happening(action: str, before: Any = None, after: Any = None) -> Happening:  # noqa: ANN401 - JSON
    return Happening(1, make.NOW, action, "1", 1, before or {}, after or {})


@pytest.mark.parametrize(
    ("action", "before", "after", "told"),
    [
        ("lot.recall", {}, {"reason": "x"}, "recall.made"),
        ("product.lift_hold", {}, {}, "hold.lifted"),
        ("product.change", {"status": "active"}, {"status": "retired"}, "product.retired"),
        ("product.change", {"status": "retired"}, {"status": "active"}, "product.changed"),
        ("product.change", {"name": "a"}, {"name": "a"}, None),
        ("use_right.decide", {"ended_on": None}, {"ended_on": "2026-01-01"}, "right.ended"),
        ("use_right.annul", {"ended_on": "2026-01-01"}, {"ended_on": None}, "right.resumed"),
        (
            "use_right.decide",
            {"suspended_on": None, "resumed_on": None},
            {"suspended_on": "2026-01-01", "resumed_on": "2026-02-01"},
            "right.suspended",
        ),
        ("right.change", {"suspended_on": None}, {"suspended_on": "2026-01"}, "right.suspended"),
        ("right.change", {"resumed_on": None}, {"resumed_on": "2026-02-01"}, "right.resumed"),
        ("right.change", {"expires_on": "2026-01"}, {"expires_on": "2036-01"}, "right.renewed"),
        ("use_right.change", {"valid_to": "2026-01-01"}, {"valid_to": None}, "right.renewed"),
        ("use_right.change", {"valid_to": "2027-01"}, {"valid_to": "2026-01"}, "right.changed"),
        ("right.change", {"checked_by": "a"}, {"checked_by": "b"}, None),
        ("right.change", {"checked_on": "2026-01-01"}, {"checked_on": None}, "right.changed"),
        ("right.picture", {"checked_on": "2026-01-01"}, {"checked_on": None}, "right.changed"),
        ("right.picture", {"image": ""}, {"image": "ab"}, None),
        ("entity.change", {"dissolved_on": None}, {"dissolved_on": "2026-01-01"},
         "producer.dissolved"),
        ("entity.change", {"dissolved_on": "2026-01-01"}, {"dissolved_on": None},
         "producer.restored"),
        ("entity.change", {"name": "a"}, {"name": "b"}, None),
        ("account.add", {}, {"phone": "0912"}, None),
        ("entry.record", {}, {}, None),
    ],
)  # fmt: skip
def test_each_act_has_its_type_or_none(
    action: str, before: dict[str, Any], after: dict[str, Any], told: str | None
) -> None:
    assert type_of(happening(action, before, after)) == told


def test_what_is_told_are_acts_that_there_are() -> None:
    assert set(KNOWN_ACTS) >= PUBLIC_ACTIONS


def poll(client: Client, after: int = 0, **query: Any) -> dict[str, Any]:  # noqa: ANN401 - the query
    answer = client.get(EVENTS, params={"after": after, **query})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_what_officers_do_is_told_in_public_words_and_nothing_personal(
    database: Database, cast: Cast, shop: Shop, keyring: Keyring
) -> None:
    client = shop()
    publish(database, base_url=BASE)
    start = poll(client)["next"]
    with database.begin() as db:
        db.execute(
            update(Entity)
            .where(Entity.id == cast.entity.id)
            .values(phone="0912345678", representative="Bà Năm", tax_no="096085001234")
        )
        product = make.product(db, of=cast.entity, name="Cua Năm Căn", gtin="08934588230070")
        key: dict[str, Any] = {"product_id": product.id}
        product_actions.change_product(db, **WHO, **key, story="Mới", name="Cua Năm Căn 1")
        add_pack(db, **WHO, **key, name="Hộp 1 kg", net_quantity=1.0, net_unit="kg")
        for year, number in ((2024, "12/QĐ"), (2026, "99/QĐ")):
            one = add_certificate(
                db, **WHO, **key, stars=4, decision_no=number, valid_from=date(year, 1, 1)
            )
        revoke_certificate(
            db, **WHO, **key, certificate_id=one.id, decision_no="1/TH", reason="Bí mật"
        )
        right = make.right(db, checked_on=None, checked_by="")
        facts: dict[str, Any] = {"right_id": right.id, "product_id": product.id}
        hidden = add_use_right(db, **WHO, **facts, valid_from=date(2025, 1, 1))
    # A right nobody has checked yet is nobody's business.
    publish(database, base_url=BASE)
    with database.begin() as db:
        check_right(db, **WHO, right_id=right.id, against="bản gốc")
        paper = Paper(
            decision_no="7/QĐ",
            decided_on=date(2026, 3, 1),
            effective_on=date(2026, 3, 1),
            reason="Kín",
        )
        decide_use_right(
            db,
            **WHO,
            use_right_id=hidden.id,
            kind=DecisionKind.SUSPENDED,
            paper=paper,
            past_is_meant=True,
        )
        batch = make.issued_batch(db, of=product, keyring=keyring, quantity=10, handed=10)
        codes = [make.code(batch, number, keyring=keyring) for number in (2, 4)]
        ends: dict[str, Any] = {"first_code": codes[0], "last_code": codes[1]}
        void_span(db, **WHO, keyring=keyring, **ends, reason="Rách kín")
        product_actions.change_product(db, **WHO, **key, status="retired")
        gone: dict[str, Any] = {"entity_id": cast.entity.id, "dissolved_on": make.TODAY}
        dissolve_entity(db, **WHO, **gone)
    publish(database, base_url=BASE)
    found = poll(client, start)
    assert [one["type"] for one in found["events"]] == [
        "product.changed",
        "product.changed",
        "certificate.granted",
        "certificate.renewed",
        "certificate.revoked",
        "right.granted",
        "right.suspended",
        "stamps.voided",
        "product.retired",
        "producer.dissolved",
    ]
    told = [one["data"] for one in found["events"]]
    assert told[0]["changed"] == ["name", "story"]
    assert told[1]["changed"] == ["packs"]
    assert told[0]["product"]["gtin"] == "08934588230070"
    assert (told[3]["certificate"]["decision_no"], told[3]["stars"]) == ("99/QĐ", 4)
    assert told[5]["product_ids"] == [product.id]
    assert told[6]["use_right"]["suspended_on"] == "2026-03-01"
    assert told[9]["entity"]["dissolved_on"] == make.TODAY.isoformat()
    assert told[9]["product_ids"] == [product.id]
    assert told[7]["stamps"] == {"batch_id": batch.id, "count": 3}
    text = json.dumps(found, ensure_ascii=False)
    for secret in ("0912", "Bà Năm", "096085", "Bí mật", "kín", "Kín", '"test"', *codes):
        assert secret not in text, secret


def test_a_recall_is_told_with_what_stands_after_it(
    database: Database, cast: Cast, shop: Shop
) -> None:
    client = shop()
    publish(database, base_url=BASE)
    start = poll(client)["next"]
    with database.begin() as db:
        product = make.product(db, of=cast.entity)
        lot = make.lot(db, of=product, number="L-1")
        days: dict[str, Any] = {"made_from": date(2026, 3, 1), "made_to": date(2026, 3, 31)}
        of = subject_of(db, actor=make.SYSTEM, product_id=product.id, **days)
    for act, kind, subject in (
        (notice_actions.set_notice, "hold", subject_of_lot(lot)),
        (notice_actions.set_notice, "recall", of),
        (notice_actions.lift_notice, "hold", subject_of_lot(lot)),
        (notice_actions.lift_notice, "recall", of),
    ):
        with database.begin() as db:
            said = notice_actions.Act(**WHO, reason="Kiểm nghiệm", advice="Trả lại nơi mua")
            act(db, act=said, of=subject, kind=kind)
        publish(database, base_url=BASE)
    found = poll(client, start)["events"]
    assert [(one["type"], one["data"]["stands"]) for one in found] == [
        ("hold.set", ["hold"]),
        ("recall.made", ["recall"]),
        ("hold.lifted", ["recall"]),
        ("recall.lifted", []),
    ]
    made, lifted = found[1]["data"], found[3]["data"]
    assert (made["made_from"], made["made_to"]) == ("2026-03-01", "2026-03-31")
    assert (made["reason"], made["advice"]) == ("Kiểm nghiệm", "Trả lại nơi mua")
    assert lifted["made_to"] == "2026-03-31"
    assert "reason" not in lifted
    assert found[0]["data"]["lot"]["number"] == "L-1"
    assert "lot" not in made


def test_polling_finds_each_event_once_and_says_when_nothing_is_new(
    database: Database, cast: Cast, shop: Shop, visit: Visit
) -> None:
    client = shop()
    publish(database, base_url=BASE)
    start = poll(client)["next"]
    with database.begin() as db:
        for _ in range(5):
            lot = make.lot(db, of=make.product(db, of=cast.entity))
            notice_actions.hold_lot(db, **WHO, lot_id=lot.id, reason="Nghi ngờ")
            record(db, by=make.SYSTEM, now=make.NOW, action="account.change", subject_id=1)
    assert poll(client, start)["events"] == [], "what is not looked at yet is not told"
    publish(database, base_url=BASE)
    publish(database, base_url=BASE)
    seen, after, more = [], start, True
    while more:
        part = poll(client, after, limit=2)
        seen += [one["id"] for one in part["events"]]
        after, more = part["next"], part["more"]
    assert len(seen) == len(set(seen)) == 5
    last = client.get(EVENTS, params={"after": after})
    assert (last.json()["events"], last.json()["next"]) == ([], after)
    headers = {"If-None-Match": last.headers["etag"]}
    assert client.get(EVENTS, params={"after": after}, headers=headers).status_code == 304
    assert poll(client, start, type=["recall.made"])["next"] == after
    assert len(poll(client, start, type=["recall.made", "hold.set"])["events"]) == 5
    assert poll(client, 2**62)["next"] == 2**62
    for bad in ({"after": -1}, {"after": "x"}, {"limit": 0}, {"limit": 201}, {"type": "x"}):
        assert client.get(EVENTS, params=bad).status_code == 422
    assert visit().get(EVENTS).status_code == 401
    assert visit(api=cast.officer).get(EVENTS).status_code == 401
    assert shop("b.vn", Scope.VERIFY).get(EVENTS).status_code == 403


def test_what_ends_by_the_calendar_alone_is_told_once_on_its_day(
    database: Database, cast: Cast, shop: Shop
) -> None:
    client, today = shop(), day_of(make.NOW)
    with database.begin() as db:
        product = make.product(db, of=cast.entity)
        key: dict[str, Any] = {"product_id": product.id}
        for number, last in (("1/QĐ", today), ("2/QĐ", today - timedelta(days=60))):
            add_certificate(
                db, **WHO, **key, stars=3, decision_no=number, valid_from=date(2024, 1, 1),
                valid_to=last, issuer="UBND huyện",
            )  # fmt: skip
        make.use_right(db, of=make.right(db), product=product, valid_to=today)
        make.right(db, type="trademark", expires_on=today)
    publish(database, base_url=BASE)
    start = poll(client)["next"]
    for days, count in ((0, 0), (1, 3), (1, 0), (5, 0), (40, 0)):
        with database.begin() as db:
            assert record_ended(db, now=make.NOW + timedelta(days=days)) == count, days
    publish(database, base_url=BASE)
    found = poll(client, start)["events"]
    assert [one["type"] for one in found] == ["certificate.ended", "right.ended", "right.ended"]
    assert found[0]["data"]["certificate"]["status"] == "expired"
    assert found[0]["data"]["stars"] is None
    assert found[1]["data"]["use_right"]["status"] == "expired"


def test_public_certificates_of_other_kinds_are_told_from_first_to_last(
    database: Database, cast: Cast, shop: Shop
) -> None:
    client = shop()
    with database.begin() as db:
        product = make.product(db, of=cast.entity)
    publish(database, base_url=BASE)
    start = poll(client)["next"]
    with database.begin() as db:
        of: dict[str, Any] = {"entity_id": cast.entity.id, "kind": "haccp", "public": True}
        term: dict[str, Any] = {"valid_from": date(2026, 1, 1), "valid_to": make.TODAY}
        ends = papers.add_certificate(db, **WHO, **of, **term, number="H-1")
        own = papers.add_certificate(
            db, **WHO, **{**of, **term}, number="H-2", product_id=product.id
        )
        hidden = papers.add_certificate(db, **WHO, **{**of, "public": False}, **term, number="K-3")
        renewed = papers.renew_certificate(
            db, **WHO, certificate_id=ends.id, number="H-4", public=True, valid_from=make.TODAY
        )
        papers.revoke_certificates(
            db, **WHO, certificates=[own.id, hidden.id], decision_no="9/QĐ", reason="Kín"
        )
    publish(database, base_url=BASE)
    with database.begin() as db:
        papers.strike_certificate(db, **WHO, certificate_id=renewed.id, reason="Nhầm")
    for days, count in ((0, 0), (1, 1), (2, 0)):
        with database.begin() as db:
            assert record_ended(db, now=make.NOW + timedelta(days=days)) == count, days
    publish(database, base_url=BASE)
    found = poll(client, start)["events"]
    told = [(one["type"].split(".")[1], one["data"]["certificate"]["number"]) for one in found]
    assert told == [
        ("granted", "H-1"),
        ("granted", "H-2"),
        ("renewed", "H-4"),
        ("revoked", "H-2"),
        ("ended", "H-4"),
        ("ended", "H-1"),
    ]
    assert found[0]["data"]["product_ids"] == [product.id]
    assert found[1]["data"]["product"]["id"] == product.id
    assert "Kín" not in json.dumps(found, ensure_ascii=False)


def test_an_event_that_cannot_be_told_keeps_none_of_the_later_ones_from_going_out(
    database: Database, cast: Cast, shop: Shop
) -> None:
    client = shop()
    publish(database, base_url=BASE)
    start = poll(client)["next"]
    with database.begin() as db:
        facts: dict[str, Any] = {"by": make.SYSTEM, "now": make.NOW}
        record(db, **facts, action="span.void", subject_kind="batch", subject_id="x")
        record(db, **facts, action="lot.recall", subject_id=2**40)
        lot = make.lot(db, of=make.product(db, of=cast.entity))
        notice_actions.hold_lot(db, **WHO, lot_id=lot.id, reason="Nghi ngờ")
    publish(database, base_url=BASE)
    assert [one["type"] for one in poll(client, start)["events"]] == [EventType.HOLD_SET]
