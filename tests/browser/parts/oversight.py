"""The form for problems, the queue of reports, the inspector's view and findings."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.rules import Actor, Belonging
from app.oversight.closings import Ending
from app.oversight.finding_closing_actions import close_finding
from app.oversight.rules import ReportOutcome, Traced
from app.oversight.triage_actions import close_report
from app.products.models import Product
from app.rights.models import UseRight
from app.stamps.keyring import Keyring
from app.stamps.span_actions import activate_next
from tests import make, make_oversight
from tests.browser.stop import OFFICE, PUBLIC, Stop

REPORT, FINDING = "/office/reports/{report}", "/office/findings/{finding}"
PAGES = {
    PUBLIC: {
        "oversight/report.html": [
            "/report",
            "/report?about=stamp&code={inspected}",
            "/report?about=product&id=1",
            "/report?about=shop&url=https://shop.example/tom-kho",
        ],
        "oversight/follow.html": ["/report/{reference}", "/report/{answered}"],
        "kit/problem.html": ["/report/BCDFG-HJKMN"],
    },
    OFFICE: {
        "oversight/reports.html": ["/office/reports?state=", "/office/reports?q=zzz"],
        "oversight/report_one.html": [REPORT, "/office/reports/{closed}"],
        "oversight/findings.html": ["/office/findings", "/office/findings?q=zzz"],
        "oversight/finding.html": [FINDING, "/office/findings/{ended}"],
        "office/inspect_find.html": ["/inspect"],
        "office/inspect.html": ["/inspect/{inspected}", "/inspect/KHONGCO"],
    },
}
ACTS = (
    Stop(
        "oversight/report.html",
        PUBLIC,
        "/report",
        (("#text", "ngắn"),),
        "main form[method=post] .acts button",
    ),
    Stop("oversight/report_one.html", OFFICE, REPORT, (), "[action$=close] button"),
    Stop(
        "oversight/finding.html", OFFICE, "/office/findings/{finding}", (), "[action$=close] button"
    ),
    Stop(
        "office/inspect.html",
        OFFICE,
        "/inspect/{inspected}",
        (("#text", "ngắn"),),
        "#finding form .acts button",
    ),
)


def facts(db: Session, keyring: Keyring) -> dict[str, Any]:
    """Add an active stamp somebody reported and an inspector looked at, and an answered report."""
    product = db.get_one(
        Product, db.scalar(select(UseRight.product_id).order_by(UseRight.id).limit(1)) or 1
    )
    batch = make.issued_batch(db, of=product, keyring=keyring, handed=60)
    lot = make.complete_lot(db, of=product)
    owner = Actor(None, "Chị Chủ", memberships={product.entity_id: Belonging.OWNER})
    activate_next(db, actor=owner, now=make.NOW, batch_id=batch.id, quantity=20, lot_id=lot.id)
    code = make.code(batch, 5, keyring=keyring)
    traced = Traced(code, batch.id, product.entity_id, product.id, lot.id)
    report = make_oversight.report(db, traced=traced)
    closed = make_oversight.report(db, latitude=8.7585, longitude=104.9966)
    close_report(
        db,
        actor=make.SYSTEM,
        now=make.NOW,
        report_id=closed.id,
        outcome=ReportOutcome.CONFIRMED,
        answer="Sở đã kiểm tra và hủy tem này.",
        reason="Thanh tra tại chợ",
    )
    ended = make_oversight.finding(db, traced=traced)
    close_finding(
        db,
        actor=make.SYSTEM,
        now=make.NOW,
        finding_id=ended.id,
        outcome=Ending.MENDED,
        reason="Cơ sở đã dán lại nhãn đúng",
    )
    return {
        "ended": ended.id,
        "inspected": code,
        "report": report.id,
        "reference": report.reference,
        "closed": closed.id,
        "answered": closed.reference,
        "finding": make_oversight.finding(db, traced=traced).id,
    }
