"""The office's lists of diaries with few lots, and with 20,000 entities and 100,000 lots.

Each page is asked over HTTP in this process, beside an indexed read of as many entries, turn by
turn: the p95 of each, and how much the page takes with many beside with few.
"""

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.config import Settings
from app.diary.models import DiaryContent, DiaryEntry, Lot
from app.diary.upload_models import PhotoPromise
from app.entities.models import Entity
from app.identity.rules import Role
from app.kit.db import Database
from app.kit.text import fold
from app.products.models import Product
from app.stamps.models import Batch, Span
from app.wiring import create_app
from scripts.benchmarks import lists, world
from tests import make
from tests.client import Client

FEW, MANY = 200, 20_000
LOTS, ENTRIES, TURNS = 5, 5, 20
CHUNK = 20_000
NOW = make.NOW
PAGES = (
    ("home", "/office"),
    ("overview", "/office/diaries"),
    ("silent", "/office/diaries/silent"),
    ("silent by name", "/office/diaries/silent?sort=name"),
    ("silent, far on", "/office/diaries/silent?after=2000"),
    ("silent of an entity", "/office/diaries/silent?q=to+hop+tac+77"),
    ("late, 30 days", "/office/diaries/late"),
    ("late, 90 days", "/office/diaries/late?days=90"),
    ("waiting", "/office/diaries/waiting"),
    ("photos", "/office/diaries/photos"),
    ("clocks", "/office/diaries/clocks"),
    ("approvals", "/office/diaries/approvals"),
    ("incomplete", "/office/diaries/incomplete"),
    ("harvests", "/office/diaries/harvests"),
)


def main() -> None:
    lots = MANY * LOTS
    print(f"\ndiaries of {FEW} and of {MANY:,} entities ({lots:,} lots): p95 of {TURNS}")
    print(f"{'':38}{'few ms':>10}{'many ms':>10}{'ratio':>8}{'bare ms':>10}")
    for dialect in ("sqlite", "postgresql"):
        few, many = measured(dialect, FEW), measured(dialect, MANY)
        for name, (page, bare) in many.items():
            told = f"{few[name][0]:10.1f}{page:10.1f}{page / few[name][0]:8.2f}{bare:10.1f}"
            print(f"{dialect:12}{name:26}{told}", flush=True)


def measured(dialect: str, entities: int) -> dict[str, tuple[float, float]]:
    """Return the p95 of each page and of a bare read of entries, in ms."""
    with tempfile.TemporaryDirectory() as folder:
        return measure(world.new_settings(dialect, Path(folder) / "world"), entities)


def measure(settings: Settings, entities: int) -> dict[str, tuple[float, float]]:
    database = Database(settings.database_url)
    with database.begin() as db:
        fill(db, entities)
        officer = make.person(db, "Cán bộ", Role.OFFICER)
    owner = Database(settings.owner_url)
    with owner.engine.execution_options(write=True).begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    owner.close()
    client = Client(create_app(settings, clock=lambda: NOW)).with_session(officer.session)
    found = {}
    for name, path in PAGES:
        pages, reads = [], []
        for _ in range(TURNS):
            pages.append(lists.timed(partial(lists.ask, client, path)))
            reads.append(lists.timed(partial(lists.read, database, DiaryEntry)))
        found[name] = (lists.p95(pages), lists.p95(reads))
    client.close()
    database.close()
    return found


def fill(db: Session, count: int) -> None:
    when = {"created_at": NOW, "updated_at": NOW}
    entities = [
        {"id": number, "name": f"Tổ hợp tác {number}", "folded": fold(f"Tổ hợp tác {number}"),
         "kind": "cooperative_group", "commune_code": make.DAT_MUI, "address": "Ấp Mũi", **when}
        for number in range(1, count + 1)
    ]  # fmt: skip
    db.execute(insert(Entity), entities)
    products = [
        {"id": number, "entity_id": number, "name": f"Tôm khô {number}",
         "folded": fold(f"Tôm khô {number}"), **when}
        for number in range(1, count + 1)
    ]  # fmt: skip
    db.execute(insert(Product), products)
    for part in chunks(range(1, count * LOTS + 1)):
        db.execute(insert(Lot), [lot(number) for number in part])
        entries = [entry(number, place) for number in part for place in range(1, ENTRIES + 1)]
        db.execute(insert(DiaryEntry), entries)
        db.execute(insert(DiaryContent), [content(one) for one in entries])
        db.execute(insert(PhotoPromise), [promise(one) for one in entries[::7]])
    db.execute(insert(Batch), [lists.batch(number, count) for number in range(1, count // 20 + 1)])
    db.execute(insert(Span), [one for number in range(1, count // 20 + 1) for one in spans(number)])


def spans(number: int) -> Iterator[dict[str, Any]]:
    """Return a batch's spans: the half of its stamps waits, the others are on two of its lots."""
    for place, span in enumerate(lists.spans(number)):
        if span["state"] == "received":
            yield span | {"lot_id": None, "activated_at": None}
        else:
            on = {"lot_id": (number - 1) * LOTS + 1 + place % 4, "activated_at": NOW}
            yield span | {"state": "active"} | on


def chunks(numbers: range) -> Iterator[range]:
    for start in range(0, len(numbers), CHUNK):
        yield numbers[start : start + CHUNK]


def lot(number: int) -> dict[str, Any]:
    """Return a lot: of ten seven are distributed, one each released, closed and open."""
    state = ("open", "closed", "released", *("distributed",) * 7)[number % 10]
    opened = NOW - timedelta(days=number % 300 + 20)
    keeper, ended = (number - 1) // LOTS + 1, NOW - timedelta(days=number % 60)
    return {
        "id": number, "product_id": keeper, "entity_id": keeper, "number": f"L{number}",
        "state": state, "production_date": opened.date(), "opened_at": opened,
        "closed_at": ended if state != "open" else None,
        "released_at": ended if state in {"released", "distributed"} else None,
    }  # fmt: skip


def entry(number: int, place: int) -> dict[str, Any]:
    """Return an entry of a lot, its last ones within weeks.

    One of ten is late, few are held back, and one of fifty corrects the one before it.
    """
    key = number * ENTRIES + place
    received = NOW - timedelta(days=(number * 7 + (ENTRIES - place) * 11) % 200, hours=place)
    mark = "needs_approval" if key % 997 == 0 else "late" if key % 10 == 0 else "on_time"
    kinds = ("feeding", "treatment", "harvest", "observation", "packing")
    return {
        "id": UUID(int=key), "lot_id": number, "entity_id": (number - 1) // LOTS + 1,
        "sequence": place, "kind": kinds[place - 1], "performed_at": received,
        "received_at": received, "recorded_at": received, "mark": mark,
        "skew_seconds": 7200 if key % 499 == 0 else key % 60, "recorder_id": None,
        "recorder_label": f"Chị {number % 1000}", "public": True, "request_hash": "0" * 64,
        "commit": "0" * 64, "amends": UUID(int=key - 1) if key % 50 == 0 else None,
    }  # fmt: skip


def content(of: dict[str, Any]) -> dict[str, Any]:
    """Return what an entry says; one treatment of fifty opens a withdrawal period."""
    days = {"withdrawal_days": 14} if of["kind"] == "treatment" and of["lot_id"] % 50 == 0 else {}
    return {
        "entry_id": of["id"],
        "facts": {"quantity": 20, "unit": "KGM", **days},
        "salt": bytes(16),
    }


def promise(of: dict[str, Any]) -> dict[str, Any]:
    """Return a photo of an entry that came, but for one of a hundred."""
    came = None if of["id"].int % 100 == 0 else of["received_at"]
    return {
        "entry_id": of["id"], "source_sha256": "a" * 64, "size": 250_000, "position": 1,
        "received_at": came,
    }  # fmt: skip


if __name__ == "__main__":
    main()
