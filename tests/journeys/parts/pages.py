from typing import Any

from sqlalchemy.orm import Session

from app.diary.models import LotNotice
from app.stamps.keyring import Keyring
from tests import make

PUBLIC = """
GET /p/{product_id} /p/{product_id}/card.png /e/{entity_id} /l/{lot_id} /products /entities
    /robots.txt /sitemap.xml /sitemap/{part}.xml
"""
ALLOWED: dict[str, str] = {}


def hung(db: Session, ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    # A lot is for the public once it was on sale, or was held as this one was.
    told = {"kind": "hold", "reason": "Kiểm tra", "set_at": make.NOW, "set_by": "Cán bộ"}
    db.add(LotNotice(lot_id=ids["lot_id"], lifted_at=make.NOW, **told))
    db.flush()
    return {"part": "p-1"}
