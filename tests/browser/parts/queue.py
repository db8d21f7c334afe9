"""The queue with things of several kinds, and one of them, assigned."""

from typing import Any

from sqlalchemy.orm import Session

from app.office.queue_actions import assign_item
from app.office.queue_items import Kind, Priority
from app.stamps.keyring import Keyring
from tests import make, make_oversight
from tests.browser.stop import OFFICE, Stop

ITEM = "/office/queue/report/{queued}"
PAGES = {
    OFFICE: {
        "office/queue.html": ["/office/queue"],
        "office/queue_item.html": [ITEM],
    },
}
ACTS = (
    # Nothing waits like this; the filters that say so are unfolded.
    Stop(
        "office/queue.html",
        OFFICE,
        "/office/queue?whose=mine&kind=signal",
        click="form.filter summary",
    ),
    Stop(
        "office/queue_item.html",
        OFFICE,
        ITEM,
        (("#due_on", "2020-01-01"),),
        "main form .acts button",
    ),
)


def facts(db: Session, _keyring: Keyring) -> dict[str, Any]:
    """Add a report that is urgent, and nobody's."""
    found = make_oversight.report(db)
    assign_item(
        db,
        actor=make.SYSTEM,
        now=make.NOW,
        kind=Kind.REPORT,
        item_id=found.id,
        assignee_id=None,
        priority=Priority.URGENT,
        note="Gọi lại cho quản lý chợ trước khi xuống kiểm tra",
    )
    return {"queued": found.id}
