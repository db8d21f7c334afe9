"""The work on imports: dry runs, and imports of what they found, each all or nothing."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.certificates.import_actions import import_certificates
from app.certificates.import_plan_actions import plan_certificates
from app.entities.import_actions import import_entities
from app.entities.import_queries import plan_entities
from app.identity.queries import actor_for, get_account
from app.identity.rules import Actor, Role
from app.kit.clock import day_of
from app.kit.db import Database
from app.kit.errors import Conflict, DomainError, title_of
from app.kit.i18n import N_
from app.kit.imports import Fate, Planned
from app.office.import_kinds import SUBJECTS, ImportKind
from app.office.import_models import ImportJob, ImportRow
from app.office.import_queries import find_waiting_import, hold_import
from app.office.import_reading import pack_fault, unpack
from app.oversight.quality_import_actions import import_tests
from app.oversight.quality_import_plan_actions import plan_tests
from app.places.import_actions import import_former_places
from app.places.import_queries import plan_former_places
from app.products.import_actions import import_products
from app.products.import_plan_actions import plan_products
from app.rights.import_actions import import_rights, import_use_rights
from app.rights.import_plan_actions import plan_rights
from app.rights.use_import_plan_actions import plan_use_rights

log = logging.getLogger("ocop.imports")

_STEP: Final = 1000
_UNEXPECTED: Final = N_("The server failed on this file. Nothing was imported.")


@dataclass(frozen=True)
class Hands:
    """What it takes to work on imports; `province` is meant where a file names none."""

    database: Database
    clock: Callable[[], datetime]
    province: str


@dataclass(frozen=True)
class _Craft:
    """How a kind is planned and written, and the tables nobody else may write meanwhile.

    None where each record is written as a form writes it, and held on to by itself.
    """

    plan: Callable[..., list[Planned]]
    write: Callable[..., None]
    tables: tuple[str, ...]


def _write_former_places(
    db: Session, *, actor: Actor, now: datetime, planned: Sequence[Planned]
) -> None:
    del now  # Kept by the event of the import itself.
    actor.require_officer()
    import_former_places(db, planned=planned)


_CRAFTS: Final[Mapping[ImportKind, _Craft]] = {
    ImportKind.ENTITIES: _Craft(plan_entities, import_entities, ("entity",)),
    ImportKind.PRODUCTS: _Craft(
        plan_products, import_products, ("product", "product_pack", "ocop_certificate")
    ),
    ImportKind.RIGHTS: _Craft(plan_rights, import_rights, ("ip_right",)),
    ImportKind.USE_RIGHTS: _Craft(plan_use_rights, import_use_rights, ("use_right",)),
    ImportKind.CERTIFICATES: _Craft(plan_certificates, import_certificates, ()),
    ImportKind.TESTS: _Craft(plan_tests, import_tests, ()),
    ImportKind.FORMER_PLACES: _Craft(plan_former_places, _write_former_places, ("former_place",)),
}


class PlanStale(Exception):
    """The records have changed since the dry run, and a row would have another fate."""


def work_on_import(hands: Hands, job_id: int) -> None:
    """Do the next step of an import: its dry run, or the import that was asked for."""
    with hands.database.begin() as db:
        state = hold_import(db, job_id).state
    try:
        if state == "waiting":
            plan_import(hands, job_id)
        elif state == "asked":
            _import(hands, job_id)
    except Exception as error:
        log.exception("import %s failed", job_id)
        problem = title_of(type(error)) if isinstance(error, DomainError) else _UNEXPECTED
        with hands.database.begin() as db:
            job = hold_import(db, job_id)
            job.state, job.problem, job.moved_at = "failed", problem, hands.clock()


def work_on_waiting_imports(hands: Hands) -> None:
    """Work on every import that waits for the background, oldest first."""
    while True:
        with hands.database.begin(write=False) as db:
            job_id = find_waiting_import(db, now=hands.clock())
        if job_id is None:
            return
        work_on_import(hands, job_id)


def plan_import(hands: Hands, job_id: int, *, stale: bool = False) -> None:
    """Make the dry run, and write its report step by step, so that it can be followed."""
    with hands.database.begin(write=False) as db:
        job = db.get_one(ImportJob, job_id)
        planned = _planned(db, job, hands.province, hands.clock())
    with hands.database.begin() as db:
        _erase_lines(db, job_id)
    for start in range(0, len(planned), _STEP):
        part = planned[start : start + _STEP]
        with hands.database.begin() as db:
            _write_lines(db, job_id, part)
            done = start + len(part)
            db.execute(update(ImportJob).where(ImportJob.id == job_id).values(done=done))
    with hands.database.begin() as db:
        _settle(hold_import(db, job_id), planned, hands.clock(), stale=stale)


def plan_within(db: Session, *, job: ImportJob, province: str, now: datetime) -> None:
    """Make the dry run and its report in this transaction."""
    planned = _planned(db, job, province, now)
    _erase_lines(db, job.id)
    _write_lines(db, job.id, planned)
    _settle(job, planned, now, stale=False)


def _erase_lines(db: Session, job_id: int) -> None:
    db.execute(delete(ImportRow).where(ImportRow.job_id == job_id))
    db.execute(update(ImportJob).where(ImportJob.id == job_id).values(done=0))


def _write_lines(db: Session, job_id: int, planned: Sequence[Planned]) -> None:
    if planned:
        db.execute(insert(ImportRow), [_line(job_id, one) for one in planned])


def _settle(job: ImportJob, planned: Sequence[Planned], now: datetime, *, stale: bool) -> None:
    job.counts, job.stale, job.done = _counts(planned), stale, job.total
    job.state, job.moved_at = "planned", now


def _import(hands: Hands, job_id: int) -> None:
    try:
        with hands.database.begin() as db:
            apply_import(db, hands, job_id)
    except (PlanStale, Conflict, IntegrityError):
        # Somebody was faster: the officer sees what is left to do.
        plan_import(hands, job_id, stale=True)


def apply_import(db: Session, hands: Hands, job_id: int) -> None:
    """Write what the report says, in this transaction, or raise PlanStale.

    The plan is made again under a lock. A row somebody else has meanwhile brought to the same is
    as it was; any other difference from what the officer saw stops the import.
    """
    job = hold_import(db, job_id)
    if job.state != "asked":
        return
    actor, now = _actor(db, job), hands.clock()
    craft = _CRAFTS[ImportKind(job.kind)]
    if craft.tables and db.get_bind().dialect.name == "postgresql":
        # Others go on reading; who writes waits, so that what was looked up stays true.
        db.execute(text(f"LOCK TABLE {', '.join(craft.tables)} IN SHARE ROW EXCLUSIVE MODE"))
    planned = [
        one for one in _planned(db, job, hands.province, now) if one.fate is not Fate.REFUSED
    ]
    _check_same(db, job, planned)
    craft.write(db, actor=actor, now=now, planned=planned)
    left_out = job.counts[Fate.REFUSED]
    made = _counts(planned) | {"left_out": left_out}
    job.counts = job.counts | {"made": made}
    job.state, job.moved_at, job.done = "done", now, job.total
    after = {"kind": job.kind, "file": job.file_name, "sha256": job.sha256} | made
    record(db, by=actor, now=now, action="import.apply", subject_id=job.id, after=after)


def _planned(db: Session, job: ImportJob, province: str, now: datetime) -> list[Planned]:
    kind = ImportKind(job.kind)
    rows = unpack(job.given or b"", SUBJECTS[kind].columns)
    return _CRAFTS[kind].plan(db, rows, on=day_of(now), province=province)


def _check_same(db: Session, job: ImportJob, planned: Sequence[Planned]) -> None:
    columns = (ImportRow.number, ImportRow.fate, ImportRow.shown)
    query = select(*columns).where(ImportRow.job_id == job.id, ImportRow.fate != Fate.REFUSED)
    seen = {number: (fate, shown) for number, fate, shown in db.execute(query)}
    if len(seen) != len(planned):
        raise PlanStale
    for one in planned:
        if one.fate is not Fate.SAME and seen.get(one.number) != (one.fate, _shown(one)):
            raise PlanStale


def _actor(db: Session, job: ImportJob) -> Actor:
    """Return who asked for the import, with the roles of this moment."""
    if job.decided_by_id is None:
        return Actor(account_id=None, label=job.decided_by, roles=frozenset({Role.ADMINISTRATOR}))
    return actor_for(db, get_account(db, job.decided_by_id))


def _counts(planned: Sequence[Planned]) -> dict[str, int]:
    counts = dict.fromkeys((fate.value for fate in Fate), 0)
    for one in planned:
        counts[one.fate.value] += 1
    return counts


def _line(job_id: int, one: Planned) -> dict[str, Any]:
    return {
        "job_id": job_id,
        "number": one.number,
        "fate": one.fate.value,
        "label": one.label[:200],
        "record_id": one.record_id,
        "shown": _shown(one),
        "faults": [pack_fault(fault) for fault in one.faults],
    }


def _shown(one: Planned) -> dict[str, list[Any]]:
    return {name: list(values) for name, values in one.shown.items()}
