"""Twelve clients at once on a database of its own, in transactions that really commit."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.identity.rules import Actor, Belonging
from app.kit.db import Database
from app.kit.errors import Conflict
from app.migrate import migrate
from app.stamps import actions, span_actions
from app.stamps.batch_queries import counts_of, get_batch, list_moved, list_runs
from app.stamps.ledger import Moved, replay
from app.stamps.models import Batch
from app.stamps.rules import Move, State
from tests import make
from tests.conftest import new_settings
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


def approve(batch_id: int) -> Call:
    facts: dict[str, Any] = {"batch_id": batch_id, "quantity": 100, "decision_no": "12/QĐ"}
    return lambda db: actions.approve_batch(db, **facts, **by(make.SYSTEM))


def refuse(batch_id: int) -> Call:
    facts: dict[str, Any] = {"batch_id": batch_id, "reason": "Thiếu hồ sơ"}
    return lambda db: actions.refuse_batch(db, **facts, **by(make.SYSTEM))


def issue(batch_id: int) -> Call:
    facts: dict[str, Any] = {"batch_id": batch_id, "keyring": KEYRING}
    return lambda db: actions.issue_batch(db, **facts, **by(make.SYSTEM))


def hand_over(batch_id: int, quantity: int) -> Call:
    facts: dict[str, Any] = {"batch_id": batch_id, "quantity": quantity, "receiver": "X"}
    return lambda db: actions.hand_over(db, **facts, **by(make.SYSTEM))


@pytest.fixture(scope="module")
def arena(
    dialect: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Arena]:
    settings = new_settings(dialect, tmp_path_factory.mktemp("races"), f"ocop_races_{worker_id}")
    migrate(settings)
    database = Database(settings.database_url)
    with database.begin() as db:
        product = make.product(db, of=make.entity(db))
        lot = make.complete_lot(db, of=product)
        owner = Actor(None, "Chủ", memberships={product.entity_id: Belonging.OWNER})
    yield Arena(database, owner, product.id, lot.id)
    database.close()


def covered(moves: Sequence[Moved], kind: Move, base: int) -> list[int]:
    """Return the running numbers that movements of a kind touched, with repeats."""
    return sorted(
        place - base + 1
        for one in moves
        if one.kind is kind
        for place in range(one.first, one.last + 1)
    )


def wanted(ends: Sequence[Ends], won: Sequence[bool]) -> list[int]:
    return sorted(
        number
        for (first, last), winner in zip(ends, won, strict=True)
        if winner
        for number in range(min(first, last), max(first, last) + 1)
    )


SPANS: dict[str, list[Ends]] = {
    "identical": [(1, 100)] * CLIENTS,
    "prefixes": [(1, 100 - 5 * client) for client in range(CLIENTS)],
    "suffixes": [(1 + 5 * client, 100) for client in range(CLIENTS)],
    "inner overlaps": [(1 + 8 * client, 12 + 8 * client) for client in range(CLIENTS - 1)]
    + [(60, 40)],
    "side by side": [(1 + 8 * client, 8 + 8 * client) for client in range(CLIENTS)],
}


@pytest.mark.parametrize("spans", SPANS)
def test_each_stamp_is_activated_by_one_client(arena: Arena, spans: str) -> None:
    for _ in range(3):
        batch, ends = arena.issued(), SPANS[spans]
        won = arena.race([arena.activate(batch, one) for one in ends])
        touched = covered(arena.ledger(batch.id), Move.ACTIVATE, batch.first or 0)
        assert touched == wanted(ends, won)
        assert len(touched) == len(set(touched)) > 0
        if spans == "identical":
            assert sum(won) == 1


def test_a_stamp_made_void_is_not_activated_after(arena: Arena) -> None:
    for _ in range(3):
        batch = arena.issued()
        ends = [(1, 60), (41, 100)] * (CLIENTS // 2)
        calls = [
            (arena.activate if client < CLIENTS // 2 else arena.void)(batch, one)
            for client, one in enumerate(ends)
        ]
        won = arena.race(calls)
        moves = arena.ledger(batch.id)
        half = CLIENTS // 2
        for kind, mine in ((Move.ACTIVATE, slice(half)), (Move.VOID, slice(half, None))):
            touched = covered(moves, kind, batch.first or 0)
            assert touched == wanted(ends[mine], won[mine])
            assert len(touched) == len(set(touched))
        assert any(won)


def test_one_of_two_decisions_stands(arena: Arena) -> None:
    batch_id = arena.requested()
    won = arena.race([approve(batch_id), refuse(batch_id)] * (CLIENTS // 2))
    assert sum(won) == 1
    with arena.database.begin(write=False) as db:
        state = get_batch(db, batch_id, actor=make.SYSTEM).state
    assert state == ("approved" if won.index(True) % 2 == 0 else "refused")


def test_a_batch_is_issued_once(arena: Arena) -> None:
    batch_id = arena.approved()
    assert sum(arena.race([issue(batch_id)] * CLIENTS)) == 1
    assert [one.kind for one in arena.ledger(batch_id)] == [Move.ISSUE]


def test_batches_issued_at_once_share_no_number(arena: Arena) -> None:
    batch_ids = [arena.approved() for _ in range(CLIENTS)]
    assert arena.race([issue(batch_id) for batch_id in batch_ids]) == [True] * CLIENTS
    ends = [(moves[0].first, moves[0].last) for moves in map(arena.ledger, batch_ids)]
    numbers = [number for first, last in ends for number in range(first, last + 1)]
    assert len(numbers) == len(set(numbers)) == 100 * CLIENTS


def test_handovers_at_once_give_each_stamp_once(arena: Arena) -> None:
    batch = arena.issued(handed=False)
    won = arena.race([hand_over(batch.id, 30)] * CLIENTS)
    assert 1 <= sum(won) <= 3
    touched = covered(arena.ledger(batch.id), Move.HANDOVER, batch.first or 0)
    assert touched == list(range(1, 30 * sum(won) + 1))
    with arena.database.begin(write=False) as db:
        assert get_batch(db, batch.id, actor=make.SYSTEM).handed_over == len(touched)
        assert counts_of(db, [batch.id])[batch.id][State.RECEIVED] == len(touched)
