from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.identity.models import Account
from app.kit.text import fold

# A filter that fits more people or entities than this tells nothing yet.
_MOST = 500


def find_account_ids(db: Session, *, text: str) -> Collection[int]:
    """Return the ids of the accounts whose name holds the text."""
    named = Account.folded.contains(fold(text), autoescape=True)
    return db.scalars(select(Account.id).where(named).order_by(Account.id).limit(_MOST)).all()


def find_entity_ids(db: Session, *, text: str) -> Collection[int]:
    """Return the ids of the entities whose name holds the text."""
    named = Entity.folded.contains(fold(text), autoescape=True)
    return db.scalars(select(Entity.id).where(named).order_by(Entity.id).limit(_MOST)).all()


def name_of_account(db: Session, account_id: int) -> str:
    return db.scalar(select(Account.name).where(Account.id == account_id)) or ""
