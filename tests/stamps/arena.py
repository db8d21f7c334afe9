"""A database of its own, for clients at once in transactions that really commit."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any

from sqlalchemy.orm import Session

from app.identity.rules import Actor, Belonging
from app.kit.db import Database
from app.kit.errors import Conflict
from app.stamps import actions, span_actions
from app.stamps.batch_queries import get_batch, list_moved, list_runs
from app.stamps.ledger import Moved, replay
from app.stamps.models import Batch
from tests import make
from tests.stamps.conftest import KEYRING, by

CLIENTS = 12
Ends = tuple[int, int]
Call = Callable[[Session], object]


@dataclass(frozen=True)
class Arena:
    """A real database with a product, its owner, and a complete lot."""

    database: Database
    owner: Actor
    product_id: int
    lot_id: int

    def requested(self) -> int:
        facts: dict[str, Any] = {"product_id": self.product_id, "quantity": 100, "largest": 100}
        with self.database.begin() as db:
            return actions.request_batch(db, reason="", **facts, **by(make.SYSTEM)).id

    def approved(self) -> int:
        batch_id = self.requested()
        with self.database.begin() as db:
            approve(batch_id)(db)
        return batch_id

    def issued(self, *, handed: bool = True) -> Batch:
        batch_id = self.approved()
        with self.database.begin() as db:
            issue(batch_id)(db)
            if handed:
                hand_over(batch_id, 100)(db)
            return get_batch(db, batch_id, actor=make.SYSTEM)

    def activate(self, batch: Batch, ends: Ends) -> Call:
        facts = by(self.owner) | codes(batch, ends) | {"lot_id": self.lot_id}
        return lambda db: span_actions.activate_span(db, **facts)

    def void(self, batch: Batch, ends: Ends) -> Call:
        facts = by(self.owner) | codes(batch, ends) | {"reason": "Hỏng"}
        return lambda db: span_actions.void_span(db, **facts)

    def race(self, calls: Sequence[Call]) -> list[bool]:
        """Start all calls at the same moment, each in its own transaction; tell who won.

        Whoever loses gets a conflict: any other error fails the test.
        """
        start = Barrier(len(calls))

        def run(call: Call) -> bool:
            start.wait()
            try:
                with self.database.begin() as db:
                    call(db)
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(run, calls))

    def ledger(self, batch_id: int) -> list[Moved]:
        """Return the movements of a batch, after checking that replayed they give its spans."""
        with self.database.begin(write=False) as db:
            moves = list_moved(db, batch_id=batch_id)
            assert replay(moves) == list_runs(db, batch_id=batch_id)
            return moves


def codes(batch: Batch, ends: Ends) -> dict[str, Any]:
    first, last = (make.code(batch, number, keyring=KEYRING) for number in ends)
    return {"keyring": KEYRING, "first_code": first, "last_code": last}


def approve(batch_id: int, **more: Any) -> Call:  # noqa: ANN401 - arguments of the action
    facts: dict[str, Any] = {"batch_id": batch_id, "quantity": 100, "decision_no": "12/QĐ"}
    return lambda db: actions.approve_batch(db, **facts, **more, **by(make.SYSTEM))


def refuse(batch_id: int) -> Call:
    facts: dict[str, Any] = {"batch_id": batch_id, "reason": "Thiếu hồ sơ"}
    return lambda db: actions.refuse_batch(db, **facts, **by(make.SYSTEM))


def issue(batch_id: int) -> Call:
    facts: dict[str, Any] = {"batch_id": batch_id, "keyring": KEYRING}
    return lambda db: actions.issue_batch(db, **facts, **by(make.SYSTEM))


def hand_over(batch_id: int, quantity: int) -> Call:
    facts: dict[str, Any] = {"batch_id": batch_id, "quantity": quantity, "receiver": "X"}
    return lambda db: actions.hand_over(db, **facts, **by(make.SYSTEM))


def open_arena(database: Database) -> Arena:
    with database.begin() as db:
        product = make.product(db, of=make.entity(db))
        lot = make.complete_lot(db, of=product)
        owner = Actor(None, "Chủ", memberships={product.entity_id: Belonging.OWNER})
    return Arena(database, owner, product.id, lot.id)
