"""The form of a quality test: what it is of first, then the sample and what it is tested for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.diary.lot_queries import LotFilter, list_lots
from app.diary.models import Lot
from app.diary.queries import get_lot
from app.entities.models import Entity
from app.entities.part_models import Facility
from app.entities.part_queries import list_facilities
from app.entities.queries import get_entity, names_of
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Filled, Form, Sent, filled_from, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut
from app.kit.saving import SEEN, RecordChanged, beside
from app.kit.web import Db, Id, Now, Words
from app.oversight.quality_actions import change_sample, record_sample
from app.oversight.quality_forms import (
    SampleForm,
    filled_criteria,
    packed,
    read_criteria,
    rows_shown,
)
from app.oversight.quality_models import QualityTest
from app.oversight.quality_queries import criteria_of, get_test
from app.oversight.sampling import MOST_CRITERIA, Sample
from app.oversight.testing import LimitKind, Verdict, Written
from app.products.models import Product
from app.products.queries import get_product, list_products

router = APIRouter(prefix="/office/tests", route_class=OnceRoute, include_in_schema=False)

RECORDED = sayable(N_("The test was recorded."))
CHANGED = sayable(N_("The test was changed; what it said before stays in its history."))
MOST_LOTS: Final = 50
MOST_FOUND: Final = 20
_HEAD: Final = list(SampleForm.model_fields)
_MORE: Final = 5
_KINDS: Final = [(one.value, one.label) for one in LimitKind]
_VERDICTS: Final = [(one.value, one.label) for one in (Verdict.PASSED, Verdict.FAILED)]
Chosen = Annotated[int, Query(ge=0, le=2**62)]


@dataclass(frozen=True)
class ChooseView:
    """What a test may be of: products by a part of a name."""

    text: str
    products: Sequence[tuple[Product, str]]


@dataclass(frozen=True)
class SampleFormView:
    """The form of a test, new or changed; the lots and the places to choose from."""

    test_id: int | None
    entity: Entity
    product: Product | None
    lots: list[tuple[int, str]]
    facilities: list[tuple[int, str]]
    form: Filled
    rows: range
    more: bool
    kinds: list[tuple[str, str]]
    verdicts: list[tuple[str, str]]


@router.get("/new")
def new(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    q: Annotated[str, Query(max_length=100)] = "",
    entity: Chosen = 0,
    product: Chosen = 0,
    lot: Chosen = 0,
) -> Response:
    actor.require_officer()
    if lot:
        product = get_lot(db, lot, actor=actor).product_id
    if product:
        entity = get_product(db, product, actor=actor).entity_id
    if not entity:
        return show(request, "oversight/test_choose.html", ChooseView(q, _products(db, actor, q)))
    ids = {"entity_id": entity, "product_id": product, "lot_id": lot}
    given = {name: str(value) for name, value in ids.items() if value}
    return _form(request, db, actor, Filled({"sampled_on": day_of(now).isoformat(), **given}))


@router.post("/new")
def record(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form
) -> Response:
    actor.require_officer()

    def save(sample: Sample, criteria: Sequence[Written], _given: SampleForm) -> QualityTest:
        return record_sample(db, actor=actor, now=now, sample=sample, criteria=criteria)

    done = _save(db, sent, words, save)
    if isinstance(done, QualityTest):
        return go(f"/office/tests/{done.id}", say=RECORDED)
    return _form(request, db, actor, done)


@router.get("/{test_id}/edit")
def edit(request: Request, db: Db, actor: CurrentActor, words: Words, test_id: Id) -> Response:
    found = get_test(db, test_id, actor=actor)
    actor.require_officer()
    return _form(request, db, actor, _current(db, found, words), test_id)


@router.post("/{test_id}/edit")
def change(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, test_id: Id
) -> Response:
    found = get_test(db, test_id, actor=actor)
    actor.require_officer()

    def save(sample: Sample, criteria: Sequence[Written], given: SampleForm) -> QualityTest:
        return change_sample(
            db,
            actor=actor,
            now=now,
            test_id=test_id,
            sample=sample,
            criteria=criteria,
            seen=given.seen,
        )

    try:
        done = _save(db, sent, words, save)
    except RecordChanged:
        kept = Sent(packed(sent.fields), {})
        done = beside(kept, _current(db, found, words), words, lambda _name, value: value)
    if isinstance(done, QualityTest):
        return go(f"/office/tests/{test_id}", say=CHANGED)
    return _form(request, db, actor, done, test_id)


def _save(
    db: Session,
    sent: Sent,
    words: Translator,
    save: Callable[[Sample, Sequence[Written], SampleForm], QualityTest],
) -> QualityTest | Filled:
    """Save what the form says; return it filled in again where it is wrong or wants more rows."""
    kept = Sent(packed(sent.fields), {})
    if sent.text("more"):
        rows = min(MOST_CRITERIA, rows_shown(Filled(kept.fields)) + _MORE)
        return Filled({**kept.fields, "rows": str(rows)})
    given, (criteria, wrong) = (
        read_form(SampleForm, kept, words),
        read_criteria(kept.fields, words),
    )
    if isinstance(given, Filled) or wrong:
        errors = given.errors if isinstance(given, Filled) else {}
        return Filled(kept.fields, {**errors, **wrong})
    try:
        with db.begin_nested():
            return save(Sample(**given.model_dump(exclude={SEEN})), criteria, given)
    except RecordChanged:
        raise
    except (Conflict, Invalid) as error:
        return refused(kept, error, words)


def _current(db: Session, test: QualityTest, words: Translator) -> Filled:
    head = filled_from(test, [name for name in _HEAD if name != SEEN]).values
    rows = filled_criteria(criteria_of(db, [test])[test.id], words.language)
    return Filled({**head, **rows, SEEN: test.changed_at.isoformat()})


def _products(db: Session, actor: Actor, text: str) -> list[tuple[Product, str]]:
    if not text.strip():
        return []
    cut = Cut(limit=MOST_FOUND, sort="name")
    found: Sequence[Product] = list_products(db, actor=actor, cut=cut, text=text).items
    names = names_of(db, [one.entity_id for one in found])
    return [(one, names[one.entity_id]) for one in found]


def _form(
    request: Request, db: Session, actor: Actor, form: Filled, test_id: int | None = None
) -> Response:
    product_id, lot_id = _id(form, "product_id"), _id(form, "lot_id")
    product = get_product(db, product_id, actor=actor) if product_id else None
    entity = get_entity(db, product.entity_id if product else _id(form, "entity_id"), actor=actor)
    places: Sequence[Facility] = list_facilities(db, actor=actor, entity_id=entity.id)
    rows = rows_shown(form)
    view = SampleFormView(
        test_id=test_id,
        entity=entity,
        product=product,
        lots=_lots(db, actor, product_id, lot_id) if product else [],
        facilities=[(one.id, one.name) for one in places if one.retired_on is None],
        form=form,
        rows=range(1, rows + 1),
        more=rows < MOST_CRITERIA,
        kinds=_KINDS,
        verdicts=_VERDICTS,
    )
    return show(request, "oversight/test_form.html", view, status=422 if form.wrong else 200)


def _id(form: Filled, name: str) -> int:
    text = form.value(name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len(str(2**62)) else 0


def _lots(db: Session, actor: Actor, product_id: int, lot_id: int) -> list[tuple[int, str]]:
    """Return the latest lots of a product, with the one that is chosen however old it is."""
    wanted = LotFilter(product_id=product_id)
    cut = Cut(limit=MOST_LOTS, newest=True)
    found: list[Any] = list(list_lots(db, actor=actor, cut=cut, wanted=wanted).items)
    if lot_id and lot_id not in {one.id for one in found}:
        found += db.scalars(select(Lot).where(Lot.id == lot_id, Lot.product_id == product_id))
    return [(one.id, one.number) for one in found]
