"""Lists of 20,000 entities and 100,000 use rights, in the office and in the public register.

Each page is asked over HTTP in this process, beside a read of the very rows it shows by their
primary key, turn by turn: the p95 of each. Then the open data, made anew and had again.
"""

import re
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.entities.models import Entity
from app.identity.rules import Role
from app.kit.db import Base, Database
from app.kit.text import fold
from app.lookup.open_data_access import OpenData
from app.places.queries import list_communes
from app.products.models import OcopCertificate, Product
from app.rights.models import IpRight, UseRight
from app.rights.right_models import RightArea
from app.wiring import create_app
from scripts.benchmarks import world
from scripts.benchmarks.lists import p95, timed
from tests import make
from tests.client import Client

ENTITIES, USE_RIGHTS, RIGHTS, BUSY = 20_000, 100_000, 2_000, 20_000
TURNS = 30
NOW, TODAY = make.NOW, make.TODAY
TYPES = ("gi", "certification_mark", "collective_mark", "trademark")


@dataclass(frozen=True)
class Page:
    """A list: its address, whose rows it shows, and what its links to them look like."""

    name: str
    path: str
    model: type[Base]
    link: str


ENTITY, PRODUCT = r"/office/entities/(\d+)\"", r"/office/products/(\d+)\""
RIGHT, USE = r"/office/rights/(\d+)\"", r"/office/use-rights/(\d+)\""
PUBLIC_RIGHT, USER = r'"item"><a href="/r/(\d+)', r'"item"><a href="/e/(\d+)'
PAGES = (
    Page("office: entities by name", "/office/entities?sort=name", Entity, ENTITY),
    Page("  found by words", "/office/entities?q=to+hop+tac+77", Entity, ENTITY),
    Page("  the last page", "/office/entities?sort=name&{entities}", Entity, ENTITY),
    Page("  found none", "/office/entities?q=khong+co", Entity, ENTITY),
    Page("office: products by name", "/office/products?sort=name", Product, PRODUCT),
    Page("  found by words", "/office/products?q=tom+kho+77", Product, PRODUCT),
    Page("  the last page", "/office/products?sort=name&{products}", Product, PRODUCT),
    Page("office: rights", "/office/rights", IpRight, RIGHT),
    Page("  of a type, unchecked", "/office/rights?kind=gi&checked=no", IpRight, RIGHT),
    Page("  found by sign", "/office/rights?q=dau+hieu+77", IpRight, RIGHT),
    Page("office: one right, busy", "/office/rights/1", UseRight, USE),
    Page("office: use rights", "/office/use-rights", UseRight, USE),
    Page("  found by words", "/office/use-rights?q=to+hop+tac+77", UseRight, USE),
    Page("  found by certificate", "/office/use-rights?q=GCN-99999", UseRight, USE),
    Page("  found none", "/office/use-rights?q=khong+co", UseRight, USE),
    Page("  the last page", "/office/use-rights?after={uses}&back=1", UseRight, USE),
    Page("public: rights", "/rights", IpRight, PUBLIC_RIGHT),
    Page("  found by sign", "/rights?q=dau+hieu+77", IpRight, PUBLIC_RIGHT),
    Page("  found by a user", "/rights?q=to+hop+tac+19999", IpRight, PUBLIC_RIGHT),
    Page("  found by broad words", "/rights?q=to+hop+tac", IpRight, PUBLIC_RIGHT),
    Page("  found none", "/rights?q=khong+co", IpRight, PUBLIC_RIGHT),
    Page("  of a commune", "/rights?commune=32248", IpRight, PUBLIC_RIGHT),
    Page("  suspended", "/rights?standing=suspended", IpRight, PUBLIC_RIGHT),
    Page("public: users of a busy right", "/r/1", Entity, USER),
    Page("  found by words", "/r/1?q=to+hop+tac+777", Entity, USER),
    Page("  found none", "/r/1?q=khong+co", Entity, USER),
    Page("  from the middle", "/r/1?sort=name&after={middle}", Entity, USER),
    Page("public: users of a quiet right", "/r/{quiet}", Entity, USER),
    Page("public: products", "/products", Product, r'"item"><a href="/p/(\d+)'),
    Page("  found by words", "/products?q=tom+kho+77", Product, r'"item"><a href="/p/(\d+)'),
    Page("  bearing an indication", "/products?right=gi", Product, r'"item"><a href="/p/(\d+)'),
    Page("public: producers", "/entities", Entity, USER),
)  # fmt: skip


def main() -> None:
    print(f"\nregisters of {ENTITIES:,} entities and {USE_RIGHTS:,} use rights: p95 of {TURNS}")
    print(f"{'':44}{'page ms':>10}{'rows':>6}{'bare ms':>10}")
    for dialect in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder:
            settings = world.new_settings(dialect, Path(folder) / "world")
            for line in measured(settings):
                print(f"{dialect:12}{line}", flush=True)


def measured(settings: Settings) -> Iterator[str]:
    database = Database(settings.database_url)
    with database.begin() as db:
        known = fill(db)
        officer = make.person(db, "Cán bộ", Role.OFFICER)
    owner = Database(settings.owner_url)
    with owner.engine.execution_options(write=True).begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    owner.close()
    app = create_app(settings, clock=lambda: NOW)
    client = Client(app).with_session(officer.session)
    for page in PAGES:
        path = page.path.format(**known)
        ids = sorted({int(one) for one in re.findall(page.link, ask(client, path))})
        pages, reads = [], []
        for _ in range(TURNS):
            pages.append(timed(partial(ask, client, path)))
            reads.append(timed(partial(read, database, page.model, ids)))
        yield f"{page.name:32}{p95(pages):10.1f}{len(ids):6}{p95(reads):10.1f}"
    yield from open_data(client, app)
    client.close()
    database.close()


def open_data(client: Client, app: FastAPI) -> Iterator[str]:
    """Have a file made while pages are asked for, then whole, then again as it is."""
    path, page = "/open-data/use-rights.csv", "/rights"
    data = app.state.open_data
    alone = p95([timed(partial(ask, client, page)) for _ in range(TURNS)])
    data.patience = 0
    begun = timed(partial(ask, client, path, head=True))
    started, beside = time.perf_counter(), []
    while "etag" not in client.head(path).headers:
        beside.append(timed(partial(ask, client, page)))
    made = (time.perf_counter() - started) * 1000
    again = p95([timed(partial(ask, client, path, head=True)) for _ in range(TURNS)])
    yield f"{'open data: use rights, begun':32}{begun:10.1f}"
    yield f"{'  whole, pages asked beside it':32}{made:10.1f}"
    yield f"{'  such a page, and one alone':32}{p95(beside):10.1f}{len(beside):6}{alone:10.1f}"
    yield f"{'  asked again, unchanged':32}{again:10.1f}"
    app.state.open_data = OpenData()
    app.state.open_data.patience = 600
    tracemalloc.start()
    ask(client, path, head=True)
    most = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    yield f"{'  most memory while made, MB':32}{most:10.1f}"


def ask(client: Client, path: str, *, head: bool = False) -> str:
    answer = client.request("HEAD" if head else "GET", path)
    assert answer.status_code == 200, (path, answer.status_code)  # noqa: PLR2004, S101 - a page that fails has no speed
    return answer.text


def read(database: Database, model: type[Base], ids: list[int]) -> None:
    table = model.__table__
    with database.begin(write=False) as db:
        db.execute(select(table).where(table.c.id.in_(ids))).all()


def fill(db: Session) -> dict[str, object]:
    """Make the records; of the rights the first has 20,000 users, and a tenth is unchecked."""
    communes = sorted(one.code for one in list_communes(db, province="96"))
    when = {"created_at": NOW, "updated_at": NOW}
    names = [f"Tổ hợp tác {number}" for number in range(1, ENTITIES + 1)]
    entities: list[dict[str, object]] = [
        {"id": number, "name": name, "folded": fold(name), "kind": "cooperative_group",
         "commune_code": communes[number % len(communes)], "address": "Ấp Mũi", **when}
        for number, name in enumerate(names, 1)
    ]  # fmt: skip
    db.execute(insert(Entity), entities)
    products: list[dict[str, object]] = [
        {"id": number, "entity_id": 1 + number % ENTITIES, "name": f"Tôm khô {number}",
         "folded": fold(f"Tôm khô {number}"), **when}
        for number in range(1, 2 * ENTITIES + 1)
    ]  # fmt: skip
    db.execute(insert(Product), products)
    db.execute(insert(IpRight), [right(number) | when for number in range(1, RIGHTS + 1)])
    areas = [
        {"right_id": number, "place_code": communes[number % len(communes)],
         "as_written": "huyện Năm Căn", "recorded_at": NOW, "recorded_by": "bench"}
        for number in range(1, RIGHTS + 1)
    ]  # fmt: skip
    db.execute(insert(RightArea), areas)
    uses = [use_right(number) | when for number in range(1, USE_RIGHTS + 1)]
    db.execute(insert(UseRight), uses)
    stars = [
        {"product_id": number, "stars": 3 + number % 3, "decision_no": f"{number}/QĐ",
         "issuer": "UBND tỉnh", "valid_from": date(2025, 1, 1), "valid_to": date(2027, 12, 31)}
        for number in range(1, ENTITIES + 1)
    ]  # fmt: skip
    db.execute(insert(OcopCertificate), stars)
    return {
        "entities": f"after={last_of(entities)}&back=1",
        "products": f"after={last_of(products)}&back=1",
        "uses": USE_RIGHTS,
        "middle": BUSY // 2 + 1,
        "quiet": RIGHTS // 2 + 1,
    }


def last_of(records: list[dict[str, object]]) -> object:
    """Return the id of what comes last by name."""
    return max(records, key=lambda one: str(one["folded"]))["id"]


def right(number: int) -> dict[str, object]:
    kind = TYPES[(number - 1) % 4]
    checked = number % 10 != 0
    no = f"{number:05d}" if kind == "gi" else f"4-{number:07d}-000"
    return {
        "id": number, "type": kind, "sign": f"Dấu hiệu {number}",
        "folded": fold(f"Dấu hiệu {number}"), "goods": "cua", "registration_no": no,
        "registration_no_as_written": no, "registration_date": "2022-07",
        "expires_on": None if kind == "gi" else date(2032, 7, 1),
        "owner": f"Hội nghề cá {number}",
        "owner_entity_id": number if kind == "trademark" else None,
        "area_as_written": "huyện Năm Căn và huyện Ngọc Hiển",
        "suspended_on": TODAY - timedelta(days=9) if number % 50 == 7 else None,  # noqa: PLR2004 - any will do
        "checked_on": TODAY if checked else None, "checked_by": "Cán bộ" if checked else "",
    }  # fmt: skip


def use_right(number: int) -> dict[str, object]:
    busy = number <= BUSY
    product = number if busy else 1 + number * 7 % (2 * ENTITIES)
    return {
        "id": number, "right_id": 1 if busy else 2 + number % (RIGHTS - 1),
        "product_id": product, "entity_id": 1 + product % ENTITIES,
        "certificate_no": f"GCN-{number}", "valid_from": date(2024, 1, 1),
        "valid_to": date(2028, 12, 31),
        "ended_on": TODAY - timedelta(days=3) if number % 10 == 0 else None,
    }  # fmt: skip


if __name__ == "__main__":
    main()
