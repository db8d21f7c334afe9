"""The forms that record, change and renew certificates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.history import say
from app.certificates import actions, queries
from app.certificates.api import CertificateChange, CertificateIn, TermIn
from app.certificates.kinds import RECORDED, Kind
from app.certificates.models import Certificate
from app.certificates.terms import CERTIFICATE_TERMS
from app.entities.models import Entity
from app.entities.part_queries import list_facilities
from app.entities.queries import get_entity, list_entities
from app.identity.access import CurrentActor
from app.identity.once_access import OnceRoute
from app.identity.rules import Actor
from app.kit.forms import Filled, Form, Line, Sent, filled_from
from app.kit.i18n import N_
from app.kit.pages import go, sayable, show
from app.kit.paging import Cut
from app.kit.saving import SEEN, as_of, beside, submit
from app.kit.web import Db, Id, Now, Words
from app.products.queries import list_products

router = APIRouter(prefix="/office/certificates", route_class=OnceRoute, include_in_schema=False)

ADDED = sayable(N_("The certificate was recorded."))
CHANGED = sayable(N_("The certificate was changed."))
RENEWED = sayable(N_("The new certificate was recorded; the earlier one keeps its own days."))
SOUGHT: Final = 20
CHOICES: Final = 200
KINDS: Final = [(kind.value, kind.label) for kind in RECORDED]
_CHANGED: Final = [
    name for name in CertificateChange.model_fields if name not in {SEEN, "past_is_meant"}
]
Wanted = Annotated[int, Query(ge=0, le=2**62)]


@dataclass(frozen=True)
class ChooseView:
    """Whose certificate is to be recorded: a search among the entities."""

    text: str
    entities: Sequence[Entity]


@dataclass(frozen=True)
class CertificateFormView:
    """The form of a certificate: a new one, one that renews another, or one that is changed."""

    form: Filled
    entity: Entity
    certificate: Certificate | None
    renews: bool
    kind: str
    kinds: list[tuple[str, str]]
    products: list[tuple[str, str]]
    places: list[tuple[str, str]]


@router.get("/new")
def new_certificate(
    request: Request,
    db: Db,
    actor: CurrentActor,
    entity: Wanted = 0,
    product: Wanted = 0,
    q: Line = "",
) -> Response:
    actor.require_officer()
    if not entity:
        found = list_entities(
            db, actor=actor, cut=Cut(limit=SOUGHT, sort="name"), text=q, status="active"
        )
        return show(request, "certificates/choose.html", ChooseView(q, found.items))
    chosen = get_entity(db, entity, actor=actor)
    return _form(request, db, actor, Filled({"product_id": str(product or "")}), chosen)


@router.post("/new")
def add_certificate(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    entity: Wanted = 0,
) -> Response:
    actor.require_officer()
    chosen = get_entity(db, entity, actor=actor)
    made: list[Certificate] = []

    def save(given: CertificateIn) -> None:
        made.append(actions.add_certificate(db, actor=actor, now=now, **given.model_dump()))

    whole = Sent({**sent.fields, "entity_id": str(chosen.id)}, sent.files)
    wrong = submit(db, CertificateIn, whole, words, save)
    if wrong is not None:
        return _form(request, db, actor, wrong, chosen)
    return go(f"/office/certificates/{made[0].id}", say=ADDED)


@router.get("/{paper_id}/edit")
def edit_certificate(request: Request, db: Db, actor: CurrentActor, paper_id: Id) -> Response:
    found = queries.get_certificate(db, paper_id, actor=actor)
    actor.require_officer()
    form = as_of(filled_from(found, _CHANGED), found.updated_at)
    return _form(request, db, actor, form, get_entity(db, found.entity_id, actor=actor), found)


@router.post("/{paper_id}/edit")
def change_certificate(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    paper_id: Id,
) -> Response:
    found = queries.get_certificate(db, paper_id, actor=actor)
    actor.require_officer()

    def save(given: CertificateChange) -> None:
        actions.change_certificate(
            db, actor=actor, now=now, certificate_id=paper_id, **given.model_dump()
        )

    def stale() -> Filled:
        db.refresh(found)
        kept = filled_from(found, _CHANGED)
        return beside(
            sent,
            as_of(kept, found.updated_at),
            words,
            lambda name, value: say(name, value, CERTIFICATE_TERMS, words) or "",
        )

    wrong = submit(db, CertificateChange, sent, words, save, stale=stale)
    if wrong is not None:
        entity = get_entity(db, found.entity_id, actor=actor)
        return _form(request, db, actor, wrong, entity, found)
    return go(f"/office/certificates/{found.id}", say=CHANGED)


@router.get("/{paper_id}/renew")
def ask_renewal(request: Request, db: Db, actor: CurrentActor, paper_id: Id) -> Response:
    found = queries.get_certificate(db, paper_id, actor=actor)
    actor.require_officer()
    form = filled_from(found, ["title", "issuer", "scope", "public"])
    entity = get_entity(db, found.entity_id, actor=actor)
    return _form(request, db, actor, form, entity, found, renews=True)


@router.post("/{paper_id}/renew")
def renew_certificate(
    request: Request,
    db: Db,
    actor: CurrentActor,
    now: Now,
    words: Words,
    sent: Form,
    paper_id: Id,
) -> Response:
    found = queries.get_certificate(db, paper_id, actor=actor)
    actor.require_officer()
    made: list[Certificate] = []

    def save(given: TermIn) -> None:
        facts = given.model_dump() | {"certificate_id": paper_id}
        made.append(actions.renew_certificate(db, actor=actor, now=now, **facts))

    wrong = submit(db, TermIn, sent, words, save)
    if wrong is not None:
        entity = get_entity(db, found.entity_id, actor=actor)
        return _form(request, db, actor, wrong, entity, found, renews=True)
    return go(f"/office/certificates/{made[0].id}", say=RENEWED)


def _form(
    request: Request,
    db: Session,
    actor: Actor,
    form: Filled,
    entity: Entity,
    found: Certificate | None = None,
    *,
    renews: bool = False,
) -> Response:
    products = list_products(
        db, actor=actor, cut=Cut(limit=CHOICES, sort="name"), entity_id=entity.id
    )
    places = list_facilities(db, actor=actor, entity_id=entity.id)
    view = CertificateFormView(
        form=form,
        entity=entity,
        certificate=found,
        renews=renews,
        kind=Kind(found.kind).label if found else "",
        kinds=KINDS,
        products=[(str(one.id), one.name) for one in products.items],
        places=[(str(one.id), one.name) for one in places if one.retired_on is None],
    )
    return show(request, "certificates/edit.html", view, status=422 if form.wrong else 200)
