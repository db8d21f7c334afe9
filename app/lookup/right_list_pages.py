"""The public register of rights as a list."""

from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.kit.clock import day_of
from app.kit.exports import AsFile, FileKind, every
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, Sorting, next_path, previous_path
from app.kit.web import site
from app.lookup.access import answered, in_thread
from app.lookup.public_access import LISTS, PublicView, around, render, tagged
from app.lookup.register_pages import PAGES_ASKED, TEXT_CHARS, by_name, printable
from app.lookup.register_queries import list_communes
from app.lookup.right_file_pages import rights_file
from app.lookup.right_parts import STANDING_LABELS, RightRow
from app.lookup.right_queries import WantedRights, list_rights
from app.lookup.right_words_queries import RightWords
from app.lookup.sheet import Place
from app.lookup.telling_access import not_now
from app.rights.kinds import RightType
from app.rights.labels import RIGHT_LABELS
from app.rights.rules import RightStatus

router = APIRouter(include_in_schema=False)

SORTS: Final = {"name": N_("By name"), "newest": N_("Newest first")}


@dataclass(frozen=True)
class Asked:
    """Which rights are asked for."""

    q: Annotated[str, Query(max_length=TEXT_CHARS, description="Words, or a number.")] = ""
    type: RightType | Literal[""] = ""
    commune: Annotated[str, Query(pattern="^[0-9]{0,5}$")] = ""
    standing: Literal["", "in_force", "suspended", "over"] = ""


@dataclass(frozen=True, kw_only=True)
class RightsView(PublicView):
    """A page of the rights of the register, its filters kept."""

    rights: list[RightRow]
    wanted: dict[str, str]
    communes: list[tuple[str, Place]]
    types: dict[str, str]
    standings: dict[str, str]
    sorts: dict[str, str]
    labels: dict[RightStatus, str]
    next: str | None
    previous: str | None

    @property
    def filtered(self) -> bool:
        return any(value for name, value in self.wanted.items() if name != "sort")

    @property
    def narrowed(self) -> bool:
        """Tell whether more was asked for than words in the order that is usual."""
        given = {name for name, value in self.wanted.items() if value} - {"q", "sort"}
        return bool(given) or self.wanted["sort"] != "name"


@router.get("/rights")
async def rights(
    request: Request, asked: Annotated[Asked, Depends()], cut: Sorting, file: AsFile = None
) -> Response:
    answer = partial(_rights, asked=asked, cut=by_name(cut), file=file)
    return await answered(request, partial(in_thread, answer=answer), not_now)


def _rights(request: Request, asked: Asked, cut: Cut, file: FileKind | None) -> Response:
    held = site(request)
    day = day_of(held.clock())
    wanted = WantedRights(
        text=printable(asked.q), type=asked.type, commune=asked.commune, standing=asked.standing
    )
    told: RightWords = request.app.state.right_words

    def read(db: Session, part: Cut) -> Page[RightRow]:
        return list_rights(db, day=day, cut=part, wanted=wanted, told=told)

    with held.public.begin(write=False) as db:
        if file:
            return rights_file(request, file, every(partial(read, db), cut))
        page = read(db, cut)
        communes = list_communes(db)
    kept = {name: str(value) for name, value in asdict(asked).items()}
    view = RightsView(
        **vars(around(request)),
        indexed=not any(kept.values()) and PAGES_ASKED.isdisjoint(request.query_params),
        more_style=LISTS,
        rights=list(page.items),
        wanted=kept | {"sort": cut.sort},
        communes=communes,
        types={one.value: one.label for one in RightType},
        standings=STANDING_LABELS,
        sorts=SORTS,
        labels=RIGHT_LABELS,
        next=next_path(request, page),
        previous=previous_path(request, page),
    )
    body = render(request, "lookup/rights.html", view, path="/rights", asked=view.wanted)
    return tagged(request, body, indexed=view.indexed)
