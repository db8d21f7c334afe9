from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.entities.queries import get_entity
from app.identity.access import CurrentActor
from app.kit.clock import day_of
from app.kit.exports import AsFile, Cell, FileKind, every, file_of
from app.kit.i18n import N_, Translator
from app.kit.pages import show
from app.kit.paging import Cutting, Page, next_path, previous_path
from app.kit.web import Db, Edge, Id, Words
from app.office import board_queries
from app.office.board_queries import STEPS, BoardCell, BoardRow, Step

router = APIRouter(prefix="/office/board", route_class=Edge, include_in_schema=False)


@dataclass(frozen=True)
class BoardView:
    """A page of the board, and how many entities have reached each step."""

    page: Page[BoardRow]
    next: str | None
    previous: str | None
    steps: tuple[Step, ...]
    total: int
    reached: dict[str, int]
    text: str
    step: str


@dataclass(frozen=True)
class BoardRowView:
    """How far one entity has come, and what it lacks."""

    row: BoardRow


@router.get("")
def board(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: Cutting,
    file: AsFile = None,
    q: str = "",
    step: str = "",
) -> Response:
    actor.require_department()
    if file:
        rows = every(
            lambda part: board_queries.list_board(db, actor=actor, cut=part, text=q, step=step)
        )
        return _file(file, rows, words)
    page = board_queries.list_board(db, actor=actor, cut=cut, text=q, step=step)
    total, reached = board_queries.count_reached(db, actor=actor)
    view = BoardView(
        page, next_path(request, page), previous_path(request, page), STEPS, total, reached, q, step
    )
    return show(request, "office/board.html", view)


@router.get("/{entity_id}")
def one_entity(request: Request, db: Db, actor: CurrentActor, entity_id: Id) -> Response:
    get_entity(db, entity_id, actor=actor)
    actor.require_department()
    (row,) = board_queries.list_rows(db, [entity_id])
    return show(request, "office/board_row.html", BoardRowView(row))


def _file(kind: FileKind, rows: Iterable[BoardRow], words: Translator) -> Response:
    heads = [("entity_id", N_("Entity no.")), ("entity", N_("Entity"))]
    for step in STEPS:
        heads += [(step.name, step.label)]
    heads += [
        ("trainer", N_("Trainer")),
        ("people", N_("People trained")),
        ("lacking", N_("What is lacking")),
    ]
    lines = (_line(row, words) for row in rows)
    title = N_("Onboarding board")
    return file_of(kind, name="onboarding", title=title, heads=heads, rows=lines, words=words)


def _line(row: BoardRow, words: Translator) -> list[Cell]:
    cells = [_reached(cell, words) for cell in row.cells]
    one = row.training
    lacking = "; ".join(words.gettext(d.label) for cell in row.cells for d in cell.lacking)
    taught: list[Cell] = [one.trainer, one.people] if one else ["", None]
    return [row.id, row.name, *cells, *taught, lacking]


def _reached(cell: BoardCell, words: Translator) -> Cell:
    if not cell.done:
        return ""
    day = cell.day
    return day_of(day) if isinstance(day, datetime) else day or words.gettext(N_("Yes"))
