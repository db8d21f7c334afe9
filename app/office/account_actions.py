from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from app.entities.queries import get_entity
from app.identity.actions import add_account, grant_role, join_entity, make_link
from app.identity.models import Account
from app.identity.rules import Actor, Belonging, Role
from app.kit.errors import Invalid
from app.kit.i18n import N_


class NothingToDo(Invalid):
    """The account would have nothing to do"""

    code = "office.nothing_to_do"
    detail = N_("Choose the entity it belongs to, or a role.")
    field = "entity_id"


def enrol_account(
    db: Session,
    *,
    actor: Actor,
    now: datetime,
    phone: str,
    name: str,
    roles: Collection[Role],
    entity_id: int | None,
    belonging: Belonging,
) -> tuple[Account, str]:
    """Add an account with its roles and entity; return it and the code of its one-time link.

    An entity's member is any officer's to enrol, a role only an administrator's to give.
    """
    if not roles and entity_id is None:
        raise NothingToDo
    account = add_account(db, actor=actor, now=now, phone=phone, name=name)
    if entity_id is not None:
        get_entity(db, entity_id, actor=actor)
        join_entity(
            db,
            actor=actor,
            now=now,
            account_id=account.id,
            entity_id=entity_id,
            belonging=belonging,
        )
    for role in sorted(roles):
        grant_role(db, actor=actor, now=now, account_id=account.id, role=role)
    return account, make_link(db, actor=actor, now=now, account_id=account.id)
