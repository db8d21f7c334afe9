"""A recall reaches everybody at once, whichever process they ask and whatever it read before."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.config import Settings
from app.identity.rules import Role
from app.keyfile import load_keyring
from app.kit.db import Database
from app.migrate import migrate
from app.stamps.policy_queries import get_policy
from app.stamps.span_actions import activate_span
from app.wiring import create_app
from tests import make
from tests.client import Client
from tests.conftest import new_settings

# The whole way to everybody may take five minutes, caches of browsers and shops included.
AT_ONCE = 5.0
GTIN = "08934567890123"
Told = Callable[[], bool]


@pytest.fixture
def settings_of_two(dialect: str, tmp_path: Path, worker_id: str) -> Settings:
    settings = new_settings(dialect, tmp_path, f"ocop_recall_{worker_id}")
    migrate(settings)
    return settings


@pytest.fixture
def pair(settings_of_two: Settings) -> Iterator[tuple[Client, Client]]:
    """Two applications of one database, as two processes are: one decides, the other is asked."""
    apps = create_app(settings_of_two), create_app(settings_of_two)
    clients = Client(apps[0]), Client(apps[1])
    yield clients
    for app, client in zip(apps, clients, strict=True):
        client.close()
        app.state.lookout.close()
        app.state.site.close()


def test_a_recall_by_two_reaches_every_page_and_answer_within_seconds(
    pair: tuple[Client, Client], settings_of_two: Settings
) -> None:
    database, keyring = Database(settings_of_two.database_url), load_keyring(settings_of_two)
    with database.begin() as db:
        entity = make.entity(db)
        product = make.product(db, of=entity, gtin=GTIN)
        batch = make.issued_batch(db, of=product, keyring=keyring, handed=60)
        lot = make.complete_lot(db, of=product)
        sold, unsold = (make.code(batch, number, keyring=keyring) for number in (1, 99))
        owner = make.person(db, "Chị Chủ", entity=entity)
        ends: dict[str, Any] = {"first_code": sold, "last_code": sold, "lot_id": lot.id}
        activate_span(db, actor=owner.actor, now=datetime.now(UTC), keyring=keyring, **ends)
        policy = get_policy(db)
        policy.recall_two_from = 100
        db.add(policy)
        lan, minh = (make.person(db, name, Role.OFFICER) for name in ("Lan", "Minh"))
    database.close()
    asked, public = pair

    def said() -> dict[str, bool]:
        """Return who tells of the recall."""
        pages = {path: public.get(path).text for path in (f"/t/{sold}", f"/t/{unsold}")}
        product_page = public.get(f"/p/{product.id}").text
        verified = [public.get(f"/api/v1/verify/{code}").json() for code in (sold, unsold)]
        found = {
            path: "Dư lượng vượt mức" in text and "bị thu hồi" in text.lower()
            for path, text in pages.items()
        }
        found["product"] = "Dư lượng vượt mức" in product_page
        found["list"] = "Dư lượng vượt mức" in public.get("/recalls").text
        found |= {f"api {at}": one["verdict"] == "recalled" for at, one in enumerate(verified)}
        return found

    def api(who: make.Person, path: str, **body: object) -> tuple[int, dict[str, object]]:
        key = {"authorization": f"Bearer {who.key}"}
        answer = asked.post(f"/api/v1/{path}", json=body or None, headers=key)
        return answer.status_code, answer.json()

    assert not any(said().values())
    why = {"reason": "Dư lượng vượt mức", "advice": "Trả lại nơi mua"}
    status, order = api(lan, f"products/{product.id}/recall", **why)
    assert (status, order["state"], order["stamps"]) == (202, "waiting", 100)
    # On hold at once, while it waits for the second officer.
    held = [public.get(f"/api/v1/verify/{code}").json()["verdict"] for code in (sold, unsold)]
    assert held == ["on_hold", "on_hold"]
    assert api(lan, f"recall-orders/{order['id']}/confirm")[0] == 409
    assert api(minh, f"recall-orders/{order['id']}/confirm")[0] == 200
    seconds = reached(lambda: all(said().values()))
    assert seconds < AT_ONCE
    status, lift = api(minh, f"products/{product.id}/recall/lift", reason="Kết quả đạt")
    assert (status, lift["kind"]) == (202, "lift")
    assert all(said().values())
    assert api(lan, f"recall-orders/{lift['id']}/confirm")[0] == 200
    assert reached(lambda: not any(said().values())) < AT_ONCE
    verdicts = [public.get(f"/api/v1/verify/{code}").json()["verdict"] for code in (sold, unsold)]
    assert verdicts == ["active_first", "not_activated"]


def reached(told: Told) -> float:
    """Return after how many seconds something is so, looking again and again."""
    began = time.monotonic()
    while not told() and time.monotonic() - began < AT_ONCE:
        time.sleep(0.05)
    return time.monotonic() - began
