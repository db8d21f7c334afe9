from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.kit.db import Database
from app.products.models import Product
from app.stamps import span_actions
from app.stamps.models import Batch, Movement, Span
from app.stamps.queries import find_stamp
from app.stamps.span_queries import preview_span
from tests import make
from tests.conftest import Cast
from tests.stamps.conftest import KEYRING, by

SMALL, HUGE = 3_000, 1_000_000_000


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Collect the statements a block sends to the database."""
    sent: list[str] = []

    def note(*given: object) -> None:
        sent.append(str(given[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def rows(db: Session) -> list[int]:
    return [
        db.scalar(select(func.count()).select_from(one)) or 0 for one in (Batch, Span, Movement)
    ]


def whole_way(db: Session, cast: Cast, product: Product, quantity: int) -> None:
    """Issue, hand over, look up, preview, activate and make void, all at the batch's far end."""
    batch = make.issued_batch(db, of=product, keyring=KEYRING, quantity=quantity, handed=quantity)
    lot = make.complete_lot(db, of=product)
    first, last = (make.code(batch, quantity - back, keyring=KEYRING) for back in (999, 0))
    ends: dict[str, Any] = {"keyring": KEYRING, "first_code": first, "last_code": last}
    who = by(cast.owner.actor)
    preview_span(db, actor=cast.owner.actor, **ends)
    span_actions.activate_span(db, **who, **ends, lot_id=lot.id)
    span_actions.void_span(db, **who, **ends, reason="Hỏng")
    found = find_stamp(db, keyring=KEYRING, text=last)
    assert found is not None
    assert (found.number, found.state) == (quantity, "void")


def test_a_billion_stamps_cost_the_statements_and_rows_of_three_thousand(
    db: Session, database: Database, cast: Cast
) -> None:
    product = make.product(db, of=cast.entity)
    make.issued_batch(db, of=product, keyring=KEYRING, quantity=1)
    sent, grown = [], []
    for quantity in (SMALL, HUGE):
        before = rows(db)
        with statements(database) as told:
            whole_way(db, cast, product, quantity)
        sent.append(told)
        grown.append([after - there for there, after in zip(before, rows(db), strict=True)])
    assert sent[0] == sent[1]
    assert grown == [[1, 2, 4]] * 2
    assert sum(text.startswith("INSERT INTO stamp_span") for text in sent[0]) == 2
