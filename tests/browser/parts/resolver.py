from typing import Any

from sqlalchemy.orm import Session

from app.products.models import Product
from app.stamps.keyring import Keyring
from tests.browser.stop import PUBLIC

PAGES = {
    PUBLIC: {
        "lookup/links.html": ["/p/1?linkType=all", "/01/{gtin}/21/x?linkType=all"],
        "lookup/serial.html": ["/p/1/serial/SN-1"],
        "lookup/telling.html": ["/01/1"],
    },
}
ACTS = ()


def facts(db: Session, _keyring: Keyring) -> dict[str, Any]:
    gtin = db.get_one(Product, 1).gtin = "09520001000010"
    return {"gtin": gtin}
