import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import uuid4

from sqlalchemy import insert, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor
from app.kit.commit import SALT_BYTES, commitment
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.stamps.batch_queries import KeptSpan, spans_over
from app.stamps.ledger import Moved
from app.stamps.models import Batch, Movement, Span
from app.stamps.rules import Move
from app.stamps.runs import Run, Split, check_move, moved, split

# What PostgreSQL says to the loser of a race: serialization failure, deadlock.
_LOST = {"40001", "40P01"}


class ChangedMeanwhile(Conflict):
    """Somebody changed these stamps at the same moment"""

    code: ClassVar[str] = "stamps.changed_meanwhile"
    detail: ClassVar[str] = N_("Nothing was changed. Look at the stamps again before you repeat.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who moves stamps and when, and by which paper."""

    actor: Actor
    now: datetime
    receiver: str = ""
    document_no: str = ""
    reason: str = ""


def move_span(
    db: Session,
    *,
    act: Act,
    batch_id: int,
    base: int,
    move: Move,
    places: tuple[int, int],
    lot_id: int | None = None,
) -> None:
    """Move all stamps between two places of a batch, or none.

    `base` is the batch's first place. Raises the refusal of the first stamps that are in a wrong
    state, and ChangedMeanwhile where another transaction came first.
    """
    first, last = places
    spans = spans_over(db, first=first, last=last)
    check_move(move, [span.run.part(first, last) for span in spans], base=base)
    with lost_races():
        for span in spans:
            cut = split(span.run, first, last)
            after = moved(cut.part, move, lot_id=lot_id, at=act.now)
            _swap(db, batch_id, span, cut, after)
            add_movement(db, act=act, batch_id=batch_id, move=move, source=cut.part, run=after)


def issue_span(db: Session, *, act: Act, batch_id: int, run: Run) -> None:
    """Put the span of a newly numbered batch on the line."""
    issue_spans(db, act=act, runs=[(batch_id, run)])


def issue_spans(db: Session, *, act: Act, runs: Sequence[tuple[int, Run]]) -> None:
    """Put the spans of newly numbered batches on the line, in two statements for all of them."""
    spans = [{"batch_id": batch_id, **_columns(run)} for batch_id, run in runs]
    moves = [_movement(act, batch_id, Move.ISSUE, None, run) for batch_id, run in runs]
    with lost_races():
        db.execute(insert(Span), spans)
        db.execute(insert(Movement), moves)


def add_movement(
    db: Session, *, act: Act, batch_id: int, move: Move, source: Run | None, run: Run
) -> None:
    """Write a movement with its commitment; `source` and `run` are the stamps before and after."""
    db.execute(insert(Movement).values(_movement(act, batch_id, move, source, run)))


def _movement(
    act: Act, batch_id: int, move: Move, source: Run | None, run: Run
) -> dict[str, object]:
    left = source if move is Move.UNDO else run
    entry = Moved(
        uuid=uuid4(),
        batch_id=batch_id,
        kind=move,
        first=run.first,
        last=run.last,
        from_state=source.state if source else None,
        to_state=run.state,
        lot_id=left.lot_id if left else None,
        at=act.now,
        actor_id=act.actor.account_id,
        actor_label=act.actor.label,
        receiver=act.receiver,
        document_no=act.document_no,
        reason=act.reason,
    )
    salt = secrets.token_bytes(SALT_BYTES)
    return entry.columns() | {"salt": salt, "commit": commitment(salt, entry.content())}


def noted(db: Session, *, act: Act, action: str, batch: tuple[int, int], **after: object) -> None:
    """Record an act on a batch, named by its id and its entity's, on the audit trail."""
    batch_id, entity_id = batch
    record(
        db,
        by=act.actor,
        now=act.now,
        action=action,
        subject_kind="batch",
        subject_id=batch_id,
        entity_id=entity_id,
        after=after,
    )


def swap_batch(db: Session, batch: Batch, **values: object) -> None:
    """Change a batch only if it still stands as it was read, else raise ChangedMeanwhile."""
    query = (
        update(Batch)
        .where(
            Batch.id == batch.id,
            Batch.state == batch.state,
            Batch.handed_over == batch.handed_over,
        )
        .values(**values)
        .returning(Batch.id)
        .execution_options(synchronize_session=False)
    )
    with lost_races():
        if db.scalar(query) is None:
            raise ChangedMeanwhile
    db.refresh(batch)


@contextmanager
def lost_races() -> Iterator[None]:
    """Turn what a database says to the loser of a race into ChangedMeanwhile."""
    try:
        yield
    except IntegrityError as error:
        raise ChangedMeanwhile from error
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _LOST:
            raise ChangedMeanwhile from error
        raise


def _swap(db: Session, batch_id: int, span: KeptSpan, cut: Split, after: Run) -> None:
    """Shrink the span to what changes, if it still is what was read; then add what stays."""
    query = (
        update(Span)
        .where(
            Span.id == span.id,
            Span.first == span.run.first,
            Span.last == span.run.last,
            Span.state == span.run.state,
            Span.version == span.version,
        )
        .values(version=span.version + 1, **_columns(after))
        .returning(Span.id)
        .execution_options(synchronize_session=False)
    )
    if db.scalar(query) is None:
        raise ChangedMeanwhile
    for rest in cut.rest:
        db.execute(insert(Span).values(batch_id=batch_id, **_columns(rest)))


def _columns(run: Run) -> dict[str, object]:
    return {
        "first": run.first,
        "last": run.last,
        "state": run.state,
        "lot_id": run.lot_id,
        "activated_at": run.activated_at,
    }
