"""What a page said on a past date, beside what it says today."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.stamps.keyring import Keyring
from app.stamps.models import Batch
from tests import make
from tests.browser.stop import OFFICE, Stop

PAST = "/office/past/stamps/{past_code}"
PAGES = {
    OFFICE: {
        "office/past_find.html": ["/office/past"],
        "office/past.html": [
            f"{PAST}?day=2020-01-01",
            PAST,
            "/office/past/products/1?day=2020-01-01",
        ],
    },
}
ACTS = (Stop("office/past.html", OFFICE, PAST, (("#day", "2990-01-01"),), "main form button"),)


def facts(db: Session, keyring: Keyring) -> dict[str, Any]:
    """Name a stamp of the first batch that was issued."""
    batch = db.scalars(select(Batch).where(Batch.first.is_not(None)).order_by(Batch.id)).first()
    assert batch is not None
    return {"past_code": make.code(batch, 1, keyring=keyring)}
