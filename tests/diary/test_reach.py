"""A recall or a hold reaches all that was made from a lot, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.diary.models import Lot, LotNotice, ProductNotice
from app.diary.notices import HOLD, RECALL, Subject
from app.diary.reach_queries import GLANCED, anything_stands, reached_by, stopped_lots
from app.diary.standing_queries import Notice, standing_against, standing_of
from app.diary.trace_models import LotInput
from tests import make

LOTS = 60
SAID = {"reason": "Dư lượng", "set_at": make.NOW, "set_by": "Cán bộ"}


def feed(db: Session, source: Lot, into: Lot, *, withdrawn: bool = False) -> LotInput:
    made = LotInput(
        lot_id=into.id,
        source_lot_id=source.id,
        added_at=make.NOW,
        added_by="test",
        withdrawn_at=make.NOW if withdrawn else None,
    )
    db.add(made)
    db.flush()
    return made


@dataclass
class Web:
    """Lots of several makers, what they are made of, and what stands against some of them."""

    lots: dict[int, Lot]
    above: dict[int, set[int]]
    notices: list[LotNotice | ProductNotice]

    def sources(self, lot_id: int) -> set[int]:
        """Return a lot with all it is made of, by walking it one step after another."""
        found, front = {lot_id}, [lot_id]
        while front:
            fresh = self.above[front.pop()] - found
            found |= fresh
            front += fresh
        return found

    def against(self, lot_id: int) -> Iterator[LotNotice | ProductNotice]:
        for one in self.notices:
            if any(self.covers(one, self.lots[source]) for source in self.sources(lot_id)):
                yield one

    @staticmethod
    def covers(notice: LotNotice | ProductNotice, lot: Lot) -> bool:
        if notice.lifted_at:
            return False
        if isinstance(notice, LotNotice):
            return notice.lot_id == lot.id
        if notice.product_id != lot.product_id:
            return False
        made, first, last = lot.production_date, notice.made_from, notice.made_to
        return made is None or not ((first and made < first) or (last and made > last))


def woven(db: Session, random: Random) -> Web:
    """Weave lots at random: several sources, shared ones, circles, and some withdrawn again."""
    products = [make.product(db, of=make.entity(db), picture=False) for _ in range(6)]
    lots = []
    for _ in range(LOTS):
        day = None if random.random() < 0.1 else make.TODAY - timedelta(random.randrange(9))
        lots.append(make.lot(db, of=random.choice(products), production_date=day))
    above: dict[int, set[int]] = {one.id: set() for one in lots}
    for place, lot in enumerate(lots):
        for source in random.sample(lots[:place], min(place, random.choice((0, 0, 1, 2)))):
            withdrawn = random.random() < 0.2
            feed(db, source, lot, withdrawn=withdrawn)
            if not withdrawn:
                above[lot.id].add(source.id)
    # No action makes a circle; a look-up must end even so.
    feed(db, lots[-1], lots[LOTS // 2])
    above[lots[LOTS // 2].id].add(lots[-1].id)
    notices: list[LotNotice | ProductNotice] = []
    for lot in random.sample(lots, 4):
        lifted = make.NOW if random.random() < 0.3 else None
        kind = random.choice((RECALL, HOLD))
        notices.append(LotNotice(lot_id=lot.id, kind=kind, lifted_at=lifted, **SAID))
    day = make.TODAY - timedelta(random.randrange(9))
    days = {"made_from": day, "made_to": day + timedelta(2)}
    product = random.choice(products).id
    notices.append(
        ProductNotice(product_id=product, kind=random.choice((RECALL, HOLD)), **days, **SAID)
    )
    db.add_all(notices)
    db.flush()
    return Web({one.id: one for one in lots}, above, notices)


@pytest.mark.parametrize("seed", range(6))
def test_what_stands_against_a_source_stands_against_all_that_was_made_from_it(
    db: Session, seed: int
) -> None:
    web = woven(db, Random(seed))  # noqa: S311 - no secret is drawn
    told = standing_of(db, [(one.product_id, one.id) for one in web.lots.values()])
    stands = anything_stands(Lot.product_id.expression, Lot.id.expression)
    glanced = {lot_id: found for lot_id, found in db.execute(select(Lot.id, stands))}  # noqa: C416 - a Row is no plain pair to dict()
    wanted: dict[str, set[int]] = {RECALL: set(), HOLD: set()}
    for lot_id, lot in web.lots.items():
        kinds = {one.kind for one in web.against(lot_id)}
        standing = told.get((lot.product_id, lot_id))
        found: dict[str, Notice | None] = {
            RECALL: standing.recall if standing else None,
            HOLD: standing.hold if standing else None,
        }
        assert {kind for kind, notice in found.items() if notice} == kinds
        assert glanced[lot_id] or not kinds
        for kind in kinds:
            wanted[kind].add(lot_id)
        for notice in filter(None, found.values()):
            if (via := notice.via) is not None:
                assert via.lot_id in web.sources(lot_id) - {lot_id}
                assert notice.covers(via.lot_id, via.made_on)
    for kind, ids in wanted.items():
        assert set(db.scalars(stopped_lots(kind))) == ids
    for lot_id, lot in web.lots.items():
        of = Subject(entity_id=lot.entity_id, product_id=lot.product_id, lot_id=lot_id)
        below = {one for one in web.lots if lot_id in web.sources(one)}
        assert set(db.scalars(reached_by([of]))) == below


def test_lifting_ends_it_for_all_and_a_withdrawn_input_for_its_own_lot(db: Session) -> None:
    """And what is told names the lot it comes by, not the one between."""
    raw, dried, mixed = (make.product(db, of=make.entity(db)) for _ in range(3))
    salt, fish = make.lot(db, of=raw), make.lot(db, of=raw)
    pack, blend = make.lot(db, of=dried), make.lot(db, of=mixed)
    feed(db, salt, pack)
    step = feed(db, pack, blend)
    feed(db, fish, blend)
    notice = LotNotice(lot_id=salt.id, kind=RECALL, **SAID)
    db.add(notice)
    db.flush()

    def against(lot: Lot) -> int | None:
        recall = standing_against(db, lot.product_id, lot.id).recall
        return None if recall is None else (recall.via.lot_id if recall.via else lot.id)

    assert [against(one) for one in (salt, fish, pack, blend)] == [salt.id, None, salt.id, salt.id]
    step.withdrawn_at = make.NOW
    db.flush()
    assert [against(one) for one in (pack, blend)] == [salt.id, None]
    step.withdrawn_at, notice.lifted_at = None, make.NOW
    db.flush()
    assert [against(one) for one in (salt, pack, blend)] == [None, None, None]


@pytest.mark.on("sqlite")
def test_a_lot_of_very_many_sources_is_left_to_who_reads_them_all(db: Session) -> None:
    product = make.product(db, of=make.entity(db))
    lot = make.lot(db, of=product)
    chain = [make.lot(db, of=product) for _ in range(GLANCED + 1)]
    for below, above in zip([lot, *chain], chain, strict=False):
        feed(db, above, below)
    query = select(anything_stands(Lot.product_id.expression, Lot.id.expression))
    # Where nothing stands against anything there is nothing to look for.
    assert not db.scalar(query.where(Lot.id == lot.id))
    elsewhere = make.lot(db, of=make.product(db, of=make.entity(db)))
    db.add(LotNotice(lot_id=elsewhere.id, kind=HOLD, **SAID))
    db.flush()
    assert not db.scalar(query.where(Lot.id == chain[0].id))
    assert db.scalar(query.where(Lot.id == lot.id))
    assert not standing_against(db, product.id, lot.id)
