"""Several producers' phones at once, on the database itself: no circle, and nothing taken twice."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app.diary.actions import open_lot
from app.diary.models import Lot
from app.diary.trace_actions import add_inputs
from app.diary.trace_models import LotInput
from app.diary.tracing import InputGiven
from app.identity.rules import Actor, Belonging
from app.kit.db import Database
from app.kit.errors import Conflict
from tests import make, make_trace

KILOS = {"quantity": 100, "unit": "KGM", "unit_as_entered": "kg"}


@pytest.fixture
def lots(racing_database: Database) -> list[Lot]:
    with racing_database.begin() as db:
        product = make.product(db, of=make.entity(db))
        return [make.lot(db, of=product, **KILOS) for _ in range(6)]


def worker(lot: Lot) -> Actor:
    return Actor(account_id=None, label="Thợ", memberships={lot.entity_id: Belonging.WORKER})


def at_once(acts: Sequence[Callable[[], None]]) -> list[str]:
    """Do all of it at the same moment, and return the codes of those that were refused."""
    start = Barrier(len(acts))

    def one(act: Callable[[], None]) -> str:
        start.wait()
        try:
            act()
        except Conflict as error:
            return error.code
        return ""

    with ThreadPoolExecutor(len(acts)) as phones:
        return [code for code in phones.map(one, acts) if code]


def feeding(
    database: Database, source: Lot, lot: Lot, quantity: float | None = None
) -> Callable[[], None]:
    given = InputGiven(source_lot_id=source.id, quantity=quantity, unit="kg")

    def act() -> None:
        with database.begin() as db:
            found = db.get_one(Lot, lot.id)
            add_inputs(db, actor=worker(lot), now=make.NOW, lot=found, inputs=[given])

    return act


def test_links_made_at_once_close_no_circle(racing_database: Database, lots: list[Lot]) -> None:
    # The four links have no lot in common two by two, so that no lock of a lot stands between.
    a, b, c, d, _, _ = lots
    with racing_database.begin() as db:
        make_trace.link(db, b, c)
        make_trace.link(db, d, a)
    refused = at_once([feeding(racing_database, a, b), feeding(racing_database, c, d)])
    assert refused == ["diary.lot_feeds_itself"]


def test_a_ring_asked_for_at_once_stays_open(racing_database: Database, lots: list[Lot]) -> None:
    pairs = zip(lots, [*lots[1:], lots[0]], strict=True)
    refused = at_once([feeding(racing_database, source, lot) for source, lot in pairs])
    assert refused == ["diary.lot_feeds_itself"]


def test_a_lot_is_not_taken_beyond_what_it_has_by_many_at_once(
    racing_database: Database, lots: list[Lot]
) -> None:
    raw, *others = lots
    refused = at_once([feeding(racing_database, raw, one, 40) for one in others])
    assert refused == ["diary.too_much_taken"] * 3
    taken = select(func.sum(LotInput.quantity)).where(LotInput.source_lot_id == raw.id)
    with racing_database.begin(write=False) as db:
        assert db.scalar(taken) == 80


def test_lots_that_ask_for_the_next_number_at_once_get_one_each(
    racing_database: Database, lots: list[Lot]
) -> None:
    def act() -> None:
        with racing_database.begin() as db:
            open_lot(db, actor=worker(lots[0]), now=make.NOW, product_id=lots[0].product_id)

    assert at_once([act] * 5) == []
    numbers = select(Lot.number).where(
        Lot.product_id == lots[0].product_id, Lot.number.startswith("L2603-")
    )
    with racing_database.begin(write=False) as db:
        assert sorted(db.scalars(numbers)) == [f"L2603-0{place}" for place in range(1, 6)]
