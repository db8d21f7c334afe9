"""A file of entities that was checked: one new, one changed, one refused."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.office.import_actions import add_import
from app.office.import_kinds import ImportKind
from app.office.import_models import ImportJob
from app.office.import_reading import read_file
from app.office.import_work_actions import plan_within
from app.places.models import Place
from app.wiring import words
from tests import make
from tests.workbooks import workbook

HEADS = ["Tên chủ thể", "Loại hình", "Mã số thuế", "Xã, phường", "Người đại diện", "Ghi chú"]


def checked_import(db: Session, *, now: datetime = make.NOW) -> ImportJob:
    known = db.scalars(select(Entity).where(Entity.commune_code.is_not(None))).first()
    assert known is not None
    place = db.get_one(Place, known.commune_code)
    long = "Hợp tác xã Nông nghiệp, Thủy sản và Dịch vụ tổng hợp Rạch Gốc Tây"
    rows: list[list[Any]] = [
        HEADS,
        [long, "HTX", "2000777111", "Đất Mũi", "Bà Nguyễn Thị Ngọc Ánh", "mới"],
        [known.name, None, None, place.code, "Ông Trần Văn Bảy", None],
        [long, "tập đoàn", 200077, "xã Viên An Đông, huyện Ngọc Hiển", "Ông Ba", None],
    ]
    sent = read_file(
        workbook(rows),
        name="danh-sach-chu-the-ocop-tinh-ca-mau-2026.xlsx",
        kind=ImportKind.ENTITIES,
        languages=[*words().values()],
    )
    job = add_import(db, actor=make.SYSTEM, now=now, sent=sent)
    plan_within(db, job=job, province="96", now=now)
    return job
