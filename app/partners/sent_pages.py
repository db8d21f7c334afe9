"""A shop's offers sent in as a spreadsheet at the office, for shops without a program."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.kit.errors import Invalid
from app.kit.forms import Filled, Form, refused
from app.kit.imports import Fate
from app.kit.pages import show
from app.kit.web import Db, Edge, Id, Now, Words, site
from app.partners import queries
from app.partners.listing_actions import propose_listings
from app.partners.models import Partner
from app.partners.offers import COLUMNS, MOST_OFFERS, read_offers

router = APIRouter(
    prefix="/office/partners/{partner_id}/listings", route_class=Edge, include_in_schema=False
)


class NoFile(Invalid):
    """Choose a file"""

    code = "partners.no_file"
    field = "file"


@dataclass(frozen=True)
class RefusedRow:
    """A row that was not taken, and why."""

    number: int
    external_id: str
    reasons: list[str]


@dataclass(frozen=True)
class SentView:
    """The form that takes a spreadsheet, and what became of the rows of the last one."""

    form: Filled
    partner: Partner
    columns: list[tuple[str, str]]
    most: int
    counts: Mapping[str, int]
    refused: list[RefusedRow]


@router.get("/new")
def new_listings(request: Request, db: Db, actor: CurrentActor, partner_id: Id) -> Response:
    partner = queries.get_open_partner(db, partner_id, actor=actor)
    return _show(request, SentView(Filled(), partner, _columns(), MOST_OFFERS, {}, []))


@router.post("/new")
def send_listings(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    partner_id: Id,
) -> Response:
    """Propose the rows in the shop's name; those that are wrong are told, the others stay."""
    partner = queries.get_open_partner(db, partner_id, actor=actor)
    try:
        if "file" not in sent.files:
            raise NoFile
        name, content = sent.files["file"]
        languages = [words, *site(request).translators.values()]
        offers = read_offers(content, name=name, languages=languages)
    except Invalid as error:
        form = refused(sent, error, words)
        return _show(request, SentView(form, partner, _columns(), MOST_OFFERS, {}, []))
    fates = propose_listings(db, by=actor, now=now, partner_id=partner_id, offers=offers)
    counts = {fate.label: sum(one.fate is fate for one in fates) for fate in Fate}
    wrong = [
        RefusedRow(one.number, one.external_id, [fault.say(words) for fault in one.faults])
        for one in fates
        if one.fate is Fate.REFUSED
    ]
    return _show(request, SentView(Filled(), partner, _columns(), MOST_OFFERS, counts, wrong))


def _columns() -> list[tuple[str, str]]:
    return [(one.name, one.label) for one in COLUMNS]


def _show(request: Request, view: SentView) -> Response:
    return show(request, "partners/sent.html", view, status=422 if view.form.wrong else 200)
