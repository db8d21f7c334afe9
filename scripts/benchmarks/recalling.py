"""A recall of one lot followed to every lot and stamp made from it, both databases.

10,000 lots of 50 products and as many makers in five steps from raw to packed, each made of three
lots of the step before, and 1,000,000 stamps on them. One raw lot is recalled, then the salt that
went into every second lot. What is found is held against a walk in Python, and timed beside one
lot alone: the preview, the whole list, the order itself, and a look-up before, while and after it.
"""

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.diary.notice_actions import Act, lift_notice, set_notice
from app.diary.notice_queries import subject_of_lot
from app.diary.notices import RECALL
from app.diary.reach_queries import reached_by
from app.diary.standing_queries import standing_against
from app.diary.trace_models import LotInput
from app.kit.db import Database
from app.kit.glances import Glances
from app.lookup.glance_queries import asked_of, statement
from app.stamps.models import Span
from app.stamps.recall_queries import touched_by
from app.stamps.recall_reach_queries import list_reached
from scripts.benchmarks import world
from tests import make

LOTS, STAMPS, STEPS, MAKERS, SOURCES = 10_000, 1_000_000, 5, 50, 3
TIMES, LOOKS = 5, 400


@dataclass(frozen=True)
class Chain:
    """The lots in their order, what each was made from, and where the recalls begin."""

    ids: list[int]
    above: dict[int, list[int]]
    raw: int
    salt: int
    # Packed last, and made from nothing.
    deep: int
    plain: int

    def below(self, start: int) -> set[int]:
        made = defaultdict(list)
        for lot, sources in self.above.items():
            for source in sources:
                made[source].append(lot)
        found, front = {start}, [start]
        while front:
            fresh = set(made[front.pop()]) - found
            found |= fresh
            front += fresh
        return found


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--databases", default="sqlite,postgresql")
    chosen = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for dialect in chosen.databases.split(","):
            settings = world.new_settings(dialect, Path(folder) / dialect)
            world.fill(settings, stamps=STAMPS, lots=LOTS, sample=LOTS)
            database = Database(settings.database_url)
            public = Database(settings.scan_url or settings.database_url)
            with database.begin() as db:
                chain = _chain(db)
            _analyse(settings.owner_url or settings.database_url)
            print(
                f"{dialect}: {LOTS:,} lots, {STAMPS:,} stamps, {len(chain.above):,} made of others"
            )
            _looks(public, chain, "nothing recalled")
            for name, start in (
                ("one raw lot", chain.raw),
                ("salt of every second lot", chain.salt),
            ):
                _recall(database, public, chain, name, start)
            database.close()
            public.close()


def _chain(db: Session) -> Chain:
    """Make the lots those of many makers, in steps each made from the one before."""
    random = Random(7)  # noqa: S311 - no secret is drawn
    products = [make.product(db, of=make.entity(db), picture=False) for _ in range(MAKERS)]
    ids = list(db.scalars(select(Lot.id).order_by(Lot.id)))
    for place, product in enumerate(products):
        part = ids[place::MAKERS]
        of = {"product_id": product.id, "entity_id": product.entity_id}
        db.execute(update(Lot).where(Lot.id.in_(part)).values(**of))
    each = LOTS // STEPS
    steps = [ids[first : first + each] for first in range(0, LOTS, each)]
    above: dict[int, list[int]] = {}
    for before, step in pairwise(steps):
        above |= {lot: random.sample(before, SOURCES) for lot in step}
    salt = steps[0][-1]
    for lot in ids[each::2]:
        above[lot] = [*above[lot], salt]
    rows = [
        {"lot_id": lot, "source_lot_id": source, "added_at": world.NOW, "added_by": "bench"}
        for lot, sources in above.items()
        for source in sources
    ]
    db.execute(insert(LotInput), rows)
    return Chain(ids, above, steps[0][0], salt, steps[-1][1], steps[0][1])


def _analyse(url: str) -> None:
    """Let PostgreSQL know the tables, as its own work does within a minute."""
    owner = Database(url)
    with owner.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
    owner.close()


def _recall(database: Database, public: Database, chain: Chain, name: str, start: int) -> None:
    below = chain.below(start)
    with database.begin(write=False) as db:
        of = subject_of_lot(db.get_one(Lot, start))
        on = select(func.sum(Span.last - Span.first + 1)).where(Span.lot_id.in_(below))
        stamps = int(db.scalar(on) or 0)

        def preview() -> int:
            touched = touched_by(db, of, now=world.NOW)
            _check((touched.lots, touched.active) == (len(below), stamps), "preview")
            return touched.lots

        def listed() -> int:
            found = {one.id for one in list_reached(db, of)}
            _check(found == below, "list")
            return len(found)

        found = _timed(lambda: _check(set(db.scalars(reached_by([of]))) == below, "lots"))
        print(f"  {name}: {len(below):,} lots and {stamps:,} stamps, every one found")
        print(f"    lots alone {found:.1f} ms, preview {_timed(preview):.1f} ms, ", end="")
        print(f"list {_timed(listed):.1f} ms")
    act = Act(actor=make.SYSTEM, now=world.NOW, reason="Dư lượng")
    began = time.perf_counter()
    with database.begin() as db:
        set_notice(db, act=act, of=of, kind=RECALL)
    took = (time.perf_counter() - began) * 1000
    with public.begin(write=False) as db:
        told = {lot for lot in chain.ids if _recalled(db, lot)}
    _check(told == below, "look-ups")
    print(f"    ordered in {took:.1f} ms; asked one by one, just those {len(told):,} tell of it")
    _looks(public, chain, "while it stands")
    with database.begin() as db:
        lift_notice(db, act=act, of=of, kind=RECALL)


def _check(right: bool, what: str) -> None:  # noqa: FBT001 - what is found out
    if not right:
        raise SystemExit(f"{what}: not all, or too many")


def _recalled(db: Session, lot_id: int) -> bool:
    lot = db.get_one(Lot, lot_id)
    return standing_against(db, lot.product_id, lot_id).recall is not None


def _looks(public: Database, chain: Chain, when: str) -> None:
    """Print what one look-up's reading takes at a glance and by the route's query."""
    glances = Glances(public, statement(public.dialect))
    told = []
    with public.begin(write=False) as db:
        for name, lot_id in (("of a raw lot", chain.plain), ("of a packed one", chain.deep)):
            line = db.scalar(select(Span.first).where(Span.lot_id == lot_id)) or 0
            product = db.get_one(Lot, lot_id).product_id
            asked = asked_of(public.dialect, [(line, None)])
            glance = _timed(lambda asked=asked: glances.read(asked), LOOKS) * 1000  # type: ignore[misc]
            route = _timed(lambda of=(product, lot_id): standing_against(db, *of), LOOKS)  # type: ignore[misc]
            told.append(f"{name} {glance:.0f} us at a glance, {route * 1000:.0f} us by the route")
    print(f"    look-up, {when}: " + "; ".join(told))
    glances.close()


def _timed(job: Callable[[], Any], times: int = TIMES) -> float:
    """Return the median of some runs in milliseconds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        job()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


if __name__ == "__main__":
    main()
