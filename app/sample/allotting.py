"""The sample allotments: last year's, issued and handed over by one decision, and a draft."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.rules import Actor
from app.kit.clock import day_of
from app.products.models import Product
from app.stamps.allotment_actions import make_draft, set_rows
from app.stamps.allotment_issue_actions import (
    Decision,
    Minutes,
    hand_over_allotment,
    issue_allotment,
)
from app.stamps.allotting import Basis, Wanted
from app.stamps.handover_actions import confirm_receipt
from app.stamps.keyring import Keyring
from app.stamps.ledger_models import Handover
from app.stamps.models import Batch

BATCH: Final = 3000
ALLOTTED_DAYS_AGO: Final = 440
PROGRAMME: Final = "Hỗ trợ truy xuất nguồn gốc sản phẩm OCOP (mẫu)"


def allot(
    db: Session,
    products: Sequence[Product],
    *,
    planner: Actor,
    approver: Actor,
    keyring: Keyring,
    now: datetime,
) -> list[Batch]:
    """Allot 3,000 stamps a product by one decision; the last producer still waits for them."""
    then = now - timedelta(days=ALLOTTED_DAYS_AGO)
    draft = make_draft(db, actor=planner, now=then, year=then.year, programme=PROGRAMME)
    rows = [
        Wanted(place=f"{place}", product_id=one.id, quantity=BATCH)
        for place, one in enumerate(products, start=1)
    ]
    draft = set_rows(
        db,
        actor=planner,
        now=then,
        allotment_id=draft.id,
        version=draft.version,
        rows=rows,
        largest=BATCH,
    )
    decided = then + timedelta(days=3)
    decision = Decision(
        decision_no="88/QĐ-SKHCN (mẫu)", decided_on=day_of(decided), programme=PROGRAMME
    )
    issue_allotment(
        db,
        actor=approver,
        now=decided,
        allotment_id=draft.id,
        version=draft.version,
        decision=decision,
        keyring=keyring,
        largest=BATCH,
    )
    given = sorted({one.entity_id for one in products} - {products[-1].entity_id})
    minutes = {
        entity_id: Minutes("Đại diện chủ thể (mẫu)", f"BB-{place:02d} (mẫu)")
        for place, entity_id in enumerate(given, start=1)
    }
    hand_over_allotment(
        db, actor=planner, now=then + timedelta(days=9), allotment_id=draft.id, minutes=minutes
    )
    found = db.scalars(select(Batch).where(Batch.allotment_id == draft.id))
    batches = {batch.product_id: batch for batch in found}
    return [batches[one.id] for one in products]


def confirm(db: Session, owners: Mapping[int, Actor], *, now: datetime) -> None:
    """Have the producers confirm what they received; one counted two fewer, one never did."""
    then = now - timedelta(days=ALLOTTED_DAYS_AGO - 10)
    for place, handover in enumerate(db.scalars(select(Handover).order_by(Handover.id)).all()):
        if place == 6:  # noqa: PLR2004 - the seventh
            continue
        short = 2 if place == 9 else 0  # noqa: PLR2004 - the tenth
        confirm_receipt(
            db,
            actor=owners[handover.entity_id],
            now=then,
            handover_id=handover.id,
            quantity=handover.quantity - short,
            note="Thiếu 2 tem ở cuối cuộn (mẫu)" if short else "",
        )


def draft_next(db: Session, *, planner: Actor, now: datetime) -> None:
    """Prepare this year's allotment from last year's, to be looked at and approved."""
    then = now - timedelta(days=ALLOTTED_DAYS_AGO)
    make_draft(
        db,
        actor=planner,
        now=now - timedelta(days=1),
        year=then.year + 1,
        programme=PROGRAMME,
        basis=Basis.SAME,
    )
