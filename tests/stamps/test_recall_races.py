"""Recalls under clients at once: of several who decide the same, one does."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.diary.models import ProductNotice
from app.diary.notice_actions import Act, recall_lot
from app.diary.notice_queries import subject_of
from app.diary.standing_queries import standing_against
from app.kit.db import Database
from app.products.models import Product
from app.stamps.policy_queries import get_policy
from app.stamps.recall_actions import confirm_recall, decline_recall, lift_recall, recall
from app.stamps.recall_models import RecallOrder
from app.stamps.recall_queries import count_stamps
from tests import make
from tests.stamps.arena import CLIENTS, Arena, open_arena
from tests.stamps.conftest import by

Call = Callable[[Session], object]


@pytest.fixture
def arena(racing_database: Database) -> Arena:
    return open_arena(racing_database)


def test_of_several_who_decide_a_recall_at_once_one_does(arena: Arena) -> None:
    act = Act(actor=make.SYSTEM, now=make.NOW, reason="Dư lượng")

    def ask(do: Callable[..., object]) -> Call:
        def call(db: Session) -> object:
            of = subject_of(db, actor=make.SYSTEM, product_id=arena.product_id)
            return do(db, act=act, of=of)

        return call

    arena.issued()
    limit(arena, 100)
    # A form sent many times is one request with one hold.
    assert all(arena.race([ask(recall)] * CLIENTS))
    (order_id,) = orders(arena)

    def confirm(db: Session) -> object:
        return confirm_recall(db, order_id=order_id, **by(make.COLLEAGUE))

    def decline(db: Session) -> object:
        return decline_recall(db, order_id=order_id, reason="Sai", **by(make.COLLEAGUE))

    won = arena.race([confirm, decline] * (CLIENTS // 2))
    assert sum(won) == 1
    confirmed = won.index(True) % 2 == 0
    assert standing(arena) == {"recall": 1 if confirmed else 0, "hold": 0}
    # Below the limit nobody waits: of many who recall at once one does, and one lifts it.
    if confirmed:
        assert all(arena.race([ask(lift_recall)] * CLIENTS))
        (order_id,) = set(orders(arena)) - {order_id}
        assert sum(arena.race([confirm] * CLIENTS)) == 1
    limit(arena, 1000)
    assert sum(arena.race([ask(recall)] * CLIENTS)) == 1
    assert standing(arena) == {"recall": 1, "hold": 0}
    assert sum(arena.race([ask(lift_recall)] * CLIENTS)) == 1
    assert standing(arena) == {"recall": 0, "hold": 0}
    limit(arena, None)


def test_stamps_activated_in_the_moment_of_a_recall_are_recalled(arena: Arena) -> None:
    for _ in range(3):
        with arena.database.begin() as db:
            lot_id = make.complete_lot(db, of=db.get_one(Product, arena.product_id)).id
        here, batch = replace(arena, lot_id=lot_id), arena.issued()

        def recall_it(db: Session, lot_id: int = lot_id) -> object:
            return recall_lot(db, lot_id=lot_id, reason="Dư lượng", **by(make.SYSTEM))

        ends = [(1 + 8 * client, 8 + 8 * client) for client in range(CLIENTS - 1)]
        won = here.race([*(here.activate(batch, one) for one in ends), recall_it])
        assert won[-1]
        with arena.database.begin(write=False) as db:
            of = subject_of(db, actor=make.SYSTEM, lot_id=lot_id)
            # Whoever was a moment earlier: the recall is of all that are on the lot.
            assert count_stamps(db, [of]) == 8 * sum(won[:-1])
            assert standing_against(db, arena.product_id, lot_id).recall
        # And from then on nothing goes onto the lot.
        assert here.race([here.activate(batch, (90, 95))]) == [False]


def limit(arena: Arena, stamps: int | None) -> None:
    with arena.database.begin() as db:
        policy = get_policy(db)
        if stamps is None:
            db.delete(policy)
            return
        policy.recall_two_from = stamps
        db.add(policy)


def orders(arena: Arena) -> list[int]:
    with arena.database.begin(write=False) as db:
        query = select(RecallOrder.id).where(RecallOrder.product_id == arena.product_id)
        return list(db.scalars(query))


def standing(arena: Arena) -> dict[str, int]:
    with arena.database.begin(write=False) as db:
        query = select(func.count()).where(
            ProductNotice.product_id == arena.product_id, ProductNotice.lifted_at.is_(None)
        )
        kinds = ("recall", "hold")
        return {kind: db.scalar(query.where(ProductNotice.kind == kind)) or 0 for kind in kinds}
