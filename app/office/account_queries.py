from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.entities.queries import names_of
from app.identity.models import Account, AccountRole, Membership
from app.identity.queries import get_account
from app.identity.rules import ROLE_LABELS, shown_phone
from app.kit.paging import Cut, Page, take


@dataclass(frozen=True)
class Place:
    """What an account is to an entity."""

    entity_id: int
    entity: str
    label: str


@dataclass(frozen=True)
class AccountLine:
    """An account with its roles and entities; the labels are msgids."""

    id: int
    name: str
    phone: str
    active: bool
    enrolled: bool
    roles: Sequence[str]
    places: Sequence[Place]


def list_account_lines(db: Session, *, cut: Cut) -> Page[AccountLine]:
    """Return accounts with their roles and entities, in three queries however many they are."""
    page = take(db, select(Account), Account.id, cut)
    lines = _lines(db, page.items)
    return Page(lines, page.after)


def get_account_line(db: Session, account_id: int) -> AccountLine:
    return _lines(db, [get_account(db, account_id)])[0]


def _lines(db: Session, accounts: Sequence[Account]) -> list[AccountLine]:
    ids = [account.id for account in accounts]
    roles: dict[int, list[str]] = {}
    for row in db.scalars(select(AccountRole).where(AccountRole.account_id.in_(ids))):
        roles.setdefault(row.account_id, []).append(ROLE_LABELS[row.role])
    memberships = db.scalars(select(Membership).where(Membership.account_id.in_(ids))).all()
    names = names_of(db, (one.entity_id for one in memberships))
    places: dict[int, list[Place]] = {}
    for one in memberships:
        place = Place(one.entity_id, names[one.entity_id], ROLE_LABELS[one.role])
        places.setdefault(one.account_id, []).append(place)
    return [
        AccountLine(
            id=account.id,
            name=account.name,
            phone=shown_phone(account.phone),
            active=account.active,
            enrolled=account.password_hash is not None,
            roles=sorted(roles.get(account.id, [])),
            places=places.get(account.id, []),
        )
        for account in accounts
    ]


def list_entity_names(db: Session) -> list[tuple[int, str]]:
    """Return every entity's id and name by name, for a list to choose from."""
    query = select(Entity.id, Entity.name).order_by(Entity.folded, Entity.id)
    return [(entity_id, name) for entity_id, name in db.execute(query)]
