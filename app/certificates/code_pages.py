"""The office's list of the codes of growing areas, ponds and packing houses."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.certificates.code_queries import CodeRow, code_rows, list_codes
from app.entities.parts import SCHEME_LABELS
from app.identity.access import CurrentActor
from app.kit.clock import day_of
from app.kit.exports import AsFile, Cell, FileKind, every, file_of
from app.kit.forms import Line
from app.kit.i18n import N_, Translator
from app.kit.pages import show
from app.kit.paging import Cut, Cutting, Page, next_path, previous_path
from app.kit.web import Db, Edge, Now, Words

router = APIRouter(prefix="/office/facility-codes", route_class=Edge, include_in_schema=False)

SCHEMES: Final = list(SCHEME_LABELS.items())
STATES: Final = [
    ("in_force", N_("In force")),
    ("expiring", N_("Ends within 90 days")),
    ("expired", N_("Expired")),
    ("revoked", N_("Revoked or out of use")),
]
CODES: Final = (
    ("id", N_("No.")),
    ("scheme", N_("Scheme")),
    ("code", N_("Code")),
    ("facility", N_("Place of production")),
    ("entity", N_("Entity")),
    ("issuer", N_("Issuer")),
    ("market", N_("Market")),
    ("area_ha", N_("Area (ha)")),
    ("crop", N_("What is grown")),
    ("valid_from", N_("Valid from")),
    ("valid_to", N_("Valid until")),
    ("status", N_("Status today")),
)


@dataclass(frozen=True)
class CodesView:
    """A page of the list of codes."""

    page: Page[CodeRow]
    next: str | None
    previous: str | None
    wanted: dict[str, str]
    schemes: list[tuple[str, str]]
    states: list[tuple[str, str]]


@router.get("")
def facility_codes(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Cutting,
    file: AsFile = None,
    q: Line = "",
    scheme: Annotated[str, Query(max_length=20)] = "",
    state: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    day = day_of(now)

    def read(part: Cut) -> Page[CodeRow]:
        page = list_codes(db, actor=actor, cut=part, day=day, text=q, scheme=scheme, state=state)
        return page.having(code_rows(db, page.items, day))

    if file:
        return _file(file, every(read, cut), words)
    page = read(cut)
    view = CodesView(
        page=page,
        next=next_path(request, page),
        previous=previous_path(request, page),
        wanted={"q": q, "scheme": scheme, "state": state},
        schemes=SCHEMES,
        states=STATES,
    )
    return show(request, "certificates/codes.html", view)


def _file(kind: FileKind, rows: Iterable[CodeRow], words: Translator) -> Response:
    lines = (_line(row, words) for row in rows)
    title = N_("Codes of places")
    return file_of(kind, name="facility-codes", title=title, heads=CODES, rows=lines, words=words)


def _line(row: CodeRow, words: Translator) -> list[Cell]:
    one = row.code
    since = words.date(row.since) if row.since else "…"
    return [
        one.id,
        words.gettext(row.scheme),
        one.code,
        row.facility,
        row.entity,
        one.issuer,
        one.market,
        one.area_ha,
        one.crop,
        one.valid_from,
        one.valid_to,
        words.gettext(row.status.label).format(date=since),
    ]
