from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.diary.items import Missing
from app.identity.rules import NotAllowed, NotYours
from app.kit.db import Database
from app.kit.errors import DomainError, NotFound
from app.kit.i18n import Translator
from app.stamps import actions, span_actions
from app.stamps.gate_actions import LotIncomplete, WrongLot
from app.stamps.keyring import KeyMissing, Keyring
from app.stamps.models import Refusal
from app.stamps.movement_actions import Act, ChangedMeanwhile, issue_span
from app.stamps.queries import get_stamp
from app.stamps.rules import (
    ReasonMissing,
    StampsActive,
    StampsNotReceived,
    StampsVoid,
    State,
)
from app.stamps.runs import Run
from app.stamps.span_queries import TwoBatches, UnknownCode, preview_span, read_ends
from tests import make
from tests.stamps.conftest import KEYRING, Scene, by


def test_stamps_are_activated_by_their_ends_in_either_order(scene: Scene) -> None:
    scene.activate(11, 20)
    scene.activate(30, 21)
    scene.activate(5, 5)
    assert scene.runs() == [
        (1, 4, "received"), (5, 5, "active"), (6, 10, "received"), (11, 20, "active"),
        (21, 30, "active"), (31, 60, "received"), (61, 100, "issued"),
    ]  # fmt: skip
    stamp = get_stamp(scene.db, keyring=KEYRING, text=scene.ends(30, 30)["first_code"])
    assert (stamp.number, stamp.state, stamp.lot_id) == (30, "active", scene.lot.id)
    assert stamp.activated_at == make.NOW


def test_a_change_reaches_over_several_spans_or_none(scene: Scene) -> None:
    who = by(scene.cast.officer.actor)
    actions.hand_over(scene.db, batch_id=scene.batch.id, receiver="X", quantity=20, **who)
    scene.activate(51, 70)
    assert scene.runs() == [
        (1, 50, "received"), (51, 60, "active"), (61, 70, "active"),
        (71, 80, "received"), (81, 100, "issued"),
    ]  # fmt: skip
    before = scene.runs()
    for first, last, refusal in ((40, 51, StampsActive), (71, 81, StampsNotReceived)):
        with pytest.raises(refusal):
            scene.activate(first, last)
    assert scene.runs() == before
    scene.void(45, 75)
    assert [run for run in scene.runs() if run[2] == "void"] == [
        (45, 50, "void"), (51, 60, "void"), (61, 70, "void"), (71, 75, "void"),
    ]  # fmt: skip
    with pytest.raises(StampsVoid) as caught:
        scene.void(40, 90)
    assert (caught.value.first, caught.value.last) == (45, 75)


def test_a_void_stamp_is_never_active_and_keeps_its_lot(scene: Scene) -> None:
    scene.activate(1, 10)
    scene.void(3, 3)
    with pytest.raises(StampsVoid):
        scene.activate(3, 3)
    stamp = get_stamp(scene.db, keyring=KEYRING, text=scene.ends(3, 3)["first_code"])
    assert (stamp.state, stamp.lot_id, stamp.activated_at) == ("void", scene.lot.id, make.NOW)


def test_what_is_not_handed_over_is_not_activated(scene: Scene) -> None:
    with pytest.raises(StampsNotReceived) as caught:
        scene.activate(55, 70)
    assert caught.value.explain(Translator("en")).startswith("Stamps 61-70 have not been handed")


def test_only_members_of_the_entity_activate(scene: Scene) -> None:
    scene.activate(1, 1, actor=scene.cast.colleague.actor)
    for person in (scene.cast.officer, scene.cast.approver, scene.cast.inspector):
        with pytest.raises(NotAllowed):
            scene.activate(2, 2, actor=person.actor)
    with pytest.raises(NotFound):
        scene.activate(2, 2, actor=scene.cast.outsider.actor)


def test_owner_and_officers_make_stamps_void_with_a_reason(scene: Scene) -> None:
    scene.void(1, 1)
    scene.void(2, 2, actor=scene.cast.officer.actor)
    for person in (scene.cast.colleague, scene.cast.inspector):
        with pytest.raises(NotAllowed):
            scene.void(3, 3, actor=person.actor)
    with pytest.raises(NotFound):
        scene.void(3, 3, actor=scene.cast.outsider.actor)
    with pytest.raises(ReasonMissing):
        scene.void(3, 3, reason=" ")
    audited = scene.db.scalars(select(AuditEvent).where(AuditEvent.action == "span.void")).all()
    assert [event.after["first"] for event in audited if event.after] == [1, 2]


def test_lost_stamps_are_not_activated_and_may_be_made_void(scene: Scene) -> None:
    facts: dict[str, Any] = {
        "actor": scene.cast.owner.actor,
        "now": make.NOW,
        "reason": "Mất bao tem",
    }
    span_actions.lose_span(scene.db, **(facts | scene.ends(1, 5)))
    with pytest.raises(DomainError) as caught:
        scene.activate(5, 6)
    assert caught.value.code == "stamps.lost"
    scene.void(5, 5)


def test_stamps_go_on_a_complete_lot_of_their_own_product(scene: Scene) -> None:
    db, entity = scene.db, scene.cast.entity
    other = make.complete_lot(db, of=make.product(db, of=entity))
    with pytest.raises(WrongLot):
        scene.activate(1, 2, lot_id=other.id)
    foreign = make.complete_lot(db, of=make.product(db, of=scene.cast.other))
    with pytest.raises(NotFound):
        scene.activate(1, 2, lot_id=foreign.id)
    with pytest.raises(NotFound):
        scene.activate(1, 2, lot_id=2**62)


def test_an_incomplete_lot_is_refused_with_all_that_is_missing(scene: Scene) -> None:
    product = make.product(scene.db, of=scene.cast.entity, picture=False)
    batch = make.issued_batch(scene.db, of=product, keyring=KEYRING, handed=100)
    bare = make.lot(scene.db, of=product, production_date=None)
    with pytest.raises(LotIncomplete) as caught:
        scene.activate(1, 2, **scene.ends(1, 2, of=batch), lot_id=bare.id)
    assert {one.item for one in caught.value.missing} == {
        Missing.PICTURE, Missing.LOCATION, Missing.PRODUCTION_DATE, Missing.ENTRY,
    }  # fmt: skip
    assert "The product has no picture; " in caught.value.explain(Translator("en"))


def test_nothing_is_activated_for_a_product_no_longer_made(scene: Scene) -> None:
    product = make.product(scene.db, of=scene.cast.entity)
    batch = make.issued_batch(scene.db, of=product, keyring=KEYRING, handed=100)
    lot = make.complete_lot(scene.db, of=product)
    product.status = "retired"
    scene.db.flush()
    with pytest.raises(LotIncomplete) as caught:
        scene.activate(1, 2, **scene.ends(1, 2, of=batch), lot_id=lot.id)
    assert [one.item for one in caught.value.missing] == [Missing.PRODUCT_ACTIVE]


def test_bad_ends_are_named(scene: Scene) -> None:
    db, owner = scene.db, scene.cast.owner.actor
    good = scene.ends(1, 2)
    for field_name in ("first_code", "last_code"):
        for text in ("", "\0\ud800", "Z" * 20, scene.ends(101, 101)["first_code"], "é" * 999):
            with pytest.raises(UnknownCode) as caught:
                read_ends(db, actor=owner, **(good | {field_name: text}))
            assert caught.value.field == field_name
    product = make.product(db, of=scene.cast.entity)
    second = scene.ends(1, 1, of=make.issued_batch(db, of=product, keyring=KEYRING))
    with pytest.raises(TwoBatches):
        read_ends(db, actor=owner, **(good | {"last_code": second["first_code"]}))
    theirs = make.product(db, of=scene.cast.other)
    foreign = scene.ends(1, 1, of=make.issued_batch(db, of=theirs, keyring=KEYRING))
    with pytest.raises(NotYours):
        read_ends(db, actor=owner, **(good | {"last_code": foreign["last_code"]}))
    with pytest.raises(KeyMissing):
        read_ends(db, actor=owner, **(good | {"keyring": Keyring({})}))


def test_a_preview_says_which_stamps_and_what_they_are(scene: Scene) -> None:
    scene.activate(11, 20)
    seen = preview_span(scene.db, actor=scene.cast.colleague.actor, **scene.ends(70, 15))
    assert (seen.stretch.first, seen.stretch.last, seen.stretch.quantity) == (15, 70, 56)
    assert [(run.first, run.last, run.state) for run in seen.runs] == [
        (15, 20, State.ACTIVE), (21, 60, State.RECEIVED), (61, 70, State.ISSUED),
    ]  # fmt: skip
    with pytest.raises(NotYours):
        preview_span(scene.db, actor=scene.cast.outsider.actor, **scene.ends(1, 2))


def test_a_refused_change_is_kept(database: Database, scene: Scene) -> None:
    scene.db.commit()
    with pytest.raises(StampsNotReceived), database.begin() as db:
        replace(scene, db=db).activate(1, 70)
    with pytest.raises(UnknownCode), database.begin() as db:
        replace(scene, db=db).void(1, 101)
    kept = scene.db.scalars(select(Refusal).order_by(Refusal.id)).all()
    base = scene.batch.first or 0
    assert [(one.action, one.code, one.first, one.last, one.lot_id) for one in kept] == [
        ("activate", "stamps.not_received", base, base + 69, scene.lot.id),
        ("void", "stamps.unknown_code", None, None, None),
    ]
    assert kept[0].actor_id == scene.cast.owner.account_id


def test_the_database_itself_refuses_a_stamp_in_two_spans(scene: Scene) -> None:
    base = scene.batch.first or 0
    act = Act(actor=make.SYSTEM, now=make.NOW)
    for first, last in ((base, base), (base + 99, base + 200), (base - 5, base + 500)):
        run = Run(first, last, State.ISSUED)
        with pytest.raises(ChangedMeanwhile), scene.db.begin_nested():
            issue_span(scene.db, act=act, batch_id=scene.batch.id, run=run)
