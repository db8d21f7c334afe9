"""All that answers about a stamp tells of a recall that comes by what its lot is made of."""

from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import update

from app.diary.models import Lot
from app.diary.notice_actions import Act, lift_notice, set_notice
from app.diary.notice_queries import subject_of, subject_of_lot
from app.diary.notices import HOLD, RECALL
from app.diary.standing_queries import standing_against
from app.diary.trace_models import LotInput
from app.entities.models import Entity
from app.kit.db import Database
from app.partners.event_reach_queries import made_from_it
from app.products.models import Product
from app.stamps.phone_notice_queries import list_notices
from app.stamps.policy_queries import get_policy
from app.stamps.recall_actions import recall
from app.stamps.recall_models import RecallOrder
from app.stamps.recall_queries import touched_by
from app.stamps.span_actions import activate_span
from tests import make
from tests.client import Client
from tests.conftest import Cast, Visit

WARNS = "recalled"
WHY = "Muối nhiễm kim loại nặng"


@dataclass(frozen=True)
class Chain:
    """Salt of one producer in the dried shrimp of another, whose stamps are on sale."""

    database: Database
    salt: Lot
    raw: Product
    salter: Entity
    lot: Lot
    product: Product
    code: str
    input_id: int

    def set(self, kind: str, *, whole: bool = False, lift: bool = False) -> None:
        with self.database.begin() as db:
            of = subject_of_lot(self.salt)
            if whole:
                of = subject_of(db, actor=make.SYSTEM, product_id=self.raw.id)
            act = Act(actor=make.SYSTEM, now=make.NOW, reason=WHY, advice="Trả lại nơi mua")
            (lift_notice if lift else set_notice)(db, act=act, of=of, kind=kind)


@pytest.fixture
def chain(app: FastAPI, database: Database, cast: Cast) -> Chain:
    keyring = app.state.keyring
    with database.begin() as db:
        salter = make.entity(db, name="Diêm dân Đông Hải")
        raw = make.product(db, of=salter, name="Muối thô")
        salt = make.lot(db, of=raw, number="MUOI_7")
        product = make.product(db, of=cast.entity, name="Tôm khô")
        batch = make.issued_batch(db, of=product, keyring=keyring, handed=60)
        lot = make.complete_lot(db, of=product, number="T-1")
        first, last = (make.code(batch, one, keyring=keyring) for one in (1, 20))
        who: dict[str, Any] = {"actor": cast.owner.actor, "now": make.NOW, "keyring": keyring}
        activate_span(db, first_code=first, last_code=last, lot_id=lot.id, **who)
        fed = LotInput(lot_id=lot.id, source_lot_id=salt.id, added_at=make.NOW, added_by="test")
        db.add(fed)
        db.flush()
    return Chain(database, salt, raw, salter, lot, product, first, fed.id)


def told(client: Client, chain: Chain) -> dict[str, bool]:
    """Return which of all that answers about the stamp, its lot and product tells of a recall."""
    verified = client.get(f"/api/v1/verify/{chain.code}").json()
    product = client.get(f"/api/v1/verify/products/{chain.product.id}").json()
    links = {"Accept": "application/linkset+json"}
    return {
        "stamp": WHY in client.get(f"/t/{chain.code}").text,
        "lot": WHY in client.get(f"/l/{chain.lot.id}").text,
        "product": WHY in client.get(f"/p/{chain.product.id}").text,
        "links": WHY in client.get(f"/t/{chain.code}?linkType=linkset", headers=links).text,
        "verify": verified["verdict"] == "recalled",
        "because": (verified["because"] or {}).get("product") == "Muối thô",
        "products": product["lots_recalled"],
        "badge": WARNS in client.get(f"/badge/{chain.product.id}.json?lang=en").json()["message"],
    }


def test_a_recall_of_a_source_is_told_by_everything_and_lifted_by_all(
    chain: Chain, visit: Visit
) -> None:
    anybody = visit()
    # Twice: the second scan would go the short way.
    for _ in range(2):
        assert not any(told(anybody, chain)[name] for name in ("stamp", "lot", "verify"))
    chain.set(RECALL)
    assert all(told(anybody, chain).values())
    page = anybody.get(f"/t/{chain.code}").text
    assert "MUOI_7" in page
    assert f"/l/{chain.salt.id}" in page
    assert anybody.get(f"/l/{chain.salt.id}").status_code == 200
    assert f"/p/{chain.product.id}" in anybody.get("/recalls").text
    assert "Tôm khô" in anybody.get("/recalls?file=csv").text
    chain.set(RECALL, lift=True)
    assert not any(told(anybody, chain)[name] for name in ("stamp", "lot", "product", "verify"))
    # Of a product's recall no lot is named whose page is nobody's to read.
    chain.set(RECALL, whole=True)
    page = anybody.get(f"/t/{chain.code}").text
    assert WHY in page
    assert "MUOI_7" not in page
    assert anybody.get(f"/api/v1/verify/{chain.code}").json()["because"]["lot_number"] is None
    # An input that is withdrawn stops it.
    with chain.database.begin() as db:
        gone = {"withdrawn_at": make.NOW, "withdraw_reason": "Nhầm lô"}
        db.execute(update(LotInput).where(LotInput.id == chain.input_id).values(**gone))
    assert not any(told(anybody, chain)[name] for name in ("stamp", "lot", "product", "verify"))


def test_the_makers_gate_and_phone_say_so_and_the_office_counts_it(
    chain: Chain, visit: Visit, cast: Cast
) -> None:
    chain.set(HOLD)
    owner, officer = visit(page=cast.owner), visit(page=cast.officer)
    program, worker = visit(api=cast.officer), visit(api=cast.owner)
    with chain.database.begin(write=False) as db:
        # The gate asks by this alone.
        assert standing_against(db, chain.product.id, chain.lot.id).hold
        notice = next(
            one
            for one in list_notices(db, actor=cast.owner.actor, now=make.NOW)
            if one.detail == WHY
        )
        assert notice.facts["source"] == "MUOI_7"
        touched = touched_by(db, subject_of_lot(chain.salt), now=make.NOW)
        assert (touched.lots, touched.active, touched.made_stamps) == (2, 20, 20)
    assert "MUOI_7" in owner.get(f"/app/lots/{chain.lot.id}").text
    assert "T-1" in owner.get("/app/lots").text
    assert owner.get("/app/notices").text.count("MUOI_7") == 1
    assert owner.get(f"/app/lots/{chain.salt.id}/hold").status_code == 404
    shown = officer.get(f"/office/lots/{chain.salt.id}/recall")
    assert shown.status_code == 200
    assert "Tôm khô" in shown.text
    assert "MUOI_7" in officer.get(f"/office/lots/{chain.lot.id}/recall").text
    listed = officer.get(f"/office/lots/{chain.salt.id}/recall/lots?kind=json").json()
    assert [(one["lot"], one["stamps"], one["sources"]) for one in listed] == [
        ("MUOI_7", 0, ""),
        ("T-1", 20, "MUOI_7"),
    ]
    figures = program.get(f"/api/v1/lots/{chain.salt.id}/touched").json()
    assert figures["made"][0]["product"] == "Tôm khô"
    assert worker.get(f"/api/v1/lots/{chain.salt.id}/touched").status_code == 403
    of_product = f"/api/v1/products/{chain.raw.id}/touched"
    days = ("made_to=0", "made_from=1900-01-01", "made_from=2020-01-01")
    assert [program.get(f"{of_product}?{day}").status_code for day in days] == [422, 422, 200]
    listed = officer.get(
        f"/office/products/{chain.raw.id}/recall/lots?kind=csv&made_from=2020-01-01"
    )
    assert "T-1" in listed.text


def test_stamps_on_what_was_made_from_a_lot_count_for_two_people(chain: Chain, cast: Cast) -> None:
    with chain.database.begin() as db:
        policy = get_policy(db)
        policy.recall_two_from = 20
        db.add(policy)
        db.flush()
        act = Act(actor=cast.officer.actor, now=make.NOW, reason=WHY)
        order = recall(db, act=act, of=subject_of_lot(chain.salt))
        assert isinstance(order, RecallOrder)
        assert order.stamps == 20


def test_shops_are_told_of_changed_products_and_what_an_event_covers(
    chain: Chain, visit: Visit
) -> None:
    anybody = visit()

    def changed() -> set[int]:
        since = "2026-03-10T03:00:00Z"
        items = anybody.get(f"/api/v1/verify/products?updated_since={since}&limit=500").json()[
            "items"
        ]
        return {one["id"] for one in items if one["lots_recalled"]}

    assert not changed()
    chain.set(RECALL)
    assert changed() == {chain.raw.id, chain.product.id}
    with chain.database.begin(write=False) as db:
        made = made_from_it(db, subject_of_lot(chain.salt), "https://ocop.test")
    (product,) = made["products"]
    assert (product["id"], made["more"]) == (chain.product.id, False)
    assert [lot["number"] for lot in product["lots"]] == ["T-1"]
