"""The public page of a right: what its certificate says, and who may use it today."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.kit.clock import day_of
from app.kit.exports import AsFile, FileKind, every
from app.kit.paging import Cut, Page, Sorting, next_path, previous_path
from app.kit.web import site, translator
from app.lookup import structured
from app.lookup.access import answered, in_thread
from app.lookup.document_queries import PaperPart, list_papers
from app.lookup.product_pages import id_of
from app.lookup.public_access import LISTS, PublicView, around, render, tagged
from app.lookup.register_pages import TEXT_CHARS, by_name, printable
from app.lookup.right_file_pages import users_file
from app.lookup.right_parts import AreaPart, DecisionPart, HolderPart, RightRow, UserRow
from app.lookup.right_queries import (
    find_right,
    list_areas,
    list_decisions,
    list_holders,
    right_rows,
)
from app.lookup.right_user_queries import list_bearing, list_former_users, list_users
from app.lookup.telling_access import not_here, not_now
from app.rights.labels import RIGHT_LABELS
from app.rights.models import IpRight
from app.rights.rules import in_force

router = APIRouter(include_in_schema=False)

MOST_BEARING: Final = 100
MOST_FORMER: Final = 20


@dataclass(frozen=True)
class Asked:
    """Which users of the right are asked for: those of today, or those who were."""

    q: Annotated[str, Query(max_length=TEXT_CHARS, description="Words of a name.")] = ""
    users: Literal["", "former"] = ""


@dataclass(frozen=True, kw_only=True)
class RightFactsView:
    """What the register tells of a right beside its users."""

    row: RightRow
    right: IpRight
    in_force: bool
    holders: list[HolderPart]
    areas: list[AreaPart]
    decisions: list[DecisionPart]
    bearing: list[tuple[int, str]]
    papers: list[PaperPart]


@dataclass(frozen=True, kw_only=True)
class RightView(PublicView):
    """The page of a right: a part of its users, and the latest of those who were."""

    told: RightFactsView
    status: str
    users: list[UserRow]
    former: list[UserRow]
    more_former: bool
    wanted: dict[str, str]
    next: str | None
    previous: str | None
    ld: Markup


@router.get("/r/{right_id}")
async def right_page(
    request: Request,
    right_id: str,
    asked: Annotated[Asked, Depends()],
    cut: Sorting,
    file: AsFile = None,
) -> Response:
    answer = partial(_right, right_id=id_of(right_id), asked=asked, cut=cut, file=file)
    return await answered(request, partial(in_thread, answer=answer), not_now)


def _right(
    request: Request, *, right_id: int | None, asked: Asked, cut: Cut, file: FileKind | None
) -> Response:
    day = day_of(site(request).clock())
    with site(request).public.begin(write=False) as db:
        right = find_right(db, right_id) if right_id else None
        if right is None:
            return not_here(request)
        (row,) = right_rows(db, [right], day)

        def read(part: Cut) -> Page[UserRow]:
            if asked.users:
                return list_former_users(db, row.facts, day=day, cut=part)
            text = printable(asked.q)
            return list_users(db, row.facts, day=day, cut=by_name(part), text=text)

        if file:
            return users_file(request, file, row, every(read, cut))
        view = _view(request, db, _told(db, right, row, day), read(cut), asked, day)
    body = render(request, "lookup/right.html", view, path=f"/r/{row.id}", asked=view.wanted)
    return tagged(request, body, indexed=view.indexed)


def _told(db: Session, right: IpRight, row: RightRow, day: date) -> RightFactsView:
    return RightFactsView(
        row=row,
        right=right,
        in_force=bool(in_force(row.facts, None, day)),
        holders=list_holders(db, right),
        areas=list_areas(db, right.id),
        decisions=list_decisions(db, right.id),
        bearing=list_bearing(db, row.facts, most=MOST_BEARING),
        papers=list_papers(db, right_id=right.id),
    )


def _view(
    request: Request,
    db: Session,
    told: RightFactsView,
    page: Page[UserRow],
    asked: Asked,
    day: date,
) -> RightView:
    facts, base = told.row.facts, site(request).base_url
    former = list_former_users(db, facts, day=day, cut=Cut(limit=MOST_FORMER, newest=True))
    described = structured.right(told.row, site=base, words=translator(request))
    return RightView(
        **vars(around(request)),
        indexed=not any(name != "lang" for name in request.query_params),
        more_style=LISTS,
        told=told,
        status=RIGHT_LABELS[told.row.status],
        users=list(page.items),
        former=list(former.items),
        more_former=former.after is not None,
        wanted={"q": asked.q, "users": asked.users},
        next=next_path(request, page),
        previous=previous_path(request, page),
        ld=structured.block(described),
    )
