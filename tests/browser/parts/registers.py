from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.rights.right_models import RightArea, RightHolder
from app.stamps.keyring import Keyring
from tests import make
from tests.browser.stop import PUBLIC

PAGES = {
    PUBLIC: {
        "lookup/rights.html": ["/rights", "/rights?q=zzz", "/rights?type=gi&standing=suspended"],
        "lookup/right.html": [
            "/r/{told_right}",
            "/r/{ended_right}",
            "/r/{told_right}?users=former",
        ],
        "lookup/open_data.html": ["/open-data"],
    },
}
LONG = "Hợp tác xã Nuôi trồng, Chế biến và Tiêu thụ Cua biển Năm Căn"


def facts(db: Session, _keyring: Keyring) -> dict[str, Any]:
    told = make.right(
        db,
        sign="Năm Căn",
        goods="cua biển",
        owner="UBND tỉnh Cà Mau",
        area_as_written="huyện Năm Căn, huyện Ngọc Hiển",
        decision_no="2411/QĐ-SHTT",
    )
    ended = make.right(db, type="collective_mark", sign="Cũ", ended_on=date(2025, 6, 1))
    for right in (told, ended):
        for name, more in ((LONG, {}), ("Tổ hợp tác Ba khía", {"ended_on": date(2026, 1, 5)})):
            entity = make.entity(db, name=name)
            product = make.product(db, of=entity, name="Cua gạch Năm Căn loại một", picture=False)
            make.use_right(db, of=right, product=product, form="live", **more)
    said = {"right_id": told.id, "recorded_at": make.NOW, "recorded_by": "Cán bộ"}
    db.add_all(
        [
            RightHolder(role="owner", name="UBND tỉnh Cà Mau", document="QĐ 2411", **said),
            RightHolder(role="manager", name="Sở KH&CN", to_day=date(2025, 2, 28), **said),
            RightHolder(role="manager", name="Sở NN&MT", from_day=date(2025, 3, 1), **said),
            RightArea(as_written="huyện Năm Căn", place_code=make.DAT_MUI, **said),
        ]
    )
    db.flush()
    return {"told_right": told.id, "ended_right": ended.id}
