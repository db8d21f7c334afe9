from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.identity.rules import Actor, Belonging
from app.products.models import Product
from app.scans.actions import Lookup, Visit
from app.scans.count_actions import count_lookups
from app.scans.rules import minute_of
from app.scans.signal_actions import mark_display, raise_signal
from app.scans.signal_queries import looks_of
from app.scans.signals import WINDOW, Since, Subject, signs_of
from app.stamps.keyring import Keyring
from app.stamps.span_actions import activate_next
from tests import make
from tests.browser.stop import OFFICE, OWNER, SEND, Stop

ONE = "/office/anomalies/{signal}"
STAMP = "/office/stamps/{signalled}"
PAGES = {
    OFFICE: {
        "office/anomalies.html": ["/office/anomalies", "/office/anomalies?state=ignored&q=zzz"],
        "office/anomaly.html": [ONE],
        "stamps/stamp.html": [STAMP],
    },
    OWNER: {"stamps/displays.html": ["/app/stamps/displays"]},
}
ACTS = (
    Stop("office/anomaly.html", OFFICE, ONE, (), SEND),
    Stop("stamps/stamp.html", OFFICE, STAMP, (), "[action$=display] button"),
    Stop("stamps/displays.html", OWNER, "/app/stamps/displays", (), "#codes button"),
)


def facts(db: Session, keyring: Keyring) -> dict[str, Any]:
    """Add a stamp that many looked up in several provinces, and a pack on display."""
    # By the real clock: look-ups are shown for 90 days.
    now, product = datetime.now(UTC), db.get_one(Product, 1)
    batch = make.issued_batch(db, of=product, keyring=keyring, handed=60)
    lot = make.complete_lot(db, of=product)
    owner = Actor(None, "Chị Chủ", memberships={lot.entity_id: Belonging.OWNER})
    activate_next(
        db,
        actor=owner,
        now=now,
        batch_id=batch.id,
        quantity=9,
        lot_id=lot.id,
    )
    line = batch.first or 0
    count_lookups(db, [_look(line, product.id, number, now) for number in range(40)])
    looks = looks_of(db, [line], since=now - WINDOW)[line]
    signs = signs_of(looks, threshold=13, now=now, since=Since())
    assert signs is not None
    subject = Subject(line, batch.id, product.id, product.entity_id, lot.id)
    signal = raise_signal(db, now=now, of=subject, signs=signs)
    mark_display(
        db,
        actor=make.SYSTEM,
        now=now,
        line=line + 1,
        batch_id=batch.id,
        entity_id=product.entity_id,
        place="Tủ kính cửa hàng OCOP ở chợ Năm Căn",
    )
    return {"signal": signal.id, "signalled": make.code(batch, 1, keyring=keyring)}


def _look(line: int, product_id: int, number: int, now: datetime) -> Lookup:
    at = minute_of(now - timedelta(days=number % 11, hours=number % 5))
    device = ("phone", "phone", "tablet", "desktop")[number % 4]
    province = ("96", "96", "96", "92", "79", "01", None)[number % 7]
    return Lookup(
        Visit(line, number.to_bytes(16), at), device, number % 11 < 9, product_id, province
    )
