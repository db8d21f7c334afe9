from sqlalchemy.orm import Session

from app.products.link_models import LinkHost, ProductLink
from app.products.link_queries import DEAD
from app.stamps.keyring import Keyring
from tests import make
from tests.browser.stop import OFFICE, OWNER, SEND, Stop

PAGES = {
    OFFICE: {
        "products/link_hosts.html": ["/office/links"],
        "products/links.html": ["/office/products/1/links", "/office/products/2/links"],
        "products/link.html": ["/office/products/1/links/new"],
    },
    OWNER: {
        "products/own_links.html": ["/app/products/1/links"],
        "products/own_link.html": [
            "/app/products/1/links/new",
            "/app/products/1/links/{own_link}/edit",
        ],
    },
}
ACTS = (
    Stop(
        "products/own_link.html",
        OWNER,
        "/app/products/1/links/new",
        (("#url", "https://evil.example/"), ("#title", "x")),
        SEND,
    ),
    Stop(
        "products/link_hosts.html",
        OFFICE,
        "/office/links",
        (("#host", "x"),),
        "main .acts button >> nth=-1",
    ),
)


def facts(db: Session, _keyring: Keyring) -> dict[str, object]:
    db.add(LinkHost(host="shopee.vn", allowed_at=make.NOW, allowed_by="Cán bộ Lan"))
    links = [
        ProductLink(
            product_id=1,
            url=f"https://{host}/tom-kho",
            host=host,
            title="Mua tôm khô đất Rạch Gốc loại một trên gian hàng của hợp tác xã",
            language="vi",
            rel="hasRetailers",
            made_at=make.NOW,
            checked_at=make.NOW if failures else None,
            failures=failures,
            fault="404" if failures else "",
        )
        for host, failures in (
            ("shopee.vn", 0),
            ("shopee.vn", 1),
            ("m.shopee.vn", DEAD),
            ("x.vn", 0),
        )
    ]
    db.add_all(links)
    db.flush()
    return {"own_link": links[0].id}
