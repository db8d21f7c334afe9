"""The Department's list of quality tests, one test, and what an officer does about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.history import Happened, tell
from app.audit.queries import list_events
from app.certificates.paper_access import PaperIn, Received
from app.diary.decision_actions import clear_lot
from app.documents import actions as document_actions
from app.documents.models import Document
from app.documents.queries import documents_of
from app.documents.rules import KINDS
from app.entities.part_models import Facility
from app.identity.access import CurrentActor
from app.identity.rules import Actor
from app.kit.clock import day_of
from app.kit.errors import Conflict, Invalid
from app.kit.exports import AsFile, every
from app.kit.files import Store
from app.kit.forms import Filled, Form, In, Note, Sent, read_form, refused
from app.kit.i18n import N_, Translator
from app.kit.pages import go, sayable, show
from app.kit.paging import NEWEST, Cut, Page, Sorting, next_path, previous_path
from app.kit.saving import submit
from app.kit.web import Db, Edge, Id, Now, Words
from app.oversight import quality_actions
from app.oversight.failing import CriterionFacts
from app.oversight.following_queries import Following, following_of
from app.oversight.quality_file_pages import tests_file
from app.oversight.quality_models import QualityLift, QualityTest
from app.oversight.quality_queries import SampleFilter, SampleRow, find_lift, get_test, list_tests
from app.oversight.quality_queries import sample_rows as rows_of
from app.oversight.quality_terms import QUALITY_TERMS
from app.oversight.row_queries import names_of
from app.oversight.testing import Verdict

router = APIRouter(prefix="/office/tests", route_class=Edge, include_in_schema=False)

LIFTED = sayable(N_("The test blocks nothing any more. It stays on record as failed."))
STRUCK = sayable(N_("The test was struck out. It stays in the history."))
ACCEPTED = sayable(N_("The test counts for that stage of the diary."))
ATTACHED = sayable(N_("The document was attached."))
SHOWN_EVENTS: Final = 50
STANDING: Final = "standing"
EXPIRED: Final = "expired"
STATES: Final = [
    *((one.value, one.label) for one in Verdict),
    (STANDING, N_("Failed and not lifted")),
    (EXPIRED, N_("No longer valid")),
]
ORDERS: Final = [
    (NEWEST, N_("Last recorded first")),
    ("sampled", N_("By the day of the sample")),
    ("laboratory", N_("By laboratory")),
]
Wanted = Annotated[int, Query(ge=0, le=2**62)]


@dataclass(frozen=True)
class QualityTestsView:
    """A page of the list of quality tests, perhaps of one entity, product or lot."""

    rows: Sequence[SampleRow]
    next: str | None
    previous: str | None
    wanted: dict[str, str]
    states: list[tuple[str, str]]
    orders: list[tuple[str, str]]
    of: tuple[str, str] | None
    new: str
    may_record: bool


@dataclass(frozen=True)
class QualityTestView:
    """A quality test: what it found, what follows, its papers and its history."""

    row: SampleRow
    test: QualityTest
    facility: str
    criteria: Sequence[CriterionFacts]
    following: Following
    lift: QualityLift | None
    documents: list[Document]
    upload: Filled
    kinds: list[tuple[str, str]]
    act: str
    form: Filled
    happened: list[Happened]
    may_act: bool
    expired: bool


class ReasonIn(In):
    """Why a test is lifted or struck out."""

    reason: Annotated[Note, Field(max_length=2000)]


class StageIn(In):
    """The stage of a lot's diary that a test is accepted for."""

    stage: Annotated[str, Field(min_length=1, max_length=60)]


@router.get("")
def quality_tests(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    cut: Sorting,
    file: AsFile = None,
    q: Annotated[str, Query(max_length=100)] = "",
    state: Annotated[str, Query(max_length=10)] = "",
    entity: Wanted = 0,
    product: Wanted = 0,
    lot: Wanted = 0,
) -> Response:
    actor.require_department()
    wanted = SampleFilter(
        text=q,
        verdict=Verdict(state) if state in set(Verdict) else None,
        standing=state == STANDING,
        expired_on=day_of(now) if state == EXPIRED else None,
        entity_id=entity or None,
        product_id=product or None,
        lot_id=lot or None,
    )
    order = Cut(cut.after, cut.limit, sort=cut.sort or NEWEST, back=cut.back)

    def read(part: Cut) -> Page[SampleRow]:
        page = list_tests(db, actor=actor, cut=part, wanted=wanted)
        return page.having(rows_of(db, page.items))

    if file:
        return tests_file(file, every(read, order), words)
    page = read(order)
    ids = {"entity": entity, "product": product, "lot": lot}
    view = QualityTestsView(
        rows=page.items,
        next=next_path(request, page),
        previous=previous_path(request, page),
        wanted={"q": q, "state": state, "sort": order.sort},
        states=STATES,
        orders=ORDERS,
        of=_of(db, **ids),
        new="&".join(f"{name}={value}" for name, value in ids.items() if value),
        may_record=actor.officer,
    )
    return show(request, "oversight/tests.html", view)


def _of(db: Session, *, entity: int, product: int, lot: int) -> tuple[str, str] | None:
    """Return whose tests alone are listed: a path and a name."""
    names = names_of(db, entity_id=entity, product_id=product, lot_id=lot)
    if lot:
        return f"/office/lots/{lot}", names.lot
    if product:
        return f"/office/products/{product}", names.product
    return (f"/office/entities/{entity}", names.entity) if entity else None


@router.get("/{test_id}")
def one(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, test_id: Id
) -> Response:
    actor.require_department()
    return _show(request, db, actor, now, words, test_id)


@router.post("/{test_id}/lift")
def lift(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, test_id: Id
) -> Response:
    def save(given: ReasonIn) -> None:
        quality_actions.lift_failure(db, actor=actor, now=now, test_id=test_id, reason=given.reason)

    return _act(request, db, actor, now, words, sent, test_id, ("lift", ReasonIn, save, LIFTED))


@router.post("/{test_id}/strike")
def strike(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, test_id: Id
) -> Response:
    def save(given: ReasonIn) -> None:
        quality_actions.strike_sample(
            db, actor=actor, now=now, test_id=test_id, reason=given.reason
        )

    return _act(request, db, actor, now, words, sent, test_id, ("strike", ReasonIn, save, STRUCK))


@router.post("/{test_id}/accept")
def accept(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, sent: Form, test_id: Id
) -> Response:
    """Let a test that passed count as the one that the lot's template asks for."""
    found = get_test(db, test_id, actor=actor)

    def save(given: StageIn) -> None:
        quality_actions.check_accepted(found, day=day_of(now))
        told = words.gettext(N_("Quality test no. {number}, {laboratory}, {report}: passed"))
        reason = told.format(
            number=found.id, laboratory=found.laboratory, report=found.report_no or "-"
        )
        clear_lot(
            db,
            actor=actor,
            now=now,
            lot_id=found.lot_id or 0,
            item="test",
            stage=given.stage,
            reason=reason,
        )

    return _act(request, db, actor, now, words, sent, test_id, ("accept", StageIn, save, ACCEPTED))


@router.post("/{test_id}/documents")
def attach(
    request: Request,
    received: Received,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    files: Store,
    test_id: Id,
) -> Response:
    found = get_test(db, test_id, actor=actor)
    actor.require_officer()
    given = read_form(PaperIn, sent, words)
    wrong = given if isinstance(given, Filled) else None
    if isinstance(received, Invalid):
        wrong = refused(sent, received, words)
    elif isinstance(given, PaperIn):
        try:
            with db.begin_nested():
                document_actions.attach(
                    db,
                    actor=actor,
                    now=now,
                    files=files,
                    subject_kind="test",
                    subject_id=found.id,
                    entity_id=found.entity_id,
                    checked=received,
                    **given.model_dump(),
                )
        except (Conflict, Invalid) as error:
            wrong = refused(sent, error, words)
    if wrong is not None:
        return _show(request, db, actor, now, words, test_id, upload=wrong)
    return go(f"/office/tests/{test_id}", say=ATTACHED)


def _act(
    request: Request,
    db: Session,
    actor: Actor,
    now: datetime,
    words: Translator,
    sent: Sent,
    test_id: int,
    what: tuple[str, type[Any], Callable[[Any], None], str],
) -> Response:
    name, model, save, said = what
    get_test(db, test_id, actor=actor)
    actor.require_officer()
    wrong = submit(db, model, sent, words, save)
    if wrong is not None:
        return _show(request, db, actor, now, words, test_id, act=name, form=wrong)
    return go(f"/office/tests/{test_id}", say=said)


def _show(
    request: Request,
    db: Session,
    actor: Actor,
    now: datetime,
    words: Translator,
    test_id: int,
    *,
    act: str = "",
    form: Filled | None = None,
    upload: Filled | None = None,
) -> Response:
    found = get_test(db, test_id, actor=actor)
    following = following_of(db, found, now=now)
    events = list_events(db, cut=Cut(limit=SHOWN_EVENTS), subject_kind="test", subject_id=found.id)
    place = db.get(Facility, found.facility_id) if found.facility_id else None
    view = QualityTestView(
        row=rows_of(db, [found])[0],
        test=found,
        facility=place.name if place else "",
        criteria=following.criteria,
        following=following,
        lift=find_lift(db, found),
        documents=documents_of(db, "test", [found.id])[found.id],
        upload=upload or Filled(),
        kinds=KINDS,
        act=act,
        form=form or Filled(),
        happened=[tell(event, QUALITY_TERMS, words) for event in events.items],
        may_act=actor.officer,
        expired=found.valid_until is not None and found.valid_until < day_of(now),
    )
    return show(request, "oversight/test.html", view, status=422 if form or upload else 200)
