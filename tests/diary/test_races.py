"""Two phones at once, on the database itself."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.diary.entry_actions import Recorded, record_entry
from app.diary.models import DiaryEntry, Lot
from app.diary.rules import EntryKind
from app.diary.written import Written
from app.identity.rules import Actor, Belonging
from app.kit.db import Database
from tests import make

PHONES = 6


@pytest.fixture
def lot(racing_database: Database) -> Lot:
    with racing_database.begin() as db:
        return make.lot(db, of=make.product(db, of=make.entity(db)))


def written(entry_id: UUID) -> Written:
    return Written(
        id=entry_id, kind=EntryKind.FEEDING, performed_at=make.NOW, values={"quantity": 3}
    )


def send(database: Database, lot: Lot, ids: list[UUID]) -> list[Recorded]:
    """Record the entries at the same moment, each in its own transaction."""
    actor = Actor(
        account_id=None, label="Điện thoại", memberships={lot.entity_id: Belonging.WORKER}
    )
    start = Barrier(len(ids))

    def one(entry_id: UUID) -> Recorded:
        start.wait()
        with database.begin() as db:
            return record_entry(
                db, actor=actor, now=make.NOW, lot_id=lot.id, written=written(entry_id)
            )

    with ThreadPoolExecutor(len(ids)) as phones:
        return list(phones.map(one, ids))


def sequences(database: Database, lot: Lot) -> list[int]:
    query = select(DiaryEntry.sequence).where(DiaryEntry.lot_id == lot.id)
    with database.begin(write=False) as db:
        return sorted(db.scalars(query))


def test_entries_sent_at_once_are_all_kept_in_one_row(racing_database: Database, lot: Lot) -> None:
    done = send(racing_database, lot, [uuid4() for _ in range(PHONES)])
    assert all(one.new for one in done)
    assert sequences(racing_database, lot) == list(range(1, PHONES + 1))


def test_an_entry_sent_by_many_at_once_is_recorded_once(
    racing_database: Database, lot: Lot
) -> None:
    done = send(racing_database, lot, [uuid4()] * PHONES)
    assert sorted(one.new for one in done) == [False] * (PHONES - 1) + [True]
    assert {one.entry.sequence for one in done} == {1}
    assert sequences(racing_database, lot) == [1]
