from typing import Any

from sqlalchemy.orm import Session

from app.products.link_models import LinkHost, ProductLink
from app.stamps.keyring import Keyring
from tests import make

ALLOWED = {
    "owfpairmx": "GET /api/v1/link-hosts",
    "fpair": "GET /office/links",
    "owfpair": """
        GET /api/v1/products/{product_id}/links /office/products/{product_id}/links
    """,
    "ow": "GET /app/products/{product_id}/links",
    "ofpa": """
        GET /app/products/{product_id}/links/new /app/products/{product_id}/links/{link_id}/edit
            /office/products/{product_id}/links/new
            /office/products/{product_id}/links/{link_id}/edit
        POST /app/products/{product_id}/links/new /app/products/{product_id}/links/{link_id}/edit
            /app/products/{product_id}/links/{link_id}/retire
            /office/products/{product_id}/links/new
            /office/products/{product_id}/links/{link_id}/edit
            /office/products/{product_id}/links/{link_id}/retire
            /api/v1/products/{product_id}/links
        PUT /api/v1/products/{product_id}/links/{link_id}
        DELETE /api/v1/products/{product_id}/links/{link_id}
    """,
    "fpa": """
        POST /office/links /office/links/{host}/refuse /api/v1/link-hosts
        DELETE /api/v1/link-hosts/{host}
    """,
}
LINK = {"url": "https://shopee.vn/moi", "title": "Mua", "language": "vi", "rel": "pip"}
HOST = {"host": "tiki.vn"}


def bodies(_ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        "POST /api/v1/products/{product_id}/links": LINK,
        "PUT /api/v1/products/{product_id}/links/{link_id}": LINK,
        "POST /api/v1/link-hosts": HOST,
    }


def forms(_ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    path = "products/{product_id}/links"
    areas = [f"/{area}/{path}" for area in ("app", "office")]
    return {
        "/office/links": HOST,
        **{f"{area}/new": LINK for area in areas},
        **{f"{area}/{{link_id}}/edit": LINK for area in areas},
    }


def hung(db: Session, ids: dict[str, Any], _keyring: Keyring) -> dict[str, Any]:
    db.add(LinkHost(host="shopee.vn", allowed_at=make.NOW, allowed_by="Cán bộ Lan"))
    link = ProductLink(
        product_id=ids["product_id"],
        url="https://shopee.vn/tom",
        host="shopee.vn",
        title="Mua tôm",
        rel="hasRetailers",
        made_at=make.NOW,
    )
    db.add(link)
    db.flush()
    return {"link_id": link.id, "host": "shopee.vn"}
