"""Lots whose diaries are kept by a template, and their entries."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from app.diary.entries import EntryRow
from app.diary.models import DiaryContent, DiaryEntry, Lot, LotPhoto
from app.diary.rules import EntryKind
from app.diary.template import Template
from app.diary.template_models import ProcessTemplate, ProcessTemplateVersion
from app.products.models import Product
from tests import make

_serial = count(1)
# A pond: stocking and harvest belong to each lot, a test is demanded, the harvest has a photo.
POND: dict[str, Any] = {
    "late_after_hours": 48,
    "approval_after_days": 7,
    "stages": [
        {"code": "tha-giong", "name": "Thả giống", "name_en": "Stocking", "kind": "planting",
         "required": True,
         "fields": [{"name": "quantity", "label": "Số con", "label_en": "Count", "kind": "number",
                     "unit": "C62", "required": True}]},
        {"code": "dung-thuoc", "name": "Dùng thuốc", "name_en": "Treatment", "kind": "treatment",
         "withdrawal_days": 7,
         "fields": [{"name": "agent", "label": "Thuốc", "label_en": "Drug", "kind": "text",
                     "required": True},
                    {"name": "dose", "label": "Liều", "kind": "number", "least": 0.1, "most": 50},
                    {"name": "withdrawal_days", "label": "Ngừng thuốc", "kind": "number"}]},
        {"code": "lay-mau", "name": "Lấy mẫu", "name_en": "Sampling", "kind": "sampling",
         "test": True,
         "fields": [{"name": "result", "label": "Kết quả", "kind": "choice",
                     "choices": [{"value": "dat", "label": "Đạt"},
                                 {"value": "khong-dat", "label": "Không đạt"}]},
                    {"name": "sent", "label": "Ngày gửi", "kind": "date"}]},
        {"code": "thu-hoach", "name": "Thu hoạch", "name_en": "Harvest", "kind": "harvest",
         "required": True, "photos": 1,
         "fields": [{"name": "quantity", "label": "Sản lượng", "label_en": "Yield",
                     "kind": "number", "unit": "KGM", "required": True}]},
        {"code": "nhap", "name": "Nhập hàng", "kind": "receiving",
         "fields": [{"name": "source", "label": "Nguyên liệu", "kind": "lot", "required": True}]},
        {"code": "so-tay", "name": "Sổ tay", "kind": "other", "public": False, "fields": []},
    ],
}  # fmt: skip


def templated_lot(db: Session, *, of: Product, **facts: Any) -> Lot:  # noqa: ANN401 - the columns of Lot
    """A lot whose diary is kept by the pond's template, with no entry."""
    number = next(_serial)
    template = ProcessTemplate(
        code=f"ao-{number}", name="Ao nuôi", folded="ao nuoi", created_at=make.NOW, created_by="Lan"
    )
    db.add(template)
    db.flush()
    version = ProcessTemplateVersion(
        template_id=template.id,
        version=1,
        body=Template.read(POND).body(),
        published_at=make.NOW,
        published_by="Lan",
    )
    db.add(version)
    db.flush()
    return make.lot(db, of=of, template_version_id=version.id, **facts)


def ago(days: float) -> datetime:
    return make.NOW - timedelta(days=days)


def photo(db: Session, lot: Lot) -> str:
    """A photo received for the lot, by the hash an entry names it by."""
    sha256 = f"{next(_serial):064x}"
    db.add(LotPhoto(lot_id=lot.id, sha256=sha256, width=4, height=3, received_at=make.NOW))
    db.flush()
    return sha256


def stocked(db: Session, lot: Lot, **facts: Any) -> EntryRow:  # noqa: ANN401 - the members of Written
    given = {"stage": "tha-giong", "kind": EntryKind.PLANTING, "values": {"quantity": 1000}}
    return make.entry(db, lot=lot, now=ago(40), **(given | facts))


def treated(db: Session, lot: Lot, *, days: float, **facts: Any) -> EntryRow:  # noqa: ANN401 - as above
    given = {"stage": "dung-thuoc", "kind": EntryKind.TREATMENT, "values": {"agent": "Oxy"}}
    return make.entry(db, lot=lot, now=ago(days), **(given | facts))


def sampled(db: Session, lot: Lot, result: str = "dat") -> EntryRow:
    given: dict[str, Any] = {"stage": "lay-mau", "kind": EntryKind.SAMPLING}
    values = {"result": result} if result else {}
    return make.entry(db, lot=lot, now=ago(12), values=values, **given)


def harvested(db: Session, lot: Lot, *, days: float = 9, **facts: Any) -> EntryRow:  # noqa: ANN401 - as above
    given: dict[str, Any] = {"stage": "thu-hoach", "values": {"quantity": 200, "unit": "kg"}}
    if "photos" not in facts and "promised" not in facts:
        given["photos"] = (photo(db, lot),)
    return make.entry(db, lot=lot, now=ago(days), **(given | facts))


def raw(db: Session, lot: Lot, *, stage: str, kind: str, values: dict[str, Any]) -> None:
    """An entry past the rules, as one of before they stood."""
    made = DiaryEntry(
        id=uuid4(),
        lot_id=lot.id,
        entity_id=lot.entity_id,
        sequence=900 + next(_serial),
        kind=kind,
        stage=stage,
        performed_at=datetime(2026, 2, 1, tzinfo=UTC),
        received_at=datetime(2026, 2, 1, tzinfo=UTC),
        recorder_label="test",
        location_code=make.PLACE,
        public=True,
        request_hash="0" * 64,
        commit="0" * 64,
    )
    db.add(made)
    db.flush()
    db.add(DiaryContent(entry_id=made.id, facts=values, note="", reason="", salt=bytes(16)))
    db.flush()
