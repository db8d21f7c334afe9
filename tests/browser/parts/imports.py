from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.stamps.keyring import Keyring
from tests.browser.stop import OFFICE, SEND, Stop
from tests.make_import import checked_import

PAGES = {
    OFFICE: {
        "office/imports.html": ["/office/imports"],
        "office/import.html": [
            "/office/imports/{checked}",
            "/office/imports/{checked}?fate=refused",
            "/office/imports/{checked}?fate=same",
        ],
    }
}
ACTS = (Stop("office/imports.html", OFFICE, "/office/imports", (), SEND),)


def facts(db: Session, _keyring: Keyring) -> dict[str, int]:
    return {"checked": checked_import(db, now=datetime.now(UTC)).id}
