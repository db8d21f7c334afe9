import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.entities.queries import list_entities, names_of
from app.identity.factor_models import SecondFactor
from app.identity.models import Account, AccountRole, Membership
from app.identity.queries import get_account
from app.identity.rules import ROLE_LABELS, Actor, Belonging, is_erased, shown_phone
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, take
from app.kit.text import fold
from app.places.queries import place_text

SORTS: Final = {"name": (Account.folded,)}
OFFERED: Final = 20
# As many digits of a phone number as tell something.
_LEAST_DIGITS: Final = 3

STATES: Final = {
    "active": N_("Open"),
    "closed": N_("Closed account"),
    "no_password": N_("No password yet"),
    "no_factor": N_("Without the second factor"),
    "nothing": N_("Without role and entity"),
}


@dataclass(frozen=True)
class Place:
    """What an account is to an entity."""

    entity_id: int
    entity: str
    belonging: str
    label: str


@dataclass(frozen=True)
class AccountLine:
    """An account with its roles and entities; the labels are msgids."""

    id: int
    name: str
    phone: str
    active: bool
    erased: bool
    enrolled: bool
    factor: bool
    held: Sequence[str]
    places: Sequence[Place]

    @property
    def roles(self) -> list[str]:
        return [ROLE_LABELS[role] for role in self.held]

    @property
    def state(self) -> str:
        """Return how the account stands, as a msgid."""
        if self.erased:
            return N_("Person erased")
        if not self.active:
            return STATES["closed"]
        return N_("Has a password") if self.enrolled else STATES["no_password"]


@dataclass(frozen=True)
class Wanted:
    """Which accounts a list shows; what is empty is not asked for."""

    text: str = ""
    role: str = ""
    entity: str = ""
    state: str = ""


def list_account_lines(db: Session, *, cut: Cut, wanted: Wanted) -> Page[AccountLine]:
    """Return accounts with their roles and entities, in five queries however many they are."""
    cut = replace(cut, sort=cut.sort or "name")
    page = take(db, _query(wanted), Account.id, cut, SORTS)
    return page.having(_lines(db, page.items))


def _query(wanted: Wanted) -> Select[Any]:
    query = select(Account)
    if wanted.text:
        query = query.where(or_(*_named(wanted.text)))
    if wanted.role in {one.value for one in Belonging}:
        query = query.where(_belongs(Membership.role == wanted.role))
    elif wanted.role:
        query = query.where(
            exists().where(AccountRole.account_id == Account.id, AccountRole.role == wanted.role)
        )
    if wanted.entity:
        named = select(Entity.id).where(
            Entity.folded.contains(fold(wanted.entity), autoescape=True)
        )
        query = query.where(_belongs(Membership.entity_id.in_(named)))
    return query.where(_states()[wanted.state]) if wanted.state in STATES else query


def _named(text: str) -> list[ColumnElement[bool]]:
    found = [Account.folded.contains(fold(text), autoescape=True)]
    # Numbers are stored with the country's code in place of the first 0.
    digits = re.sub(r"\D", "", text).removeprefix("0")
    if len(digits) >= _LEAST_DIGITS:
        found.append(Account.phone.contains(digits))
    return found


def _belongs(how: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Membership.account_id == Account.id, how)


def _states() -> dict[str, ColumnElement[bool]]:
    role = exists().where(AccountRole.account_id == Account.id)
    factor = exists().where(SecondFactor.account_id == Account.id)
    return {
        "active": Account.active.is_(True),
        "closed": ~Account.active,
        "no_password": Account.active & Account.password_hash.is_(None),
        "no_factor": Account.active & role & ~factor,
        "nothing": ~role & ~exists().where(Membership.account_id == Account.id),
    }


def get_account_line(db: Session, account_id: int) -> AccountLine:
    return _lines(db, [get_account(db, account_id)])[0]


def _lines(db: Session, accounts: Sequence[Account]) -> list[AccountLine]:
    ids = [account.id for account in accounts]
    roles: dict[int, list[str]] = {}
    for row in db.scalars(select(AccountRole).where(AccountRole.account_id.in_(ids))):
        roles.setdefault(row.account_id, []).append(row.role)
    memberships = db.scalars(select(Membership).where(Membership.account_id.in_(ids))).all()
    names = names_of(db, (one.entity_id for one in memberships))
    places: dict[int, list[Place]] = {}
    for one in memberships:
        place = Place(one.entity_id, names[one.entity_id], one.role, ROLE_LABELS[one.role])
        places.setdefault(one.account_id, []).append(place)
    secured = set(
        db.scalars(select(SecondFactor.account_id).where(SecondFactor.account_id.in_(ids)))
    )
    return [
        AccountLine(
            id=account.id,
            name=account.name,
            phone=shown_phone(account.phone),
            active=account.active,
            erased=is_erased(account.phone),
            enrolled=account.password_hash is not None,
            factor=account.id in secured,
            held=sorted(roles.get(account.id, [])),
            places=places.get(account.id, []),
        )
        for account in accounts
    ]


@dataclass(frozen=True)
class EntityChoice:
    """The entities a form offers for what was typed, and whether there are more."""

    found: list[tuple[int, str]]
    more: bool


def offer_entities(db: Session, *, actor: Actor, text: str, chosen: str = "") -> EntityChoice:
    """Return what a form offers: the chosen entity, and those whose name holds the text."""
    rows: dict[int, Entity] = {}
    if chosen.isascii() and chosen.isdecimal():
        entity = db.get(Entity, int(chosen[:18]))
        rows = {entity.id: entity} if entity else {}
    more = False
    if text.strip():
        cut = Cut(limit=OFFERED, sort="name")
        page = list_entities(db, actor=actor, cut=cut, text=text, practice=None)
        rows |= {entity.id: entity for entity in page.items}
        more = page.after is not None
    found = [(one.id, f"{one.name} · {place_text(db, one.commune_code)}") for one in rows.values()]
    return EntityChoice(found, more)
