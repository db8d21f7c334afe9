from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.diary.rules import EntryKind
from app.products.models import Product
from app.stamps.keyring import Keyring
from tests import make, make_entries
from tests.browser.stop import OFFICE, OWNER, SEND, Stop

NEW, CLEAR = "/app/lots/{pond}/entries/new", "/office/lots/{pond}/clear"
PAGES = {
    OFFICE: {"diary/clear.html": [CLEAR, "/office/lots/1/clear"]},
    OWNER: {
        "diary/approvals.html": ["/app/approvals"],
        "diary/kinds.html": [NEW],
        "diary/lot.html": ["/app/lots/{pond}"],
        "diary/entry.html": [
            f"{NEW}?stage=tha-giong",
            f"{NEW}?stage=lay-mau",
            f"{NEW}?stage=nhap",
        ],
    },
}
ACTS = (
    Stop("diary/entry.html", OWNER, f"{NEW}?stage=dung-thuoc", (), SEND),
    Stop("diary/approvals.html", OWNER, "/app/approvals", (), "main summary >> nth=0"),
    Stop("diary/clear.html", OFFICE, CLEAR, (), SEND),
    Stop(
        "diary/warned.html",
        OWNER,
        f"{NEW}?stage=thu-hoach",
        (("#v_quantity", "5"),),
        SEND,
    ),
)


def facts(db: Session, _keyring: Keyring) -> dict[str, Any]:
    """Add a pond of the sample's first producer: treated lately, harvested all the same."""
    lot: Lot = make_entries.templated_lot(db, of=db.get_one(Product, 1))
    now = datetime.now(UTC)
    day = timedelta(days=1)
    treated = {"stage": "dung-thuoc", "kind": EntryKind.TREATMENT, "values": {"agent": "Oxy"}}
    make.entry(db, lot=lot, now=now - 3 * day, **treated)
    taken = {"stage": "thu-hoach", "values": {"quantity": 20, "unit": "kg"}}
    make.entry(db, lot=lot, now=now - day, **taken)
    late = {"kind": EntryKind.OBSERVATION, "performed_at": now - 20 * day, "note": "Chép từ sổ"}
    make.entry(db, lot=lot, now=now - day, **late)
    return {"pond": lot.id}
