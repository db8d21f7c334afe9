"""A lot's trace among 1,000, 10,000 and 100,000 lots, beside a plain read of as many links.

In the web each lot is made of three of the ten before it, so that a trace from its first lot
reaches all others; then a chain of 10,000 lots and a fan of 50,000. `page` is what a page reads
(200 lots), `json` what the API answers unasked (1,000), `whole` all of them as a file has them,
`ids` only which they are, as a recall asks. Medians of interleaved rounds.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.diary.models import Lot
from app.diary.trace_graph_queries import MOST_EVER, trace
from app.diary.trace_models import LotInput
from app.diary.trace_queries import all_reached
from app.diary.tracing import Way
from app.kit.db import Database
from scripts.benchmarks import world
from tests import make

SIZES = (1_000, 10_000, 100_000)
CHAIN, FAN, ROW = 10_000, 50_000, 10
ROUNDS = 5

Links = list[tuple[int, int]]
Act = Callable[[Session, int, int], object]


def page(db: Session, start: int, _size: int) -> object:
    return trace(db, start, actor=make.SYSTEM, way=Way.DOWN, most=200)


def api(db: Session, start: int, _size: int) -> object:
    return trace(db, start, actor=make.SYSTEM, way=Way.DOWN)


def whole(db: Session, start: int, _size: int) -> object:
    return trace(db, start, actor=make.SYSTEM, way=Way.DOWN, most=MOST_EVER)


def ids(db: Session, start: int, _size: int) -> object:
    return all_reached(db, [start], Way.DOWN)


def plain(db: Session, _start: int, size: int) -> object:
    """Read as many links as the trace follows, by their keys alone."""
    first = select(LotInput.lot_id, LotInput.source_lot_id).order_by(LotInput.id)
    return db.execute(first.limit(size)).all()


ACTS: Mapping[str, Act] = {"page": page, "json": api, "whole": whole, "ids": ids, "plain": plain}


def web(lots: list[int]) -> Links:
    rows = [lots[place : place + ROW] for place in range(0, len(lots), ROW)]
    links = [(rows[0][0], lot) for lot in rows[0][1:]]
    for above, below in pairwise(rows):
        for place, lot in enumerate(below):
            links += [(above[(place * 3 + step) % ROW], lot) for step in (0, 3, 7)]
    return links


def chain(lots: list[int]) -> Links:
    return list(pairwise(lots))


def fan(lots: list[int]) -> Links:
    return [(lots[0], lot) for lot in lots[1:]]


def main() -> None:
    print(f"\ntrace of a lot down to all that was made of it: ms, medians of {ROUNDS} rounds")
    names = "".join(f"{name:>10}" for name in ACTS)
    print(f"{'':12}{'':16}{names}{'ids/plain':>11}{'page x':>9}{'whole/lot x':>13}")
    for dialect in ("sqlite", "postgresql"):
        with filled(dialect) as (database, starts):
            found = measured(database, starts)
        small = found[f"web {SIZES[0]:,}"]
        for name, (size, figures) in ((one, (starts[one][1], found[one])) for one in starts):
            told = "".join(f"{figures[act]:10.1f}" for act in ACTS)
            beside = figures["ids"] / figures["plain"]
            grown = figures["page"] / small["page"]
            each = figures["whole"] / size / (small["whole"] / SIZES[0])
            print(f"{dialect:12}{name:16}{told}{beside:11.2f}{grown:9.2f}{each:13.2f}")


@contextmanager
def filled(dialect: str) -> Iterator[tuple[Database, dict[str, tuple[int, int]]]]:
    """Give a database with every shape in it: its first lot, and how many lots it has."""
    with tempfile.TemporaryDirectory() as folder:
        settings = world.new_settings(dialect, Path(folder) / "world")
        database = Database(settings.database_url)
        shapes = [(f"web {size:,}", web, size) for size in SIZES]
        shapes += [(f"chain {CHAIN:,}", chain, CHAIN), (f"fan {FAN:,}", fan, FAN)]
        starts = {}
        with database.begin() as db:
            for name, shape, size in shapes:
                lots = bulk(db, size)
                starts[name] = (lots[0], size)
                rows = [
                    {"source_lot_id": one, "lot_id": lot, "added_at": make.NOW, "added_by": "bench"}
                    for one, lot in shape(lots)
                ]
                db.execute(insert(LotInput), rows)
        if dialect == "postgresql":
            analyze(settings)
        yield database, starts
        database.close()


def bulk(db: Session, count: int) -> list[int]:
    product = make.product(db, of=make.entity(db))
    rows = [
        {
            "product_id": product.id,
            "entity_id": product.entity_id,
            "number": f"L{place}",
            "state": "released",
            "opened_at": make.NOW,
        }
        for place in range(count)
    ]
    query = insert(Lot).returning(Lot.id, sort_by_parameter_order=True)
    return list(db.scalars(query, rows))


def analyze(settings: Settings) -> None:
    """Do what PostgreSQL soon does by itself; this project never does it on SQLite."""
    owner = Database(settings.owner_url)
    with owner.engine.execution_options(write=True).begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    owner.close()


def measured(database: Database, starts: dict[str, tuple[int, int]]) -> dict[str, dict[str, float]]:
    """Return the median ms of each act on each shape, taken turn by turn."""
    times: dict[tuple[str, str], list[float]] = {}
    for _ in range(ROUNDS):
        for name, (start, size) in starts.items():
            for act, ask in ACTS.items():
                with database.begin(write=False) as db:
                    begun = time.perf_counter()
                    ask(db, start, size)
                    times.setdefault((name, act), []).append(time.perf_counter() - begun)
    return {name: {act: 1000 * median(times[name, act]) for act in ACTS} for name in starts}


if __name__ == "__main__":
    main()
