"""The sample rights, as the press reported them, and the sample use rights under them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.clock import day_of
from app.products.models import Product
from app.rights.actions import add_right, check_right
from app.rights.deciding import DecisionKind
from app.rights.turn_checks import Paper
from app.rights.use_decision_actions import decide_use_right
from app.rights.use_right_actions import add_use_right
from app.sample.records import MARK, RIGHTS, SampleRight

# Which sample product bears which right. Only the crab's is checked, so only it gives a badge.
_USES = (
    ("crab", f"Cua Cà Mau sống loại Y {MARK}"),
    ("crab", f"Thịt cua hấp cấp đông {MARK}"),
    ("shrimp", f"Tôm sú sinh thái cấp đông {MARK}"),
    ("honey", f"Mật ong rừng tràm {MARK}"),
)
_SUSPENDED = f"Thịt cua hấp cấp đông {MARK}"


def grant(
    db: Session, products: Mapping[str, Product], *, actor: Actor, now: datetime
) -> Mapping[str, int]:
    """Add the rights of the press, check one of them, and grant use rights; one is suspended.

    Returns the rights by their keys.
    """
    ids = {sample.key: _add(db, sample, actor, now) for sample in RIGHTS}
    check_right(
        db, actor=actor, now=now, right_id=ids["crab"], against=f"Bản sao giấy chứng nhận {MARK}"
    )
    today = day_of(now)
    for place, (key, name) in enumerate(_USES, start=1):
        use_right = add_use_right(
            db,
            actor=actor,
            now=now,
            right_id=ids[key],
            product_id=products[name].id,
            certificate_no=f"{place:02d}/GCN-QSD {MARK}",
            decision_no=f"{30 + place}/QĐ-SKHCN {MARK}",
            issuer="Sở Khoa học và Công nghệ tỉnh Cà Mau",
            valid_from=today - timedelta(days=400),
            valid_to=today + timedelta(days=5 * 365 - 400),
        )
        if name == _SUSPENDED:
            decide_use_right(
                db,
                actor=actor,
                now=now,
                use_right_id=use_right.id,
                kind=DecisionKind.SUSPENDED,
                paper=Paper(
                    decision_no=f"71/QĐ-SKHCN {MARK}",
                    decided_on=today - timedelta(days=31),
                    effective_on=today - timedelta(days=30),
                    reason=f"Đang xác minh nguồn nguyên liệu {MARK}",
                ),
                past_is_meant=True,
            )
    return ids


def _add(db: Session, sample: SampleRight, actor: Actor, now: datetime) -> int:
    right = add_right(
        db,
        actor=actor,
        now=now,
        type=sample.type,
        sign=sample.sign,
        goods=sample.goods,
        registration_no=sample.registration_no,
        decision_no=sample.decision_no,
        decision_date=sample.decision_date,
        managing_body=sample.managing_body,
        area_as_written=sample.area,
        source="Báo chí, chưa đối chiếu (dữ liệu mẫu)",
    )
    return right.id
