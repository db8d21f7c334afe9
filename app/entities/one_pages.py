from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.history import Happened, tell
from app.audit.listing import HEADS, history_rows
from app.audit.queries import list_events
from app.entities import part_queries, queries
from app.entities.api import EntityOut, entity_out
from app.entities.certified_access import Certified, certified
from app.entities.models import Entity
from app.entities.part_api import ContactOut, contacts_out
from app.entities.part_models import Consent, Facility, FacilityCode, Training
from app.entities.parts import SCHEME_LABELS, SUBJECT_LABELS
from app.entities.rules import KIND_LABELS, reads_private
from app.entities.terms import ENTITY_TERMS
from app.identity.access import CurrentActor
from app.identity.rules import Belonging, NotAllowed
from app.kit.clock import day_of
from app.kit.exports import AsFile, every, file_of
from app.kit.i18n import N_, Translator
from app.kit.pages import show
from app.kit.paging import Cut, Cutting, Page, next_path, previous_path
from app.kit.web import Db, Edge, Id, Now, Words
from app.places.queries import place_text
from app.places.text_queries import place_texts

router = APIRouter(prefix="/office/entities", route_class=Edge, include_in_schema=False)

SHOWN_EVENTS: Final = 5


@dataclass(frozen=True)
class EntityView:
    """One entity with all that hangs on it; personal fields as far as the reader may read them."""

    entity: EntityOut
    place: str
    kind: str
    public: dict[str, bool]
    facilities: list[tuple[Facility, str, list[FacilityCode]]]
    schemes: Mapping[str, str]
    contacts: list[ContactOut]
    consents: list[Consent]
    subjects: Mapping[str, str]
    trainings: list[Training]
    held: Sequence[Certified]
    happened: list[Happened]
    may_change: bool
    may_consent: bool
    private: bool


@dataclass(frozen=True)
class HistoryView:
    """A page of the history of an entity."""

    entity: Entity
    rows: list[Happened]
    next: str | None
    previous: str | None


@router.get("/{entity_id}")
def entity(
    request: Request, db: Db, actor: CurrentActor, now: Now, words: Words, entity_id: Id
) -> Response:
    found = queries.get_entity(db, entity_id, actor=actor)
    shown, private = part_queries.published(db, found.id), reads_private(actor, found.id)
    owner = actor.memberships.get(found.id) is Belonging.OWNER
    contacts = part_queries.list_contacts(db, actor=actor, entity_id=found.id)
    view = EntityView(
        entity=entity_out(found, actor, shown),
        place=place_text(db, found.commune_code),
        kind=KIND_LABELS[found.kind],
        public={one: one in shown.subjects for one in SUBJECT_LABELS}
        | {"address": shown.shows_address(found.kind)},
        facilities=_facilities(
            db, part_queries.list_facilities(db, actor=actor, entity_id=found.id)
        ),
        schemes=SCHEME_LABELS,
        contacts=contacts_out(db, actor, found.id, contacts),
        consents=(
            part_queries.list_consents(db, actor=actor, entity_id=found.id) if private else []
        ),
        subjects=SUBJECT_LABELS,
        trainings=part_queries.list_trainings(db, actor=actor, entity_id=found.id),
        held=certified(request, db, entity_id=found.id, product_id=None, day=day_of(now)),
        happened=_events(db, words, found) if private else [],
        may_change=actor.officer,
        may_consent=actor.officer or owner,
        private=private,
    )
    return show(request, "entities/one.html", view)


@router.get("/{entity_id}/history")
def entity_history(
    request: Request,
    db: Db,
    actor: CurrentActor,
    words: Words,
    cut: Cutting,
    entity_id: Id,
    file: AsFile = None,
) -> Response:
    found = queries.get_entity(db, entity_id, actor=actor)
    if not reads_private(actor, found.id):
        raise NotAllowed
    if file:
        happened = every(lambda part: history(db, words, found, part, hide=True), cut)
        name, title, rows = f"entity-{found.id}", N_("History"), history_rows(happened)
        return file_of(file, name=name, title=title, heads=HEADS, rows=rows, words=words)
    page = history(db, words, found, cut)
    view = HistoryView(
        found, list(page.items), next_path(request, page), previous_path(request, page)
    )
    return show(request, "entities/history.html", view)


def history(
    db: Session, words: Translator, entity: Entity, cut: Cut, *, hide: bool = False
) -> Page[Happened]:
    """Return the history of an entity and of what hangs on it, newest first."""
    page = list_events(db, cut=cut, subject_kind="entity", subject_id=entity.id)
    codes = {
        str(code)
        for event in page.items
        for facts in (event.before, event.after)
        if (code := (facts or {}).get("commune_code"))
    }
    places = {str(code): text for code, text in place_texts(db, codes).items()}
    terms = replace(ENTITY_TERMS, values={**ENTITY_TERMS.values, "commune_code": places})
    return page.map(lambda event: tell(event, terms, words, hide=hide))


def _events(db: Session, words: Translator, entity: Entity) -> list[Happened]:
    return list(history(db, words, entity, Cut(limit=SHOWN_EVENTS)).items)


def _facilities(
    db: Session, found: list[Facility]
) -> list[tuple[Facility, str, list[FacilityCode]]]:
    codes = part_queries.codes_of(db, [one.id for one in found])
    places = place_texts(db, [one.commune_code for one in found])
    return [(one, places[one.commune_code], codes[one.id]) for one in found]
