"""Phones that send at the same moment, on the database itself."""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app.diary.entry_actions import Recorded
from app.diary.judging_actions import Sender
from app.diary.models import DiaryEntry, DiaryPhoto, Lot
from app.diary.parting_actions import Taken as Part
from app.diary.parting_actions import merge_lots
from app.diary.rules import EntryKind
from app.diary.sync_actions import EntryDraft, LotDraft, Opened, Taken, take
from app.diary.tracing import InputGiven
from app.diary.upload_actions import Piece, WrongOffset, keep_uploaded, receive_piece
from app.diary.written import Promised, Written
from app.identity.rules import Actor, Belonging
from app.kit.arriving import Arriving
from app.kit.db import Database
from app.kit.files import Files
from app.products.models import Product
from tests import make
from tests import make_sync as phone

T = TypeVar("T")
PHONES = 5


@pytest.fixture
def lots(racing_database: Database) -> list[Lot]:
    with racing_database.begin() as db:
        product = make.product(db, of=make.entity(db))
        return [make.lot(db, of=product) for _ in range(4)]


def sender(of: Lot) -> Sender:
    belonging = {of.entity_id: Belonging.WORKER}
    return Sender(Actor(account_id=None, label="Điện thoại", memberships=belonging), make.NOW)


def draft(lot_id: int | None = None, uid: UUID | None = None, **facts: Any) -> EntryDraft:  # noqa: ANN401 - members of an entry
    written = Written(
        id=uuid4(), kind=EntryKind.FEEDING, performed_at=make.NOW, values={"quantity": 3}
    )
    return EntryDraft(written=replace(written, **facts), lot_id=lot_id, lot_uid=uid)


def at_once(works: Sequence[Callable[[], T]]) -> list[T]:
    start = Barrier(len(works))

    def one(work: Callable[[], T]) -> T:
        start.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as phones:
        return list(phones.map(one, works))


def sent(
    database: Database, of: Lot, entries: Sequence[EntryDraft], lots: Sequence[LotDraft] = ()
) -> Callable[[], Taken]:
    def work() -> Taken:
        with database.begin() as db:
            return take(db, sender=sender(of), lots=lots, entries=entries)

    return work


def test_the_same_batch_of_many_phones_at_once_is_taken_once(
    racing_database: Database, lots: list[Lot]
) -> None:
    uid = uuid4()
    opened = LotDraft(uid=uid, product_id=lots[0].product_id, proposed="UA")
    entries = [draft(one.id) for one in lots] + [draft(uid=uid) for _ in range(3)]
    done = at_once([sent(racing_database, lots[0], entries, [opened])] * PHONES)
    for place in range(len(entries)):
        found = [one.entries[place] for one in done]
        assert sorted(isinstance(one, Recorded) and one.new for one in found)[-2:] == [False, True]
        assert all(isinstance(one, Recorded) for one in found), found
    made = [one.lots[0] for one in done]
    assert len({one.lot.id for one in made if isinstance(one, Opened)}) == 1
    assert all(isinstance(one, Opened) for one in made)


def test_batches_that_touch_the_same_lots_in_any_order_never_stop_each_other(
    racing_database: Database, lots: list[Lot]
) -> None:
    works = []
    for turn in range(PHONES * 3):
        order = lots if turn % 2 else list(reversed(lots))
        opened = LotDraft(uid=uuid4(), product_id=lots[0].product_id, proposed="L-01")
        entries = [draft(one.id) for one in order]
        works.append(sent(racing_database, lots[0], entries, [opened]))
    done = at_once(works)
    assert all(isinstance(one, Recorded) for taken in done for one in taken.entries)
    numbers = [one.lot.number for taken in done for one in taken.lots if isinstance(one, Opened)]
    assert len(set(numbers)) == len(works)
    with racing_database.begin(write=False) as db:
        query = select(func.count(), func.max(DiaryEntry.sequence)).where(
            DiaryEntry.lot_id == lots[0].id
        )
        assert db.execute(query).one() == (len(works), len(works))


def test_producers_who_take_from_each_other_at_once_never_stop_each_other(
    racing_database: Database, lots: list[Lot]
) -> None:
    with racing_database.begin() as db:
        for one in lots:
            db.get_one(Lot, one.id).state = "released"
        of = make.product(db, of=make.entity(db))
        theirs = [make.lot(db, of=of, state=state) for state in ("open", "released")]
        mine = make.lot(db, of=db.get_one(Product, lots[0].product_id))

    def taking(lot: Lot, source: Lot, product_id: int) -> Callable[[], Taken]:
        opened = LotDraft(uid=uuid4(), product_id=product_id, proposed="R-01")
        given = [InputGiven(source_lot_id=source.id, quantity=1, unit="kg")]
        fed = draft(lot.id, kind=EntryKind.RECEIVING, inputs=given)
        return sent(racing_database, lot, [draft(lot.id), fed], [opened])

    def merging() -> Taken:
        with racing_database.begin() as db:
            actor, parts = sender(lots[0]).actor, [Part(lot_id=one.id) for one in lots[:2]]
            product_id = lots[0].product_id
            merge_lots(db, actor=actor, now=make.NOW, product_id=product_id, sources=parts)
        return Taken([], [], {})

    works = []
    for turn in range(PHONES):
        works.append(taking(mine, theirs[1], lots[0].product_id))
        works.append(taking(theirs[0], lots[turn % 2], of.id))
        works.append(merging)
    done = [found for taken in at_once(works) for found in (*taken.lots, *taken.entries)]
    assert all(isinstance(found, Opened | Recorded) for found in done), done


def test_an_id_taken_for_two_lots_at_once_is_of_one(
    racing_database: Database, lots: list[Lot]
) -> None:
    with racing_database.begin() as db:
        other = make.lot(db, of=make.product(db, of=make.entity(db)))
    one = draft(lots[0].id)
    theirs = replace(one, lot_id=other.id)
    works = [sent(racing_database, lots[0], [one]), sent(racing_database, other, [theirs])]
    done = [taken.entries[0] for taken in at_once(works)]
    assert sorted(isinstance(found, Recorded) for found in done) == [False, True]


def test_a_photo_sent_by_two_phones_at_once_arrives_once(
    racing_database: Database, lots: list[Lot], tmp_path: Path
) -> None:
    raw = make.picture("PNG", (900, 700))
    sha256 = str(phone.promised(raw)["sha256"])
    entry = draft(lots[0].id, promised=[Promised(sha256, len(raw))])
    sent(racing_database, lots[0], [entry])()
    files, arriving, actor = Files(tmp_path), Arriving(tmp_path), sender(lots[0]).actor
    name: dict[str, Any] = {"entry_id": entry.written.id, "sha256": sha256}

    def upload(size: int) -> None:
        offset, complete = 0, False
        while not complete:
            part = raw[offset : offset + size]
            digest = hashlib.sha256(part).digest()
            piece = Piece(**name, offset=offset, content=part, digest=digest)
            try:
                now = receive_piece(racing_database, files, arriving, piece, actor=actor)
            except WrongOffset as error:
                offset = min(error.offset, len(raw) - 1)
                continue
            offset, complete = min(now.offset, len(raw) - 1), now.complete
            if now.photo:
                with racing_database.begin() as db:
                    keep_uploaded(db, actor=actor, now=make.NOW, photo=now.photo, **name)

    at_once([lambda: upload(400), lambda: upload(700), lambda: upload(len(raw) // 3)])
    with racing_database.begin(write=False) as db:
        kept = select(func.count()).where(DiaryPhoto.entry_id == entry.written.id)
        assert db.scalar(kept) == 1
