"""Twelve clients at once on a database of its own, in transactions that really commit."""

from collections.abc import Sequence

import pytest

from app.kit.db import Database
from app.stamps.batch_queries import counts_of, get_batch
from app.stamps.ledger import Moved
from app.stamps.rules import Move, State
from tests import make
from tests.stamps.arena import (
    CLIENTS,
    Arena,
    Ends,
    approve,
    hand_over,
    issue,
    open_arena,
    refuse,
)


@pytest.fixture(scope="module")
def arena(racing_database: Database) -> Arena:
    return open_arena(racing_database)


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
