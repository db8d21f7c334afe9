from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.entities.queries import names_of as entity_names_of
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.exports import AsFile, every
from app.kit.forms import Filled, Form, Line, filled_from, read_form, refused
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Cutting, Page, next_path, previous_path
from app.kit.web import Db, Edge, Id, Now, Words
from app.products.forms import ProductForm
from app.products.queries import get_product, list_products
from app.rights import queries, use_right_actions
from app.rights.file_pages import use_rights_file
from app.rights.kinds import RightType
from app.rights.models import UseRight
from app.rights.pages import (
    MAX_CHOICES,
    STANDING_CHANGED,
    STANDING_FIELDS,
    StandingIn,
    StandingView,
)
from app.rights.row_queries import RightRow, UserRow, right_row, use_right_state, user_rows
from app.rights.use_right_api import UseRightBody, UseRightIn

router = APIRouter(prefix="/office/use-rights", route_class=Edge, include_in_schema=False)

ADDED = sayable(N_("The use right was recorded."))
CHANGED = sayable(N_("The use right was changed."))
FORMS: Final = [(one.value, one.label) for one in ProductForm]
Wanted = Annotated[int, Query(ge=0, le=2**62)]


@dataclass(frozen=True)
class UseRightsView:
    """A page of the list of use rights, perhaps of one product only."""

    page: Page[tuple[UserRow, RightRow]]
    next: str | None
    previous: str | None
    text: str
    product_id: int
    product: str
    may_add: bool


@dataclass(frozen=True)
class UseRightView:
    """One use right under its right."""

    row: UserRow
    right: RightRow
    form: str
    may_change: bool


@dataclass(frozen=True)
class UseRightFormView:
    """The form that records or changes a use right."""

    form: Filled
    row: UserRow | None
    sign: str
    rights: list[tuple[str, str, str]]
    products: list[tuple[str, str]]
    forms: list[tuple[str, str]]


@router.get("")
def use_rights(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Cutting,
    file: AsFile = None,
    q: Line = "",
    product: Wanted = 0,
) -> Response:
    def read(part: Cut) -> Page[tuple[UserRow, RightRow]]:
        page = queries.list_use_rights(db, actor=actor, cut=part, text=q, product_id=product)
        return page.having(_rows(db, page.items, day_of(now)))

    if file:
        return use_rights_file(file, every(read, cut), words)
    page = read(cut)
    view = UseRightsView(
        page=page,
        next=next_path(request, page),
        previous=previous_path(request, page),
        text=q,
        product_id=product,
        product=get_product(db, product, actor=actor).name if product else "",
        may_add=actor.officer,
    )
    return show(request, "rights/use_list.html", view)


def _rows(db: Session, found: Sequence[UseRight], day: date) -> list[tuple[UserRow, RightRow]]:
    rights = queries.rights_by_id(db, [one.right_id for one in found])
    return [
        (row, right_row(rights[row.use_right.right_id], day)) for row in user_rows(db, found, day)
    ]


@router.get("/new")
def new_use_right(
    request: Request, db: Db, actor: CurrentActor, right: Wanted = 0, product: Wanted = 0
) -> Response:
    actor.require_officer()
    chosen = {"right_id": str(right or ""), "product_id": str(product or "")}
    return _form(request, db, actor, Filled(chosen))


@router.post("/new")
def add_use_right(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    actor.require_officer()
    given = read_form(UseRightIn, sent, words)
    if isinstance(given, Filled):
        return _form(request, db, actor, given)
    try:
        made = use_right_actions.add_use_right(db, actor=actor, now=now, **given.model_dump())
    except (Conflict, Invalid) as error:
        return _form(request, db, actor, refused(sent, error, words))
    return go(f"/office/use-rights/{made.id}", say=ADDED)


@router.get("/{use_right_id}")
def use_right(
    request: Request, db: Db, actor: CurrentActor, now: Now, use_right_id: Id
) -> Response:
    found = queries.get_use_right(db, use_right_id, actor=actor)
    view = UseRightView(
        row=user_rows(db, [found], day_of(now))[0],
        right=right_row(queries.get_right(db, found.right_id), day_of(now)),
        form=ProductForm(found.form).label if found.form else "",
        may_change=actor.officer,
    )
    return show(request, "rights/use_one.html", view)


@router.get("/{use_right_id}/edit")
def edit_use_right(
    request: Request, db: Db, actor: CurrentActor, now: Now, use_right_id: Id
) -> Response:
    found = queries.get_use_right(db, use_right_id, actor=actor)
    actor.require_officer()
    form = filled_from(found, UseRightBody.model_fields)
    return _form(request, db, actor, form, found, day_of(now))


@router.post("/{use_right_id}/edit")
def change_use_right(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    use_right_id: Id,
) -> Response:
    found = queries.get_use_right(db, use_right_id, actor=actor)
    actor.require_officer()
    given = read_form(UseRightBody, sent, words)
    if isinstance(given, Filled):
        return _form(request, db, actor, given, found, day_of(now))
    try:
        use_right_actions.change_use_right(
            db, actor=actor, now=now, use_right_id=use_right_id, **given.model_dump()
        )
    except (Conflict, Invalid) as error:
        return _form(request, db, actor, refused(sent, error, words), found, day_of(now))
    return go(f"/office/use-rights/{use_right_id}", say=CHANGED)


@router.get("/{use_right_id}/standing")
def ask_standing(
    request: Request, db: Db, actor: CurrentActor, now: Now, use_right_id: Id
) -> Response:
    found = queries.get_use_right(db, use_right_id, actor=actor)
    actor.require_officer()
    return _standing(request, db, found, day_of(now), filled_from(found, STANDING_FIELDS))


@router.post("/{use_right_id}/standing")
def change_standing(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    use_right_id: Id,
) -> Response:
    found = queries.get_use_right(db, use_right_id, actor=actor)
    actor.require_officer()
    given = read_form(StandingIn, sent, words)
    if isinstance(given, Filled):
        return _standing(request, db, found, day_of(now), given)
    try:
        use_right_actions.change_use_right(
            db, actor=actor, now=now, use_right_id=use_right_id, **given.model_dump()
        )
    except (Conflict, Invalid) as error:
        return _standing(request, db, found, day_of(now), refused(sent, error, words))
    return go(f"/office/use-rights/{use_right_id}", say=STANDING_CHANGED)


def _form(
    request: Request,
    db: Session,
    actor: Actor,
    form: Filled,
    use_right: UseRight | None = None,
    day: date | None = None,
) -> Response:
    row, sign = None, ""
    rights: list[tuple[str, str, str]] = []
    products: list[tuple[str, str]] = []
    if use_right is not None and day is not None:
        row = user_rows(db, [use_right], day)[0]
        sign = queries.get_right(db, use_right.right_id).sign
    else:
        rights, products = _right_choices(db), _product_choices(db, actor)
    view = UseRightFormView(
        form=form, row=row, sign=sign, rights=rights, products=products, forms=FORMS
    )
    return show(request, "rights/use_edit.html", view, status=422 if form.wrong else 200)


def _right_choices(db: Session) -> list[tuple[str, str, str]]:
    found = queries.list_rights(db, cut=Cut(limit=MAX_CHOICES)).items
    return [
        (
            str(one.id),
            RightType(one.type).label,
            " · ".join(filter(None, [one.sign, one.goods, one.registration_no_as_written])),
        )
        for one in sorted(found, key=lambda right: (right.folded, right.id))
    ]


def _product_choices(db: Session, actor: Actor) -> list[tuple[str, str]]:
    found = list_products(db, actor=actor, cut=Cut(limit=MAX_CHOICES), status="active").items
    entities = entity_names_of(db, [one.entity_id for one in found])
    ordered = sorted(found, key=lambda product: (product.folded, product.id))
    return [(str(one.id), f"{one.name} · {entities[one.entity_id]}") for one in ordered]


def _standing(
    request: Request, db: Session, use_right: UseRight, day: date, form: Filled
) -> Response:
    row = user_rows(db, [use_right], day)[0]
    sign = queries.get_right(db, use_right.right_id).sign
    view = StandingView(
        form=form,
        subject=f"{sign} · {row.product} · {row.entity}",
        state=use_right_state(use_right, day),
        back=f"/office/use-rights/{use_right.id}",
        users=0,
    )
    return show(request, "rights/standing.html", view, status=422 if form.wrong else 200)
