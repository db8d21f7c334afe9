"""A right's page, and the forms of what is recorded of one over time."""

from sqlalchemy.orm import Session

from app.rights.models import IpRight
from app.stamps.keyring import Keyring
from tests import make_rights
from tests.browser.stop import OFFICE, SEND, Stop

PAGES = {
    OFFICE: {
        "rights/one.html": ["/office/rights/{lined}"],
        "rights/history.html": ["/office/rights/{lined}/history"],
        "rights/uncheck.html": ["/office/rights/{lined}/uncheck"],
        "rights/decision.html": [
            "/office/rights/{lined}/decisions/new?kind=suspended",
            "/office/rights/{lined}/decisions/new?kind=renewed",
        ],
        "rights/annul.html": ["/office/rights/{lined}/decisions/{decided}/annul"],
        "rights/holder_new.html": ["/office/rights/{lined}/holders/new"],
        "rights/holder.html": ["/office/rights/{lined}/holders/{held}"],
        "rights/area_new.html": ["/office/rights/{lined}/areas/new?as_written=xyz"],
        "rights/area.html": ["/office/rights/{lined}/areas/{placed}"],
    }
}
ACTS = (
    Stop(
        "rights/decision.html",
        OFFICE,
        "/office/rights/{lined}/decisions/new?kind=ended",
        (("#decision_no", "1"),),
        SEND,
    ),
    Stop("rights/holder_new.html", OFFICE, "/office/rights/{lined}/holders/new", (), SEND),
)


def facts(db: Session, _keyring: Keyring) -> dict[str, int]:
    right = db.get_one(IpRight, 1)
    right.area_as_written = "Ngọc Hiển, Năm Căn"
    return {
        "lined": right.id,
        "decided": make_rights.decision(db, right).id,
        "held": make_rights.holder(db, right).id,
        "placed": make_rights.area(db, right).id,
    }
