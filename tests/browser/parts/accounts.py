"""Accounts, their second factor, the people of an entity, and the audit trail."""

from typing import Any

from sqlalchemy.orm import Session

from app.identity.actions import add_account, grant_role
from app.identity.rules import Role
from app.stamps.keyring import Keyring
from tests import make
from tests.browser.stop import OFFICE, OWNER, SEND, Stop

PAGES = {
    OFFICE: {
        "office/accounts.html": ["/office/accounts?q=zzz", "/office/accounts?role=owner"],
        "office/account.html": ["/office/accounts/{colleague}"],
        "office/account_edit.html": ["/office/accounts/{colleague}/edit"],
        "office/account_roles.html": ["/office/accounts/{colleague}/roles"],
        "office/account_join.html": ["/office/accounts/{colleague}/memberships/new"],
        "office/audit.html": [
            "/office/audit",
            "/office/audit?q=zzz",
            "/office/audit?since=x",
            "/office/audit?kind=account",
        ],
        "identity/factor.html": ["/account/second-factor"],
    },
    OWNER: {
        "entities/workers.html": ["/app/workers"],
        "identity/factor.html": ["/account/second-factor"],
    },
}
ACTS = (
    Stop(
        "office/account_new.html",
        OFFICE,
        "/office/accounts/new",
        (("#entity", "a"),),
        "[name=find]",
    ),
    Stop(
        "office/account_join.html",
        OFFICE,
        "/office/accounts/{colleague}/memberships/new",
        (("#entity", "zzz"),),
        SEND,
    ),
    Stop(
        "office/account_edit.html",
        OFFICE,
        "/office/accounts/{colleague}/edit",
        (("#phone", "12"),),
        SEND,
    ),
    Stop("entities/workers.html", OWNER, "/app/workers", (("#phone", "12"),), SEND),
    Stop(
        "entities/worker_link.html",
        OWNER,
        "/app/workers",
        (("#name", "Anh Tám"), ("#phone", "0987000111")),
        SEND,
    ),
    Stop(
        "identity/factor_new.html",
        OWNER,
        "/account/second-factor",
        (),
        "[action='/account/second-factor'] button",
    ),
)


def facts(db: Session, keyring: Keyring) -> dict[str, int | str]:
    """Add a colleague who has a role."""
    assert keyring.roots
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
    colleague = add_account(db, phone="0912000007", name="Thanh tra Hải", **who)
    grant_role(db, account_id=colleague.id, role=Role.INSPECTOR, **who)
    return {"colleague": colleague.id}
