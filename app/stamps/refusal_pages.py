"""The office's list of refused changes of stamps: attempts to activate too much show here first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.diary.models import Lot
from app.identity.access import CurrentActor
from app.kit.exports import AsFile, Cell, every
from app.kit.i18n import Translator
from app.kit.pages import show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.web import Db, Edge, Words
from app.stamps.balance import MassBalance, explain_balance
from app.stamps.file_pages import refusals_file, runs_text
from app.stamps.models import Batch, Refusal
from app.stamps.refusal_queries import list_refusals
from app.stamps.rules import Move
from app.stamps.timeline import title_for
from app.stamps.typed import typed_id

router = APIRouter(prefix="/office/refusals", route_class=Edge, include_in_schema=False)


@dataclass(frozen=True)
class RefusalRow:
    """A refused change: of what, why, and by which figures."""

    refusal: Refusal
    action: str
    title: str
    told: str
    run: tuple[int, int] | None
    lot: str


@dataclass(frozen=True)
class RefusalsView:
    """A page of refused changes, the newest first."""

    page: Page[RefusalRow]
    next: str | None
    previous: str | None
    batch_id: int | None
    lot_id: int | None
    code: str
    kinds: list[tuple[str, str]]


@router.get("")
def refusals(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: NewestFirst,
    batch: str = "",
    lot: str = "",
    code: Annotated[str, Query(max_length=60)] = "",
    file: AsFile = None,
) -> Response:
    actor.require_officer()
    batch_id, lot_id = typed_id(batch), typed_id(lot)

    def read(part: Cut) -> Page[RefusalRow]:
        found = list_refusals(
            db, actor=actor, cut=part, batch_id=batch_id, lot_id=lot_id, code=code
        )
        return found.having(_rows(db, found.items, words))

    if file:
        return refusals_file(file, (_cells(row, words) for row in every(read, cut)), words)
    page = read(cut)
    view = RefusalsView(
        page=page,
        next=next_path(request, page),
        previous=previous_path(request, page),
        batch_id=batch_id,
        lot_id=lot_id,
        code=code,
        kinds=[(MassBalance.code, title_for(MassBalance.code))],
    )
    return show(request, "stamps/refusals.html", view)


def _rows(db: Session, found: Sequence[Refusal], words: Translator) -> list[RefusalRow]:
    bases, lots = {}, {}
    for one in found:
        if one.batch_id is not None and one.batch_id not in bases:
            bases[one.batch_id] = db.get_one(Batch, one.batch_id).first or 0
        if one.lot_id is not None and one.lot_id not in lots:
            lot = db.get(Lot, one.lot_id)
            lots[one.lot_id] = lot.number if lot else ""
    return [
        RefusalRow(
            refusal=one,
            action=Move(one.action).label,
            title=title_for(one.code),
            told=explain_balance(one.facts, words)
            if one.facts and one.code == MassBalance.code
            else "",
            run=_run(one, bases.get(one.batch_id or 0, 0)),
            lot=lots.get(one.lot_id or 0, ""),
        )
        for one in found
    ]


def _cells(row: RefusalRow, words: Translator) -> list[Cell]:
    one = row.refusal
    runs = runs_text([row.run]) if row.run else ""
    who, what = one.actor_label, words.gettext(row.action)
    why = words.gettext(row.title)
    return [one.id, one.at, who, what, one.batch_id, runs, row.lot, why, row.told]


def _run(one: Refusal, base: int) -> tuple[int, int] | None:
    if one.first is None or one.last is None:
        return None
    return one.first - base + 1, one.last - base + 1
