"""The server dies at random moments while a chain of writes is sent, each until it is answered."""

import csv
import io
import random
import time
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.doctor import examine
from app.identity.rules import Role
from app.kit.db import Database
from tests import make
from tests.conftest import migrated_settings
from tests.served import Server, free_port

pytestmark = pytest.mark.slow

KILLS = 2
ROUNDS = 2


class Sender:
    """Sends each write with its own key again and again until it is answered."""

    def __init__(self, base_url: str) -> None:
        self.http = httpx.Client(base_url=base_url, timeout=10)
        self.repeats = 0

    def send(self, key: str, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own arguments
        headers = {"authorization": f"Bearer {key}"}
        if method == "POST":
            headers["idempotency-key"] = str(uuid4())
        until = time.monotonic() + 180
        while time.monotonic() < until:
            try:
                answer = self.http.request(method, path, headers=headers, **more)
            except httpx.TransportError:
                self.repeats += 1
                time.sleep(0.05)
                continue
            assert answer.status_code < 300, answer.text
            return answer
        pytest.fail(f"{method} {path} was never answered")


def test_no_acknowledged_write_is_lost_and_none_is_done_twice(
    dialect: str, tmp_path: Path, worker_id: str
) -> None:
    settings = migrated_settings(dialect, tmp_path, f"ocop_kill_{worker_id}")
    database = Database(settings.database_url)
    with database.begin() as db:
        entity = make.entity(db)
        product = make.product(db, of=entity).id
        officer = make.person(db, "Cán bộ", Role.OFFICER).key
        owner = make.person(db, "Chị Chủ", entity=entity).key
    database.close()
    server = Server(settings, free_port(), tmp_path / "server.log")
    server.start()
    over = Event()
    killer = Thread(target=keep_killing, args=(server, over))
    killer.start()
    sender = Sender(f"http://127.0.0.1:{server.port}")
    try:
        for turn in range(ROUNDS):
            chain(sender, officer, owner, product, turn)
    finally:
        over.set()
        killer.join()
    expect(sender, officer, product)
    sender.http.close()
    server.stop()
    assert sender.repeats > 0
    assert [found for found in examine(settings) if not found.ok] == []


def keep_killing(server: Server, over: Event) -> None:
    """Kill the server at random moments, a bounded number of times, and start it again."""
    chance = random.Random(7)  # noqa: S311 - moments, not secrets
    for _ in range(KILLS):
        if over.wait(chance.uniform(0.05, 0.8)):
            return
        server.kill()
        server.start()


def chain(sender: Sender, officer: str, owner: str, product: int, turn: int) -> None:
    wish = {"product_id": product, "quantity": 20, "reason": f"Đợt {turn}"}
    batch = sender.send(owner, "POST", "/api/v1/batches", json=wish).json()["id"]
    path = f"/api/v1/batches/{batch}"
    sender.send(officer, "POST", f"{path}/approve", json={"quantity": 20, "decision_no": "1"})
    sender.send(officer, "POST", f"{path}/issue", json={})
    asked = f"{path}/export?format=csv&reason=In"
    rows = list(csv.DictReader(io.StringIO(sender.send(officer, "GET", asked).text)))
    hand = {"receiver": "Chị Chủ", "quantity": 20}
    sender.send(officer, "POST", f"{path}/handover", json=hand)
    # The server goes by the clock on the wall: what was done long ago would wait to be approved.
    done = datetime.now(UTC)
    day = done.date().isoformat()
    lot = {"product_id": product, "number": f"L{turn}", "production_date": day}
    lot_id = sender.send(owner, "POST", "/api/v1/lots", json=lot).json()["id"]
    entry = {
        "id": str(uuid4()),
        "kind": "packing",
        "performed_at": done.isoformat(),
        "values": {"Số gói": 20},
        "location_code": make.PLACE,
    }
    sender.send(owner, "POST", f"/api/v1/lots/{lot_id}/entries", json=entry)
    span = {"first_code": rows[0]["code"], "last_code": rows[9]["code"], "lot_id": lot_id}
    sender.send(owner, "POST", "/api/v1/spans/activate", json=span)


def expect(sender: Sender, officer: str, product: int) -> None:
    """Everything acknowledged is there, and only once."""
    asked = f"/api/v1/batches?product_id={product}&limit=200"
    batches = sender.send(officer, "GET", asked).json()["items"]
    assert len(batches) == ROUNDS
    for batch in batches:
        assert batch["counts"] == {
            "issued": 0,
            "received": 10,
            "active": 10,
            "void": 0,
            "lost": 0,
            "returned": 0,
        }
    lots = sender.send(officer, "GET", f"/api/v1/lots?product_id={product}").json()["items"]
    assert len(lots) == ROUNDS
    for lot in lots:
        entries = sender.send(officer, "GET", f"/api/v1/lots/{lot['id']}/entries").json()
        assert len(entries["items"]) == 1
