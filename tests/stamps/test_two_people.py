"""Stamps made void: what one person may do alone, however it is cut into pieces."""

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session

from app.kit.db import Database
from app.stamps.change_actions import SecondPersonNeeded, change_span
from app.stamps.order_actions import ask_void, confirm_order
from app.stamps.policy_queries import usual_policy
from app.stamps.rules import Move, StampsNotReceived, StampsReturned
from app.stamps.span_queries import Numbers
from tests import make
from tests.conftest import Cast, Visit
from tests.stamps.conftest import KEYRING, Made, Scene, by


def limit(db: Session, stamps: int) -> None:
    policy = usual_policy()
    policy.two_people_from = stamps
    db.add(policy)
    db.flush()


def chosen(scene: Scene, first: int, last: int) -> dict[str, Any]:
    return {"keyring": KEYRING, "chosen": Numbers(scene.batch.id, first, last), "reason": "Ẩm"}


def test_to_make_many_stamps_void_in_small_pieces_needs_a_second_person_too(scene: Scene) -> None:
    db, lan = scene.db, by(scene.cast.officer.actor)
    boss = by(make.COLLEAGUE)
    limit(db, 20)
    change_span(db, move=Move.VOID, **lan, **chosen(scene, 1, 10))
    for move, first in ((Move.VOID, 11), (Move.SPOIL, 91)):
        with pytest.raises(SecondPersonNeeded):
            change_span(db, move=move, **lan, **chosen(scene, first, first + 9))
    # What two people did counts for neither of them.
    order = ask_void(db, move=Move.VOID, **lan, **chosen(scene, 21, 45))
    confirm_order(db, keyring=KEYRING, order_id=order.id, **boss)
    change_span(db, move=Move.SPOIL, **boss, **chosen(scene, 91, 100))
    change_span(db, move=Move.VOID, **lan, **chosen(scene, 11, 19))
    assert scene.runs()[:2] == [(1, 10, "void"), (11, 19, "void")]


def test_what_lies_in_the_departments_drawer_is_not_the_owners_to_end(scene: Scene) -> None:
    db, lan, owner = scene.db, by(scene.cast.officer.actor), by(scene.cast.owner.actor)
    back: dict[str, Any] = {
        "keyring": KEYRING,
        "chosen": Numbers(scene.batch.id, 51, 60),
        "document_no": "BB 1",
    }
    change_span(db, move=Move.RETURN, **lan, **back)
    before = scene.runs()
    for move in (Move.VOID, Move.LOSE):
        with pytest.raises(StampsNotReceived):
            change_span(db, move=move, **owner, **chosen(scene, 61, 100))
        with pytest.raises(StampsReturned):
            change_span(db, move=move, **owner, **chosen(scene, 41, 60))
    assert scene.runs() == before
    change_span(db, move=Move.VOID, **owner, **chosen(scene, 41, 50))


def test_an_owner_with_so_many_spoiled_stamps_asks_for_the_second_person_on_the_phone(
    visit: Visit, cast: Cast, issued: Made, database: Database, app: FastAPI
) -> None:
    batch, owner = issued(), visit(page=cast.owner)
    with database.begin() as db:
        limit(db, 10)
    first, last = (make.code(batch, at, keyring=app.state.keyring) for at in (1, 10))
    form = {"kind": "void", "first_code": first, "last_code": last, "reason": "Ướt"}
    # A form sent twice asks once.
    answer = [owner.post("/app/spoiled/confirm", data=form) for _ in "ab"][-1]
    assert (answer.status_code, f"/app/stamps/{batch.id}" in answer.headers["location"]) == (303, 1)
    (order,) = visit(api=cast.officer).get("/api/v1/span-orders").json()
    assert (order["first"], order["last"], order["asked_by"]) == (1, 10, "Chị Chủ")
