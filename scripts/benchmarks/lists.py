"""The office's lists with few records, and with 20,000 entities and 1,000,000 stamps.

Each page is asked over HTTP in this process, beside an indexed read of as many rows of the same
table, turn by turn: the p95 of each, and how much the page takes with many beside with few.
"""

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.config import Settings
from app.entities.models import Entity
from app.identity.rules import Role
from app.kit.db import Base, Database
from app.kit.text import fold
from app.products.models import Product
from app.stamps.models import Batch, Span
from app.wiring import create_app
from scripts.benchmarks import world
from tests import make
from tests.client import Client

FEW, MANY = 200, 20_000
EACH, TURNS = 1_000, 40
NOW = make.NOW
COMMUNES = ("32248", "32191", "32047", "32244")
PAGES: tuple[tuple[str, str, type[Base]], ...] = (
    ("entities, newest", "/office/entities?sort=newest", Entity),
    ("entities by name", "/office/entities?sort=name", Entity),
    ("entities from the middle", "/office/entities?sort=name&after={middle}", Entity),
    ("entities found by name", "/office/entities?q=to+hop+tac+{middle}", Entity),
    ("products by name", "/office/products?sort=name", Product),
    ("batches", "/office/batches", Batch),
    ("batches of a state", "/office/batches?state=handed_over", Batch),
    ("one batch", "/office/batches/{batch}", Batch),
    ("audit", "/office/audit", AuditEvent),
    ("audit of an entity", "/office/audit?entity=77", AuditEvent),
    ("onboarding board", "/office/board", Entity),
    ("home", "/office", Batch),
)


def main() -> None:
    stamps = MANY // 20 * EACH
    print(f"\nlists with {FEW} and with {MANY:,} entities ({stamps:,} stamps): p95 of {TURNS}")
    print(f"{'':38}{'few ms':>10}{'many ms':>10}{'ratio':>8}{'bare ms':>10}")
    for dialect in ("sqlite", "postgresql"):
        few, many = measured(dialect, FEW), measured(dialect, MANY)
        for name, (page, bare) in many.items():
            told = f"{few[name][0]:10.1f}{page:10.1f}{page / few[name][0]:8.2f}{bare:10.1f}"
            print(f"{dialect:12}{name:26}{told}")


def measured(dialect: str, entities: int) -> dict[str, tuple[float, float]]:
    """Return the p95 of each page and of a bare read of its table, in ms."""
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
    client = Client(create_app(settings, clock=lambda: make.NOW)).with_session(officer.session)
    known = {"middle": entities // 2, "batch": entities // 40}
    found = {}
    for name, path, model in PAGES:
        pages, reads = [], []
        for _ in range(TURNS):
            pages.append(timed(partial(ask, client, path.format(**known))))
            reads.append(timed(partial(read, database, model)))
        found[name] = (p95(pages), p95(reads))
    client.close()
    database.close()
    return found


def ask(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)  # noqa: PLR2004, S101 - a page that fails has no speed


def read(database: Database, model: type[Base]) -> None:
    table = model.__table__
    with database.begin(write=False) as db:
        db.execute(select(table).order_by(*table.primary_key.columns).limit(50)).all()


def timed(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def fill(db: Session, count: int) -> None:
    when = {"created_at": NOW, "updated_at": NOW}
    names = [f"Tổ hợp tác {number}" for number in range(1, count + 1)]
    entities = [
        {"id": number, "name": name, "folded": fold(name), "kind": "cooperative_group",
         "commune_code": COMMUNES[number % 4], "address": "Ấp Mũi", **when}
        for number, name in enumerate(names, 1)
    ]  # fmt: skip
    db.execute(insert(Entity), entities)
    products = [
        {"id": number, "entity_id": 1 + number % count, "name": f"Tôm khô {number}",
         "folded": fold(f"Tôm khô {number}"), **when}
        for number in range(1, 2 * count + 1)
    ]  # fmt: skip
    db.execute(insert(Product), products)
    db.execute(insert(Batch), [batch(number, count) for number in range(1, count // 20 + 1)])
    db.execute(
        insert(Span), [span for number in range(1, count // 20 + 1) for span in spans(number)]
    )
    events = [
        {"seq": number, "at": NOW, "actor_id": None, "actor_label": "Cán bộ",
         "action": "entity.change", "subject_kind": "entity",
         "subject_id": str(1 + number % count), "entity_id": 1 + number % count,
         "before": {"address": ""}, "after": {"address": "Ấp Mũi"}}
        for number in range(1, 10 * count + 1)
    ]  # fmt: skip
    db.execute(insert(AuditEvent), events)


def batch(number: int, count: int) -> dict[str, object]:
    first = 1 + (number - 1) * EACH
    return {
        "id": number, "entity_id": 1 + number % count, "product_id": number,
        "state": "handed_over", "requested": EACH, "granted": EACH, "handed_over": EACH,
        "first": first, "last": first + EACH - 1, "secret": bytes(16), "requested_at": NOW,
        "requested_by": "Lan", "decided_at": NOW, "issued_at": NOW, "budget_year": 2026,
    }  # fmt: skip


def spans(number: int) -> list[dict[str, object]]:
    first = 1 + (number - 1) * EACH
    return [
        {"batch_id": number, "first": first + 50 * part, "last": first + 50 * part + 49,
         "state": "received" if part % 2 else "void"}
        for part in range(EACH // 50)
    ]  # fmt: skip


if __name__ == "__main__":
    main()
