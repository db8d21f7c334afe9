"""Issue, look up, activate and void: the same time and the same rows at any number of stamps.

Each figure is the median of transactions that are really committed, at 10^4 and at 10^9 stamps
that stand in spans of 3,000.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.diary.models import Lot
from app.identity.rules import Actor, Belonging
from app.keyfile import load_keyring
from app.kit.db import Database
from app.products.models import Product
from app.stamps import actions, codes
from app.stamps.keyring import Keyring
from app.stamps.models import KeyEpoch, Movement, Span
from app.stamps.queries import get_stamp
from app.stamps.span_actions import activate_span, void_span
from scripts.benchmarks import world
from tests import make

FEW, MANY, SPAN, TIMES = 10_000, 1_000_000_000, 3_000, 40


def main() -> None:
    print(f"\nissue a batch of 3,000 and of {MANY:,} stamps: median of {TIMES} commits")
    print(f"{'':12}{'3,000 ms':>10}{'10^9 ms':>10}{'ratio':>8}{'rows each':>11}")
    for dialect in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder:
            issue(dialect, world.new_settings(dialect, Path(folder) / "world"))
    print(f"\nwith {FEW:,} and with {MANY:,} stamps issued, in spans of {SPAN:,}")
    print(f"{'':12}{'':10}{'10^4 ms':>10}{'10^9 ms':>10}{'ratio':>8}")
    for dialect in ("sqlite", "postgresql"):
        measure(dialect)


def issue(dialect: str, settings: Settings) -> None:
    database, keyring = Database(settings.database_url), load_keyring(settings)
    with database.begin() as db:
        product = make.product(db, of=make.entity(db))
    ready = {size: approved(database, product, size) for size in (SPAN, MANY)}
    rows = count_rows(database)
    times: dict[int, list[float]] = {SPAN: [], MANY: []}
    # Thirty batches of 10^9 fit one epoch's line of 2^35 numbers.
    for turn in range(TIMES):
        for size in (SPAN, MANY):
            if turn < len(ready[size]):
                times[size].append(timed(database, issuing(ready[size][turn], keyring)))
    done = sum(len(one) for one in times.values())
    each = (count_rows(database) - rows) / done
    few, many = (statistics.median(times[size]) * 1000 for size in (SPAN, MANY))
    print(f"{dialect:12}{few:10.2f}{many:10.2f}{many / few:8.2f}{each:11.1f}")
    database.close()


def approved(database: Database, product: Product, size: int) -> list[int]:
    made = []
    with database.begin() as db:
        for _ in range(30 if size == MANY else TIMES):
            batch = actions.request_batch(
                db,
                actor=make.SYSTEM,
                now=world.NOW,
                product_id=product.id,
                quantity=size,
                reason="bench",
                largest=MANY,
            )
            actions.approve_batch(
                db,
                actor=make.COLLEAGUE,
                now=world.NOW,
                batch_id=batch.id,
                quantity=size,
                decision_no="1",
            )
            made.append(batch.id)
    return made


def issuing(batch_id: int, keyring: Keyring) -> Callable[[Session], object]:
    return lambda db: actions.issue_batch(
        db, actor=make.SYSTEM, now=world.NOW, batch_id=batch_id, keyring=keyring
    )


def count_rows(database: Database) -> int:
    with database.begin(write=False) as db:
        return sum(
            db.scalar(select(func.count()).select_from(table)) or 0 for table in (Span, Movement)
        )


def timed(database: Database, work: Callable[[Session], object], *, write: bool = True) -> float:
    start = time.perf_counter()
    with database.begin(write=write) as db:
        work(db)
    return time.perf_counter() - start


def measure(dialect: str) -> None:
    figures = {}
    for size in (FEW, MANY):
        with tempfile.TemporaryDirectory() as folder:
            figures[size] = at(world.new_settings(dialect, Path(folder) / "world"), size)
    for job in ("look up", "activate", "void"):
        few, many = figures[FEW][job] * 1000, figures[MANY][job] * 1000
        print(f"{dialect:12}{job:10}{few:10.2f}{many:10.2f}{many / few:8.2f}")


def at(settings: Settings, stamps: int) -> dict[str, float]:
    """Return the median seconds of each job with so many stamps issued."""
    database, keyring = Database(settings.database_url), load_keyring(settings)
    root = keyring.newest()
    with database.begin() as db:
        lot, owner = filled(db, root, stamps)
    keys = codes.BatchKeys.of(root, world.SECRET)
    times: dict[str, list[float]] = {"look up": [], "activate": [], "void": []}
    for turn in range(TIMES):
        # Far from the others and inside its span, so that a change splits it.
        number = turn * (stamps // SPAN) // TIMES * SPAN + 50 * turn + 6
        ends = {"first_code": keys.encode(number), "last_code": keys.encode(number + 9)}
        who = {"actor": owner, "now": world.NOW, "keyring": keyring}
        times["look up"].append(timed(database, looking(keyring, ends["first_code"]), write=False))
        times["activate"].append(
            timed(database, lambda db: activate_span(db, **who, **ends, lot_id=lot))  # noqa: B023 - run at once
        )
        times["void"].append(
            timed(database, lambda db: void_span(db, **who, **ends, reason="bench"))  # noqa: B023 - as above
        )
    database.close()
    return {job: statistics.median(spent) for job, spent in times.items()}


def looking(keyring: Keyring, code: str) -> Callable[[Session], object]:
    return lambda db: get_stamp(db, keyring=keyring, text=code)


def filled(db: Session, root: codes.Root, stamps: int) -> tuple[int, Actor]:
    """Put received stamps into the database; return a complete lot and its owner."""
    entity = make.entity(db)
    product = make.product(db, of=entity)
    db.add(
        KeyEpoch(epoch=0, root_check=codes.root_check(root), next=stamps + 1, opened_at=world.NOW)
    )
    db.flush()
    batch = world.batch_of(entity.id, product.id, stamps)
    db.add(batch)
    db.flush()
    rows = (
        {
            "batch_id": batch.id,
            "first": codes.line(0, number),
            "last": codes.line(0, min(number + SPAN - 1, stamps)),
            "state": "received",
            "version": 1,
        }
        for number in range(1, stamps + 1, SPAN)
    )
    pending = list(rows)
    for start in range(0, len(pending), 10_000):
        db.execute(insert(Span), pending[start : start + 10_000])
    world.lots_of(db, product.id, entity.id, 1)
    lot = db.scalars(select(Lot.id)).one()
    owner = make.person(db, "bench", entity=entity, belonging=Belonging.OWNER).actor
    return lot, owner


if __name__ == "__main__":
    main()
