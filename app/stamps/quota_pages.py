"""The office's pages of quotas: a year's list with what is used, and one added or changed."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities.part_queries import list_facilities
from app.entities.queries import get_entity, list_entities
from app.entities.queries import names_of as entity_names
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.exports import AsFile, every, file_of
from app.kit.forms import Filled, Form, In, Line, filled_from, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Cutting, Page, next_path, previous_path
from app.kit.saving import submit
from app.kit.web import Db, Id, Now, Words
from app.products.queries import list_products
from app.stamps import quota_actions
from app.stamps.quota_api import QuotaChange, Year
from app.stamps.quota_queries import QuotaUse, find_use, list_quotas, list_years, names_of
from app.stamps.typed import typed_id

router = APIRouter(prefix="/office/quotas", route_class=OnceRoute, include_in_schema=False)

ADDED = sayable(N_("The quota was set."))
CHANGED = sayable(N_("The quota was changed."))
REMOVED = sayable(N_("The quota was removed."))
MOST: Final = 20
MOST_PARTS: Final = 1000
HEADS: Final = (
    ("year", N_("Year")),
    ("entity", N_("Entity")),
    ("subject", N_("For")),
    ("quantity", N_("Quota")),
    ("used", N_("Granted")),
    ("left", N_("Left")),
    ("note", N_("Note")),
)


class NewQuota(In):
    """A quota of a chosen entity: of all it makes, or of a product ("p7") or facility ("f3")."""

    year: Year
    part: Annotated[str, Field(pattern=r"^([pf][0-9]{1,18})?$")] = ""
    quantity: Annotated[int, Field(ge=0, le=2**62)]
    note: Annotated[Line, Field(max_length=300)] = ""

    def subject(self) -> dict[str, int | None]:
        """Return the product or the facility that was chosen."""
        part_id = typed_id(self.part[1:])
        of_product = self.part.startswith("p")
        return {
            "product_id": part_id if of_product else None,
            "facility_id": None if of_product else part_id,
        }


@dataclass(frozen=True)
class QuotaRow:
    """A quota in the list: whose, for what, and how much of it is used."""

    use: QuotaUse
    entity: str
    subject: str


@dataclass(frozen=True)
class QuotasView:
    """A page of a year's quotas."""

    page: Page[QuotaRow]
    next: str | None
    previous: str | None
    year: int
    years: list[int]
    may_set: bool


@dataclass(frozen=True)
class NewQuotaView:
    """The form of a new quota; without an entity, the search for one."""

    text: str
    found: list[tuple[int, str]]
    entity_id: int | None
    entity: str
    parts: list[tuple[str, str]]
    form: Filled


@dataclass(frozen=True)
class QuotaView:
    """One quota, to be changed or removed."""

    row: QuotaRow
    form: Filled


@router.get("")
def quotas(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Cutting,
    year: str = "",
    entity: str = "",
    file: AsFile = None,
) -> Response:
    this_year = day_of(now).year
    chosen, entity_id = typed_id(year) or this_year, typed_id(entity)

    def read(part: Cut) -> Page[QuotaRow]:
        found = list_quotas(db, actor=actor, year=chosen, cut=part, entity_id=entity_id)
        return found.having(_rows(db, list(found.items)))

    if file is not None:
        rows = (
            (
                chosen,
                one.entity,
                one.subject,
                quota.quantity,
                one.use.used,
                one.use.left,
                quota.note,
            )
            for one in every(read)
            for quota in [one.use.quota]
        )
        title = N_("Quotas of stamps")
        return file_of(file, name="quotas", title=title, heads=HEADS, rows=rows, words=words)
    page = read(cut)
    view = QuotasView(
        page=page,
        next=next_path(request, page),
        previous=previous_path(request, page),
        year=chosen,
        years=sorted({this_year, chosen, *list_years(db)}, reverse=True),
        may_set=actor.officer,
    )
    return show(request, "stamps/quotas.html", view)


@router.get("/new")
def new_quota(
    request: Request, db: Db, actor: CurrentActor, now: Now, q: str = "", entity: str = ""
) -> Response:
    actor.require_officer()
    form = Filled({"year": str(day_of(now).year)})
    return _new(request, db, actor, form, text=q, entity_id=typed_id(entity))


@router.post("/new")
def add_quota(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    entity: str = "",
) -> Response:
    actor.require_officer()
    entity_id = typed_id(entity)
    given = read_form(NewQuota, sent, words)
    if isinstance(given, Filled) or entity_id is None:
        wrong = given if isinstance(given, Filled) else Filled()
        return _new(request, db, actor, wrong, entity_id=entity_id)
    facts = given.model_dump(exclude={"part"}) | given.subject()
    try:
        with db.begin_nested():
            quota_actions.add_quota(db, actor=actor, now=now, entity_id=entity_id, **facts)
    except (quota_actions.QuotaExists, quota_actions.QuotaSubject) as error:
        form = refused(sent, error, words)
        return _new(request, db, actor, form, entity_id=entity_id)
    return go(f"/office/quotas?year={given.year}", say=ADDED)


@router.get("/{quota_id}")
def quota(request: Request, db: Db, actor: CurrentActor, quota_id: Id) -> Response:
    actor.require_officer()
    return _one(request, db, quota_id, None)


@router.post("/{quota_id}")
def change_quota(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    quota_id: Id,
) -> Response:
    actor.require_officer()
    year = find_use(db, quota_id).quota.year

    def save(given: QuotaChange) -> None:
        facts = given.model_dump()
        quota_actions.change_quota(db, actor=actor, now=now, quota_id=quota_id, **facts)

    wrong = submit(db, QuotaChange, sent, words, save)
    if wrong is not None:
        return _one(request, db, quota_id, wrong)
    return go(f"/office/quotas?year={year}", say=CHANGED)


@router.post("/{quota_id}/remove")
def remove_quota(db: Db, actor: CurrentActor, now: Now, quota_id: Id) -> Response:
    actor.require_officer()
    year = find_use(db, quota_id).quota.year
    quota_actions.remove_quota(db, actor=actor, now=now, quota_id=quota_id)
    return go(f"/office/quotas?year={year}", say=REMOVED)


def _rows(db: Session, uses: list[QuotaUse]) -> list[QuotaRow]:
    found = [use.quota for use in uses]
    entities = entity_names(db, [one.entity_id for one in found])
    subjects = names_of(db, found)
    return [
        QuotaRow(
            use,
            entities[use.quota.entity_id],
            subjects[use.quota.id] if use.quota.product_id or use.quota.facility_id else "",
        )
        for use in uses
    ]


def _one(request: Request, db: Session, quota_id: int, form: Filled | None) -> Response:
    found = find_use(db, quota_id)
    (row,) = _rows(db, [found])
    filled = form or filled_from(found.quota, ["quantity", "note"])
    status = 422 if filled.wrong else 200
    return show(request, "stamps/quota.html", QuotaView(row, filled), status=status)


def _new(
    request: Request,
    db: Session,
    actor: Actor,
    form: Filled,
    *,
    text: str = "",
    entity_id: int | None = None,
) -> Response:
    found = list_entities(db, actor=actor, cut=Cut(limit=MOST), text=text) if text else None
    view = NewQuotaView(
        text=text,
        found=[(one.id, one.name) for one in found.items] if found else [],
        entity_id=entity_id,
        entity=get_entity(db, entity_id, actor=actor).name if entity_id else "",
        parts=_parts(db, actor, entity_id) if entity_id else [],
        form=form,
    )
    return show(request, "stamps/quota_new.html", view, status=422 if form.wrong else 200)


def _parts(db: Session, actor: Actor, entity_id: int) -> list[tuple[str, str]]:
    made = list_products(db, actor=actor, cut=Cut(limit=MOST_PARTS), entity_id=entity_id)
    places = list_facilities(db, actor=actor, entity_id=entity_id)
    return [
        *((f"p{one.id}", one.name) for one in made.items),
        *((f"f{one.id}", one.name) for one in places),
    ]
