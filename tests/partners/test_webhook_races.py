"""Webhooks with real threads and commits: kills, slow servers, several processes at once."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import select, update

from app.diary import notice_actions
from app.diary.models import Lot
from app.entities.models import Entity
from app.identity.sealing import Sealer
from app.kit.db import Database
from app.kit.outbound import Caps, Outbound
from app.kit.work import Runner, Task
from app.partners.actions import add_partner
from app.partners.event_actions import publish
from app.partners.event_models import PublicEvent
from app.partners.event_queries import last_happening
from app.partners.webhook_actions import add_endpoint
from app.partners.webhook_courier_actions import Courier, claim, fill_outboxes
from app.partners.webhook_models import WebhookDelivery, WebhookEndpoint
from app.partners.webhooks import LEASE, EndpointState
from tests import make
from tests.make_webhooks import Receiver, receiving
from tests.waiting import until

SEALER = Sealer({1: b"s" * 32})
BASE = "https://ocop.test"


@dataclass
class Town:
    """A database that commits, with a producer and shops' servers."""

    database: Database
    entity: Entity

    def courier(self, **more: Any) -> Courier:  # noqa: ANN401 - fields of a courier
        facts: dict[str, Any] = {
            "outbound": Outbound(loopback=True),
            "sealer": SEALER,
            "clock": lambda: datetime.now(UTC),
            "base_url": BASE,
        }
        return Courier(self.database, **(facts | more))

    def hook(self, url: str, name: str) -> int:
        with self.database.begin() as db:
            who: dict[str, Any] = {"now": datetime.now(UTC)}
            partner = add_partner(
                db, actor=make.SYSTEM, name=name, kind="shop", hosts=["shop.vn"], **who
            )
            made, _ = add_endpoint(
                db, by=make.SYSTEM, sealer=SEALER, partner_id=partner.id, url=url, **who
            )
            return made.id

    def hold(self, times: int = 1) -> None:
        for _ in range(times):
            with self.database.begin() as db:
                lot = make.lot(db, of=make.product(db, of=self.entity))
                _hold(db, lot)

    def outbox(self, endpoint_id: int) -> list[WebhookDelivery]:
        with self.database.begin(write=False) as db:
            query = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint_id)
            return list(db.scalars(query.order_by(WebhookDelivery.id)))


def _hold(db: Any, lot: Lot) -> None:  # noqa: ANN401 - a session
    facts: dict[str, Any] = {"actor": make.SYSTEM, "now": datetime.now(UTC), "reason": "Nghi ngờ"}
    notice_actions.hold_lot(db, lot_id=lot.id, **facts)


@pytest.fixture
def town(racing_database: Database) -> Iterator[Town]:
    with racing_database.begin() as db:
        town = Town(racing_database, make.entity(db))
    publish(racing_database, base_url=BASE)
    yield town
    with racing_database.begin() as db:
        db.execute(update(WebhookEndpoint).values(state=EndpointState.RETIRED))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def _has(receiver: Receiver, count: int) -> bool:
    return len(receiver.got) == count


def test_who_is_killed_after_sending_sends_again_under_the_same_id(
    town: Town, receiver: Receiver
) -> None:
    hook = town.hook(receiver.url, f"Kill {monotonic()}")

    class Killed(BaseException):
        pass

    def die(_got: object) -> None:
        receiver.before = bool
        # As a power cut: what was sent is on record nowhere.
        raise Killed

    class Dying(Outbound):
        def post(self, url: str, **more: Any) -> Any:  # noqa: ANN401 - as its base
            super().post(url, **more)
            die(url)

    town.hold()
    dying = town.courier(outbound=Dying(loopback=True))
    dying.round()
    dying.settle()
    dying.close()
    [waiting] = town.outbox(hook)
    assert (waiting.state, waiting.attempts, len(receiver.got)) == ("waiting", 1, 1)
    heir = town.courier()
    heir.round()
    heir.settle()
    assert len(receiver.got) == 1, "the one that sends it may still be alive"
    heir.clock = lambda: datetime.now(UTC) + LEASE + timedelta(seconds=1)
    heir.round()
    heir.settle()
    heir.close()
    assert receiver.names == [waiting.message_id] * 2
    assert [one.state for one in town.outbox(hook)] == ["done"]


def test_a_slow_server_holds_up_no_other(town: Town, receiver: Receiver) -> None:
    with receiving() as slow:
        slow.before = lambda _got: sleep(5)
        slow_one = town.hook(slow.url, f"Slow {monotonic()}")
        quick_one = town.hook(receiver.url, f"Quick {monotonic()}")
        courier = town.courier(outbound=Outbound(loopback=True, caps=Caps(total=1)))
        town.hold(3)
        began = monotonic()
        while len(receiver.got) < 3 and monotonic() < began + 10:
            courier.round()
            sleep(0.05)
        assert monotonic() - began < 4, "the quick one waited for the slow one"
        courier.settle()
        courier.close()
    assert [one.state for one in town.outbox(quick_one)] == ["done"] * 3
    first, *others = town.outbox(slow_one)
    assert (first.state, first.last_error) == ("waiting", "kit.too_slow")
    assert [one.attempts for one in others] == [0, 0], "one that fails is not tried with all"
    assert receiver.names == [one.message_id for one in town.outbox(quick_one)]


def test_several_at_once_lose_and_double_nothing(town: Town, receiver: Receiver) -> None:
    hook = town.hook(receiver.url, f"Many {monotonic()}")
    with town.database.begin(write=False) as db:
        before = last_happening(db)
    couriers = [town.courier() for _ in range(3)]

    def work(courier: Courier) -> None:
        for _ in range(15):
            courier.round()
            sleep(0.02)
        courier.settle()

    with ThreadPoolExecutor(4) as pool:
        acts = [pool.submit(work, courier) for courier in couriers]
        acts.append(pool.submit(town.hold, 10))
        for act in acts:
            act.result()
    couriers[0].round()
    couriers[0].settle()
    for courier in couriers:
        courier.close()
    with town.database.begin(write=False) as db:
        told = list(
            db.scalars(
                select(PublicEvent.seq)
                .where(PublicEvent.seq > before)
                .where(PublicEvent.type == "hold.set")
            )
        )
    assert len(told) == 10
    assert sorted(one.seq or 0 for one in town.outbox(hook)) == sorted(told)
    assert {one.state for one in town.outbox(hook)} == {"done"}
    assert sorted(receiver.names) == sorted(f"evt_{seq}" for seq in told)


def test_of_two_that_claim_a_delivery_one_gets_it(town: Town, receiver: Receiver) -> None:
    hook = town.hook(receiver.url, f"Claim {monotonic()}")
    town.hold()
    publish(town.database, base_url=BASE)
    now = datetime.now(UTC)
    fill_outboxes(town.database, now=now)

    def take() -> bool:
        with town.database.begin() as db:
            return claim(db, endpoint_id=hook, sealer=SEALER, now=now) is not None

    with ThreadPoolExecutor(4) as pool:
        taken = [pool.submit(take) for _ in range(4)]
        assert sum(one.result() for one in taken) == 1


def test_a_hold_reaches_a_shop_within_seconds_while_another_task_takes_long(
    town: Town, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    town.hook(receiver.url, f"Time {monotonic()}")
    courier = town.courier()
    runner = Runner(
        town.database,
        [Task("webhooks", 1, courier.round, apart=True), Task("exports", 60, lambda: sleep(3))],
    )
    runner.start()
    waits = []
    for place in range(1, 4):
        began = monotonic()
        town.hold()
        assert until(partial(_has, receiver, place))
        waits.append(receiver.got[-1].at - began)
    runner.stop()
    courier.close()
    with capsys.disabled():
        told = ", ".join(f"{one:.2f}" for one in waits)
        sys.stdout.write(f"\nfrom the hold to the webhook: {told} s ({town.database.dialect})\n")
    assert max(waits) < 5
