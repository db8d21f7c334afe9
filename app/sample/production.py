"""The sample batches, and the lots their stamps are activated onto."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from app.diary.actions import close_lot, open_lot, release_lot
from app.diary.entry_actions import record_entry
from app.diary.models import Lot
from app.diary.notice_actions import hold_lot, recall_lot
from app.diary.rules import EntryKind
from app.diary.written import Written
from app.identity.rules import Actor
from app.kit.clock import day_of, start_of
from app.products.models import Product
from app.sample.people import DEPARTMENT
from app.sample.records import STORIES, SampleProduct
from app.stamps.codes import BatchKeys, unline
from app.stamps.keyring import Keyring
from app.stamps.models import Batch
from app.stamps.span_actions import activate_span, lose_span, void_span

_LARGER: Final = {"GRM": "KGM", "MLT": "LTR"}
# Products whose makers have yet to release their lots.
_UNRELEASED: Final = (12, 18)
_NAMES: Final = UUID("6f1c1a52-52a8-4d0c-9f5e-0c0f2a1b7e11")


class Made(Protocol):
    """What is known of a sample product here."""

    @property
    def product(self) -> Product: ...
    @property
    def sample(self) -> SampleProduct: ...
    @property
    def owner(self) -> Actor: ...


@dataclass(frozen=True)
class Plan:
    """A sample lot: of which product, made how long ago, how many stamps, what befell it."""

    place: int
    days_ago: int
    stamps: int
    fate: str = ""


# Stamps of one batch go to its lots in this order, from the first on.
PLANS: Final = (
    Plan(1, 40, 600, "recalled"),
    Plan(2, 420, 500),
    Plan(3, 30, 400, "held"),
    Plan(4, 60, 900),
    Plan(7, 35, 800),
    Plan(8, 50, 1500),
    Plan(12, 15, 300),
    Plan(16, 90, 1000),
    Plan(18, 25, 150),
)


def produce(
    db: Session,
    made: Sequence[Made],
    batches: Sequence[Batch],
    *,
    keyring: Keyring,
    now: datetime,
) -> list[Lot]:
    """Open the lots, keep their diaries, activate stamps."""
    lots = []
    for plan in PLANS:
        one, batch = made[plan.place], batches[plan.place]
        lot = _lot(db, one, plan, now=now)
        first, last = ends(batch, keyring, 1, plan.stamps)
        activate_span(
            db,
            actor=one.owner,
            now=morning(now, plan.days_ago - 2),
            keyring=keyring,
            first_code=first,
            last_code=last,
            lot_id=lot.id,
        )
        if plan.place not in _UNRELEASED:
            release_lot(db, actor=one.owner, now=morning(now, plan.days_ago - 2), lot_id=lot.id)
        lots.append(lot)
        _befall(db, plan, lot, one.owner, now)
    return lots


def spoil(db: Session, batch: Batch, *, owner: Actor, keyring: Keyring, now: datetime) -> None:
    """Void and lose some stamps of a batch."""
    for act, first_no, count, reason in (
        (void_span, 2901, 20, "In hỏng (mẫu)"),
        (lose_span, 2921, 10, "Thất lạc khi vận chuyển (mẫu)"),
    ):
        first, last = ends(batch, keyring, first_no, count)
        act(
            db,
            actor=owner,
            now=now - timedelta(days=10),
            keyring=keyring,
            first_code=first,
            last_code=last,
            reason=reason,
        )


def _lot(db: Session, one: Made, plan: Plan, *, now: datetime) -> Lot:
    made_on = day_of(now) - timedelta(days=plan.days_ago)
    each, unit = one.sample.net
    if unit in _LARGER:
        each, unit = each / 1000, _LARGER[unit]
    lot = open_lot(
        db,
        actor=one.owner,
        now=morning(now, plan.days_ago + 6),
        product_id=one.product.id,
        number=f"L{made_on:%y%m}-01",
        production_date=made_on,
        quantity=plan.stamps * each,
        unit=unit,
    )
    _keep_diary(db, one, lot, plan, now=now)
    close_lot(db, actor=one.owner, now=morning(now, plan.days_ago - 1), lot_id=lot.id)
    return lot


def _keep_diary(db: Session, one: Made, lot: Lot, plan: Plan, *, now: datetime) -> None:
    story = STORIES.get(one.sample.group, STORIES["other"])
    received = morning(now, plan.days_ago + 5)
    for step, (before, kind, stage, note, values) in enumerate(story):
        performed = morning(now, plan.days_ago + before) + timedelta(minutes=40 * step)
        # The second entry of the third product came three days late, so its mark can be seen.
        late = timedelta(days=3) if (plan.place, step) == (2, 1) else timedelta(minutes=25)
        received = max(received, performed + late)
        entry = Written(
            id=uuid5(_NAMES, f"{lot.id}/{step}"),
            kind=EntryKind(kind),
            stage=stage,
            performed_at=performed,
            values=values,
            note=note,
        )
        record_entry(db, actor=one.owner, now=received, lot_id=lot.id, written=entry)


def _befall(db: Session, plan: Plan, lot: Lot, owner: Actor, now: datetime) -> None:
    """Let the lot be recalled by the Department or held by its owner, as planned."""
    if plan.fate == "recalled":
        recall_lot(
            db,
            actor=DEPARTMENT,
            now=now - timedelta(days=5),
            lot_id=lot.id,
            reason="Kết quả kiểm nghiệm không đạt chỉ tiêu vi sinh (mẫu)",
            advice="Không sử dụng; mang trả lại nơi bán để được hoàn tiền (mẫu)",
        )
    if plan.fate == "held":
        hold_lot(
            db,
            actor=owner,
            now=now - timedelta(days=2),
            lot_id=lot.id,
            reason="Đang kiểm tra lại bao bì (mẫu)",
        )


def ends(batch: Batch, keyring: Keyring, first: int, count: int) -> tuple[str, str]:
    """Return the first and the last code of so many stamps of a batch."""
    assert batch.first is not None and batch.secret is not None  # noqa: PT018, S101 - it was issued
    epoch, start = unline(batch.first)
    keys = BatchKeys.of(keyring.root(epoch), batch.secret)
    return keys.encode(start + first - 1), keys.encode(start + first + count - 2)


def morning(now: datetime, days_ago: int) -> datetime:
    """Return eight o'clock in Vietnam so many days ago."""
    return start_of(day_of(now) - timedelta(days=days_ago)) + timedelta(hours=8)
