from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.paging import Cut, Page, take
from app.kit.text import fold
from app.oversight.inspection_models import Measure
from app.oversight.models import Finding, FindingClosing, FindingPhoto
from app.oversight.queries import require_sight
from app.oversight.rules import FindingOutcome, Subject


@dataclass(frozen=True)
class FindingFilter:
    """Which findings are wanted."""

    outcome: FindingOutcome | None = None
    subject: Subject | None = None
    entity_id: int | None = None
    text: str = ""
    mine: bool = False


def find_recorded(db: Session, sent_hash: str) -> Finding | None:
    """Return the finding that the same form became before."""
    return db.scalars(select(Finding).where(Finding.sent_hash == sent_hash)).one_or_none()


def get_finding(db: Session, finding_id: int, *, actor: Actor) -> Finding:
    require_sight(actor)
    finding = db.get(Finding, finding_id)
    if finding is None:
        raise NotFound
    return finding


def list_findings(
    db: Session, *, actor: Actor, cut: Cut, wanted: FindingFilter | None = None
) -> Page[Finding]:
    require_sight(actor)
    asked = wanted or FindingFilter()
    query = select(Finding)
    equal: tuple[tuple[Any, Any], ...] = (
        (Finding.outcome, asked.outcome),
        (Finding.subject, asked.subject),
        (Finding.entity_id, asked.entity_id),
        (Finding.actor_id, actor.account_id if asked.mine else None),
    )
    for column, value in equal:
        if value is not None:
            query = query.where(column == value)
    for word in fold(asked.text).split():
        owners = select(Entity.id).where(Entity.folded.contains(word, autoescape=True))
        query = query.where(
            or_(Finding.folded.contains(word, autoescape=True), Finding.entity_id.in_(owners))
        )
    return take(db, query, Finding.id, cut)


def list_findings_near(
    db: Session, *, code: str = "", lot_id: int | None = None, entity_id: int | None = None
) -> list[Finding]:
    """Return the latest findings on a stamp, its lot and its entity, the newest first."""
    near: list[ColumnElement[bool]] = []
    if code:
        near.append((Finding.subject == Subject.STAMP) & (Finding.key == code))
    if lot_id is not None:
        near.append(Finding.lot_id == lot_id)
    if entity_id is not None:
        near.append(Finding.entity_id == entity_id)
    if not near:
        return []
    query = select(Finding).where(or_(*near)).order_by(Finding.id.desc()).limit(20)
    return list(db.scalars(query))


def find_closing(db: Session, finding_id: int) -> FindingClosing | None:
    """Return how a finding ended, if it has."""
    return db.get(FindingClosing, finding_id)


def find_measure(db: Session, finding_id: int) -> int | None:
    """Return the measure that follows a finding, if one was set."""
    query = select(Measure.id).where(Measure.finding_id == finding_id)
    return db.scalar(query.order_by(Measure.id).limit(1))


def closings_of(db: Session, finding_ids: Collection[int]) -> dict[int, FindingClosing]:
    """Return how findings ended, of those that have."""
    query = select(FindingClosing).where(FindingClosing.finding_id.in_(finding_ids))
    return {one.finding_id: one for one in db.scalars(query)}


def list_photos(db: Session, finding_id: int) -> list[FindingPhoto]:
    query = select(FindingPhoto).where(FindingPhoto.finding_id == finding_id)
    return list(db.scalars(query.order_by(FindingPhoto.position)))


def find_photo(db: Session, finding_id: int, position: int) -> str:
    """Return the SHA-256 of a finding's photo, or nothing."""
    photo = db.get(FindingPhoto, (finding_id, position))
    return photo.sha256 if photo else ""


def count_photos(db: Session, found: Sequence[Finding]) -> dict[int, int]:
    query = (
        select(FindingPhoto.finding_id, func.count())
        .where(FindingPhoto.finding_id.in_([one.id for one in found]))
        .group_by(FindingPhoto.finding_id)
    )
    return {row[0]: row[1] for row in db.execute(query)}
