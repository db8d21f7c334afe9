from datetime import date, timedelta
from typing import Any

from sqlalchemy import update

from app.diary.notice_actions import hold_lot
from app.entities.part_models import Proposal
from app.kit.db import Database
from app.products.models import OcopCertificate
from app.rights.models import UseRight
from app.stamps.actions import refuse_batch, request_batch
from app.stamps.keyring import Keyring
from app.stamps.ledger_models import Quota
from app.stamps.models import Batch, Refusal
from app.stamps.phone_notice_queries import count_due, list_notices
from tests import make
from tests.conftest import Cast, Visit

BY: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
ENDS = date(2026, 4, 30)


def labels(database: Database, person: make.Person, days: int = 0) -> list[str]:
    now = make.NOW + timedelta(days=days)
    with database.begin(write=False) as db:
        return [one.label for one in list_notices(db, actor=person.actor, now=now)]


def everything(database: Database, cast: Cast, keyring: Keyring) -> None:
    """Have one of everything happen that the owner should know."""
    with database.begin() as db:
        product = make.product(db, of=cast.entity, name="Tôm khô")
        batch = make.issued_batch(db, of=product, keyring=keyring, handed=60)
        asked = request_batch(db, product_id=product.id, quantity=9, reason="", largest=99, **BY)
        refuse_batch(db, batch_id=asked.id, reason="Thiếu hồ sơ", **BY)
        db.execute(update(Batch).where(Batch.id == batch.id).values(lapses_on=ENDS))
        lot = make.complete_lot(db, of=product, number="L-GIU")
        hold_lot(db, lot_id=lot.id, reason="Chờ mẫu", **BY)
        make.use_right(db, of=make.right(db), product=product, valid_to=ENDS)
        suspended = make.use_right(db, of=make.right(db, sign="Năm Căn"), product=product)
        db.execute(
            update(UseRight)
            .where(UseRight.id == suspended.id)
            .values(suspended_on=make.TODAY, status_reason="Kiểm tra")
        )
        db.add_all(
            [
                OcopCertificate(
                    product_id=product.id, stars=4, decision_no="1", issuer="UBND",
                    valid_from=date(2023, 5, 1), valid_to=ENDS,
                ),
                Proposal(
                    entity_id=cast.entity.id, subject_kind="product", subject_id=product.id,
                    before={}, after={"name": "x"}, state="refused", reason="Sai tên",
                    proposed_at=make.NOW, proposed_by="Chị Chủ", decided_at=make.NOW,
                ),
                Quota(
                    subject=f"2026/{cast.entity.id}//", year=2026, entity_id=cast.entity.id,
                    quantity=100, set_at=make.NOW, set_by="Sở",
                ),
                Refusal(
                    at=make.NOW, actor_label="Anh Thợ", action="activate",
                    code="stamps.mass_balance", batch_id=batch.id, lot_id=lot.id,
                    facts={"output": "10", "allowed": "10.5", "active": "9", "asked": "5",
                           "fit": 3, "unit": "KGM"},
                ),
            ]
        )  # fmt: skip


def test_everything_an_owner_should_know_is_told_and_leads_there(
    visit: Visit,
    cast: Cast,
    database: Database,
    app: Any,  # noqa: ANN401 - the application
) -> None:
    assert labels(database, cast.owner) == []
    everything(database, cast, app.state.keyring)
    page = visit(page=cast.owner).get("/app/notices").text
    for words in (
        "60 tem của đợt", "100 tem, đợt", "Yêu cầu 9 tem", "Thiếu hồ sơ", "lực ngày 30/04/2026",
        "L-GIU", "Chờ mẫu", "Quyền sử dụng “Cà Mau”", "hết hạn ngày 30/04/2026", "bị đình chỉ",
        "Kiểm tra", "Giấy chứng nhận OCOP", "Sai tên", "còn 0 trên 100 tem", "10,5",
    ):  # fmt: skip
        assert words in page, words
    with database.begin(write=False) as db:
        due = count_due(db, actor=cast.owner.actor, now=make.NOW)
    assert due == 6
    assert "6 việc cần làm" in visit(page=cast.owner).get("/app/today").text
    assert "việc cần làm" not in visit(page=cast.outsider).get("/app/today").text
    assert labels(database, cast.outsider) == []
    assert "L-GIU" not in visit(page=cast.inspector).get("/app/notices").text


def test_what_is_long_past_is_no_news_and_what_has_ended_says_so(
    cast: Cast,
    database: Database,
    app: Any,  # noqa: ANN401 - as above
) -> None:
    everything(database, cast, app.state.keyring)
    later = labels(database, cast.owner, days=90)
    assert not any("granted" in one or "refused" in one for one in later)
    assert any("lapsed on" in one for one in later)
    assert any("expired on" in one for one in later)
    assert not any("expired on" in one for one in labels(database, cast.owner, days=400))
