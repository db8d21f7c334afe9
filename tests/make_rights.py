"""A right with all that is recorded of one over time, and the picture of its sign."""

from datetime import date
from functools import cache
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from app.kit.files import Files
from app.products.pictures import CheckedPicture, check_and_resize, file_name
from app.rights.models import IpRight
from app.rights.right_models import RightArea, RightDecision, RightHolder
from tests import make

Part = TypeVar("Part", RightHolder, RightArea, RightDecision)
WRITTEN: dict[str, Any] = {"recorded_at": make.NOW, "recorded_by": "Cán bộ Lan"}


@cache
def sign() -> CheckedPicture:
    return check_and_resize(make.picture(color="green"))


def keep(files: Files) -> None:
    for one in sign().renditions:
        files.save(file_name(sign().sha256, one.slot, one.format), one.content)


def sign_name() -> str:
    return file_name(sign().sha256, 160, "webp")


def picture_of_it(right: IpRight) -> IpRight:
    right.image, right.image_width, right.image_height = (
        sign().sha256,
        sign().width,
        sign().height,
    )
    return right


def holder(db: Session, right: IpRight, **facts: Any) -> RightHolder:  # noqa: ANN401 - the columns of the record
    given: dict[str, Any] = {"role": "owner", "name": "Hội Nông dân", "document": "QĐ 1"} | facts
    return _kept(db, RightHolder(right_id=right.id, **WRITTEN, **given))


def area(db: Session, right: IpRight, **facts: Any) -> RightArea:  # noqa: ANN401 - the columns of the record
    given: dict[str, Any] = {"as_written": "xã Viên An", "place_code": make.DAT_MUI} | facts
    return _kept(db, RightArea(right_id=right.id, **WRITTEN, **given))


def decision(db: Session, right: IpRight, **facts: Any) -> RightDecision:  # noqa: ANN401 - the columns of the record
    given: dict[str, Any] = {
        "kind": "suspended",
        "decision_no": "12/QĐ-SHTT",
        "decided_on": "2026-02",
        "effective_on": date(2026, 2, 20),
        "reason": "Kiểm tra",
    } | facts
    return _kept(db, RightDecision(right_id=right.id, **WRITTEN, **given))


def _kept(db: Session, part: Part) -> Part:
    db.add(part)
    db.flush()
    return part
