from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, undefer

from app.identity.rules import Actor
from app.kit.errors import NotFound
from app.kit.i18n import N_
from app.kit.imports import Fate
from app.kit.paging import Cut, Page, take, trimmed
from app.office.import_models import ImportJob, ImportRow

# Up to so many rows are worked on at once, while the officer waits; more go to the background.
AT_ONCE: Final = 1000
# What is still not done by then was left by a process that died.
_LEFT: Final = timedelta(minutes=1)


class NoSuchImport(NotFound):
    """There is no such import"""

    code: ClassVar[str] = "office.import_not_found"
    detail: ClassVar[str] = N_("Look for it in the list of imports.")


def get_import(db: Session, job_id: int, *, actor: Actor) -> ImportJob:
    """Return an import. Officers only."""
    actor.require_officer()
    job = db.get(ImportJob, job_id)
    if job is None:
        raise NoSuchImport
    return job


def hold_import(db: Session, job_id: int) -> ImportJob:
    """Return an import with its rows, held until this transaction ends."""
    query = select(ImportJob).where(ImportJob.id == job_id).options(undefer(ImportJob.given))
    job = db.scalars(
        query.with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if job is None:
        raise NoSuchImport
    return job


def list_imports(db: Session, *, actor: Actor, cut: Cut) -> Page[ImportJob]:
    actor.require_officer()
    return take(db, select(ImportJob), ImportJob.id, cut)


def list_lines(db: Session, *, job_id: int, fate: Fate | None, cut: Cut) -> Page[ImportRow]:
    """Return a page of the rows of a report; `after` is a row of the file."""
    key = ImportRow.number
    query = select(ImportRow).where(ImportRow.job_id == job_id)
    if fate is not None:
        query = query.where(ImportRow.fate == fate)
    query = query.where(key < cut.after if cut.back else key > cut.after)
    order = key.desc() if cut.back else key
    rows = db.scalars(query.order_by(order).limit(cut.limit + 1)).all()
    return trimmed(rows, cut, lambda row: row.number)


def list_refused(db: Session, *, job_id: int) -> Sequence[ImportRow]:
    query = select(ImportRow).where(ImportRow.job_id == job_id, ImportRow.fate == Fate.REFUSED)
    return db.scalars(query.order_by(ImportRow.number)).all()


def find_waiting_import(db: Session, *, now: datetime) -> int | None:
    """Return the oldest import the background has to work on."""
    query = select(ImportJob.id).where(
        ImportJob.state.in_(("waiting", "asked")),
        or_(ImportJob.total > AT_ONCE, ImportJob.moved_at < now - _LEFT),
    )
    return db.scalars(query.order_by(ImportJob.moved_at, ImportJob.id).limit(1)).first()
