"""Plans decided by several people at once: one decision stands, and no quota is passed."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kit.db import Database
from app.products.models import Product
from app.stamps.allotment_actions import make_draft, set_rows
from app.stamps.allotment_issue_actions import Decision, issue_allotment
from app.stamps.allotting import RowsRefused, Wanted
from app.stamps.models import Batch
from app.stamps.movement_actions import ChangedMeanwhile
from app.stamps.quota_actions import add_quota
from tests import make
from tests.stamps.arena import CLIENTS, Arena, Call, approve, open_arena
from tests.stamps.conftest import KEYRING, by

YEAR = make.TODAY.year


@pytest.fixture
def arena(racing_database: Database) -> Arena:
    return open_arena(racing_database)


def planned(arena: Arena) -> int:
    """Make a draft of 100 stamps, of version 2, and return its id."""
    with arena.database.begin() as db:
        draft = make_draft(db, year=YEAR, **by(make.SYSTEM))
        rows = [Wanted(place="1", product_id=arena.product_id, quantity=100)]
        facts: dict[str, Any] = {"allotment_id": draft.id, "version": 1, "largest": 100}
        set_rows(db, rows=rows, **facts, **by(make.SYSTEM))
        return draft.id


def decide(plan: int) -> Call:
    decision = Decision(decision_no=f"{plan}/QĐ", decided_on=make.TODAY)
    facts: dict[str, Any] = {"allotment_id": plan, "version": 2, "largest": 100}

    def call(db: Session) -> None:
        try:
            issue_allotment(db, decision=decision, keyring=KEYRING, **facts, **by(make.SYSTEM))
        except RowsRefused as error:
            raise ChangedMeanwhile from error

    return call


def empty(plan: int) -> Call:
    facts: dict[str, Any] = {"allotment_id": plan, "version": 2, "largest": 100}
    return lambda db: set_rows(db, rows=[], **facts, **by(make.SYSTEM))


def granted(arena: Arena) -> int:
    with arena.database.begin(write=False) as db:
        query = select(func.sum(Batch.granted)).where(Batch.product_id == arena.product_id)
        return int(db.scalar(query) or 0)


def test_a_plan_is_decided_once_and_never_after_it_was_changed(arena: Arena) -> None:
    for calls in ([decide] * CLIENTS, [decide, empty] * (CLIENTS // 2)):
        plan, before = planned(arena), granted(arena)
        won = arena.race([call(plan) for call in calls])
        decided = sum(one for one, call in zip(won, calls, strict=True) if call is decide)
        assert sum(won) == 1
        assert granted(arena) == before + 100 * decided


def test_plans_and_single_decisions_at_once_keep_within_the_quota(arena: Arena) -> None:
    half = CLIENTS // 2
    plans, requests = (
        [planned(arena) for _ in range(half)],
        [arena.requested() for _ in range(half)],
    )
    with arena.database.begin() as db:
        entity_id = db.get_one(Product, arena.product_id).entity_id
        add_quota(db, year=YEAR, entity_id=entity_id, quantity=399, **by(make.SYSTEM))
    won = arena.race([*map(decide, plans), *map(approve, requests)])
    assert (sum(won), granted(arena)) == (3, 300)
