from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.entities.models import Entity
from app.identity.rules import Actor, NotAllowed
from app.kit.paging import Cut
from app.products.models import Product
from app.stamps import actions
from app.stamps.allotment_actions import (
    AllotmentChanged,
    AllotmentDecided,
    cancel_allotment,
    make_draft,
    set_rows,
)
from app.stamps.allotment_issue_actions import (
    Decision,
    DecisionAhead,
    Minutes,
    NoRows,
    NothingToHandOver,
    NotYetIssued,
    hand_over_allotment,
    issue_allotment,
)
from app.stamps.allotment_models import Allotment
from app.stamps.allotment_queries import (
    NoSuchAllotment,
    get_allotment,
    list_allotments,
    receivers_of,
    rows_of,
    totals_of,
)
from app.stamps.allotting import Basis, RowsRefused, TooManyRows, Wanted
from app.stamps.allotting_queries import given_in
from app.stamps.batch_queries import counts_of, list_moved, list_runs
from app.stamps.codes import LINE_END
from app.stamps.epoch_actions import LineFull
from app.stamps.handover_queries import list_handovers
from app.stamps.keyring import Keyring
from app.stamps.ledger import replay
from app.stamps.models import Batch, KeyEpoch, Movement, Span
from app.stamps.policy import SamePerson
from app.stamps.quota_actions import add_quota
from app.stamps.rules import BatchState, State
from tests import make
from tests.conftest import Cast
from tests.stamps.conftest import KEYRING, Scene, by

YEAR = 2026
DECISION = Decision(decision_no="15/QĐ-SKHCN", decided_on=make.TODAY, programme="OCOP")


def granted(
    db: Session,
    product: Product,
    year: int,
    quantity: int,
    *,
    handed: int = 0,
    keyring: Keyring = KEYRING,
) -> Batch:
    """A batch of a year, some of it handed over."""
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW - timedelta(days=200)}
    facts: dict[str, Any] = {"quantity": quantity, "reason": "", "largest": quantity}
    batch = actions.request_batch(db, product_id=product.id, **facts, **who)
    decision: dict[str, Any] = {"quantity": quantity, "decision_no": "1", "budget_year": year}
    actions.approve_batch(db, batch_id=batch.id, **decision, **who)
    actions.issue_batch(db, batch_id=batch.id, keyring=keyring, **who)
    if handed:
        actions.hand_over(db, batch_id=batch.id, receiver="Chị", quantity=handed, **who)
    return batch


def requested(db: Session, actor: Actor, product: Product, quantity: int) -> Batch:
    facts: dict[str, Any] = {"product_id": product.id, "quantity": quantity}
    return actions.request_batch(db, **by(actor), reason="Vụ tết", largest=10**6, **facts)


def draft_of(db: Session, actor: Actor, *products: Product, quantity: int = 100) -> Allotment:
    draft = make_draft(db, **by(actor), year=YEAR)
    rows = [wanted(product, quantity) for product in products]
    return saved(db, actor, draft, rows)


def wanted(product: Product, quantity: int, **more: Any) -> Wanted:  # noqa: ANN401 - a row's own facts
    return Wanted(place=f"{product.id}", product_id=product.id, quantity=quantity, **more)


def saved(db: Session, actor: Actor, draft: Allotment, rows: Iterable[Wanted]) -> Allotment:
    facts: dict[str, Any] = {"allotment_id": draft.id, "version": draft.version, "largest": 10**6}
    return set_rows(db, **by(actor), rows=list(rows), **facts)


def issued(db: Session, actor: Actor, draft: Allotment, **more: Any) -> Allotment:  # noqa: ANN401 - arguments of the action
    facts: dict[str, Any] = {
        "allotment_id": draft.id,
        "version": draft.version,
        "decision": DECISION,
        "keyring": KEYRING,
        "largest": 10**6,
    }
    return issue_allotment(db, **by(actor), **facts | more)


def shape(db: Session, draft: Allotment) -> list[tuple[str, int, int | None]]:
    return [(row.product, row.row.quantity, row.row.batch_id) for row in rows_of(db, draft.id)]


def test_a_draft_begins_with_last_years_products_still_made_and_what_was_asked_for(
    db: Session, cast: Cast
) -> None:
    used, idle, retired, asked = (
        make.product(db, of=cast.entity, name=name) for name in ("Ba khía", "Cua", "Mắm", "Tôm")
    )
    ended = make.entity(db, status="dissolved", dissolved_on=make.TODAY)
    gone = make.product(db, of=ended)
    for product in (used, idle, retired, asked):
        granted(db, product, YEAR - 1, 1000, handed=1000 if product is used else 0)
    with db.begin_nested():
        ended.status, ended.dissolved_on = "active", None
        db.flush()
        granted(db, gone, YEAR - 1, 1000)
        ended.status, ended.dissolved_on = "dissolved", make.TODAY
    granted(db, make.product(db, of=cast.entity, name="Xưa"), YEAR - 2, 1000)
    retired.status = "retired"
    facts: dict[str, Any] = {
        "product_id": asked.id,
        "quantity": 700,
        "reason": "Tết",
        "largest": 10**6,
    }
    request = actions.request_batch(db, **by(cast.owner.actor), **facts)

    same = make_draft(db, **by(cast.officer.actor), year=YEAR, basis=Basis.SAME, requests=True)
    assert shape(db, same) == [
        ("Ba khía", 1000, None),
        ("Cua", 1000, None),
        ("Tôm", 700, request.id),
    ]
    again = make_draft(db, **by(cast.officer.actor), year=YEAR, basis=Basis.SAME, requests=True)
    assert shape(db, again) == []
    cancel_allotment(
        db, **by(cast.officer.actor), allotment_id=same.id, version=same.version, reason="Làm lại"
    )
    lot = make.complete_lot(db, of=used)
    scene = Scene(db, cast, db.scalars(select(Batch).where(Batch.product_id == used.id)).one(), lot)
    scene.activate(1, 840)
    by_use = make_draft(db, **by(cast.officer.actor), year=YEAR, basis=Basis.USE, requests=True)
    assert shape(db, by_use) == [("Ba khía", 700, None), ("Tôm", 700, request.id)]
    last = given_in(db, YEAR - 1)[used.id, None]
    assert (last.granted, last.activated, last.left) == (1000, 840, 160)


def test_rows_are_set_all_or_none_and_only_by_who_saw_the_newest(db: Session, cast: Cast) -> None:
    ours, more = (make.product(db, of=cast.entity, name=name) for name in ("A", "B"))
    draft = draft_of(db, cast.officer.actor, ours, more)
    seen = draft.version
    with pytest.raises(RowsRefused) as refused, db.begin_nested():
        saved(db, cast.officer.actor, draft, [wanted(ours, 5), wanted(more, 0)])
    assert [fault.place for fault in refused.value.faults] == [str(more.id)]
    db.refresh(draft)
    assert shape(db, draft) == [("A", 100, None), ("B", 100, None)]
    saved(db, cast.officer.actor, draft, [wanted(more, 250, note="Đóng hộp")])
    assert shape(db, draft) == [("B", 250, None)]
    changes = db.scalars(
        select(AuditEvent.after).where(AuditEvent.action == "allotment.rows")
    ).all()[-1]
    assert changes == {
        "changes": [
            {"product": ours.id, "was": 100},
            {"product": more.id, "was": 100, "is": 250},
        ]
    }
    with pytest.raises(AllotmentChanged) as changed:
        set_rows(
            db,
            **by(cast.approver.actor),
            allotment_id=draft.id,
            version=seen,
            rows=[],
            largest=10,
        )
    assert changed.value.by == cast.officer.actor.label
    with pytest.raises(TooManyRows):
        saved(db, cast.officer.actor, draft, [wanted(ours, 1)] * 2001)


def test_approval_makes_every_row_an_issued_batch_whose_ledger_adds_up(
    db: Session, cast: Cast
) -> None:
    ours, theirs = make.product(db, of=cast.entity), make.product(db, of=cast.other)
    facts: dict[str, Any] = {
        "product_id": theirs.id,
        "quantity": 900,
        "reason": "Tết",
        "largest": 10**6,
    }
    request = actions.request_batch(db, **by(cast.outsider.actor), **facts)
    draft = draft_of(db, cast.officer.actor, ours, quantity=3000)
    rows = [row.wanted(1) for row in rows_of(db, draft.id)]
    saved(db, cast.officer.actor, draft, [*rows, wanted(theirs, 600, request_id=request.id)])

    issued(db, cast.officer.actor, draft)
    batches = [row.batch for row in rows_of(db, draft.id) if row.batch]
    assert {batch.granted for batch in batches} == {3000, 600}
    assert request in batches
    assert (draft.state, draft.decision_no) == ("issued", "15/QĐ-SKHCN")
    places = sorted((batch.first or 0, batch.last or 0) for batch in batches)
    assert places[0][1] + 1 == places[1][0]
    for batch in batches:
        assert (batch.state, batch.allotment_id, batch.budget_year) == ("issued", draft.id, YEAR)
        assert (batch.programme, batch.decided_by_id) == ("OCOP", cast.officer.account_id)
        assert len(batch.secret or b"") == 16
        assert list_runs(db, batch_id=batch.id) == replay(list_moved(db, batch_id=batch.id))
        assert counts_of(db, [batch.id])[batch.id][State.ISSUED] == batch.granted
    assert totals_of(db, [draft.id])[draft.id].quantity == 3600
    for action, count in (("batch.issue", 2), ("allotment.issue", 1)):
        told = db.scalars(select(AuditEvent).where(AuditEvent.action == action)).all()
        assert len(told) == count
    with pytest.raises(AllotmentDecided):
        issued(db, cast.officer.actor, draft)


def written(db: Session) -> tuple[int, ...]:
    return tuple(
        len(db.scalars(select(kind.id)).all()) for kind in (Span, Movement, Batch, AuditEvent)
    )


def test_one_bad_row_and_nothing_is_granted(db: Session, cast: Cast) -> None:
    good, bad = (make.product(db, of=cast.entity, name=name) for name in ("A", "B"))
    draft = draft_of(db, cast.officer.actor, good, bad)
    before = written(db)
    bad.status = "retired"
    db.flush()
    with pytest.raises(RowsRefused) as refused, db.begin_nested():
        issued(db, cast.officer.actor, draft)
    assert [fault.place for fault in refused.value.faults] == ["2"]
    bad.status = "active"
    db.refresh(draft)
    assert (draft.state, written(db)) == ("draft", before)
    with pytest.raises(RowsRefused):
        issued(db, cast.officer.actor, draft, largest=99)


def test_a_request_decided_elsewhere_keeps_its_plan_from_being_approved(
    db: Session, cast: Cast
) -> None:
    product = make.product(db, of=cast.entity)
    request = requested(db, cast.owner.actor, product, 10)
    draft = make_draft(db, **by(cast.officer.actor), year=YEAR, requests=True)
    actions.refuse_batch(db, **by(cast.officer.actor), batch_id=request.id, reason="Chưa đủ")
    with pytest.raises(RowsRefused), db.begin_nested():
        issued(db, cast.officer.actor, draft)
    asked = requested(db, cast.owner.actor, product, 10)
    other = make_draft(db, **by(cast.officer.actor), year=YEAR, requests=True)
    seen = other.version
    decision: dict[str, Any] = {"quantity": 10, "decision_no": "9"}
    actions.approve_batch(db, **by(cast.approver.actor), batch_id=asked.id, **decision)
    with pytest.raises(RowsRefused), db.begin_nested():
        issued(db, cast.officer.actor, other)
    actions.issue_batch(db, **by(cast.officer.actor), batch_id=asked.id, keyring=KEYRING)
    assert shape(db, other) == []
    with pytest.raises(AllotmentChanged):
        issued(db, cast.officer.actor, other, version=seen)
    single = list_allotments(db, actor=cast.officer.actor, cut=Cut(), single=True).items
    assert [one.decision_no for one in single] == ["9"]
    plans = list_allotments(db, actor=cast.officer.actor, cut=Cut(), single=False).items
    assert list(plans) == [draft, other]
    with pytest.raises(AllotmentDecided):
        saved(db, cast.officer.actor, single[0], [])


def test_from_the_policys_quantity_on_the_whole_plan_needs_a_second_person(
    db: Session, cast: Cast
) -> None:
    first, second = make.product(db, of=cast.entity), make.product(db, of=cast.other)
    draft = draft_of(db, cast.officer.actor, first, second, quantity=5000)
    with pytest.raises(SamePerson), db.begin_nested():
        issued(db, cast.officer.actor, draft)
    db.refresh(draft)
    # Who saves it as it is has written nothing: it stays its author's plan.
    rows = [row.wanted(1) for row in rows_of(db, draft.id)]
    saved(db, cast.approver.actor, draft, rows)
    with pytest.raises(SamePerson), db.begin_nested():
        issued(db, cast.officer.actor, draft)
    db.refresh(draft)
    # Who changes the plan last made it what it is, and can't approve it alone either.
    saved(db, cast.approver.actor, draft, [replace(row, quantity=5001) for row in rows])
    with pytest.raises(SamePerson), db.begin_nested():
        issued(db, cast.approver.actor, draft)
    db.refresh(draft)
    assert issued(db, cast.officer.actor, draft).state == "issued"


def test_a_quota_counts_all_rows_of_the_plan_and_what_was_granted_before(
    db: Session, cast: Cast
) -> None:
    first, second = make.product(db, of=cast.entity), make.product(db, of=cast.entity)
    facts: dict[str, Any] = {"year": YEAR, "entity_id": cast.entity.id, "quantity": 500}
    add_quota(db, **by(cast.officer.actor), **facts)
    granted(db, first, YEAR, 300)
    draft = draft_of(db, cast.officer.actor, first, second)
    with pytest.raises(RowsRefused) as refused, db.begin_nested():
        saved(db, cast.officer.actor, draft, [wanted(first, 100), wanted(second, 101)])
    assert len(refused.value.faults) == 2
    db.refresh(draft)
    issued(db, cast.officer.actor, draft)
    with pytest.raises(RowsRefused):
        draft_of(db, cast.officer.actor, first, quantity=1)


def test_what_can_not_be_decided_is_refused_with_the_reason(db: Session, cast: Cast) -> None:
    product = make.product(db, of=cast.entity)
    empty = make_draft(db, **by(cast.officer.actor), year=YEAR)
    with pytest.raises(NoRows):
        issued(db, cast.officer.actor, empty)
    draft = draft_of(db, cast.officer.actor, product)
    ahead = Decision(decision_no="1", decided_on=make.TODAY + timedelta(days=1))
    with pytest.raises(DecisionAhead), db.begin_nested():
        issued(db, cast.officer.actor, draft, decision=ahead)
    db.refresh(draft)
    granted(db, product, YEAR - 1, 1)
    db.scalars(select(KeyEpoch)).one().next = LINE_END - 50
    db.flush()
    with pytest.raises(LineFull), db.begin_nested():
        issued(db, cast.officer.actor, draft)
    db.refresh(draft)
    assert [row.batch for row in rows_of(db, draft.id)] == [None]


def test_only_officers_write_and_only_the_department_reads(db: Session, cast: Cast) -> None:
    draft = draft_of(db, cast.officer.actor, make.product(db, of=cast.entity))
    for actor in (cast.owner.actor, cast.outsider.actor, cast.inspector.actor):
        for write in (
            lambda actor=actor: make_draft(db, **by(actor), year=YEAR),
            lambda actor=actor: saved(db, actor, draft, []),
            lambda actor=actor: issued(db, actor, draft),
            lambda actor=actor: hand_over_allotment(
                db, **by(actor), allotment_id=draft.id, minutes={}
            ),
        ):
            with pytest.raises(NotAllowed):
                write()
    assert get_allotment(db, draft.id, actor=cast.inspector.actor) is draft
    with pytest.raises(NoSuchAllotment):
        get_allotment(db, draft.id + 1, actor=cast.officer.actor)
    with pytest.raises(NotAllowed):
        list_allotments(db, actor=cast.owner.actor, cut=Cut())


def test_all_is_handed_over_in_one_act_by_entity(db: Session, cast: Cast) -> None:
    db.get_one(Entity, cast.other.id).representative = "Ông Út"
    products = [make.product(db, of=of) for of in (cast.entity, cast.entity, cast.other)]
    draft = draft_of(db, cast.officer.actor, *products)
    with pytest.raises(NotYetIssued):
        hand_over_allotment(db, **by(cast.officer.actor), allotment_id=draft.id, minutes={})
    issued(db, cast.officer.actor, draft)
    batches = [row.batch for row in rows_of(db, draft.id) if row.batch]
    who = receivers_of(db, [cast.entity.id, cast.other.id])
    assert who == {cast.entity.id: "Chị Chủ", cast.other.id: "Ông Út"}
    ours = {cast.entity.id: Minutes("Chị Chủ", "01")}
    facts: dict[str, Any] = {"allotment_id": draft.id}
    assert hand_over_allotment(db, **by(cast.officer.actor), minutes=ours, **facts) == 2
    both = ours | {cast.other.id: Minutes("Ông Út", "02")}
    assert hand_over_allotment(db, **by(cast.officer.actor), minutes=both, **facts) == 1
    with pytest.raises(NothingToHandOver):
        hand_over_allotment(db, **by(cast.officer.actor), minutes=both, **facts)
    told = list_handovers(db, actor=cast.officer.actor, batch_ids=[batch.id for batch in batches])
    assert sorted((one.document_no, one.quantity, one.runs) for one in told) == [
        ("01", 100, [[1, 100]]),
        ("01", 100, [[1, 100]]),
        ("02", 100, [[1, 100]]),
    ]
    assert {batch.state for batch in batches} == {BatchState.HANDED_OVER}
    totals = totals_of(db, [draft.id])[draft.id]
    assert (totals.entities, totals.handed_over, totals.active) == (2, 300, 0)
