"""Real acts on goods: stamps, lots, diaries, certificates and tests; see `make_past`."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.certificates.actions import (
    add_certificate,
    change_certificate,
    revoke_certificates,
    strike_certificate,
)
from app.certificates.models import Certificate
from app.diary.decision_actions import decide_entry
from app.diary.entry_actions import record_entry
from app.diary.models import DiaryEntry, Lot
from app.diary.notice_actions import Act as Said
from app.diary.notice_actions import hold_lot, lift_hold, lift_notice, lift_recall, recall_lot
from app.diary.notice_actions import set_notice as say_of
from app.diary.notice_queries import subject_of
from app.diary.rules import EntryKind
from app.diary.trace_actions import add_inputs, withdraw_input
from app.diary.trace_models import LotInput
from app.diary.tracing import InputGiven
from app.diary.written import Written
from app.kit.clock import day_of
from app.oversight.quality_actions import change_sample, record_sample, strike_sample
from app.oversight.quality_models import QualityTest
from app.oversight.sampling import Sample
from app.oversight.testing import LimitKind
from app.oversight.testing import Written as Criterion
from app.stamps.span_actions import activate_span, lose_span, void_span
from app.stamps.suspicion_actions import suspect_stamp, trust_stamp
from tests import make
from tests.make_past import Act, Past, one_of


def paper_recorded(past: Past, db: Session) -> None:
    first = day_of(past.now) - timedelta(days=past.rng.choice((0, 30)))
    facts: Any = {"kind": "vietgap", "number": past.word(), "valid_from": first, "public": True}
    last = first + timedelta(days=past.rng.choice((45, 700)))
    add_certificate(db, entity_id=past.cast.entity.id, valid_to=last, **facts, **past.officer)


def paper_changed(past: Past, db: Session) -> None:
    one = one_of(past, db, Certificate, Certificate.struck_at.is_(None))
    facts: Any = {"title": past.word(), "public": past.rng.random() < 0.8}
    change_certificate(db, certificate_id=one.id, **facts, **past.officer)


def paper_revoked(past: Past, db: Session) -> None:
    one = one_of(past, db, Certificate, Certificate.struck_at.is_(None))
    day = max(one.valid_from, day_of(past.now) - timedelta(days=6))
    by: Any = {"decision_no": "QĐ 4", "reason": "Vi phạm", "revoked_on": day, "past_is_meant": True}
    revoke_certificates(db, certificates=[one.id], **by, **past.officer)


def paper_struck(past: Past, db: Session) -> None:
    one = one_of(past, db, Certificate, Certificate.struck_at.is_(None))
    strike_certificate(db, certificate_id=one.id, reason="Nhập nhầm", **past.officer)


def sample_recorded(past: Past, db: Session) -> None:
    record_sample(db, **_sample(past), **past.officer)


def sample_changed(past: Past, db: Session) -> None:
    """Of another result, and mostly of other goods."""
    one = one_of(past, db, QualityTest, QualityTest.struck_at.is_(None))
    change_sample(db, test_id=one.id, **_sample(past), **past.officer)


def sample_struck(past: Past, db: Session) -> None:
    one = one_of(past, db, QualityTest, QualityTest.struck_at.is_(None))
    strike_sample(db, test_id=one.id, reason="Nhập nhầm mẫu", **past.officer)


def _sample(past: Past) -> dict[str, Any]:
    day = day_of(past.now)
    of: Any = past.rng.choice(
        (
            {"lot_id": past.lot.id},
            {"product_id": past.product.id},
            {"product_id": past.other.id},
        )
    )
    sample = Sample(
        **of,
        sample_no=past.word(),
        sampled_on=day - timedelta(days=3),
        sampled_by="Sở",
        laboratory="Trung tâm 3",
        report_no=past.word(),
        reported_on=day,
        valid_until=day + timedelta(days=past.rng.choice((20, 300))),
        public=past.rng.random() < 0.8,
    )
    figure = past.rng.choice(("3", "3", "12"))
    criterion = Criterion(
        name="Chì", limit_kind=LimitKind.MAX, limit_high=Decimal(5), unit="mg/kg", result=figure
    )
    return {"sample": sample, "criteria": [criterion]}


def stamps_activated(past: Past, db: Session) -> None:
    ends: Any = {"first_code": past.codes[1], "last_code": past.codes[2], "lot_id": past.lot.id}
    activate_span(db, keyring=past.keyring, **ends, **past.owner)


def stamp_made_void(past: Past, db: Session) -> None:
    ends: Any = {"first_code": past.codes[2], "last_code": past.codes[2], "reason": "Rách"}
    void_span(db, keyring=past.keyring, **ends, **past.officer)


def stamp_lost(past: Past, db: Session) -> None:
    ends: Any = {"first_code": past.codes[3], "last_code": past.codes[3], "reason": "Mất"}
    lose_span(db, keyring=past.keyring, **ends, **past.officer)


def stamp_suspected(past: Past, db: Session) -> None:
    suspect_stamp(db, keyring=past.keyring, text=past.codes[0], reason="Nhiều lượt", **past.officer)


def stamp_trusted(past: Past, db: Session) -> None:
    trust_stamp(db, keyring=past.keyring, text=past.codes[0], reason="Đã xem", **past.officer)


def lot_stopped(past: Past, db: Session) -> None:
    """The lot itself, or what it was made from."""
    lot = past.rng.choice((past.lot, past.source))
    act = past.rng.choice((hold_lot, recall_lot))
    act(db, lot_id=lot.id, reason=past.word(), advice="Trả lại nơi mua", **past.officer)


def lot_let_go(past: Past, db: Session) -> None:
    lot = past.rng.choice((past.lot, past.source))
    act = past.rng.choice((lift_hold, lift_recall))
    act(db, lot_id=lot.id, reason="Đạt", **past.officer)


def product_stopped(past: Past, db: Session) -> None:
    of = subject_of(db, actor=past.cast.officer.actor, product_id=past.product.id)
    say_of(db, act=Said(reason=past.word(), **past.officer), of=of, kind="hold")


def product_let_go(past: Past, db: Session) -> None:
    of = subject_of(db, actor=past.cast.officer.actor, product_id=past.product.id)
    lift_notice(db, act=Said(reason="Đạt", **past.officer), of=of, kind="hold")


def entry_written(past: Past, db: Session) -> None:
    """On the day, late, or so late that somebody has to decide."""
    late = timedelta(days=past.rng.choice((0, 5, 40)))
    _write(past, db, past.now - late)


def entry_corrected(past: Past, db: Session) -> None:
    one = one_of(past, db, DiaryEntry, DiaryEntry.lot_id == past.lot.id)
    _write(past, db, past.now, amends=one.id, reason="Ghi nhầm")


def entry_decided(past: Past, db: Session) -> None:
    one = one_of(past, db, DiaryEntry, DiaryEntry.mark == "needs_approval")
    accepted = past.rng.random() < 0.7
    decide_entry(db, entry_id=one.id, accepted=accepted, reason="Xem", **past.owner)


def material_named(past: Past, db: Session) -> None:
    given = past.rng.choice((InputGiven(source_lot_id=past.source.id), InputGiven(material="Muối")))
    lot = db.get_one(Lot, past.lot.id)
    add_inputs(db, lot=lot, inputs=[given], reason="Quên", **past.owner)


def material_withdrawn(past: Past, db: Session) -> None:
    one = one_of(past, db, LotInput, LotInput.lot_id == past.lot.id)
    withdraw_input(db, lot_id=past.lot.id, input_id=one.id, reason="Nhầm", **past.owner)


def _write(
    past: Past,
    db: Session,
    done: datetime,
    **more: Any,  # noqa: ANN401 - the members of Written
) -> None:
    written = Written(
        id=UUID(int=past.rng.getrandbits(128)),
        kind=EntryKind.PROCESSING,
        stage="Phơi tôm",
        performed_at=done,
        values={"Khối lượng (kg)": past.rng.randrange(1, 90)},
        note=past.word(),
        public=True,
        location_code=make.PLACE,
        **more,
    )
    record_entry(db, lot_id=past.lot.id, written=written, **past.owner)


GOODS: tuple[Act, ...] = (
    paper_recorded, paper_changed, paper_revoked, paper_struck, sample_recorded, sample_recorded,
    sample_changed, sample_struck, stamps_activated, stamp_made_void, stamp_lost, stamp_suspected,
    stamp_trusted, lot_stopped, lot_let_go, lot_let_go, product_stopped, product_let_go,
    product_let_go, entry_written, entry_written, entry_corrected, entry_decided, material_named,
    material_withdrawn,
)  # fmt: skip
