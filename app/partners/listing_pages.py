"""The list of shops' offers in the office, and the forms that decide them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Final

from fastapi import APIRouter, Query, Request
from pydantic import Field, ValidationError
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.exports import AsFile, Cell, FileKind, every, file_of
from app.kit.forms import Filled, Form, In, Note, Sent, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Cutting, Page, next_path, previous_path
from app.kit.saving import RecordChanged, submit
from app.kit.web import Db, Edge, Id, Now, Words
from app.partners import listing_actions, listing_queries
from app.partners.models import Listing
from app.partners.rules import ListingState
from app.products.queries import names_of

router = APIRouter(prefix="/office/listings", route_class=Edge, include_in_schema=False)

CONFIRMED = sayable(N_("The offers were confirmed."))
REFUSED = sayable(N_("The offer was refused. The shop reads the reason."))
MEANWHILE: Final = N_(
    "Nothing was changed: an offer was changed or decided meanwhile. Look at the list again."
)
STATES: Final = [(one.value, one.label) for one in ListingState]
TICK: Final = "listing_"


class NothingTicked(Invalid):
    """No offer is ticked"""

    code: ClassVar[str] = "partners.nothing_ticked"
    detail: ClassVar[str] = N_("Tick those you have looked at, then confirm.")


@dataclass(frozen=True)
class ListingRow:
    """An offer with the names of its shop and product."""

    listing: Listing
    shop: str
    product: str
    state: str
    waits: bool
    confirmed: bool


@dataclass(frozen=True)
class ListingsView:
    """A page of offers; `decides` where the reader may confirm and refuse."""

    page: Page[ListingRow]
    next: str | None
    previous: str | None
    wanted: dict[str, str]
    states: list[tuple[str, str]]
    decides: bool
    form: Filled


@dataclass(frozen=True)
class RefusalView:
    """The form that says why an offer is not the product."""

    form: Filled
    row: ListingRow
    back: str


class RefusalForm(In):
    """Why an offer is refused, and as of when it was looked at."""

    reason: Annotated[Note, Field(min_length=1, max_length=500)]
    seen: datetime


@router.get("")
def listings(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: Cutting,
    file: AsFile = None,
    q: Annotated[str, Query(max_length=200)] = "",
    state: str = "",
    partner: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> Response:
    actor.require_department()

    def read(part: Cut) -> Page[Listing]:
        return listing_queries.list_listings(
            db, actor=actor, cut=part, text=q, state=state, partner_id=partner
        )

    if file:
        return listings_file(file, every(lambda part: told(db, read(part)), cut), words)
    wanted = {"q": q, "state": state, "partner": str(partner or "")}
    return show_list(request, db, read(cut), wanted, Filled(), decides=actor.officer)


@router.post("/confirm")
def confirm_listings(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    """Confirm the offers that were ticked, as they were seen: all of them or none."""
    actor.require_officer()

    def read(part: Cut) -> Page[Listing]:
        return listing_queries.list_listings(db, actor=actor, cut=part, state=ListingState.PROPOSED)

    wrong = confirm(db, actor, now, words, sent)
    if wrong is not None:
        wanted = {"q": "", "state": str(ListingState.PROPOSED), "partner": ""}
        return show_list(request, db, read(Cut()), wanted, wrong, decides=True)
    return go("/office/listings?state=proposed", say=CONFIRMED)


@router.get("/{listing_id}/refuse")
def ask_refusal(request: Request, db: Db, actor: CurrentActor, listing_id: Id) -> Response:
    actor.require_officer()
    return show_refusal(request, db, actor, listing_id, None, "/office/listings")


@router.post("/{listing_id}/refuse")
def refuse_listing(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    listing_id: Id,
) -> Response:
    actor.require_officer()
    wrong = refuse(db, actor, now, words, sent, listing_id)
    if wrong is not None:
        return show_refusal(request, db, actor, listing_id, wrong, "/office/listings")
    return go("/office/listings?state=proposed", say=REFUSED)


class _Ticked(In):
    """The offers that were ticked, and as of when each was seen."""

    seen: dict[Annotated[int, Field(ge=1, le=2**62)], datetime]


def confirm(
    db: Session, actor: Actor, now: datetime, words: Translator, sent: Sent
) -> Filled | None:
    """Confirm what is ticked, or return what is wrong; then nothing is confirmed."""
    ticked = {
        name.removeprefix(TICK): value
        for name, value in sent.fields.items()
        if name.startswith(TICK)
    }
    try:
        if not ticked:
            raise NothingTicked
        given = _Ticked.model_validate({"seen": ticked})
        with db.begin_nested():
            for listing_id, seen in sorted(given.seen.items()):
                listing_actions.confirm_listing(
                    db, actor=actor, now=now, listing_id=listing_id, seen=seen
                )
    except (RecordChanged, ValidationError):
        return _late(words)
    except (Conflict, Invalid) as error:
        return Filled(problem=refused(sent, error, words).problem)
    return None


def _late(words: Translator) -> Filled:
    return Filled(problem=words.gettext(MEANWHILE))


def refuse(
    db: Session, actor: Actor, now: datetime, words: Translator, sent: Sent, listing_id: int
) -> Filled | None:
    def save(given: RefusalForm) -> None:
        listing_actions.refuse_listing(
            db, actor=actor, now=now, listing_id=listing_id, **given.model_dump()
        )

    # Who may not decide is told so before the form is looked at.
    _listing, product = listing_queries.get_listing(db, listing_id, actor=actor)
    actor.require_member_or_officer(product.entity_id, owner=True)
    return submit(db, RefusalForm, sent, words, save, stale=lambda: _late(words))


def show_list(
    request: Request,
    db: Session,
    page: Page[Listing],
    wanted: dict[str, str],
    form: Filled,
    *,
    decides: bool,
    own: bool = False,
) -> Response:
    view = ListingsView(
        page=told(db, page),
        next=next_path(request, page),
        previous=previous_path(request, page),
        wanted=wanted,
        states=STATES,
        decides=decides,
        form=form,
    )
    template = "partners/own_listings.html" if own else "partners/listings.html"
    return show(request, template, view, status=422 if form.wrong else 200)


def show_refusal(
    request: Request, db: Session, actor: Actor, listing_id: int, form: Filled | None, back: str
) -> Response:
    listing, product = listing_queries.get_listing(db, listing_id, actor=actor)
    actor.require_member_or_officer(product.entity_id, owner=True)
    filled = form or Filled({"seen": listing.updated_at.isoformat()})
    view = RefusalView(form=filled, row=_rows(db, [listing])[0], back=back)
    own = back.startswith("/app")
    template = "partners/own_refusal.html" if own else "partners/refusal.html"
    return show(request, template, view, status=422 if filled.wrong else 200)


def told(db: Session, page: Page[Listing]) -> Page[ListingRow]:
    return page.having(_rows(db, page.items))


def _rows(db: Session, found: Sequence[Listing]) -> list[ListingRow]:
    shops = listing_queries.partner_names(db, [one.partner_id for one in found])
    products = names_of(db, [one.product_id for one in found])
    return [
        ListingRow(
            listing=one,
            shop=shops[one.partner_id],
            product=products[one.product_id],
            state=ListingState(one.state).label,
            waits=one.state == ListingState.PROPOSED,
            confirmed=one.state == ListingState.CONFIRMED,
        )
        for one in found
    ]


def listings_file(kind: FileKind, found: Iterable[ListingRow], words: Translator) -> Response:
    heads = [
        ("shop", N_("Shop")),
        ("external_id", N_("Offer no. in the shop")),
        ("url", N_("Address of the page")),
        ("title", N_("Title of the offer")),
        ("product_id", N_("Product no.")),
        ("product", N_("Product")),
        ("state", N_("State")),
        ("reason", N_("Reason")),
        ("proposed_at", N_("Sent on")),
    ]
    lines = (_cells(row, words) for row in found)
    title = N_("Offers of shops")
    return file_of(kind, name="listings", title=title, heads=heads, rows=lines, words=words)


def _cells(row: ListingRow, words: Translator) -> list[Cell]:
    one = row.listing
    what: list[Cell] = [row.shop, one.external_id, one.url, one.title, one.product_id, row.product]
    return [*what, words.gettext(row.state), one.reason, one.proposed_at]
