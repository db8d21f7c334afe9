"""A use right's page and forms, who keeps the users of a right, and what expires."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.models import AccountRole
from app.identity.rules import Role
from app.rights.use_models import RightManager, UseObjection, UseObservation, UseRightDecision
from app.stamps.keyring import Keyring
from tests import make
from tests.browser.stop import OFFICE, SEND, Stop

PAGES = {
    OFFICE: {
        "rights/use_one.html": ["/office/use-rights/{objected}"],
        "rights/use_edit.html": ["/office/use-rights/{objected}/edit"],
        "rights/use_decide.html": [
            "/office/use-rights/{objected}/standing",
            "/office/use-rights/{objected}/decisions/{suspended}/annul",
        ],
        "rights/managers.html": ["/office/rights/{kept}/managers"],
        "rights/kept.html": ["/office/managed"],
        "rights/objections.html": ["/office/objections"],
        "office/expiries.html": ["/office/expiries", "/office/expiries?month=2021-01"],
    }
}
ACTS = (
    Stop(
        "rights/use_decide.html",
        OFFICE,
        "/office/use-rights/{objected}/standing",
        (("#reason", "Vì vậy"),),
        SEND,
    ),
)


def facts(db: Session, _keyring: Keyring) -> dict[str, int]:
    entity = make.entity(db, name="Hợp tác xã Nuôi trồng và Chế biến Cua biển Rạch Gốc, Ngọc Hiển")
    product = make.product(db, of=entity, name="Thịt cua hấp cấp đông", picture=False)
    today = make.NOW.date()
    right = make.right(db, type="certification_mark", expires_on=today + timedelta(days=9000))
    use = make.use_right(db, of=right, product=product, form="processed", source_area="Năm Căn")
    who = {"recorded_at": make.NOW, "recorded_by": "Cán bộ"}
    given = {"use_right_id": use.id, "decision_no": "12/QĐ", "reason": "Theo đề nghị", **who}
    decided = [
        UseRightDecision(kind=kind, effective_on=date(2025, month, 1), **given)
        for month, kind in enumerate(("granted", "suspended", "resumed"), start=1)
    ]
    seen = {"right_id": right.id, "entity_id": entity.id, "seen_on": date(2026, 3, 1)}
    raised = {"raised_at": make.NOW, "raised_by": "Cán bộ", "use_right_id": use.id}
    administrator = db.scalars(
        select(AccountRole.account_id).where(AccountRole.role == Role.ADMINISTRATOR)
    ).first()
    when = {"appointed_at": make.NOW, "appointed_by": "Cán bộ"}
    db.add_all(
        [
            *decided,
            UseObservation(in_use=True, note="Trên nhãn", **seen, **who),
            UseObjection(reason="Vùng nguyên liệu chưa rõ", **raised),
            AccountRole(account_id=administrator, role=Role.MARK_MANAGER),
            RightManager(right_id=right.id, account_id=administrator, **when),
        ]
    )
    db.flush()
    return {"objected": use.id, "suspended": decided[1].id, "kept": right.id}
