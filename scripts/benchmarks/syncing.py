"""Diary entries a second through the sync API, beside raw inserts of the same rows.

Both commit 50 entries at a time, in turns in one run: the API with all that it checks, writes
and answers over HTTP (in the same process), the other only the rows of headers and contents.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI
from sqlalchemy import Table, insert, select

from app.config import Settings
from app.diary.models import DiaryContent, DiaryEntry
from app.kit.db import Database
from app.wiring import create_app
from scripts.benchmarks import world
from tests import make
from tests.client import Client

ROUNDS, BATCHES, ENTRIES, LOTS = 5, 10, 50, 10
Row = dict[str, Any]
HEADERS: Table = DiaryEntry.metadata.tables["diary_entry"]
CONTENTS: Table = DiaryContent.metadata.tables["diary_content"]


def main() -> None:
    print(f"\nentries a second, {ENTRIES} in each commit: medians of {ROUNDS} rounds of {BATCHES}")
    print(f"{'':12}{'raw rows':>10}{'sync':>10}{'ratio':>8}")
    for dialect in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder:
            measure(dialect, world.new_settings(dialect, Path(folder) / "world"))


def measure(dialect: str, settings: Settings) -> None:
    database = Database(settings.database_url)
    with database.begin() as db:
        entity = make.entity(db)
        product = make.product(db, of=entity)
        lots = [make.lot(db, of=product).id for _ in range(LOTS)]
        other = [make.lot(db, of=product).id for _ in range(ROUNDS)]
        keys = [make.person(db, f"Máy {one}", entity=entity).key for one in range(4)]
    clients = phones(create_app(settings), keys)
    synced, raw = [], []
    for turn in range(ROUNDS):
        bodies = [batch(lots) for _ in range(BATCHES)]
        spent = sum(sent(next(clients), body) for body in bodies)
        synced.append(BATCHES * ENTRIES / spent)
        rows = [copied(database, body, other[turn], at) for at, body in enumerate(bodies)]
        raw.append(BATCHES * ENTRIES / sum(inserted(database, *one) for one in rows))
    plain, api = statistics.median(raw), statistics.median(synced)
    print(f"{dialect:12}{plain:10,.0f}{api:10,.0f}{api / plain:8.3f}")
    database.close()


def phones(app: FastAPI, keys: list[str]) -> Iterator[Client]:
    """Return one phone after the other, so that none meets its limit."""
    known = [Client(app).with_key(key) for key in keys]
    while True:
        yield from known


def batch(lots: list[int]) -> Row:
    at = world.NOW - timedelta(hours=3)
    entries = [
        {
            "id": str(uuid4()),
            "lot_id": lots[number % LOTS],
            "kind": "feeding",
            "stage": "feeding",
            "performed_at": (at + timedelta(minutes=number)).isoformat(),
            "device_at": (at + timedelta(minutes=number + 1)).isoformat(),
            "values": {"feed": "Cám viên số 2", "quantity": 12.5, "unit": "KGM"},
            "note": "Cho ăn buổi sáng",
        }
        for number in range(ENTRIES)
    ]
    return {"format": 1, "sent_at": world.NOW.isoformat(), "lots": [], "entries": entries}


def sent(phone: Client, body: Row) -> float:
    start = time.perf_counter()
    answer = phone.post("/api/v1/sync", json=body)
    spent = time.perf_counter() - start
    results = {one["result"] for one in answer.json()["results"]}
    if results != {"accepted"}:
        raise SystemExit(answer.text)
    return spent


def copied(database: Database, body: Row, lot: int, turn: int) -> tuple[list[Row], list[Row]]:
    """Return the rows a batch became, under new ids in another lot's diary."""
    ids = [UUID(one["id"]) for one in body["entries"]]
    with database.begin(write=False) as db:
        headers = rows_of(db.execute(select(HEADERS).where(HEADERS.c.id.in_(ids))))
        said = CONTENTS.c.entry_id.in_(ids)
        contents = rows_of(db.execute(select(CONTENTS).where(said)))
    new = {one["id"]: uuid4() for one in headers}
    for place, one in enumerate(headers, start=1):
        one |= {"id": new[one["id"]], "lot_id": lot, "sequence": turn * ENTRIES + place}
    for one in contents:
        one["entry_id"] = new[one["entry_id"]]
    return headers, contents


def rows_of(found: Any) -> list[Row]:  # noqa: ANN401 - a result of any columns
    return [dict(row) for row in found.mappings()]


def inserted(database: Database, headers: list[Row], contents: list[Row]) -> float:
    start = time.perf_counter()
    with database.begin() as db:
        db.execute(insert(HEADERS), headers)
        db.execute(insert(CONTENTS), contents)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
