from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor
from app.kit.errors import Conflict
from app.kit.i18n import N_
from app.kit.imports import Fate
from app.office.import_models import ImportJob, ImportRow
from app.office.import_queries import get_import, hold_import
from app.office.import_reading import Sent, pack

_KEPT: Final = timedelta(days=30)


class NotPlanned(Conflict):
    """The file is not waiting to be imported"""

    code: ClassVar[str] = "office.import_not_planned"
    detail: ClassVar[str] = N_("It was imported or dropped before, or its check is not done yet.")


class OtherCounts(Conflict):
    """The report has changed"""

    code: ClassVar[str] = "office.import_other_counts"
    detail: ClassVar[str] = N_("Load the page again and look at the rows before you go on.")


class NothingToImport(Conflict):
    """There is nothing to import"""

    code: ClassVar[str] = "office.import_nothing"
    detail: ClassVar[str] = N_("No row is new or changed.")


class RowsRefused(Conflict):
    """Some rows are refused"""

    code: ClassVar[str] = "office.import_refused"
    detail: ClassVar[str] = N_(
        "Mend {refused} rows in the file, or import the others without them."
    )

    def __init__(self, *, refused: int) -> None:
        self.refused = refused


def add_import(db: Session, *, actor: Actor, now: datetime, sent: Sent) -> ImportJob:
    """Keep a file that was read, for its dry run. Officers only."""
    actor.require_officer()
    job = ImportJob(
        kind=sent.kind,
        file_name=sent.name,
        sha256=sent.sha256,
        facts=dict(sent.facts),
        given=pack(sent.rows),
        total=len(sent.rows),
        asked_at=now,
        asked_by=actor.label,
        asked_by_id=actor.account_id,
        moved_at=now,
    )
    db.add(job)
    db.flush()
    after = {"kind": job.kind, "file": job.file_name, "sha256": job.sha256, "rows": job.total}
    record(db, by=actor, now=now, action="import.send", subject_id=job.id, after=after)
    return job


def ask_import(
    db: Session, *, actor: Actor, now: datetime, job_id: int, seen: Mapping[str, int], partial: bool
) -> ImportJob:
    """Have the rows that are fine imported, as the officer saw them counted.

    With `partial` the refused ones are left out; without it, any refuses all.
    """
    get_import(db, job_id, actor=actor)
    job = hold_import(db, job_id)
    if job.state != "planned":
        raise NotPlanned
    if any(job.counts[fate] != count for fate, count in seen.items()):
        raise OtherCounts
    if not job.counts[Fate.NEW] and not job.counts[Fate.CHANGED]:
        raise NothingToImport
    if job.counts[Fate.REFUSED] and not partial:
        raise RowsRefused(refused=job.counts[Fate.REFUSED])
    job.state, job.moved_at, job.stale = "asked", now, False
    job.decided_by, job.decided_by_id = actor.label, actor.account_id
    db.flush()
    return job


def drop_import(db: Session, *, actor: Actor, now: datetime, job_id: int) -> ImportJob:
    """Give a file up: nothing of it is imported, and its rows are erased."""
    get_import(db, job_id, actor=actor)
    job = hold_import(db, job_id)
    if job.state not in {"planned", "failed"}:
        raise NotPlanned
    job.state, job.moved_at, job.given = "dropped", now, None
    job.decided_by, job.decided_by_id = actor.label, actor.account_id
    db.execute(delete(ImportRow).where(ImportRow.job_id == job.id))
    record(db, by=actor, now=now, action="import.drop", subject_id=job.id)
    return job


def tidy_imports(db: Session, *, now: datetime) -> None:
    """Erase the rows of files that are a month old: people's data, of no further use here."""
    old = select(ImportJob.id).where(ImportJob.moved_at < now - _KEPT)
    db.execute(delete(ImportRow).where(ImportRow.job_id.in_(old)))
    db.execute(
        update(ImportJob)
        .where(ImportJob.moved_at < now - _KEPT, ImportJob.state.in_(("waiting", "planned")))
        .values(state="dropped")
    )
    db.execute(update(ImportJob).where(ImportJob.id.in_(old)).values(given=None))
