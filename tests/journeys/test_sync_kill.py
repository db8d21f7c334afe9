"""The server dies at random moments of a sync: phones send again until each thing is answered.

`OCOP_KILLS` says how often; `OCOP_SEED` repeats a run.
"""

import itertools
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import func, select

from app.diary.models import DiaryContent, DiaryEntry, DiaryPhoto, Lot
from app.diary.upload_models import PhotoPromise
from app.doctor import examine
from app.kit.db import Database
from tests import make
from tests import make_sync as phone
from tests.conftest import migrated_settings
from tests.served import Server, free_port
from tests.waiting import until

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("OCOP_KILLS") or 8)
SEED = int(os.environ.get("OCOP_SEED") or 7)
PHONES = 2
# Small parts, so that a photo is cut within.
PART = 4_000


@dataclass
class Phone:
    """Sends batches and photos, and keeps what was acknowledged."""

    http: httpx.Client
    lot: int
    product: int
    over: Event
    chance: random.Random
    entries: dict[str, int] = field(default_factory=dict)
    lots: dict[str, int] = field(default_factory=dict)
    photos: list[tuple[str, str]] = field(default_factory=list)
    repeats: int = 0
    answers: int = 0

    def work(self) -> None:
        while not self.over.is_set():
            self.round()

    def round(self) -> None:
        """Send a batch of entries, one in a lot of its own, then their photos."""
        shots = [shot(self.chance) for _ in range(2)]
        opened = phone.lot(self.product, proposed="K-01")
        made = [
            phone.entry(None, lot_id=self.lot, photos=[phone.promised(shots[0])]),
            phone.entry(None, lot_uid=opened["uid"], photos=[phone.promised(shots[1])]),
            phone.entry(None, lot_id=self.lot),
        ]
        made.append(phone.correction(made[2], note="Sửa"))
        done = self.ask("POST", phone.PATH, json=phone.batch(*made, lots=(opened,)))
        assert done.status_code == 200, done.text
        answer = done.json()
        for one in [*answer["lots"], *answer["results"]]:
            assert one["result"] in {"accepted", "duplicate"}, one
        self.lots |= {one["uid"]: one["id"] for one in answer["lots"]}
        self.entries |= {one["id"]: one["sequence"] for one in answer["results"]}
        for entry, raw in zip(made, shots, strict=False):
            self.upload(phone.photo_path(entry, raw), raw)
            self.photos.append((entry["id"], phone.promised(raw)["sha256"]))

    def upload(self, path: str, raw: bytes) -> None:
        known: dict[str, Any] = {"offset": 0, "complete": False}
        while not known["complete"]:
            at = known["offset"]
            part = raw[at : at + PART]
            headers = {"content-digest": phone.digest(part)}
            answer = self.ask("PUT", f"{path}?offset={at}", content=part, headers=headers)
            assert answer.status_code in {200, 409}, answer.text
            known = {"complete": False} | answer.json()
            if answer.status_code == 409:
                known = self.ask("GET", path).json()

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own arguments
        """Ask again and again, the same, until there is an answer."""
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                answer = self.http.request(method, path, **more)
            except httpx.TransportError:
                self.repeats += 1
                time.sleep(0.02)
                continue
            self.answers += 1
            if answer.status_code not in {429, 503}:
                return answer
            time.sleep(0.5)
        pytest.fail(f"{method} {path} was never answered")


def shot(chance: random.Random) -> bytes:
    """Return a photo of a few parts, unlike any other."""
    out = BytesIO()
    noise = Image.frombytes("RGB", (70, 60), chance.randbytes(70 * 60 * 3))
    noise.save(out, "JPEG", quality=90)
    return out.getvalue()


def test_no_acknowledged_entry_or_photo_is_missing_and_none_is_there_twice(
    dialect: str, tmp_path: Path, worker_id: str
) -> None:
    settings = migrated_settings(dialect, tmp_path, f"ocop_sync_kill_{worker_id}")
    database = Database(settings.database_url)
    with database.begin() as db:
        entity = make.entity(db)
        product = make.product(db, of=entity)
        lots = [make.lot(db, of=product).id for _ in range(PHONES)]
        keys = [make.person(db, f"Máy {one}", entity=entity).key for one in range(PHONES)]
    server = Server(settings, free_port(), tmp_path / "server.log")
    server.start()
    over = Event()
    phones = list(phones_of(server, zip(keys, lots, strict=True), product.id, over))
    threads = [Thread(target=one.work) for one in phones]
    for thread in threads:
        thread.start()
    try:
        keep_killing(server, phones)
    finally:
        over.set()
        for thread in threads:
            thread.join()
        server.stop()
    for one in phones:
        one.http.close()
        expect(database, one)
    expect_nothing_twice(database, phones)
    database.close()
    print(*(f"{len(one.entries)} entries, {len(one.photos)} photos" for one in phones), sep="; ")  # noqa: T201 - what the run was worth
    assert [found for found in examine(settings) if not found.ok] == []


def phones_of(
    server: Server, keys: Iterator[tuple[str, int]], product: int, over: Event
) -> Iterator[Phone]:
    for number, (key, lot) in enumerate(keys):
        headers = {"authorization": f"Bearer {key}"}
        base = f"http://127.0.0.1:{server.port}"
        http = httpx.Client(base_url=base, timeout=30, headers=headers)
        yield Phone(http, lot, product, over, random.Random(SEED + number))  # noqa: S311 - no secrets


def keep_killing(server: Server, phones: list[Phone]) -> None:
    """Kill the server at random points, so and so many answers after it came up again."""
    print(f"OCOP_SEED={SEED} OCOP_KILLS={KILLS}")  # noqa: T201 - how to repeat the run
    chance = random.Random(SEED)  # noqa: S311 - moments, not secrets
    for _ in range(KILLS):
        wanted = sum(one.answers for one in phones) + chance.randrange(10)
        until(lambda: sum(one.answers for one in phones) >= wanted, 30)  # noqa: B023 - asked at once
        time.sleep(chance.uniform(0, 0.1))
        server.kill()
        server.start()


def expect(database: Database, of: Phone) -> None:
    """All that a phone was told is kept is there, as it was told."""
    assert of.repeats > 0
    assert len(of.photos) > 2
    with database.begin(write=False) as db:
        headers = {str(one.id): one.sequence for one in db.scalars(select(DiaryEntry))}
        lots = {str(one.uid): one.id for one in db.scalars(select(Lot))}
        contents = {str(one) for one in db.scalars(select(DiaryContent.entry_id))}
        rows = db.execute(select(DiaryPhoto.entry_id, DiaryPhoto.source_sha256))
        photos = [(str(entry), sha256) for entry, sha256 in rows]
        stored = set(db.scalars(select(DiaryPhoto.sha256)))
    assert of.entries.items() <= headers.items()
    assert of.lots.items() <= lots.items()
    assert contents == headers.keys()
    assert set(of.photos) <= set(photos)
    assert len(photos) == len(set(photos)) == len(stored)


def expect_nothing_twice(database: Database, phones: list[Phone]) -> None:
    """Each diary is numbered without a gap, and nothing is there that no phone sent."""
    sent = set(itertools.chain(*(one.entries for one in phones)))
    with database.begin(write=False) as db:
        counts = select(func.count(), func.max(DiaryEntry.sequence)).group_by(DiaryEntry.lot_id)
        assert all(count == last for count, last in db.execute(counts))
        kept = {str(one) for one in db.scalars(select(DiaryEntry.id))}
        waiting = select(func.count()).where(PhotoPromise.received_at.is_(None))
        assert db.scalar(waiting) == 0
    assert kept == sent
