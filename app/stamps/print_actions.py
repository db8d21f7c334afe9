import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from time import monotonic
from typing import Any, BinaryIO, ClassVar, Final, cast

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from app.audit.actions import record
from app.identity.rules import Actor
from app.kit.db import Database
from app.kit.errors import Conflict, DomainError, Unavailable, Words
from app.kit.i18n import N_
from app.kit.spool import PrivateFiles, Spool, spooled
from app.stamps.bundle import Part, check_bundle, write_bundle
from app.stamps.codes import unline
from app.stamps.export_queries import NoSuchExport, find_waiting_export, spec_of
from app.stamps.job import SUFFIXES, Progress, Run, write_run
from app.stamps.keyring import Keyring
from app.stamps.models import Batch, Export
from app.stamps.proof import NotAsPrinted, Proof, prove

log = logging.getLogger("ocop.exports")

_TOLD_EVERY: Final = 1.0
_UNEXPECTED: Final = N_("The file came out wrong or could not be written.")
_UNREADABLE: Final = N_(
    "When the finished file was read back, page or row {place} did not say what it must. The file "
    "was thrown away."
)


class ExportFailed(Unavailable):
    """The file could not be made"""

    code: ClassVar[str] = "stamps.export_failed"
    detail: ClassVar[str] = N_("{problem} No code left the system. Try again.")

    def __init__(self, *, problem: str) -> None:
        self.problem = problem


class ExportDiffers(Conflict):
    """The file can't be made the same again"""

    code: ClassVar[str] = "stamps.export_differs"
    detail: ClassVar[str] = N_(
        "It is gone from the disk, and this version of the software makes another one. Restore "
        "it from the backup, or ask for a new file with another reason."
    )


class NotConfirmed(Conflict):
    """Another person must confirm this file"""

    code: ClassVar[str] = "stamps.export_not_confirmed"
    detail: ClassVar[str] = N_(
        "{asked_by} asked for it, and so many codes need two people. Another officer confirms it "
        "on the page of its files; then it is made."
    )

    def __init__(self, *, asked_by: str) -> None:
        self.asked_by = asked_by


@dataclass(frozen=True)
class Press:
    """What it takes to make files of codes. `words` are those of the office that prints."""

    database: Database
    files: PrivateFiles
    keyring: Keyring
    words: Words
    base_url: str
    clock: Callable[[], datetime]


@dataclass(frozen=True)
class Job:
    """One file to make, as plain values: no transaction is open meanwhile.

    A file of a batch is one part without a name; the parts of an allotment have theirs.
    """

    parts: tuple[Part, ...]
    heads: tuple[str, ...]
    suffix: str
    sha256: str


def suffix_of(export: Export) -> str:
    """Return how the name of a record's file ends."""
    return "zip" if export.allotment_id else SUFFIXES[export.format]


def stored_name(export: Export) -> str:
    return f"{export.sha256}.{suffix_of(export)}"


def is_stored(press: Press, export: Export) -> bool:
    return export.state == "ready" and press.files.path(stored_name(export)).is_file()


def make_export(press: Press, export_id: int, progress: Progress | None = None) -> Export:
    """Make the file of a record, unless it is there, and return the record.

    Nothing is sent from here: the file is whole, read back, hashed and recorded first. Two makers
    of one file, or one that begins again after a crash, come to the same bytes. `progress` is
    told now and then how many codes are done. Raises ExportFailed, NotConfirmed, or what the
    record can't do.
    """
    made = None
    try:
        job = _begin(press, export_id)
        if job is not None:
            made = _spool(press, job, _teller(press, export_id, progress))
    except NotConfirmed:
        raise
    except Exception as error:
        _fail(press, export_id, error)
        if isinstance(error, DomainError):
            raise
        raise ExportFailed(problem=_problem(error, press.words)) from error
    with press.database.begin() as db:
        if made is not None:
            _record_ready(db, export_id, *made, press.clock())
        return _get(db, export_id)


def make_waiting_exports(press: Press) -> int:
    """Make every file that waits, oldest first, and return how many were made."""
    made = 0
    while True:
        with press.database.begin(write=False) as db:
            export_id = find_waiting_export(db)
        if export_id is None:
            return made
        try:
            make_export(press, export_id)
        except DomainError as error:
            # The record says why; the next one may well come out.
            log.warning("export %s could not be made: %s", export_id, error.code)
        made += 1


def reopen_exports(press: Press) -> None:
    """Have files whose maker died made again. Called once, by who takes the lead.

    A request may be making one of them just now: then it is made twice, the same.
    """
    press.files.sweep(press.clock())
    with press.database.begin() as db:
        db.execute(update(Export).where(Export.state == "making").values(state="waiting"))


def _begin(press: Press, export_id: int) -> Job | None:
    """Take the record in hand; None where its file is there already."""
    with press.database.begin() as db:
        export = _get(db, export_id)
        if export.state == "asked":
            raise NotConfirmed(asked_by=export.asked_by)
        if is_stored(press, export):
            return None
        if export.state != "ready":
            export.state, export.done, export.problem = "making", 0, ""
        facts = export.facts
        parts = tuple(
            _part(press, db, export, {**facts, **part}) for part in facts.get("parts", [{}])
        )
        db.flush()
    heads = tuple(facts.get("heads", ()))
    return Job(parts, heads, suffix=suffix_of(export), sha256=export.sha256)


def _part(press: Press, db: Session, export: Export, facts: Mapping[str, Any]) -> Part:
    batch_id = facts.get("batch_id", export.batch_id)
    batch = db.get_one(Batch, batch_id)
    if batch.first is None or batch.secret is None:
        message = f"export {export.id} of a batch that was never issued"
        raise ValueError(message)
    epoch, number = unline(batch.first)
    run = Run(
        spec=spec_of(facts, preset=export.preset, first=export.first),
        format=export.format,
        root=press.keyring.root(epoch),
        secret=batch.secret,
        number=number + export.first - 1,
        count=facts.get("count", export.count),
    )
    return Part(run, file=facts.get("file", ""), batch_id=batch_id)


def _spool(press: Press, job: Job, tell: Progress) -> tuple[Spool, Proof]:
    """Write the file to a draft, read it back, and store it under its hash."""
    draft = press.files.draft()
    try:
        with spooled(draft) as spool:
            out = cast("BinaryIO", spool)
            if job.heads:
                made = write_bundle(job.parts, job.heads, out, tell, draft=press.files.draft)
            else:
                write_run(job.parts[0].run, out, tell)
        proof = check_bundle(draft, made) if job.heads else prove(draft, job.parts[0].run)
        if job.sha256 not in {"", spool.sha256}:
            raise ExportDiffers
        press.files.adopt(draft, f"{spool.sha256}.{job.suffix}")
    finally:
        draft.unlink(missing_ok=True)
    return spool, proof


def _teller(press: Press, export_id: int, progress: Progress | None) -> Progress:
    """Return a progress that is written down every second in a short transaction of its own."""
    told = monotonic()

    def tell(done: int) -> None:
        nonlocal told
        if progress is not None:
            progress(done)
        if monotonic() - told >= _TOLD_EVERY:
            told = monotonic()
            unfinished = (Export.id == export_id, Export.state == "making", Export.done < done)
            with press.database.begin() as db:
                db.execute(update(Export).where(*unfinished).values(done=done))

    return tell


def _record_ready(db: Session, export_id: int, spool: Spool, proof: Proof, now: datetime) -> None:
    """Record the file; of several makers the first to come does."""
    unrecorded = (Export.id == export_id, Export.state != "ready")
    made = {"state": "ready", "sha256": spool.sha256, "size": spool.size, "ready_at": now}
    result = db.execute(
        update(Export)
        .where(*unrecorded)
        .values(done=Export.count, problem="", proof=asdict(proof), **made)
    )
    if cast("CursorResult[object]", result).rowcount:
        export = _get(db, export_id)
        batch = None if export.batch_id is None else db.get_one(Batch, export.batch_id)
        record(
            db,
            by=Actor(account_id=None, label=export.asked_by),
            now=now,
            action="export.made",
            subject_id=export.id,
            entity_id=batch.entity_id if batch else None,
            after=recorded_facts(export),
        )


def recorded_facts(export: Export) -> dict[str, object]:
    """Return what the audit trail keeps of an export; the codes themselves never."""
    subject = "allotment" if export.allotment_id else "batch"
    return {
        subject: export.allotment_id or export.batch_id,
        "format": export.format,
        "form": export.form,
        "preset": export.preset,
        "first": export.first,
        "count": export.count,
        "reason": export.reason,
        "sha256": export.sha256,
    }


def _fail(press: Press, export_id: int, error: Exception) -> None:
    log.error("export %s failed", export_id, exc_info=error)
    failed = {"state": "failed", "problem": _problem(error, press.words)}
    unrecorded = (Export.id == export_id, Export.state != "ready")
    with press.database.begin() as db:
        db.execute(update(Export).where(*unrecorded).values(**failed))


def _problem(error: Exception, words: Words) -> str:
    if isinstance(error, DomainError):
        return error.explain(words)
    if isinstance(error, NotAsPrinted):
        return words.gettext(_UNREADABLE).format(place=words.number(error.place))
    if isinstance(error, OSError) and error.strerror:
        return f"{words.gettext(_UNEXPECTED)} ({error.strerror})"
    return words.gettext(_UNEXPECTED)


def _get(db: Session, export_id: int) -> Export:
    export = db.get(Export, export_id)
    if export is None:
        raise NoSuchExport
    return export
