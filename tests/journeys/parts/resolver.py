from typing import Any

from sqlalchemy.orm import Session

from app.products.models import Product
from app.stamps.keyring import Keyring

PUBLIC = """
GET /{address} /{compressed} /.well-known/gs1resolver /p/{product_id}/serial/{serial}
OPTIONS /t/{code} /T/{code} /p/{product_id}
"""
ALLOWED: dict[str, str] = {}


def hung(db: Session, ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    db.get_one(Product, ids["product_id"]).gtin = "09520001000010"
    # At the address for unknown serials a genuine stamp leads to its own page.
    return {
        "address": f"01/09520001000010/21/{ids['code']}",
        # The same GTIN with the serial 1, by SGTIN+.
        "compressed": "ehf70095200010000108162000",
        "serial": ids["code"],
    }
