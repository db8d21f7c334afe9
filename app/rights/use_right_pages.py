from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.history import say
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor, NotAllowed
from app.kit.clock import day_of
from app.kit.exports import AsFile, every
from app.kit.forms import Filled, Form, Line, Note, filled_from
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut, Cutting, Page, next_path, previous_path
from app.kit.saving import as_of, beside, submit
from app.kit.text import id_in
from app.kit.web import Db, Id, Now, Words
from app.products.forms import ProductForm
from app.products.queries import get_product
from app.rights import queries, use_right_actions
from app.rights.api import Day
from app.rights.bearer_queries import find_bearers
from app.rights.file_pages import use_rights_file
from app.rights.kinds import RightType
from app.rights.manager_queries import keeps, rights_kept
from app.rights.models import UseRight
from app.rights.row_queries import RightRow, UserRow, right_row, user_rows
from app.rights.turn_checks import Paper
from app.rights.use_right_api import UseRightBody, UseRightIn
from app.rights.use_terms import USE_RIGHT_TERMS

router = APIRouter(prefix="/office/use-rights", route_class=OnceRoute, include_in_schema=False)

ADDED = sayable(N_("The use right was recorded."))
CHANGED = sayable(N_("The use right was changed."))
FORMS: Final = [(one.value, one.label) for one in ProductForm]
LISTED: Final = [("true", N_("Yes")), ("false", N_("No"))]
MAX_CHOICES: Final = 2000
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
class UseRightFormView:
    """The form that records or changes a use right."""

    form: Filled
    row: UserRow | None
    sign: str
    rights: list[tuple[str, str, str]]
    products: list[tuple[str, str]]
    forms: list[tuple[str, str]]
    listed: list[tuple[str, str]]


class UseRightEdit(UseRightBody):
    """The form that changes a use right, with the decision it is amended by."""

    amending_no: Annotated[Line, Field(max_length=60)] = ""
    amended_on: Day | None = None
    effective_on: Day | None = None
    reason: Annotated[Note, Field(max_length=2000)] = ""
    past_is_meant: bool = False
    seen: datetime | None = None

    def by(self, today: date) -> Paper | None:
        """Return the decision, none where the form names none."""
        if not (self.amending_no or self.amended_on or self.effective_on or self.reason):
            return None
        return Paper(
            decision_no=self.amending_no,
            decided_on=self.amended_on,
            effective_on=self.effective_on or today,
            reason=self.reason,
        )


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
        may_add=actor.officer or bool(rights_kept(db, actor)),
    )
    return show(request, "rights/use_list.html", view)


def _rows(db: Session, found: Sequence[UseRight], day: date) -> list[tuple[UserRow, RightRow]]:
    rights = queries.rights_by_id(db, [one.right_id for one in found])
    return [
        (row, right_row(rights[row.use_right.right_id], day)) for row in user_rows(db, found, day)
    ]


@router.get("/new")
def new_use_right(
    *,
    request: Request,
    db: Db,
    actor: CurrentActor,
    right: Wanted = 0,
    product: Wanted = 0,
    right_id: Line = "",
    product_id: Line = "",
    sought: Line = "",
) -> Response:
    _require_any(db, actor)
    chosen = {
        "right_id": right_id or str(right or ""),
        "product_id": product_id or str(product or ""),
        "sought": sought,
    }
    # What was typed before the list of products was searched stays.
    typed = {name: request.query_params.get(name, "") for name in UseRightBody.model_fields}
    return _form(request, db, actor, Filled(typed | chosen))


@router.post("/new")
def add_use_right(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    _require_any(db, actor)
    added: list[UseRight] = []

    def save(given: UseRightIn) -> None:
        facts = given.model_dump()
        added.append(use_right_actions.add_use_right(db, actor=actor, now=now, **facts))

    wrong = submit(db, UseRightIn, sent, words, save)
    if wrong is not None:
        return _form(request, db, actor, wrong)
    return go(f"/office/use-rights/{added[0].id}", say=ADDED)


@router.get("/{use_right_id}/edit")
def edit_use_right(
    request: Request, db: Db, actor: CurrentActor, now: Now, use_right_id: Id
) -> Response:
    found = _kept(db, actor, use_right_id)
    return _form(request, db, actor, _filled(found), found, day_of(now))


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
    found = _kept(db, actor, use_right_id)

    def save(given: UseRightEdit) -> None:
        facts = given.model_dump(exclude=_AMENDING)
        use_right_actions.change_use_right(
            db,
            actor=actor,
            now=now,
            use_right_id=use_right_id,
            by=given.by(day_of(now)),
            **facts,
        )

    wrong = submit(
        db,
        UseRightEdit,
        sent,
        words,
        save,
        stale=lambda: beside(sent, _filled(found), words, _say(words)),
    )
    if wrong is not None:
        return _form(request, db, actor, wrong, found, day_of(now))
    return go(f"/office/use-rights/{use_right_id}", say=CHANGED)


_AMENDING: Final = {"amending_no", "amended_on", "effective_on", "reason"}


def _filled(use_right: UseRight) -> Filled:
    kept = filled_from(use_right, UseRightBody.model_fields)
    listed = {"listed": str(use_right.listed).lower()}
    return as_of(Filled({**kept.values, **listed}), use_right.updated_at)


def _say(words: Translator) -> Callable[[str, str], str]:
    return lambda name, value: say(name, value, USE_RIGHT_TERMS, words) or ""


def _kept(db: Session, actor: Actor, use_right_id: int) -> UseRight:
    """Return a use right the actor may change."""
    found = queries.get_use_right(db, use_right_id, actor=actor)
    if not keeps(db, actor, found.right_id):
        raise NotAllowed
    return found


def _require_any(db: Session, actor: Actor) -> None:
    """Refuse who keeps the users of no right."""
    if not actor.officer and not rights_kept(db, actor):
        raise NotAllowed


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
        rights, products = _right_choices(db, actor), _product_choices(db, form)
    view = UseRightFormView(
        form=form,
        row=row,
        sign=sign,
        rights=rights,
        products=products,
        forms=FORMS,
        listed=LISTED,
    )
    return show(request, "rights/use_edit.html", view, status=422 if form.wrong else 200)


def _right_choices(db: Session, actor: Actor) -> list[tuple[str, str, str]]:
    found = (
        queries.list_rights(db, cut=Cut(limit=MAX_CHOICES)).items
        if actor.officer
        else rights_kept(db, actor)
    )
    return [
        (
            str(one.id),
            RightType(one.type).label,
            " · ".join(filter(None, [one.sign, one.goods, one.registration_no_as_written])),
        )
        for one in sorted(found, key=lambda right: (right.folded, right.id))
    ]


def _product_choices(db: Session, form: Filled) -> list[tuple[str, str]]:
    found = find_bearers(db, form.value("sought"), kept=id_in(form.value("product_id")))
    return [(str(one.product_id), f"{one.product} · {one.entity}") for one in found]
