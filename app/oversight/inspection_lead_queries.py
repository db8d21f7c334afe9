from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.models import Account, AccountRole
from app.identity.rules import Role

# Those who inspect stand before those who may.
_LEADS = (Role.INSPECTOR, Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR)


def list_leads(db: Session) -> list[Account]:
    """Return the accounts that may lead an inspection, inspectors first."""
    query = (
        select(Account, AccountRole.role)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(Account.active, AccountRole.role.in_(_LEADS))
        .order_by(Account.name, Account.id)
    )
    found: dict[int, tuple[int, Account]] = {}
    for account, role in db.execute(query):
        rank = _LEADS.index(Role(role))
        if account.id not in found or rank < found[account.id][0]:
            found[account.id] = (rank, account)
    return [account for _, account in sorted(found.values(), key=lambda one: one[0])]


def is_lead(db: Session, account_id: int) -> bool:
    query = (
        select(Account.id)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(Account.id == account_id, Account.active, AccountRole.role.in_(_LEADS))
    )
    return db.scalar(query) is not None
