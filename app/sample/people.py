"""The sample accounts: one of each kind, with a random password and, for some, an API key."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.identity.actions import (
    add_account,
    grant_role,
    hash_password,
    join_entity,
    make_api_key,
)
from app.identity.rules import Actor, Belonging, Role

# role in demo.json, phone, name, role of the Department or belonging, place of the entity
_CAST: Final[tuple[tuple[str, str, str, Role | Belonging, int], ...]] = (
    ("administrator", "0900000001", "Quản trị (mẫu)", Role.ADMINISTRATOR, 0),
    ("officer", "0900000002", "Cán bộ Lan (mẫu)", Role.OFFICER, 0),
    ("approver", "0900000003", "Phó phòng Minh (mẫu)", Role.APPROVER, 0),
    ("inspector", "0900000004", "Thanh tra Hải (mẫu)", Role.INSPECTOR, 0),
    ("owner", "0900000005", "Chị Hoa, chủ thể (mẫu)", Belonging.OWNER, 0),
    ("worker", "0900000006", "Anh Tư, người ghi (mẫu)", Belonging.WORKER, 0),
    ("outsider", "0900000007", "Chủ thể khác (mẫu)", Belonging.OWNER, 1),
    ("manager", "0900000009", "Hội Nông dân (mẫu), quản lý nhãn hiệu", Role.MARK_MANAGER, 0),
    ("learner", "0900000008", "Chị Út, học viên (mẫu)", Belonging.OWNER, 2),
)
DEPARTMENT: Final = Actor(
    account_id=None, label="Sở KH&CN (mẫu)", roles=frozenset({Role.ADMINISTRATOR})
)
_WITH_KEY: Final = frozenset({"officer", "approver", "owner", "outsider"})


def enrol(
    db: Session, entities: Sequence[Entity], *, actor: Actor, now: datetime
) -> dict[str, Any]:
    """Add the accounts and return their ways in, and who acts for the Department or a mark."""
    accounts, keys, acting = [], {}, {}
    for role, phone, name, standing, place in _CAST:
        password = f"mau-{secrets.token_hex(4)}"
        account = add_account(
            db,
            actor=actor,
            now=now,
            phone=phone,
            name=name,
            password_hash=hash_password(password),
        )
        if isinstance(standing, Role):
            grant_role(db, actor=actor, now=now, account_id=account.id, role=standing)
            acting[role] = Actor(account.id, name, roles=frozenset({standing}))
        else:
            join_entity(
                db,
                actor=actor,
                now=now,
                account_id=account.id,
                entity_id=entities[place].id,
                belonging=standing,
            )
        accounts.append({"role": role, "phone": phone, "password": password})
        if role in _WITH_KEY:
            keys[role] = make_api_key(db, actor=actor, now=now, account_id=account.id, label="demo")
    return {"accounts": accounts, "api_keys": keys, "acting": acting}
