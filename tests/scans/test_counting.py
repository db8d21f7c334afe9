from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import SQLAlchemyError

from app.audit.models import AuditEvent
from app.identity.rules import NotAllowed
from app.kit.clock import day_of
from app.kit.db import Database
from app.scans import counter_actions as counting
from app.scans.actions import Lookup, Visit, clear_suspicion, day_key, mark_suspicious, tidy
from app.scans.counter_actions import Counter
from app.scans.models import Scan, ScanMonth, ScanTotal, VisitorKey
from app.scans.queries import Tally, find_tally, lookups_by_month
from app.scans.rules import last_months, minute_of
from tests import make
from tests.conftest import Cast, Clock

LINE, PRODUCT = 7, 3
ANNA, BINH = b"a" * 16, b"b" * 16


def tally(database: Database, visitor: bytes | None = None) -> Tally:
    with database.begin(write=False) as db:
        return find_tally(db, line=LINE, visitor=visitor)


def raw(database: Database) -> int:
    with database.begin(write=False) as db:
        return db.scalar(select(func.count()).select_from(Scan)) or 0


def seen(line: int, visitor: bytes, at: datetime = make.NOW, *, active: bool = True) -> Lookup:
    return Lookup(Visit(line, visitor, minute_of(at)), "phone", active, PRODUCT)


def look(counter: Counter, visitor: bytes, at: datetime, *, active: bool = True) -> bool:
    return counter.note(seen(LINE, visitor, at, active=active))


@pytest.fixture
def counter(database: Database, clock: Clock) -> Counter:
    return Counter(database, clock)


def test_nothing_is_written_before_the_flush(counter: Counter, database: Database) -> None:
    look(counter, ANNA, make.NOW)
    assert tally(database).lookups == 0
    assert counter.flush() == 1
    assert tally(database).lookups == 1


def test_a_reload_within_the_minute_is_no_second_look_up(
    counter: Counter, database: Database
) -> None:
    assert look(counter, ANNA, make.NOW)
    assert not look(counter, ANNA, make.NOW + timedelta(seconds=50))
    counter.flush()
    assert not look(counter, ANNA, make.NOW + timedelta(seconds=59))
    assert look(counter, ANNA, make.NOW + timedelta(seconds=60))
    counter.flush()
    assert tally(database).lookups == 2


def test_visitors_are_counted_each(counter: Counter, database: Database) -> None:
    look(counter, ANNA, make.NOW)
    look(counter, BINH, make.NOW)
    counter.flush()
    found = tally(database, ANNA)
    assert (found.lookups, found.own) == (2, 1)


def test_two_processes_count_one_visit_once(
    counter: Counter, database: Database, clock: Clock
) -> None:
    other = Counter(database, clock)
    look(counter, ANNA, make.NOW)
    look(other, ANNA, make.NOW)
    look(other, BINH, make.NOW)
    assert (counter.flush(), other.flush()) == (1, 1)
    assert (tally(database).lookups, raw(database)) == (2, 2)


def test_a_second_flush_writes_nothing(counter: Counter, database: Database) -> None:
    look(counter, ANNA, make.NOW)
    counter.flush()
    assert counter.flush() == 0
    assert tally(database).lookups == 1


def test_look_ups_before_activation_are_kept_apart(counter: Counter, database: Database) -> None:
    look(counter, ANNA, make.NOW - timedelta(days=1), active=False)
    look(counter, BINH, make.NOW)
    counter.flush()
    found = tally(database, BINH)
    assert (found.lookups, found.own, found.first_at) == (1, 1, make.NOW)
    with database.begin(write=False) as db:
        early = db.get_one(ScanTotal, (LINE, False))
        assert early.lookups == 1


def test_the_first_date_is_the_earliest_whichever_process_wrote_first(
    counter: Counter, database: Database, clock: Clock
) -> None:
    late, early = make.NOW, make.NOW - timedelta(minutes=5)
    other = Counter(database, clock)
    look(counter, ANNA, late)
    counter.flush()
    look(other, BINH, early)
    other.flush()
    assert tally(database).first_at == early
    with database.begin(write=False) as db:
        assert db.get_one(ScanTotal, (LINE, True)).last_at == late


def test_the_time_is_kept_to_the_minute_only(counter: Counter, database: Database) -> None:
    look(counter, ANNA, make.NOW + timedelta(seconds=42, microseconds=7))
    counter.flush()
    with database.begin(write=False) as db:
        assert db.scalars(select(Scan.minute)).one() == make.NOW


def test_a_flush_that_fails_keeps_its_rows_for_the_next(
    counter: Counter, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(counter, ANNA, make.NOW)
    with monkeypatch.context() as broken:
        broken.setattr(counter, "_database", Database("sqlite:////nowhere/at/all.sqlite"))
        with pytest.raises(SQLAlchemyError):
            counter.flush()
    look(counter, BINH, make.NOW)
    assert counter.waiting(LINE, ANNA) == (1, 1, make.NOW)
    assert counter.flush() == 2
    assert tally(database).lookups == 2
    assert counter.waiting(LINE, ANNA) == (0, 0, None)


def test_what_waits_is_told_apart_by_visitor_and_activation(counter: Counter) -> None:
    look(counter, ANNA, make.NOW)
    look(counter, BINH, make.NOW)
    look(counter, b"c" * 16, make.NOW, active=False)
    assert counter.waiting(LINE, ANNA)[:2] == (1, 1)
    assert counter.waiting(LINE, None)[:2] == (0, 2)
    assert counter.waiting(LINE + 1, ANNA)[:2] == (0, 0)


def test_the_buffer_has_an_end(
    counter: Counter, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST_WAITING", 3)
    for number in range(5):
        look(counter, bytes([number]) * 16, make.NOW)
    assert counter.flush() == 3
    assert look(counter, ANNA, make.NOW)
    counter.flush()
    assert tally(database).lookups == 4


def test_many_look_ups_go_in_one_flush(counter: Counter, database: Database) -> None:
    for number in range(2500):
        counter.note(seen(number, ANNA))
    assert counter.flush() == 2500
    assert raw(database) == 2500


def test_the_thread_flushes_by_itself_and_at_the_end(
    racing_database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "INTERVAL", 30)
    far = 2**60
    visitor = hash(racing_database).to_bytes(16, "big", signed=True)
    counter = Counter(racing_database, clock)
    counter.start()
    counter.note(seen(far, visitor))
    counter.stop()
    with racing_database.begin() as db:
        mine = (Scan.line == far) & (Scan.visitor == visitor)
        assert db.scalar(select(func.count()).select_from(Scan).where(mine)) == 1
        db.execute(delete(Scan).where(mine))
        db.execute(delete(ScanTotal).where(ScanTotal.line == far))


def test_processes_that_flush_at_the_same_moment_count_each_visit_once(
    racing_database: Database, clock: Clock
) -> None:
    far, visits = 2**61, 60
    counters = [Counter(racing_database, clock) for _ in range(4)]
    for number in range(visits):
        for counter in counters:
            counter.note(seen(far + number % 3, number.to_bytes(16, "big")))
    with ThreadPoolExecutor(len(counters)) as pool:
        counted = list(pool.map(Counter.flush, counters))
    with racing_database.begin() as db:
        total = db.scalar(select(func.sum(ScanTotal.lookups)).where(ScanTotal.line >= far))
        db.execute(delete(Scan).where(Scan.line >= far))
        db.execute(delete(ScanTotal).where(ScanTotal.line >= far))
    assert sum(counted) == total == visits


def test_a_day_has_one_key_for_every_process(
    counter: Counter, database: Database, clock: Clock
) -> None:
    key = counter.key_of_day(make.NOW)
    assert len(key) == 32
    assert Counter(database, clock).key_of_day(make.NOW) == key
    assert counter.key_of_day(make.NOW + timedelta(days=1)) != key


def test_tidying_destroys_the_keys_of_days_that_are_over_and_old_rows(
    counter: Counter, database: Database
) -> None:
    old = make.NOW - timedelta(days=91)
    look(counter, ANNA, old)
    look(counter, BINH, make.NOW - timedelta(days=89))
    counter.flush()
    with database.begin() as db:
        for day in (old, make.NOW - timedelta(days=1), make.NOW):
            day_key(db, day_of(day))
        tidy(db, make.NOW)
    with database.begin(write=False) as db:
        assert db.scalars(select(VisitorKey.day)).all() == [make.TODAY]
        assert db.scalars(select(Scan.visitor)).all() == [BINH]
    assert tally(database).lookups == 2


def test_an_officer_marks_a_stamp_and_takes_it_back(database: Database, cast: Cast) -> None:
    who = cast.officer.actor
    with database.begin() as db:
        mark_suspicious(db, actor=who, now=make.NOW, line=LINE, reason="Quét ở ba tỉnh")
        mark_suspicious(db, actor=who, now=make.NOW, line=LINE, reason="Quét ở bốn tỉnh")
    assert tally(database).suspected_at == make.NOW
    with database.begin() as db:
        clear_suspicion(db, actor=who, now=make.NOW, line=LINE, reason="Hàng trưng bày")
    assert tally(database).suspected_at is None
    with database.begin(write=False) as db:
        kinds = db.scalars(
            select(AuditEvent.action)
            .where(AuditEvent.subject_kind == "stamp", AuditEvent.subject_id == str(LINE))
            .order_by(AuditEvent.seq)
        )
        assert list(kinds) == ["stamp.suspect", "stamp.suspect", "stamp.clear"]


def test_a_producer_marks_no_stamp(database: Database, cast: Cast) -> None:
    with database.begin() as db, pytest.raises(NotAllowed):
        mark_suspicious(db, actor=cast.owner.actor, now=make.NOW, line=LINE, reason="?")


def test_the_months_of_a_product_count_what_was_new_and_active(
    counter: Counter, database: Database
) -> None:
    # 17:30 UTC on the last day of March is April in Vietnam.
    late = datetime(2026, 3, 31, 17, 30, tzinfo=UTC)
    for seen_at in (make.NOW, make.NOW + timedelta(seconds=5), make.NOW + timedelta(hours=1), late):
        look(counter, ANNA, seen_at)
    look(counter, BINH, make.NOW, active=False)
    counter.flush()
    look(counter, BINH, make.NOW + timedelta(minutes=2))
    counter.flush()
    months = last_months(date(2026, 4, 2), 12)
    with database.begin() as db:
        found = lookups_by_month(db, [PRODUCT, PRODUCT + 1], since=months[0])
        tidy(db, late + timedelta(days=400))
        assert db.scalar(select(func.sum(ScanMonth.lookups))) == 4
    assert found == {(PRODUCT, months[-2]): 3, (PRODUCT, months[-1]): 1}
    assert (months[0], len(months)) == (date(2025, 5, 1), 12)
