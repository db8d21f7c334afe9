"""What the Department does this year: a plan, an inspection that was held, tests, certificates.

Days are counted from today, so that something is always due, fails or is about to end.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import font_roboto
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.certificates.actions import add_certificate
from app.certificates.kinds import Kind
from app.diary.models import Lot
from app.diary.photo_actions import store_photo
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.files import Files
from app.kit.i18n import Translator
from app.oversight.checklist_queries import find_by_code, latest_versions, questions_of
from app.oversight.checklists import Questions
from app.oversight.inspection_actions import rearrange, write_inspection
from app.oversight.inspection_models import Inspection
from app.oversight.inspection_photo_actions import keep_received
from app.oversight.inspection_sign_actions import sign_inspection
from app.oversight.inspections import Content, FindingSaid
from app.oversight.plan_actions import add_one, approve_plan, make_plan
from app.oversight.plans import PlanKind
from app.oversight.quality_actions import record_sample
from app.oversight.rules import FindingOutcome, Subject
from app.oversight.sampling import Sample
from app.oversight.testing import LimitKind, Written
from app.products.models import Product
from app.rights.manager_actions import appoint_manager
from app.rights.objection_actions import raise_objection
from app.rights.use_right_actions import add_use_right
from app.sample.pictures import draw
from app.sample.records import MARK
from app.sample.year2024 import good_answer

# By their places in the order of the sample products: of which entities are inspected, whose
# marks and certificates are about to end.
_PLANNED: Final = (0, 2, 4, 6, 7)
_ENDING: Final = 25
_HYGIENE: Final = "ve-sinh"


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who plans, who inspects, and who keeps the users of a mark."""

    planner: Actor
    inspector: Actor
    manager: Actor


def record(
    db: Session,
    products: Sequence[Product],
    lots: Mapping[str, Lot],
    *,
    rights: Mapping[str, int],
    people: People,
    files: Files,
    now: datetime,
    words: Translator,
) -> Mapping[str, int]:
    """Record it all through the actions of the slices; return where a tour begins."""
    held, due, *_ = _plan(db, products, people, now)
    _inspect(db, held, people.inspector, files, now, words)
    today = day_of(now)
    rearrange(
        db,
        actor=people.planner,
        now=now,
        inspection_id=due.id,
        planned_on=today,
        team=[people.inspector.label],
        lead_id=people.inspector.account_id,
    )
    _test(db, lots["crab"], people.planner, now, today - timedelta(days=15), found="0")
    failed = _test(db, lots["honey"], people.planner, now, today - timedelta(days=6), found="0,9")
    _certify(db, products, people.planner, now)
    use_right_id = _use(db, rights["honey"], products[5], people, now)
    return {"held": held.id, "due": due.id, "failed": failed, "use_right": use_right_id}


def _plan(
    db: Session, products: Sequence[Product], people: People, now: datetime
) -> Sequence[Inspection]:
    today = day_of(now)
    who: dict[str, Any] = {"actor": people.planner, "now": now}
    name = f"Kiểm tra sử dụng nhãn hiệu và tem năm {today.year} {MARK}"
    plan = make_plan(db, **who, year=today.year, name=name, kind=PlanKind.ANNUAL)
    for number, place in enumerate(_PLANNED):
        add_one(
            db,
            **who,
            plan_id=plan.id,
            subject=Subject.ENTITY,
            record_id=products[place].entity_id,
            month=min(12, today.month + number // 2),
            team=[people.inspector.label],
        )
    decision = f"45/QĐ-SKHCN {MARK}"
    approve_plan(db, **who, plan_id=plan.id, decision_no=decision, decided_on=_past(today, 40))
    query = select(Inspection).where(Inspection.plan_id == plan.id).order_by(Inspection.id)
    return list(db.scalars(query))


def _inspect(
    db: Session, found: Inspection, actor: Actor, files: Files, now: datetime, words: Translator
) -> None:
    """Hold an inspection with two findings: one with a measure, one that waits in the queue."""
    checklist = find_by_code(db, "hang-nam")
    assert checklist is not None  # noqa: S101 - it was installed with the year 2024
    asked = latest_versions(db, [checklist.id])[checklist.id]
    today = day_of(now)
    drawn = draw("Nhà sơ chế", "#6f7d3a", font=Path(font_roboto.Roboto))
    photo: dict[str, Any] = {"sha256": hashlib.sha256(drawn).hexdigest(), "size": len(drawn)}
    who: dict[str, Any] = {"actor": actor, "now": now - timedelta(days=1)}
    content = Content(
        held_on=_past(today, 12),
        place="Nơi sản xuất (mẫu)",
        team=[actor.label],
        present=f"Chị Hoa, chủ thể {MARK}",
        answers=_answers(questions_of(asked), photo),
        findings=_findings(found.id, today),
        in_use=True,
        summary=f"Cơ sở làm đúng quy trình; nhãn một lô chưa ghi đủ nội dung {MARK}.",
        opinion=f"Cơ sở đồng ý khắc phục đúng hạn {MARK}.",
        outcome=FindingOutcome.VIOLATION,
    )
    write_inspection(db, **who, inspection_id=found.id, content=content)
    stored = store_photo(files, drawn)
    keep_received(db, **who, uid=found.uid, sha256=photo["sha256"], photo=stored)
    sign_inspection(db, **who, inspection_id=found.id, words=words)


def _answers(questions: Questions, photo: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        item.code: {**good_answer(item), "photos": [dict(photo)] if item.photo else []}
        for item in questions.items()
    }


def _findings(inspection_id: int, today: date) -> list[FindingSaid]:
    label, records = (
        uuid.uuid5(uuid.NAMESPACE_URL, f"mau:{inspection_id}:{name}") for name in ("nhan", "so")
    )
    return [
        FindingSaid(
            uid=label,
            item="nhan-day-du",
            outcome=FindingOutcome.VIOLATION,
            text=f"Nhãn thịt cua hấp thiếu ngày sản xuất và hướng dẫn bảo quản {MARK}",
            measure=f"In lại nhãn đủ nội dung bắt buộc, gửi ảnh nhãn mới {MARK}",
            deadline=today + timedelta(days=18),
        ),
        FindingSaid(
            uid=records,
            item="quan-ly-tem",
            outcome=FindingOutcome.DOUBT,
            text=f"Sổ theo dõi tem chưa ghi 12 tem hỏng của tháng trước {MARK}",
        ),
    ]


def _past(today: date, days: int) -> date:
    """Return a day so long ago, but of this year: what is planned for a year is held in it."""
    return max(date(today.year, 1, 1), today - timedelta(days=days))


def _test(db: Session, lot: Lot, actor: Actor, now: datetime, day: date, *, found: str) -> int:
    """Have a lot tested for what is never wanted in it; the public reads of what passed."""
    made = record_sample(
        db,
        actor=actor,
        now=now,
        sample=Sample(
            product_id=lot.product_id,
            lot_id=lot.id,
            sample_no=f"M-{lot.number} {MARK}",
            sampled_on=day,
            sampled_by=f"Thanh tra Hải {MARK}",
            laboratory=f"Phòng thử nghiệm {MARK}",
            report_no=f"{lot.id}/{day.year} {MARK}",
            reported_on=day + timedelta(days=5),
            public=True,
        ),
        criteria=[
            Written(
                name="Cloramphenicol",
                method="LC-MS/MS",
                limit_kind=LimitKind.MAX,
                limit_high=Decimal("0.3"),
                unit="µg/kg",
                result=found,
            )
        ],
    )
    return made.id


def _certify(db: Session, products: Sequence[Product], actor: Actor, now: datetime) -> None:
    today = day_of(now)
    health = f"Chi cục Chất lượng, Chế biến và Phát triển thị trường {MARK}"
    for place, kind, issuer, left in (
        (0, Kind.FOOD_SAFETY, health, 700),
        (2, Kind.FOOD_SAFETY, health, _ENDING),
        (4, Kind.FOOD_SAFETY, health, 400),
        (8, Kind.VIETGAP, f"Tổ chức chứng nhận {MARK}", 500),
    ):
        since = today - timedelta(days=3 * 365 - left)
        add_certificate(
            db,
            actor=actor,
            now=now,
            entity_id=products[place].entity_id,
            kind=kind,
            number=f"{place + 1:03d}/{since.year} {MARK}",
            issuer=issuer,
            issued_on=since,
            valid_from=since,
            valid_to=today + timedelta(days=left),
            public=True,
        )


def _use(db: Session, right_id: int, product: Product, people: People, now: datetime) -> int:
    """Have a mark manager grant a use that soon ends, and the Department object to it."""
    today = day_of(now)
    assert people.manager.account_id is not None  # noqa: S101 - it was just added
    account_id = people.manager.account_id
    appoint_manager(db, actor=people.planner, now=now, right_id=right_id, account_id=account_id)
    use_right = add_use_right(
        db,
        actor=people.manager,
        now=now,
        right_id=right_id,
        product_id=product.id,
        certificate_no=f"05/GCN-HND {MARK}",
        decision_no=f"09/QĐ-HND {MARK}",
        issuer=f"Hội Nông dân {MARK}",
        valid_from=today - timedelta(days=325),
        valid_to=today + timedelta(days=40),
    )
    raise_objection(
        db,
        actor=people.planner,
        now=now,
        use_right_id=use_right.id,
        reason=f"Phấn hoa không có trong danh mục sản phẩm mang nhãn hiệu {MARK}",
    )
    return use_right.id
