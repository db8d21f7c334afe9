from collections.abc import Mapping, Sequence
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
from app.diary.template_models import ProcessTemplateVersion
from app.diary.template_queries import VersionName, names_of_versions, offered_versions
from app.identity.access import CurrentActor
from app.identity.rules import Actor, Belonging
from app.kit.clock import day_of
from app.kit.forms import Filled, Form, In, Note
from app.kit.i18n import N_, Translator
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
    # By the version's id: what it is called, and where it is read.
    taken: Mapping[int, tuple[str, str]]
    offered: list[tuple[str, str]]
    newer: str
    form: Filled
    most: int
    may_propose: bool
    may_approve: bool


class ProcessForm(In):
    """A new version, its stages one a line or taken from a template."""

    stages: Annotated[str, Field(max_length=20_000)] = ""
    template_version_id: Annotated[int | None, Field(ge=1, le=2**62)] = None
    note: Annotated[Note, Field(max_length=2000)] = ""


@router.get("")
def product_process(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, product_id: Id
) -> Response:
    return _show(request, db, actor, day_of(now), words, product_id)


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
            stages=read_stages(given.stages) if given.stages else (),
            template_version_id=given.template_version_id,
            note=given.note,
        )

    wrong = submit(db, ProcessForm, sent, words, save)
    if wrong is not None:
        return _show(request, db, actor, day_of(now), words, product_id, wrong)
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

    wrong = submit(db, ApprovalIn, sent, words, save)
    if wrong is not None:
        return _show(request, db, actor, day_of(now), words, product_id, wrong)
    return go(f"/office/products/{product_id}/process", say=APPROVED)


def _show(
    request: Request,
    db: Session,
    actor: Actor,
    day: date,
    words: Translator,
    product_id: int,
    wrong: Filled | None = None,
) -> Response:
    product = get_product(db, product_id, actor=actor)
    versions = list_processes(db, actor=actor, product_id=product_id)
    stages = "\n".join(versions[0].stages) if versions else ""
    owner = actor.memberships.get(product.entity_id) is Belonging.OWNER
    current = in_force(versions, day)
    offered = [
        (version, VersionName(one, version.version)) for one, version in offered_versions(db)
    ]
    named = names_of_versions(db, (one.template_version_id for one in versions))
    view = ProcessView(
        product=product,
        current=current,
        versions=versions,
        taken={id_: (name.say(words), name.path) for id_, name in named.items()},
        offered=[(str(version.id), name.say(words)) for version, name in offered],
        newer=_newer(current, named, offered, words),
        form=wrong or Filled({"stages": stages}),
        most=MOST_STAGES,
        may_propose=actor.officer or owner,
        may_approve=actor.officer,
    )
    return show(request, "diary/process.html", view, status=422 if wrong else 200)


def _newer(
    current: ProductionProcess | None,
    named: Mapping[int, VersionName],
    offered: Sequence[tuple[ProcessTemplateVersion, VersionName]],
    words: Translator,
) -> str:
    """Return the later version there is of the template that the process in force came from."""
    taken = named.get(current.template_version_id or 0) if current else None
    later = [
        name.say(words)
        for _, name in offered
        if taken and name.template is taken.template and name.version > taken.version
    ]
    return later[0] if later else ""
