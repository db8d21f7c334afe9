"""What officers look at in diaries, and the diary as the public reads it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.diary.models import DiaryPhoto, Lot
from app.diary.rules import EntryKind
from app.diary.trace_models import LotInput
from app.identity.rules import Actor, Belonging
from app.products.models import Product, ProductPicture
from app.stamps.keyring import Keyring
from app.stamps.span_actions import activate_next
from tests import make, make_diaries
from tests.browser.stop import OFFICE, PUBLIC, Stop

_AT = "/office/diaries"
PAGES = {
    PUBLIC: {"lookup/lot_page.html": ["/l/{told_lot}", "/l/{told_lot}?after=2"]},
    OFFICE: {
        "office/diaries.html": [_AT],
        "office/diary_list.html": [
            *(f"{_AT}/{one}" for one in ("silent", "late", "waiting", "photos", "clocks")),
            f"{_AT}/silent?days=3000",
        ],
        "office/approvals.html": [f"{_AT}/approvals", f"{_AT}/approvals?q=zzz"],
        "office/lacking.html": [f"{_AT}/incomplete", f"{_AT}/harvests", f"{_AT}/harvests?q=zzz"],
    },
}
ACTS = (
    Stop("lookup/lot_page.html", PUBLIC, "/l/{told_lot}", (), ".log details summary"),
    Stop("office/approvals.html", OFFICE, f"{_AT}/approvals", (), "button[value=refuse]"),
    Stop("office/lacking.html", OFFICE, f"{_AT}/harvests", (), "[action*=harvests] button"),
)


def facts(db: Session, keyring: Keyring) -> dict[str, Any]:
    """Add a neglected diary, and one of a lot on sale with corrections, photos and a source."""
    # By the real clock: who is silent is reckoned from now.
    now, product = datetime.now(UTC), db.get_one(Product, 1)
    make_diaries.neglected(db, of=product, now=now)
    make_diaries.waiting(db, of=product, now=now)
    # Of a producer of its own: the sample's has a quota.
    product = make.product(
        db, of=make.entity(db), name="Tôm khô phơi nắng tự nhiên loại đặc biệt", picture=False
    )
    stored = db.scalars(select(ProductPicture.sha256).order_by(ProductPicture.id)).first()
    size = {"position": 1, "width": 1280, "height": 960}
    db.add(ProductPicture(product_id=product.id, sha256=stored, created_at=now, **size))
    lot = make.complete_lot(db, of=product)
    owner = Actor(None, "Chị Chủ", memberships={lot.entity_id: Belonging.OWNER})
    batch = make.issued_batch(db, of=product, keyring=keyring, handed=60)
    activate_next(db, actor=owner, now=now, batch_id=batch.id, quantity=3, lot_id=lot.id)
    _told(db, lot, now - timedelta(days=1))
    return {"told_lot": lot.id}


def _told(db: Session, lot: Lot, now: datetime) -> None:
    kinds = (EntryKind.PROCESSING, EntryKind.SAMPLING, EntryKind.STORAGE, EntryKind.OBSERVATION)
    # A file that is there: a picture of one of the sample's products.
    stored = db.scalars(select(ProductPicture.sha256).order_by(ProductPicture.id)).first()
    for number, kind in enumerate(kinds):
        worked = now - timedelta(days=4 - number)
        values = {"quantity": 120.5, "unit": "KGM"} if kind is EntryKind.PROCESSING else {}
        note = "Phơi nắng hai ngày trên giàn lưới, đảo đều mỗi giờ"
        written = {"kind": kind, "performed_at": worked, "values": values, "note": note}
        first = make.entry(db, lot=lot, now=now, **written)
        more = {**written, "values": values and values | {"quantity": 118}}
        why = {"amends": first.id, "reason": "Cân lại sau khi phơi, lần trước cân còn ướt"}
        last = make.entry(db, lot=lot, now=now, **more, **why)
        size = {"position": 1, "width": 1280, "height": 960}
        db.add(DiaryPhoto(entry_id=last.id, sha256=stored, **size))
    added = {"lot_id": lot.id, "added_at": now, "added_by": "Chị Chủ"}
    db.add(LotInput(material="Tôm đất tươi loại 40 con một ký", supplier="Chú Ba", **added))
    db.flush()
