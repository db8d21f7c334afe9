from collections.abc import Collection, Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.kit.paging import Cut, Page, take
from app.oversight.checklist_body import read_questions
from app.oversight.checklists import Questions
from app.oversight.inspection_models import Checklist, ChecklistVersion


class NoSuchChecklist(NotFound):
    """There is no such checklist"""

    code = "oversight.no_such_checklist"
    detail = N_("Look for it in the list of checklists.")


def get_checklist(db: Session, checklist_id: int) -> Checklist:
    found = db.get(Checklist, checklist_id)
    if found is None:
        raise NoSuchChecklist
    return found


def get_version(db: Session, version_id: int) -> ChecklistVersion:
    found = db.get(ChecklistVersion, version_id)
    if found is None:
        raise NoSuchChecklist
    return found


def get_numbered(db: Session, checklist_id: int, version: int) -> ChecklistVersion:
    query = select(ChecklistVersion).where(
        ChecklistVersion.checklist_id == checklist_id, ChecklistVersion.version == version
    )
    found = db.scalars(query).one_or_none()
    if found is None:
        raise NoSuchChecklist
    return found


def find_by_code(db: Session, code: str) -> Checklist | None:
    return db.scalars(select(Checklist).where(Checklist.code == code)).one_or_none()


def count_checklists(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Checklist)) or 0


def list_checklists(db: Session, *, cut: Cut, retired: bool = False) -> Page[Checklist]:
    """Return checklists in use, or those that no longer are."""
    gone = Checklist.retired_on.is_not(None) if retired else Checklist.retired_on.is_(None)
    return take(db, select(Checklist).where(gone), Checklist.id, cut)


def offered(db: Session) -> list[Checklist]:
    """Return the checklists a new inspection may be held by, the oldest first."""
    query = select(Checklist).where(Checklist.retired_on.is_(None)).order_by(Checklist.id)
    return list(db.scalars(query))


def list_versions(db: Session, checklist_id: int) -> list[ChecklistVersion]:
    """Return the versions of a checklist, the newest first."""
    query = select(ChecklistVersion).where(ChecklistVersion.checklist_id == checklist_id)
    return list(db.scalars(query.order_by(ChecklistVersion.version.desc())))


def latest_versions(db: Session, ids: Iterable[int]) -> dict[int, ChecklistVersion]:
    """Return the version of each checklist that an inspection begun now is kept by."""
    latest = (
        select(func.max(ChecklistVersion.id))
        .where(ChecklistVersion.checklist_id.in_(set(ids)))
        .group_by(ChecklistVersion.checklist_id)
    )
    query = select(ChecklistVersion).where(ChecklistVersion.id.in_(latest))
    return {one.checklist_id: one for one in db.scalars(query)}


def versions_by_id(db: Session, ids: Collection[int]) -> dict[int, ChecklistVersion]:
    query = select(ChecklistVersion).where(ChecklistVersion.id.in_(ids))
    return {one.id: one for one in db.scalars(query)}


def names_by_id(db: Session, ids: Collection[int]) -> dict[int, Checklist]:
    return {one.id: one for one in db.scalars(select(Checklist).where(Checklist.id.in_(ids)))}


def questions_of(version: ChecklistVersion) -> Questions:
    return read_questions(version.body)
