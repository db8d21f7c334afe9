"""Who may grant stamps, however they were asked for and into how many grants they are cut."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.identity.rules import Role
from app.stamps import actions
from app.stamps.allotment_actions import make_draft
from app.stamps.policy import SamePerson
from tests import make
from tests.conftest import Cast
from tests.stamps.conftest import by
from tests.stamps.test_allotments import YEAR, draft_of, issued, requested


def test_who_asked_for_so_many_stamps_can_not_grant_them_in_a_plan_of_another(
    db: Session, cast: Cast
) -> None:
    product = make.product(db, of=cast.entity)
    requested(db, cast.approver.actor, product, 10_000)
    draft = make_draft(db, **by(cast.officer.actor), year=YEAR, requests=True)
    with pytest.raises(SamePerson), db.begin_nested():
        issued(db, cast.approver.actor, draft)
    db.refresh(draft)
    boss = make.person(db, "Quản trị", Role.ADMINISTRATOR)
    assert issued(db, boss.actor, draft).state == "issued"


def test_to_cut_a_grant_into_small_ones_needs_a_second_person_too(db: Session, cast: Cast) -> None:
    product, other = make.product(db, of=cast.entity), make.product(db, of=cast.entity)
    lan, minh = cast.officer.actor, cast.approver.actor
    decision: dict[str, Any] = {"quantity": 6000, "decision_no": "1", "budget_year": 2030}
    approve = actions.approve_batch
    first, second = (requested(db, lan, product, 6000) for _ in "ab")
    approve(db, batch_id=first.id, **decision, **by(lan))
    with pytest.raises(SamePerson):
        approve(db, batch_id=second.id, **decision, **by(lan))
    plan = draft_of(db, lan, product, quantity=4000)
    with pytest.raises(SamePerson), db.begin_nested():
        issued(db, lan, plan)
    db.refresh(plan)
    approve(db, batch_id=second.id, **decision, **by(minh))
    assert issued(db, minh, plan).state == "issued"
    assert issued(db, lan, draft_of(db, lan, other, quantity=9999)).state == "issued"
