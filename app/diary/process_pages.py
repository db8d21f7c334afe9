from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.diary import process_actions
from app.diary.models import ProductionProcess
from app.diary.process_api import ApprovalIn
from app.diary.process_queries import list_processes
from app.diary.processes import MOST_STAGES, in_force, read_stages
from app.identity.access import CurrentActor
from app.identity.rules import Actor, Belonging
from app.kit.clock import day_of
from app.kit.forms import Filled, Form, In, Note
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.saving import submit
from app.kit.web import Db, Edge, Id, Now, Words
from app.products.models import Product
from app.products.queries import get_product

router = APIRouter(
    prefix="/office/products/{product_id}/process", route_class=Edge, include_in_schema=False
)

PROPOSED = sayable(N_("The new version was saved. It holds once an officer approves it."))
APPROVED = sayable(N_("The version was approved."))


@dataclass(frozen=True)
class ProcessView:
    """How a product is made: the version in force, all versions, and the form of a new one."""

    product: Product
    current: ProductionProcess | None
    versions: list[ProductionProcess]
    form: Filled
    most: int
    may_propose: bool
    may_approve: bool


class ProcessForm(In):
    """A new version, its stages one a line."""

    stages: Annotated[str, Field(max_length=20_000)] = ""
    note: Annotated[Note, Field(max_length=2000)] = ""


@router.get("")
def product_process(
    request: Request, db: Db, actor: CurrentActor, now: Now, product_id: Id
) -> Response:
    return _show(request, db, actor, day_of(now), product_id)


@router.post("")
def propose_process(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    product_id: Id,
) -> Response:
    product = get_product(db, product_id, actor=actor)
    actor.require_member_or_officer(product.entity_id, owner=True)

    def save(given: ProcessForm) -> None:
        process_actions.propose_process(
            db,
            actor=actor,
            now=now,
            product_id=product_id,
            stages=read_stages(given.stages),
            note=given.note,
        )

    wrong = submit(ProcessForm, sent, words, save)
    if wrong is not None:
        return _show(request, db, actor, day_of(now), product_id, wrong)
    return go(f"/office/products/{product_id}/process", say=PROPOSED)


@router.post("/{process_id}/approve")
def approve_process(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    product_id: Id,
    process_id: Id,
) -> Response:
    get_product(db, product_id, actor=actor)
    actor.require_officer()

    def save(given: ApprovalIn) -> None:
        facts = {"product_id": product_id, "process_id": process_id}
        process_actions.approve_process(
            db, actor=actor, now=now, valid_from=given.valid_from, **facts
        )

    wrong = submit(ApprovalIn, sent, words, save)
    if wrong is not None:
        return _show(request, db, actor, day_of(now), product_id, wrong)
    return go(f"/office/products/{product_id}/process", say=APPROVED)


def _show(
    request: Request,
    db: Session,
    actor: Actor,
    day: date,
    product_id: int,
    wrong: Filled | None = None,
) -> Response:
    product = get_product(db, product_id, actor=actor)
    versions = list_processes(db, actor=actor, product_id=product_id)
    stages = "\n".join(versions[0].stages) if versions else ""
    owner = actor.memberships.get(product.entity_id) is Belonging.OWNER
    view = ProcessView(
        product=product,
        current=in_force(versions, day),
        versions=versions,
        form=wrong or Filled({"stages": stages}),
        most=MOST_STAGES,
        may_propose=actor.officer or owner,
        may_approve=actor.officer,
    )
    return show(request, "diary/process.html", view, status=422 if wrong else 200)
