"""The office's list of recalls and holds, and the notice of one as a page to print."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.diary.models import Lot
from app.diary.notice_queries import AnyNotice
from app.diary.notices import Subject
from app.entities.models import Entity
from app.identity.access import CurrentActor
from app.kit.exports import AsFile, Cell, every, file_of
from app.kit.i18n import N_, Translator
from app.kit.pages import show
from app.kit.paging import Cut, NewestFirst, Page, next_path, previous_path
from app.kit.web import Db, Edge, Id, Now, Words
from app.places.queries import place_text
from app.products.models import Product
from app.stamps.recall_list_queries import (
    RecallFilter,
    RecallKind,
    RecallRow,
    RecallState,
    get_notice,
    list_recalls,
    lots_of,
)
from app.stamps.recall_queries import Touched, touched_by
from app.stamps.recalling import address_of, said_subject

router = APIRouter(prefix="/office/recalls", route_class=Edge, include_in_schema=False)

HEADS: Final = (
    ("id", N_("No.")),
    ("what", N_("What")),
    ("state", N_("State")),
    ("product", N_("Product")),
    ("entity", N_("Entity")),
    ("part", N_("Which part")),
    ("reason", N_("Reason")),
    ("advice", N_("What buyers should do")),
    ("at", N_("When")),
    ("by", N_("Who")),
    ("confirmed_by", N_("Confirmed by")),
    ("ended_at", N_("Ended on")),
    ("ended_by", N_("Ended by")),
    ("ended_why", N_("Why it ended")),
)


@dataclass(frozen=True)
class RecallsView:
    """A page of recalls, holds and requests, the newest first."""

    rows: Sequence[tuple[RecallRow, str]]
    next: str | None
    previous: str | None
    wanted: RecallFilter
    states: list[RecallState]
    kinds: list[RecallKind]


@dataclass(frozen=True)
class NoticeView:
    """One recall or hold as it is announced: what, which lots, why, and what to do."""

    notice: AnyNotice
    of: Subject
    product: Product
    entity: Entity
    place: str
    name: str
    path: str
    lots: Sequence[tuple[Lot, int]]
    touched: Touched


@router.get("")
def recalls(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: NewestFirst,
    state: Annotated[str, Query(max_length=20)] = "",
    kind: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    file: AsFile = None,
) -> Response:
    actor.require_department()
    wanted = RecallFilter(
        state=RecallState(state) if state in set(RecallState) else None,
        kind=RecallKind(kind) if kind in set(RecallKind) else None,
        text=q,
    )

    def read(part: Cut) -> Page[RecallRow]:
        return list_recalls(db, actor=actor, cut=part, wanted=wanted)

    if file:
        rows = (_cells(row, words) for row in every(read, cut))
        title = N_("Recalls and stops")
        return file_of(file, name="recalls", title=title, heads=HEADS, rows=rows, words=words)
    page = read(cut)
    view = RecallsView(
        rows=[(row, said_subject(row.of, words)) for row in page.items],
        next=next_path(request, page),
        previous=previous_path(request, page),
        wanted=wanted,
        states=list(RecallState),
        kinds=list(RecallKind),
    )
    return show(request, "stamps/recalls.html", view)


@router.get("/{source}/{notice_id}")
def notice(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    source: str,
    notice_id: Id,
) -> Response:
    found, of = get_notice(db, source, notice_id, actor=actor)
    actor.require_department()
    entity = db.get_one(Entity, of.entity_id)
    view = NoticeView(
        notice=found,
        of=of,
        product=db.get_one(Product, of.product_id),
        entity=entity,
        place=place_text(db, entity.commune_code),
        name=said_subject(of, words),
        path=address_of(of, area="office"),
        lots=lots_of(db, of),
        touched=touched_by(db, of, now=now),
    )
    return show(request, "stamps/recall_notice.html", view)


def _cells(row: RecallRow, words: Translator) -> list[Cell]:
    what, state = words.gettext(row.kind.label), words.gettext(row.state.label)
    part = said_subject(row.of, words)
    named: list[Cell] = [row.id, what, state, row.product, row.entity, part]
    told: list[Cell] = [row.reason, row.advice, row.at, row.by, row.confirmed_by]
    return [*named, *told, row.ended_at, row.ended_by, row.ended_why]
