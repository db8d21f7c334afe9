from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.entities.models import Entity
from app.identity.rules import Actor, NotAllowed, Role
from app.kit.commit import commitment
from app.kit.errors import NotFound
from app.kit.i18n import Translator
from app.stamps import actions
from app.stamps.actions import ProductNotActive, TooFewLeft
from app.stamps.batch_queries import (
    NoSuchBatch,
    counts_of,
    get_batch,
    list_moved,
    list_runs,
    moved_of,
)
from app.stamps.codes import LINE_END, Root, line, root_check, unline
from app.stamps.epoch_actions import LineFull, NoNewRoot, rotate_epoch
from app.stamps.keyring import KeyMissing, Keyring
from app.stamps.ledger import replay
from app.stamps.models import Batch, KeyEpoch, Movement
from app.stamps.queries import RootMismatch
from app.stamps.rules import (
    BatchApproved,
    BatchIssued,
    BatchRefused,
    BatchUndecided,
    Move,
    QuantityOutOfRange,
    ReasonMissing,
    State,
)
from tests import make
from tests.conftest import Cast

KEYRING = Keyring({0: Root(0, bytes(range(32)))})
NEXT_KEYRING = Keyring({**KEYRING.roots, 1: Root(1, bytes(range(32, 64)))})
LARGEST = 1_000_000


def request(db: Session, of: Entity, actor: Actor, **more: Any) -> Batch:  # noqa: ANN401 - arguments of the action
    product_id = more.pop("product_id", None) or make.product(db, of=of).id
    facts: dict[str, Any] = {"quantity": 100, "reason": "Vụ tết", "largest": LARGEST} | more
    return actions.request_batch(db, actor=actor, now=make.NOW, product_id=product_id, **facts)


def by(actor: Actor) -> dict[str, Any]:
    return {"actor": actor, "now": make.NOW}


def approve(db: Session, batch: Batch, actor: Actor, quantity: int = 100) -> Batch:
    return actions.approve_batch(
        db, batch_id=batch.id, quantity=quantity, decision_no="12/QĐ", **by(actor)
    )


def test_a_batch_goes_from_request_to_handover(db: Session, cast: Cast) -> None:
    officer = cast.approver.actor
    batch = request(db, cast.entity, cast.owner.actor)
    assert (batch.state, batch.requested, batch.granted) == ("requested", 100, None)
    approve(db, batch, officer, quantity=80)
    actions.issue_batch(db, batch_id=batch.id, keyring=KEYRING, **by(officer))
    assert batch.state == "issued"
    assert unline(batch.first or 0) == (0, 0)
    for quantity in (30, 50):
        actions.hand_over(
            db, batch_id=batch.id, receiver="Chị Chủ", quantity=quantity, **by(officer)
        )
    assert (batch.state, batch.granted, batch.handed_over) == ("handed_over", 80, 80)
    assert counts_of(db, [batch.id])[batch.id][State.RECEIVED] == 80
    moves = list_moved(db, batch_id=batch.id)
    assert [(one.kind, one.last - one.first + 1) for one in moves] == [
        (Move.ISSUE, 80),
        (Move.HANDOVER, 30),
        (Move.HANDOVER, 50),
    ]
    assert replay(moves) == list_runs(db, batch_id=batch.id)
    of_batches = select(AuditEvent.action).where(AuditEvent.subject_kind == "batch")
    audited = db.scalars(of_batches.order_by(AuditEvent.id))
    assert list(audited) == [
        "batch.request", "batch.approve", "batch.issue", "batch.handover", "batch.handover",
    ]  # fmt: skip


def test_a_movement_commits_to_its_content(db: Session, cast: Cast) -> None:
    product = make.product(db, of=cast.entity)
    batch = make.issued_batch(db, of=product, keyring=KEYRING, handed=10)
    rows = db.scalars(
        select(Movement).where(Movement.batch_id == batch.id).order_by(Movement.id)
    ).all()
    db.expire_all()
    assert [row.commit for row in rows] == [
        commitment(row.salt, moved_of(row).content()) for row in rows
    ]
    assert len({row.salt for row in rows}) == len({row.uuid for row in rows}) == 2


def test_only_owner_and_officers_ask_for_stamps(db: Session, cast: Cast) -> None:
    product = make.product(db, of=cast.entity)
    for person in (cast.owner, cast.officer, cast.approver):
        assert request(db, cast.entity, person.actor, product_id=product.id).id
    for person in (cast.colleague, cast.inspector):
        with pytest.raises(NotAllowed):
            request(db, cast.entity, person.actor, product_id=product.id)
    with pytest.raises(NotFound):
        request(db, cast.entity, cast.outsider.actor, product_id=product.id)


def test_stamps_are_asked_for_active_products_of_active_entities(db: Session, cast: Cast) -> None:
    retired = make.product(db, of=cast.entity, status="retired")
    with pytest.raises(ProductNotActive):
        request(db, cast.entity, cast.officer.actor, product_id=retired.id)
    gone = make.entity(db, status="dissolved", dissolved_on=make.TODAY)
    with pytest.raises(ProductNotActive):
        request(db, gone, cast.officer.actor)


def test_what_is_no_longer_made_is_neither_granted_nor_issued(db: Session, cast: Cast) -> None:
    officer = cast.officer.actor
    product = make.product(db, of=cast.entity)
    waiting, granted = (request(db, cast.entity, officer, product_id=product.id) for _ in "ab")
    approve(db, granted, officer)
    product.status = "retired"
    with pytest.raises(ProductNotActive):
        approve(db, waiting, officer)
    with pytest.raises(ProductNotActive):
        actions.issue_batch(db, batch_id=granted.id, keyring=KEYRING, **by(officer))
    actions.refuse_batch(db, batch_id=waiting.id, reason="Ngừng sản xuất", **by(officer))


@pytest.mark.parametrize("quantity", [0, -1, LARGEST + 1, 2**62])
def test_a_request_stays_within_the_largest_batch(db: Session, cast: Cast, quantity: int) -> None:
    with pytest.raises(QuantityOutOfRange):
        request(db, cast.entity, cast.owner.actor, quantity=quantity)
    with pytest.raises(QuantityOutOfRange) as caught:
        request(db, cast.entity, cast.owner.actor, quantity=2**40, largest=2**50)
    assert caught.value.most == LINE_END


def test_no_more_is_granted_than_was_asked_for(db: Session, cast: Cast) -> None:
    batch = request(db, cast.entity, cast.owner.actor)
    with pytest.raises(QuantityOutOfRange):
        approve(db, batch, cast.officer.actor, quantity=101)


def test_each_step_needs_the_one_before(db: Session, cast: Cast) -> None:
    officer = cast.officer.actor
    batch = request(db, cast.entity, officer)
    with pytest.raises(BatchUndecided):
        actions.issue_batch(db, batch_id=batch.id, keyring=KEYRING, **by(officer))
    with pytest.raises(ReasonMissing):
        actions.refuse_batch(db, batch_id=batch.id, reason=" ", **by(officer))
    approve(db, batch, officer)
    with pytest.raises(BatchApproved):
        approve(db, batch, officer)
    with pytest.raises(BatchApproved):
        actions.hand_over(db, batch_id=batch.id, receiver="X", quantity=1, **by(officer))
    actions.issue_batch(db, batch_id=batch.id, keyring=KEYRING, **by(officer))
    with pytest.raises(BatchIssued):
        actions.issue_batch(db, batch_id=batch.id, keyring=KEYRING, **by(officer))
    refused = request(db, cast.entity, officer)
    actions.refuse_batch(db, batch_id=refused.id, reason="Thiếu hồ sơ", **by(officer))
    assert (refused.state, refused.refusal) == ("refused", "Thiếu hồ sơ")
    with pytest.raises(BatchRefused):
        approve(db, refused, officer)


def test_no_more_is_handed_over_than_is_left(db: Session, cast: Cast) -> None:
    officer = cast.officer.actor
    product = make.product(db, of=cast.entity)
    batch = make.issued_batch(db, of=product, keyring=KEYRING, quantity=100, handed=60)
    with pytest.raises(TooFewLeft) as caught:
        actions.hand_over(db, batch_id=batch.id, receiver="X", quantity=41, **by(officer))
    assert caught.value.left == 40
    assert batch.handed_over == 60


def test_a_handover_names_whom_and_by_which_paper(db: Session, cast: Cast) -> None:
    product = make.product(db, of=cast.entity)
    batch = make.issued_batch(db, of=product, keyring=KEYRING)
    actions.hand_over(
        db, batch_id=batch.id, receiver="Bà Sáu", quantity=5, document_no="BB-7", **by(make.SYSTEM)
    )
    last = list_moved(db, batch_id=batch.id)[-1]
    assert (last.receiver, last.document_no, last.actor_label) == ("Bà Sáu", "BB-7", "test")


def test_batches_follow_each_other_on_the_line(db: Session, cast: Cast) -> None:
    product = make.product(db, of=cast.entity)
    batches = [
        make.issued_batch(db, of=product, keyring=KEYRING, quantity=count) for count in (7, 1, 12)
    ]
    assert [(batch.first, batch.last) for batch in batches] == [(0, 6), (7, 7), (8, 19)]
    assert len({batch.secret for batch in batches}) == 3


def test_a_full_line_says_so_and_the_next_epoch_takes_over(db: Session, cast: Cast) -> None:
    product = make.product(db, of=cast.entity)
    check = root_check(KEYRING.root(0))
    db.add(KeyEpoch(epoch=0, root_check=check, next=LINE_END - 5, opened_at=make.NOW))
    db.flush()
    with pytest.raises(LineFull) as caught:
        make.issued_batch(db, of=product, keyring=KEYRING, quantity=6)
    assert (caught.value.epoch, caught.value.left) == (0, 5)
    assert "ocop keys rotate" in caught.value.explain(Translator("en"))
    make.issued_batch(db, of=product, keyring=KEYRING, quantity=5)
    with pytest.raises(NoNewRoot):
        rotate_epoch(db, keyring=KEYRING, **by(make.SYSTEM))
    assert rotate_epoch(db, keyring=NEXT_KEYRING, **by(make.SYSTEM)) == 1
    batch = make.issued_batch(db, of=product, keyring=NEXT_KEYRING, quantity=6)
    assert (batch.epoch, batch.first) == (1, line(1, 0))


def test_only_an_administrator_opens_an_epoch_and_only_with_the_right_keys(
    db: Session, cast: Cast
) -> None:
    make.issued_batch(db, of=make.product(db, of=cast.entity), keyring=KEYRING)
    with pytest.raises(NotAllowed):
        rotate_epoch(db, keyring=NEXT_KEYRING, **by(cast.officer.actor))
    wrong = Keyring({0: Root(0, b"x" * 32), 1: NEXT_KEYRING.root(1)})
    with pytest.raises(RootMismatch):
        rotate_epoch(db, keyring=wrong, **by(make.SYSTEM))


def test_no_batch_is_issued_under_a_key_that_is_missing_or_another(db: Session, cast: Cast) -> None:
    product = make.product(db, of=cast.entity)
    make.issued_batch(db, of=product, keyring=KEYRING)
    for keyring in (Keyring({}), Keyring({0: Root(0, b"x" * 32)})):
        with pytest.raises(KeyMissing):
            make.issued_batch(db, of=product, keyring=keyring)


def test_a_batch_is_seen_by_its_entity_and_the_department(db: Session, cast: Cast) -> None:
    batch = request(db, cast.entity, cast.owner.actor)
    for person in (cast.owner, cast.colleague, cast.officer, cast.inspector):
        assert get_batch(db, batch.id, actor=person.actor) is batch
    with pytest.raises(NoSuchBatch):
        get_batch(db, batch.id, actor=cast.outsider.actor)


def test_an_administrator_may_do_every_step(db: Session, cast: Cast) -> None:
    administrator = Actor(None, "Quản trị", frozenset({Role.ADMINISTRATOR}))
    batch = request(db, cast.entity, administrator)
    approve(db, batch, administrator)
    actions.issue_batch(db, batch_id=batch.id, keyring=KEYRING, **by(administrator))
    assert batch.issued_by == "Quản trị"
