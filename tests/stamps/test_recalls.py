"""Recalls and holds of lots and products: what they cover, who decides, and how many it takes."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.diary.actions import DateStopped, change_lot
from app.diary.items import Missing
from app.diary.models import Lot
from app.diary.notice_actions import Act, AlreadyStands, NothingStands, lift_notice, set_notice
from app.diary.notice_queries import subject_of
from app.diary.notices import HOLD, Subject
from app.diary.standing_queries import Standing, standing_of
from app.identity.rules import Actor, NotAllowed
from app.products.models import Product
from app.stamps import recall_actions
from app.stamps.policy import SamePerson
from app.stamps.policy_queries import get_policy
from app.stamps.recall_models import RecallOrder
from app.stamps.recall_queries import count_stamps, touched_by
from tests import make
from tests.stamps.conftest import Scene

LEAP = date(2024, 2, 29)
SPANS = ((1, 15), (16, 30), (31, 45))


@dataclass(frozen=True)
class Desk:
    """Who decides on recalls of one product, and its lots."""

    scene: Scene
    lan: Actor
    owner: Actor

    @property
    def db(self) -> Session:
        return self.scene.db

    def of(self, **what: Any) -> Subject:  # noqa: ANN401 - a lot, or days of production
        what = what or {"lot_id": self.scene.lot.id}
        if "lot_id" not in what:
            what |= {"product_id": self.scene.batch.product_id}
        return subject_of(self.db, actor=make.SYSTEM, **what)

    def act(self, who: Actor | None = None, minutes: int = 0) -> Act:
        now = make.NOW + timedelta(minutes=minutes)
        return Act(actor=who or self.lan, now=now, reason="Dư lượng", advice="Trả lại")

    def recall(self, who: Actor | None = None, minutes: int = 0, **what: Any) -> Any:  # noqa: ANN401 - as above
        return recall_actions.recall(self.db, act=self.act(who, minutes), of=self.of(**what))

    def hold(self, who: Actor | None = None, **what: Any) -> Any:  # noqa: ANN401 - as above
        return set_notice(self.db, act=self.act(who), of=self.of(**what), kind=HOLD)

    def confirm(self, order: RecallOrder, who: Actor = make.COLLEAGUE) -> None:
        facts: dict[str, Any] = {"actor": who, "now": make.NOW, "order_id": order.id}
        recall_actions.confirm_recall(self.db, **facts)

    def standing(self, lot: Lot | None = None) -> Standing:
        key = (self.scene.batch.product_id, lot.id if lot else None)
        return standing_of(self.db, [key]).get(key, Standing())

    def lot(self, made: date | None) -> Lot:
        product = self.scene.lot.product_id
        found = Lot(
            product_id=product,
            entity_id=self.scene.lot.entity_id,
            number=f"D{made or '0'}".replace("-", ""),
            production_date=made,
            opened_at=make.NOW,
        )
        self.db.add(found)
        self.db.flush()
        return found

    def limit(self, stamps: int) -> None:
        policy = get_policy(self.db)
        policy.recall_two_from = stamps
        self.db.add(policy)
        self.db.flush()

    def told(self) -> list[str]:
        query = select(AuditEvent.action).order_by(AuditEvent.seq)
        ways = ("recall", "hold")
        return [one for one in self.db.scalars(query) if any(way in one for way in ways)]


@pytest.fixture
def desk(scene: Scene) -> Desk:
    return Desk(scene, scene.cast.officer.actor, scene.cast.owner.actor)


def test_days_of_production_are_covered_to_the_day_and_a_lot_without_one_too(desk: Desk) -> None:
    day = timedelta(days=1)
    lots = {made: desk.lot(made) for made in (None, LEAP - day, LEAP, LEAP + day, LEAP + 2 * day)}

    def covered() -> set[date | None]:
        return {made for made, lot in lots.items() if desk.standing(lot).recall}

    notice = desk.recall(made_from=LEAP, made_to=LEAP + day)
    assert covered() == {None, LEAP, LEAP + day}
    assert not desk.standing()
    assert (notice.made_from, notice.made_to) == (LEAP, date(2024, 3, 1))
    desk.hold(made_to=LEAP - day)
    assert desk.standing(lots[LEAP - day]).hold
    assert not desk.standing(lots[LEAP]).hold
    # The whole product covers what is made later, and what is in no lot yet.
    whole = desk.recall(minutes=5, made_from=None)
    assert covered() == set(lots)
    against = desk.standing().recall
    assert against is not None
    assert against.id == whole.id
    # Of two that stand the earlier one is told.
    told = desk.standing(lots[LEAP]).recall
    assert told is not None
    assert told.id == notice.id
    assert Missing.RECALLED in make.lacking(desk.db, lots[LEAP + 2 * day])


def test_an_open_lot_cannot_be_dated_out_of_a_recall(desk: Desk) -> None:
    made = desk.scene.lot.production_date
    desk.recall(made_from=made, made_to=made)
    who: dict[str, Any] = {"actor": desk.owner, "now": make.NOW, "lot_id": desk.scene.lot.id}
    with pytest.raises(DateStopped):
        change_lot(desk.db, production_date=date(2026, 3, 1), **who)


def test_from_the_set_number_of_stamps_on_a_recall_takes_two_people(desk: Desk) -> None:
    scene = desk.scene
    scene.activate(1, 20)
    desk.limit(21)
    assert desk.recall().kind == "recall"
    lifted = recall_actions.lift_recall(desk.db, act=desk.act(), of=desk.of())
    assert not isinstance(lifted, RecallOrder)
    assert lifted.lifted_at
    scene.activate(21, 21)
    order = desk.recall()
    assert isinstance(order, RecallOrder)
    assert (order.stamps, order.state) == (21, "waiting")
    # Nothing is sold while it waits, and the same form sent twice is one request.
    assert desk.standing(scene.lot).hold
    assert not desk.standing(scene.lot).recall
    assert desk.recall() is order
    with pytest.raises(recall_actions.RecallAsked):
        desk.recall(make.COLLEAGUE)
    with pytest.raises(SamePerson):
        desk.confirm(order, desk.lan)
    with pytest.raises(recall_actions.HoldNeeded):
        recall_actions.lift_hold(desk.db, act=desk.act(), of=desk.of())
    with pytest.raises(NotAllowed):
        desk.confirm(order, desk.owner)
    desk.confirm(order)
    standing = desk.standing(scene.lot)
    assert standing.recall
    assert not standing.hold
    with pytest.raises(recall_actions.RecallDecided):
        desk.confirm(order)
    # What two people made, two people lift, however few its stamps are by then.
    desk.limit(10_000)
    lift = recall_actions.lift_recall(desk.db, act=desk.act(), of=desk.of())
    assert isinstance(lift, RecallOrder)
    assert desk.standing(scene.lot).recall
    desk.confirm(lift)
    assert not desk.standing(scene.lot)


def test_a_recall_in_parts_counts_as_the_one_it_is(desk: Desk) -> None:
    scene = desk.scene
    product = desk.db.get_one(Product, scene.lot.product_id)
    first, second = (make.complete_lot(desk.db, of=product) for _ in "ab")
    for lot, (low, high) in zip((scene.lot, first, second), SPANS, strict=True):
        scene.activate(low, high, lot_id=lot.id)
    whole = touched_by(desk.db, desk.of(made_from=None), now=make.NOW)
    assert (whole.lots, whole.active, whole.idle, whole.stamps) == (3, 45, 62, 107)
    assert count_stamps(desk.db, [desk.of(), desk.of(lot_id=first.id), desk.of()]) == 30
    desk.limit(40)
    day = 24 * 60
    desk.recall()
    desk.recall(lot_id=first.id)
    last: dict[str, Any] = {"lot_id": second.id}
    # Another officer's own count begins anew, and so does everybody's on the next day.
    with pytest.raises(AlreadyStands):
        desk.recall(make.COLLEAGUE, lot_id=first.id)
    assert isinstance(desk.recall(minutes=day - 1, **last), RecallOrder)
    (order,) = desk.db.scalars(select(RecallOrder))
    recall_actions.decline_recall(
        desk.db, actor=desk.lan, now=make.NOW, order_id=order.id, reason="Nhầm lô"
    )
    assert not desk.standing(second)
    assert desk.recall(minutes=day, **last).kind == "recall"
    lift: list[Any] = [
        recall_actions.lift_recall(desk.db, act=desk.act(), of=desk.of(lot_id=lot.id))
        for lot in (scene.lot, first, second)
    ]
    assert [one.kind for one in lift] == ["recall", "recall", "lift"]
    assert desk.standing(second).recall


def test_an_owner_stops_and_lets_go_what_is_their_own_and_nothing_of_the_department(
    desk: Desk,
) -> None:
    db, whole = desk.db, desk.of(made_from=None)
    for who in (desk.owner, desk.scene.cast.colleague.actor):
        with pytest.raises(NotAllowed):
            desk.recall(who, made_from=None)
    with pytest.raises(NotAllowed):
        desk.hold(desk.scene.cast.colleague.actor, made_from=None)
    desk.hold(desk.owner, made_from=None)
    assert desk.standing(desk.scene.lot).hold
    assert Missing.ON_HOLD in make.lacking(db, desk.scene.lot)
    recall_actions.lift_hold(db, act=desk.act(desk.owner), of=whole)
    assert not desk.standing()
    desk.hold(desk.owner, made_from=None)
    official = desk.hold(made_from=None)
    with pytest.raises(AlreadyStands):
        desk.hold(desk.owner, made_from=None)
    with pytest.raises(NotAllowed):
        recall_actions.lift_hold(db, act=desk.act(desk.owner), of=whole)
    against = desk.standing().hold
    assert against is not None
    assert (against.id, against.official) == (official.id, True)
    # An own lot is held beside it, and let go without touching it.
    desk.hold(desk.owner)
    recall_actions.lift_hold(db, act=desk.act(desk.owner), of=desk.of())
    assert desk.standing(desk.scene.lot).hold
    with pytest.raises(NothingStands):
        recall_actions.lift_hold(db, act=desk.act(), of=desk.of())
    assert desk.told() == [
        *("product.hold", "product.lift_hold", "product.hold", "product.lift_hold"),
        *("product.hold", "lot.hold", "lot.lift_hold"),
    ]


def test_what_changed_between_the_two_people_is_told_and_nothing_is_half_done(desk: Desk) -> None:
    db, of = desk.db, desk.of()
    desk.limit(1)
    desk.scene.activate(1, 5)
    order = desk.recall()
    # Recalled meanwhile past the desk, as a later decision may.
    set_notice(db, act=desk.act(), of=of, kind="recall")
    with pytest.raises(AlreadyStands):
        desk.confirm(order)
    db.refresh(order)
    assert (order.state, order.notice_id) == ("waiting", None)
    recall_actions.decline_recall(
        db, actor=make.COLLEAGUE, now=make.NOW, order_id=order.id, reason="Đã thu hồi"
    )
    assert (order.state, order.refusal) == ("declined", "Đã thu hồi")
    standing = desk.standing(desk.scene.lot)
    assert standing.recall
    assert not standing.hold
    lift = recall_actions.lift_recall(db, act=desk.act(), of=of)
    assert isinstance(lift, RecallOrder)
    lift_notice(db, act=desk.act(), of=of, kind="recall")
    set_notice(db, act=desk.act(minutes=1), of=of, kind="recall")
    # It is another recall now than the one that was to be lifted.
    with pytest.raises(NothingStands):
        desk.confirm(lift)
    assert desk.standing(desk.scene.lot).recall
