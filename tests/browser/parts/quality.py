"""Quality tests: the office's list, one that failed, its form, and the producer's own."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.stamps.keyring import Keyring
from tests import make_quality
from tests.browser.stop import OFFICE, OWNER, Stop

PAGES = {
    OFFICE: {
        "oversight/tests.html": ["/office/tests", "/office/tests?q=zzz"],
        "oversight/test.html": ["/office/tests/{failed}", "/office/tests/{passed}"],
        "oversight/test_choose.html": ["/office/tests/new?q=a"],
        "oversight/test_form.html": ["/office/tests/{failed}/edit"],
    },
    OWNER: {
        "oversight/own_tests.html": ["/app/tests", "/app/tests?lot=999999"],
        "oversight/own_test.html": ["/app/tests/{failed}"],
    },
}
ACTS = (
    Stop(
        "oversight/test_form.html",
        OFFICE,
        "/office/tests/{failed}/edit",
        (("#limit_high_2", "1.000"),),
        "main form .acts button",
    ),
)


def facts(db: Session, _keyring: Keyring) -> dict[str, Any]:
    """Add a lot's test that passed, and a later one that failed."""
    first = db.scalars(select(Lot).order_by(Lot.id).limit(1)).one()
    # The owner's last: stamps are activated onto the first elsewhere.
    own = select(Lot).where(Lot.entity_id == first.entity_id)
    lot = db.scalars(own.order_by(Lot.id.desc()).limit(1)).one()
    long = "Trung tâm Kỹ thuật Tiêu chuẩn Đo lường Chất lượng tỉnh"
    passed = make_quality.sample(db, of=lot, laboratory=long, report_no="B-1")
    failed = make_quality.sample(db, of=lot, histamine="150", report_no="B-2")
    return {"passed": passed.id, "failed": failed.id}
