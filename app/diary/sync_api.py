from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar

from fastapi import APIRouter
from sqlalchemy.exc import OperationalError

from app.diary import sync_actions
from app.diary.entry_actions import Recorded
from app.diary.judging_actions import Sender
from app.diary.sync_access import Arrived, SyncRoute
from app.diary.sync_actions import RETRYABLE, Opened, Taken
from app.diary.sync_items_api import (
    FORMAT,
    MOST_ITEMS,
    EntryResult,
    ItemProblem,
    LotResult,
    SyncEntryIn,
    SyncIn,
    SyncLotIn,
    SyncOut,
)
from app.identity.access import CurrentActor
from app.kit.errors import DomainError, Invalid, Unavailable
from app.kit.forms import reasons
from app.kit.i18n import N_, Translator
from app.kit.items import Unreadable
from app.kit.problems import FieldsInvalid
from app.kit.web import Db, Now, Words

router = APIRouter(prefix="/api/v1/sync", tags=["sync"], route_class=SyncRoute)


class TooManyItems(Invalid):
    """Too many items at once"""

    code: ClassVar[str] = "diary.too_many_items"
    detail: ClassVar[str] = N_("At most {limit} fit one request. Send the others after it.")
    field = "entries"

    def __init__(self) -> None:
        self.limit = MOST_ITEMS


@router.post("")
def sync(
    given: SyncIn, db: Db, actor: CurrentActor, now: Now, arrived: Arrived, words: Words
) -> SyncOut:
    """Take what waits on a phone: lots first, then diary entries, each by itself.

    200 with a result for each item; all that it calls accepted or duplicate is kept for good
    when the answer leaves. Anything else than 200 means that nothing was kept of the request.
    """
    if len(given.lots) + len(given.entries) > MOST_ITEMS:
        raise TooManyItems
    sender = Sender(actor, now, given.sent_at - arrived)
    try:
        taken = sync_actions.take(
            db,
            sender=sender,
            lots=[one.draft() for one in given.lots if isinstance(one, SyncLotIn)],
            entries=[one.draft() for one in given.entries if isinstance(one, SyncEntryIn)],
        )
    except OperationalError as error:
        # Two batches that stood in each other's way, too: either may come again.
        raise Unavailable from error
    return _answer(given, taken, sender.skew, now, words)


def _answer(
    given: SyncIn, taken: Taken, skew: timedelta | None, now: datetime, words: Translator
) -> SyncOut:
    lots, entries = iter(taken.lots), iter(taken.entries)
    return SyncOut(
        received_at=now,
        skew_seconds=round(skew.total_seconds()) if skew is not None else 0,
        lots=[_lot(one, lots, given, words) for one in given.lots],
        results=[_entry(one, entries, given, taken, words) for one in given.entries],
    )


def _lot(
    sent: SyncLotIn | Unreadable,
    taken: Iterator[Opened | DomainError],
    given: SyncIn,
    words: Translator,
) -> LotResult:
    if isinstance(sent, Unreadable):
        error = _unreadable(sent, given, words)
        return LotResult(uid=sent.key("uid"), result="refused", error=error)
    done = next(taken)
    if isinstance(done, DomainError):
        return LotResult(uid=str(sent.uid), result="refused", error=_problem(done, words))
    return LotResult(
        uid=str(sent.uid),
        result="accepted" if done.new else "duplicate",
        id=done.lot.id,
        number=done.lot.number,
    )


def _entry(
    sent: SyncEntryIn | Unreadable,
    results: Iterator[Recorded | DomainError],
    given: SyncIn,
    taken: Taken,
    words: Translator,
) -> EntryResult:
    if isinstance(sent, Unreadable):
        error = _unreadable(sent, given, words)
        return EntryResult(id=sent.key("id"), result="refused", error=error)
    done = next(results)
    if isinstance(done, DomainError):
        return EntryResult(id=str(sent.id), result="refused", error=_problem(done, words))
    return EntryResult(
        id=str(sent.id),
        result="accepted" if done.new else "duplicate",
        lot_id=done.entry.lot_id,
        sequence=done.entry.sequence,
        late=done.entry.late,
        approval=done.entry.approval,
        warnings=tuple(one.said(words) for one in done.warnings),
        photos_due=tuple(one.sha256 for one in taken.due.get(sent.id, ())),
    )


def _problem(error: DomainError, words: Translator) -> ItemProblem:
    return ItemProblem(
        code=error.code,
        title=error.title(words),
        detail=error.explain(words),
        field=error.field,
        retryable=isinstance(error, RETRYABLE),
    )


def _unreadable(sent: Unreadable, given: SyncIn, words: Translator) -> ItemProblem:
    """Tell what is wrong with an item that could not be read.

    What only a newer format knows is not dropped in silence: the item waits on the phone for a
    server that knows it.
    """
    field, reason = next(iter(reasons(sent.error.errors(), words).items()))
    return ItemProblem(
        code=FieldsInvalid.code,
        title=FieldsInvalid({}).title(words),
        detail=reason,
        field=field,
        retryable=given.format > FORMAT and sent.only_unknown(),
    )
