"""Refused changes of stamps are kept: attempts to activate too much show here first."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.kit.db import on_refusal
from app.kit.errors import DomainError, Unavailable
from app.stamps.models import Refusal
from app.stamps.movement_actions import Act
from app.stamps.rules import Move
from app.stamps.span_queries import Stretch


@dataclass(slots=True)
class Attempt:
    """What is known of a change when it is refused."""

    move: Move
    lot_id: int | None = None
    stretch: Stretch | None = None


@contextmanager
def refusals_kept(db: Session, act: Act, attempt: Attempt) -> Iterator[Attempt]:
    """Keep what refuses the change within, once its transaction is rolled back."""
    try:
        yield attempt
    except Unavailable:
        raise
    except DomainError as error:
        code, facts = error.code, getattr(error, "facts", None)
        on_refusal(db, lambda after: _keep(after, act, attempt, code, facts))
        raise


def _keep(db: Session, act: Act, attempt: Attempt, code: str, facts: dict[str, Any] | None) -> None:
    found = attempt.stretch
    first, last = found.places if found else (None, None)
    db.add(
        Refusal(
            at=act.now,
            actor_id=act.actor.account_id,
            actor_label=act.actor.label,
            action=attempt.move,
            code=code,
            batch_id=found.batch_id if found else None,
            lot_id=attempt.lot_id,
            first=first,
            last=last,
            facts=facts,
        )
    )
    db.flush()
