"""What shops are told by webhooks, from the act of an officer to their own server."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from standardwebhooks import Webhook, WebhookVerificationError

from app.diary import notice_actions
from app.kit.db import Database
from app.kit.outbound import Outbound
from app.partners.rules import Scope
from app.partners.webhook_courier_actions import Courier, tidy_deliveries
from app.partners.webhook_models import WebhookDelivery, WebhookEndpoint
from app.wiring import courier_of
from tests import make
from tests.client import Client
from tests.conftest import Cast, Clock, Visit
from tests.make_webhooks import AtOnce, Receiver, receiving
from tests.partners.conftest import Shop

HOOKS = "/api/v1/webhooks"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def courier(app: FastAPI, cast: Cast) -> Courier:
    """What delivers, in the test's own thread; loopback is allowed, as the setting may."""
    app.state.outbound = Outbound(loopback=True)
    assert cast.entity
    made = replace(courier_of(app), threads=AtOnce(), chance=lambda: 0.5)
    made.round()
    return made


@dataclass
class Hook:
    """A webhook as its shop sees it."""

    client: Client
    id: int
    secret: str

    def ask(self, path: str = "", method: str = "POST", **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        return self.client.request(method, f"{HOOKS}/{self.id}{path}", **more)

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.ask(method="GET").json()
        return found

    @property
    def log(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("/deliveries", "GET").json()["items"]
        return found


@pytest.fixture
def hook(shop: Shop, courier: Courier, receiver: Receiver) -> Hook:
    assert courier
    return open_hook(shop("tiki.vn"), receiver)


def open_hook(client: Client, receiver: Receiver, **facts: Any) -> Hook:  # noqa: ANN401 - the fields of a webhook
    made = client.post(HOOKS, json={"url": receiver.url + "/ocop"} | facts)
    assert made.status_code == 201, made.text
    return Hook(client, made.json()["id"], made.json()["secret"])


@pytest.fixture
def recall(database: Database, cast: Cast) -> Callable[[], Any]:
    """Recall a lot of a new product of the cast's entity, and return the lot."""

    def act() -> Any:  # noqa: ANN401 - a lot
        with database.begin() as db:
            lot = make.lot(db, of=make.product(db, of=cast.entity, name="Tôm khô"), number="L-07")
            notice_actions.hold_lot(
                db,
                actor=cast.officer.actor,
                now=make.NOW,
                lot_id=lot.id,
                reason="Nghi nhiễm khuẩn",
                advice="Đừng bán, gọi 1900 0000.",
            )
        return lot

    return act


def test_a_shop_is_told_what_happened_signed_by_its_secret_and_once(
    hook: Hook, courier: Courier, receiver: Receiver, recall: Callable[[], Any], cast: Cast
) -> None:
    lot = recall()
    # Receivers compare the time of the signature with their own clock.
    now = replace(courier, clock=lambda: datetime.now(UTC))
    now.round()
    now.round()
    [got] = receiver.got
    held = Webhook(hook.secret).verify(got.body, dict(got.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(hook.secret).verify(got.body + b" ", dict(got.headers))
    assert held["type"] == "hold.set"
    assert held["id"] == got.name
    assert held["timestamp"] == "2026-03-10T03:00:00Z"
    data = held["data"]
    assert (data["lot"]["id"], data["lot"]["number"]) == (lot.id, "L-07")
    assert (data["reason"], data["advice"]) == ("Nghi nhiễm khuẩn", "Đừng bán, gọi 1900 0000.")
    assert data["product"]["url"] == f"https://ocop.test/p/{lot.product_id}"
    assert data["entity"]["name"] == cast.entity.name
    assert cast.officer.actor.label not in got.body.decode()
    [told] = hook.log
    assert (told["state"], told["attempts"], told["last_status"]) == ("done", 1, 204)


def test_only_the_types_that_were_asked_for_come_and_nothing_from_before(
    shop: Shop, courier: Courier, receiver: Receiver, recall: Callable[[], Any]
) -> None:
    recall()
    courier.round()
    hook = open_hook(shop("a.vn"), receiver, events=["hold.lifted"])
    recall()
    courier.round()
    assert receiver.got == []
    assert hook.ask(method="PATCH", json={"events": []}).json()["events"] == []
    recall()
    courier.round()
    assert [one.read(hook.secret)["type"] for one in receiver.got] == ["hold.set"]
    assert hook.ask(method="PATCH", json={"events": ["no.such"]}).status_code == 422


def test_what_fails_is_tried_again_later_under_its_id_until_it_is_given_up(
    hook: Hook, courier: Courier, receiver: Receiver, recall: Callable[[], Any], clock: Clock
) -> None:
    receiver.statuses = [500, 302]
    recall()
    courier.round()
    courier.round()
    assert len(receiver.got) == 1, "it is tried again only after a while"
    [waiting] = hook.log
    assert (waiting["state"], waiting["last_error"]) == ("waiting", "refused")
    clock.now += timedelta(seconds=10)
    courier.round()
    assert hook.log[0]["last_error"] == "redirect"
    clock.now += timedelta(seconds=60)
    courier.round()
    assert len(set(receiver.names)) == 1
    assert len(receiver.got) == 3, "a redirect is not followed"
    assert len({one.body for one in receiver.got}) == 1
    assert hook.log[0]["state"] == "done"
    assert hook.state["failing_since"] is None
    receiver.statuses = [503] * 99
    recall()
    courier.round()
    began = clock.now
    while hook.log[0]["state"] == "waiting":
        clock.now = datetime.fromisoformat(hook.log[0]["next_at"])
        courier.round()
    assert timedelta(days=3) < clock.now - began < timedelta(days=4)
    assert (hook.log[0]["state"], hook.log[0]["attempts"]) == ("failed", 15)


def test_a_server_that_is_gone_or_fails_for_days_is_sent_nothing_more_and_officers_see_it(
    hook: Hook,
    courier: Courier,
    receiver: Receiver,
    recall: Callable[[], Any],
    clock: Clock,
    visit: Visit,
    cast: Cast,
) -> None:
    receiver.statuses = [410]
    recall()
    courier.round()
    assert (hook.state["state"], hook.state["reason"]) == ("disabled", "gone")
    recall()
    courier.round()
    assert len(receiver.got) == 1
    office = visit(page=cast.officer)
    alerts = office.get("/office/alerts").text
    assert "tiki.vn" in alerts
    assert "127.0.0.1" not in alerts
    assert "Webhook disabled" in office.get("/office/audit?lang=en").text
    assert hook.ask("/test").status_code == 409
    hook.ask("/resume")
    courier.round()
    assert len(receiver.got) == 3, "what waited and what happened meanwhile are sent"
    receiver.statuses = [500] * 99
    for _ in range(7):
        recall()
        courier.round()
        clock.now += timedelta(days=1)
    assert (hook.state["state"], hook.state["reason"]) == ("disabled", "failing")


def test_a_new_secret_signs_beside_the_old_one_for_a_day(
    hook: Hook, courier: Courier, receiver: Receiver, clock: Clock, database: Database
) -> None:
    new = hook.ask("/rotate").json()["secret"]
    assert new != hook.secret
    assert "secret" not in hook.state
    hook.ask("/test")
    courier.round()
    assert receiver.got[0].read(new)["type"] == "test"
    assert receiver.got[0].read(hook.secret)["type"] == "test"
    clock.now += timedelta(hours=25)
    hook.ask("/test")
    courier.round()
    later = dict(receiver.got[1].headers)
    assert len(later["webhook-signature"].split()) == 1
    with database.begin() as db:
        kept = db.scalars(select(WebhookEndpoint)).one()
        assert new.encode() not in kept.secret
        assert len(kept.secret) > 32


def test_a_paused_webhook_is_told_afterwards_what_happened_in_its_order(
    hook: Hook, courier: Courier, receiver: Receiver, recall: Callable[[], Any]
) -> None:
    assert hook.ask("/pause").json()["state"] == "paused"
    for _ in range(3):
        recall()
    courier.round()
    assert receiver.got == []
    assert hook.ask("/resume").json()["state"] == "active"
    courier.round()
    numbers = [int(name.removeprefix("evt_")) for name in receiver.names]
    assert len(numbers) == 3
    assert numbers == sorted(numbers)
    again = hook.ask(f"/deliveries/{hook.log[0]['id']}/resend")
    assert again.status_code == 202
    courier.round()
    assert receiver.names[-1] == hook.log[0]["message_id"] == receiver.names[-2]


def test_nothing_inside_is_reached_when_a_webhook_is_made_nor_when_it_is_served(
    shop: Shop, app: FastAPI, courier: Courier, receiver: Receiver, recall: Callable[[], Any]
) -> None:
    client = shop("a.vn")
    app.state.outbound = Outbound(resolver=lambda *_: ["93.184.216.34"])
    hook = open_hook(client, Receiver("https://shop.example"))
    app.state.outbound = Outbound()
    for url, code in (
        (receiver.url, "kit.not_https"),
        ("https://10.0.0.1/", "kit.private_address"),
        ("https://169.254.169.254/latest", "kit.private_address"),
        ("https://[::ffff:127.0.0.1]/", "kit.private_address"),
        ("https://localhost/", "kit.private_address"),
        ("https://93.184.216.34:22/", "kit.port_refused"),
    ):
        for refused in (
            client.post(HOOKS, json={"url": url}),
            hook.ask(method="PATCH", json={"url": url}),
        ):
            assert (refused.status_code, refused.json()["code"]) == (422, code), url
    # Its name led to the world when it was made, and leads inside by now.
    recall()
    replace(courier, outbound=Outbound(resolver=lambda *_: ["10.0.0.1"])).round()
    assert hook.log[0]["last_error"] == "kit.private_address"


def test_a_shop_reaches_its_own_webhooks_alone_and_needs_the_scope(
    hook: Hook, shop: Shop, visit: Visit, receiver: Receiver
) -> None:
    other = shop("b.vn")
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"description": "x"}),
        ("DELETE", "", None),
        ("POST", "/pause", None),
        ("POST", "/resume", None),
        ("POST", "/rotate", None),
        ("POST", "/test", None),
        ("GET", "/deliveries", None),
        ("POST", "/deliveries/1/resend", None),
    ):
        assert other.request(method, f"{HOOKS}/{hook.id}{path}", json=body).status_code == 404
    assert other.get(HOOKS).json() == []
    assert shop("c.vn", Scope.EVENTS).get(HOOKS).status_code == 403
    assert visit().get(HOOKS).status_code == 401
    assert hook.client.post(HOOKS, json={"url": receiver.url + "/ocop"}).status_code == 409
    for place in range(9):
        assert hook.client.post(HOOKS, json={"url": f"{receiver.url}/{place}"}).status_code == 201
    full = hook.client.post(HOOKS, json={"url": receiver.url + "/more"})
    assert full.json()["code"] == "partners.too_many_webhooks"
    assert hook.ask(method="DELETE").status_code == 204
    assert hook.ask(method="GET").status_code == 404
    assert len(hook.client.get(HOOKS).json()) == 9


def test_the_log_is_kept_for_a_month(
    hook: Hook, courier: Courier, database: Database, clock: Clock
) -> None:
    hook.ask("/test")
    courier.round()
    hook.ask("/pause")
    for days, left in ((29, 1), (31, 0)):
        with database.begin() as db:
            tidy_deliveries(db, now=clock.now + timedelta(days=days))
            assert len(db.scalars(select(WebhookDelivery)).all()) == left


def test_an_officer_makes_looks_at_and_ends_a_webhook_of_a_shop(
    hook: Hook,
    courier: Courier,
    receiver: Receiver,
    recall: Callable[[], Any],
    visit: Visit,
    cast: Cast,
    database: Database,
) -> None:
    with database.begin() as db:
        partner_id = db.scalars(select(WebhookEndpoint.partner_id)).one()
    office, path = visit(page=cast.officer), f"/office/partners/{partner_id}/webhooks"
    wrong = office.post(f"{path}/new", data={"url": "https://10.1.1.1/", "hold_set": "on"})
    assert wrong.status_code == 422
    assert "10.1.1.1" in wrong.text
    assert 'name="hold_set" type="checkbox" checked' in wrong.text
    made = office.post(f"{path}/new", data={"url": receiver.url + "/2", "hold_set": "on"})
    assert "whsec_" in made.text
    recall()
    courier.round()
    assert len(receiver.got) == 2
    one = f"{path}/{hook.id}"
    page = office.get(f"{one}?lang=en").text
    assert "Delivered" in page
    assert receiver.names[0] in page
    rows = json.loads(office.get(f"{one}?file=json").text)
    assert [row["message_id"] for row in rows] == [receiver.names[0]]
    for act in ("pause", "resume", "test", f"deliveries/{rows[0]['id']}/resend", "rotate"):
        assert office.post(f"{one}/{act}").status_code in {200, 303}, act
    courier.round()
    assert len(receiver.got) == 4
    assert visit(page=cast.inspector).get(one).status_code == 403
    assert visit(page=cast.owner).post(f"{one}/rotate").status_code == 403
    assert office.post(f"{one}/remove").status_code == 303
    assert office.get(one).status_code == 404
    assert office.get(path).text.count("127.0.0.1") == 1
