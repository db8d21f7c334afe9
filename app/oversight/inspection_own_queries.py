"""What whoever was inspected reads of it beyond its result: the minutes, papers, measures."""

from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.documents.models import Document
from app.documents.queries import documents_of
from app.documents.rules import DocumentKind, NoSuchDocument
from app.identity.rules import Actor
from app.kit.db import beyond_fence
from app.kit.i18n import Translator
from app.oversight.inspection_models import Inspection, Measure
from app.oversight.inspection_view_queries import Whole, whole_of

# Made for whoever was inspected too; all other papers are the Department's own.
_THEIRS: Final = frozenset({DocumentKind.MINUTES, DocumentKind.DECISION, DocumentKind.REPORT})


def list_papers(db: Session, found: Inspection) -> list[Document]:
    """Return the minutes, decisions and reports of results attached to a signed inspection."""
    if found.signed_at is None:
        return []
    # They belong to no entity; who may see an inspection may see what it was given in writing.
    with beyond_fence(db):
        papers = documents_of(db, "inspection", [found.id])[found.id]
    return [one for one in papers if one.kind in _THEIRS and one.withdrawn_at is None]


def get_paper(db: Session, found: Inspection, document_id: int) -> Document:
    for one in list_papers(db, found):
        if one.id == document_id:
            return one
    raise NoSuchDocument


def minutes_of(db: Session, found: Inspection, *, words: Translator, today: date) -> Whole:
    """Return all that the minutes of an inspection say, to whoever may see the inspection."""
    # They name the plan's decision and who led, which an entity reads nowhere else.
    with beyond_fence(db):
        return whole_of(db, found, words=words, today=today)


def list_open_measures(db: Session, *, actor: Actor) -> list[Measure]:
    """Return what the actor's own entities have to do, what is due first coming first."""
    query = select(Measure).where(
        Measure.entity_id.in_(frozenset(actor.memberships)), Measure.done_on.is_(None)
    )
    return list(db.scalars(query.order_by(Measure.deadline, Measure.id)))
