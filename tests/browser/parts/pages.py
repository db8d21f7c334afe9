from typing import Any

from sqlalchemy.orm import Session

from app.diary.models import LotNotice, ProductNotice
from app.products.models import Product
from app.stamps.keyring import Keyring
from tests import make
from tests.browser.stop import PUBLIC

PAGES = {
    PUBLIC: {
        "lookup/product.html": ["/p/1", "/p/{long_product}", "/p/{stopped_product}"],
        "lookup/entity.html": ["/e/1", "/e/{long_entity}", "/e/{gone_entity}"],
        "lookup/lot_page.html": ["/l/1", "/l/{held_lot}"],
        "lookup/products.html": [
            "/products",
            "/products?q=zzz",
            "/products?all=1&sort=newest&limit=3&after=9",
        ],
        "lookup/entities.html": [
            "/entities",
            "/entities?all=1&kind=cooperative",
            "/entities?q=zzz",
        ],
        "lookup/stamp.html": ["/t/{recalled}", "/t/{on_hold}", "/t/{suspicious}", "/t/{past_date}"],
        "lookup/telling.html": ["/p/999999"],
    },
}


def facts(db: Session, _keyring: Keyring) -> dict[str, Any]:
    notice: dict[str, Any] = {"reason": "Chờ kiểm nghiệm", "set_at": make.NOW, "set_by": "Cán bộ"}
    old: dict[str, Any] = {"picture": False, "status": "retired"}
    stopped = make.product(db, of=make.entity(db), name="Cá khô tạm ngừng bán", **old)
    db.add(ProductNotice(product_id=stopped.id, kind="hold", **notice))
    held = make.lot(db, of=db.get_one(Product, 3), number="L-GIU")
    db.add(LotNotice(lot_id=held.id, kind="hold", **notice))
    gone = make.entity(
        db, name="Tổ hợp tác đã giải thể", status="dissolved", dissolved_on=make.TODAY
    )
    make.product(db, of=gone, name="Cá khô cũ", picture=False)
    return {"stopped_product": stopped.id, "held_lot": held.id, "gone_entity": gone.id}
