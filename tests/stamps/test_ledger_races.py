"""The ledger's sums under clients at once: no race makes a total that nobody allowed."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.db import Database
from app.products.models import Product
from app.stamps.batch_queries import get_batch, list_moved
from app.stamps.change_actions import change_span
from app.stamps.ledger import replay
from app.stamps.ledger_models import Reconciliation
from app.stamps.models import Batch, Movement
from app.stamps.order_actions import ask_void, confirm_order
from app.stamps.reconciliation_actions import reconcile
from app.stamps.reconciliation_queries import read_books
from app.stamps.rules import Move, State
from app.stamps.runs import counted
from app.stamps.span_actions import activate_next
from app.stamps.span_queries import Numbers
from tests import make
from tests.stamps.arena import CLIENTS, Arena, Call, open_arena
from tests.stamps.conftest import KEYRING, by


@pytest.fixture
def arena(racing_database: Database) -> Arena:
    return open_arena(racing_database)


def changed(batch: Batch, move: Move, first: int, last: int) -> Call:
    chosen = Numbers(batch.id, first, last)
    facts: dict[str, Any] = {"move": move, "chosen": chosen, "keyring": KEYRING}
    return lambda db: change_span(db, reason="Hỏng", **facts, **by(make.SYSTEM))


def test_activations_at_once_keep_within_what_the_lot_produced(arena: Arena) -> None:
    with arena.database.begin() as db:
        product = db.get_one(Product, arena.product_id)
        product.net_quantity, product.net_unit = 500.0, "GRM"
        lot = make.complete_lot(db, of=product, quantity=17.0, unit="KGM")
    batches = [arena.issued() for _ in range(CLIENTS)]

    def activate(batch: Batch) -> Call:
        facts: dict[str, Any] = {"batch_id": batch.id, "quantity": 10, "lot_id": lot.id}
        return lambda db: activate_next(db, **facts, **by(arena.owner))

    # 17 kg and five percent are 35 pieces of 500 g: three tens.
    assert sum(arena.race([activate(batch) for batch in batches])) == 3


def test_a_count_sees_the_ledger_as_of_one_movement(arena: Arena) -> None:
    batch = arena.issued()
    with arena.database.begin(write=False) as db:
        shown = read_books(db, batch_id=batch.id, **by(make.SYSTEM)).movement_id

    def count(db: Session) -> None:
        facts: dict[str, Any] = {"batch_id": batch.id, "counts": {}, "reasons": {}}
        reconcile(db, movement_id=shown, settle=False, **facts, **by(make.SYSTEM))

    moves = [changed(batch, Move.LOSE, 8 * at + 1, 8 * at + 8) for at in range(CLIENTS // 2)]
    won = arena.race([*moves, *[count] * (CLIENTS // 2)])
    assert any(won)
    arena.ledger(batch.id)
    with arena.database.begin(write=False) as db:
        kept = list(db.scalars(select(Reconciliation).where(Reconciliation.batch_id == batch.id)))
        assert len(kept) == sum(won[CLIENTS // 2 :])
        ids = select(Movement.id).where(Movement.batch_id == batch.id, Movement.id <= shown)
        seen = list_moved(db, batch_id=batch.id)[: len(list(db.scalars(ids)))]
        then = counted(replay(seen))
        for one in kept:
            lines = {line["name"]: line["ledger"] for line in one.lines}
            assert (lines["on_hand"], lines["lost"]) == (then[State.RECEIVED], 0)


def test_the_last_stamps_taken_at_once_leave_the_batch_handed_over(arena: Arena) -> None:
    batch = arena.issued(handed=False)
    ends = [(1, 25), (26, 50), (51, 75), (76, 100)]
    moves = (Move.SPOIL, Move.VOID)
    calls = [changed(batch, moves[at % 2], *pair) for at, pair in enumerate(ends)]
    assert all(arena.race(calls))
    with arena.database.begin(write=False) as db:
        assert get_batch(db, batch.id, actor=make.SYSTEM).state == "handed_over"


def test_of_two_that_confirm_a_void_one_does(arena: Arena) -> None:
    batch = arena.issued()
    with arena.database.begin() as db:
        facts: dict[str, Any] = {"move": Move.VOID, "chosen": Numbers(batch.id, 1, 100)}
        order = ask_void(db, keyring=KEYRING, reason="Ẩm", **facts, **by(make.SYSTEM)).id

    def confirm(db: Session) -> None:
        confirm_order(db, order_id=order, keyring=KEYRING, **by(make.COLLEAGUE))

    assert sum(arena.race([confirm] * CLIENTS)) == 1
    assert [one.kind for one in arena.ledger(batch.id)][-1] is Move.VOID
