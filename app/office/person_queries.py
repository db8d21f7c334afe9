"""All that is kept of one person, as the law lets them ask for it."""

from typing import Any, Final

from sqlalchemy import Column, Integer, func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.identity.factor_models import SecondFactor
from app.identity.models import Account, ApiKey, OneTimeLink, SessionToken
from app.identity.queries import get_account
from app.kit.db import Base
from app.office.account_queries import get_account_line
from app.rights.manager_queries import rights_of_account

# Columns without a foreign key that hold an account, for what outlives accounts.
_ENDINGS: Final = ("by_id", "actor_id", "recorder_id", "made_by")


def kept_of(db: Session, account_id: int) -> dict[str, Any]:
    """Return all that is kept of the person of an account, by its id.

    Records are counted by table and column; each act of theirs is told by the audit trail.
    Passwords, keys and codes are kept as hashes alone, or sealed, and are nobody's to read.
    """
    line = get_account_line(db, account_id)
    return {
        "account": _account(get_account(db, account_id)),
        "second_factor_since": db.scalar(
            select(SecondFactor.confirmed_at).where(SecondFactor.account_id == account_id)
        ),
        "roles": list(line.held),
        "entities": [
            {"id": one.entity_id, "name": one.entity, "role": one.belonging} for one in line.places
        ],
        "rights": [
            {"id": one.id, "sign": one.sign} for _, one in rights_of_account(db, account_id)
        ],
        "devices": _rows(
            db, SessionToken, account_id, "device", "created_at", "seen_at", "expires_at"
        ),
        "api_keys": _rows(
            db, ApiKey, account_id, "label", "created_at", "expires_at", "revoked_at"
        ),
        "links": _rows(db, OneTimeLink, account_id, "created_at", "expires_at", "used_at"),
        "records": _records(db, account_id),
        "acts": _events(db, AuditEvent.actor_id == account_id),
        "acts_on_it": _events(
            db, AuditEvent.subject_kind == "account", AuditEvent.subject_id == str(account_id)
        ),
    }


def _account(account: Account) -> dict[str, Any]:
    names = ("id", "name", "phone", "language", "active", "created_at")
    told: dict[str, Any] = {name: getattr(account, name) for name in names}
    return told | {"has_password": account.password_hash is not None}


def _rows(db: Session, kind: Any, account_id: int, *names: str) -> list[dict[str, Any]]:  # noqa: ANN401 - a mapped class with the account's id
    columns = [getattr(kind, name) for name in names]
    query = select(*columns).where(kind.account_id == account_id).order_by(kind.created_at)
    return [dict(row._mapping) for row in db.execute(query)]  # noqa: SLF001 - SQLAlchemy's own name for a row by its columns


def names_account(column: Column[Any]) -> bool:
    """Tell whether a column holds the number of an account."""
    if any(key.target_fullname == "account.id" for key in column.foreign_keys):
        return True
    return isinstance(column.type, Integer) and column.name.endswith(_ENDINGS)


def _records(db: Session, account_id: int) -> dict[str, int]:
    found = {}
    for table in Base.metadata.sorted_tables:
        for column in filter(names_account, table.columns):
            count = select(func.count()).select_from(table).where(column == account_id)
            found[f"{table.name}.{column.name}"] = db.scalar(count) or 0
    return {name: count for name, count in found.items() if count}


def _events(db: Session, *conditions: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - conditions on columns
    event = AuditEvent
    columns = (event.seq, event.at, event.actor_label, event.action)
    subject = (event.subject_kind, event.subject_id, event.entity_id, event.before, event.after)
    rows = db.execute(select(*columns, *subject).where(*conditions).order_by(event.seq))
    return [dict(row._mapping) for row in rows]  # noqa: SLF001 - as above
