"""Two officers import the same file at once, in transactions that really commit."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.audit.models import AuditEvent
from app.entities.actions import TaxNumberTaken, add_entity
from app.entities.models import Entity
from app.kit.db import Database
from app.office.import_actions import add_import, ask_import
from app.office.import_kinds import ImportKind
from app.office.import_models import ImportJob
from app.office.import_reading import read_file
from app.office.import_work_actions import Hands, work_on_import
from app.wiring import words
from tests import make
from tests.workbooks import workbook

LANGUAGES = list(words().values())
HEADS = ["Tên", "Loại hình", "Mã số thuế", "Xã"]


def asked(hands: Hands, content: bytes) -> int:
    """Have a file checked and its import asked for; return the job."""
    sent = read_file(
        content, name="a.xlsx", kind=ImportKind.ENTITIES, languages=[*words().values()]
    )
    with hands.database.begin() as db:
        job_id = add_import(db, sent=sent, actor=make.SYSTEM, now=make.NOW).id
    work_on_import(hands, job_id)
    with hands.database.begin() as db:
        ask_import(db, actor=make.SYSTEM, now=make.NOW, job_id=job_id, seen={}, partial=False)
    return job_id


def test_the_same_file_by_two_officers_is_imported_once(racing_database: Database) -> None:
    hands = Hands(racing_database, lambda: make.NOW, "96")
    for turn in range(2):
        rows = [[f"HTX {turn} {n}", "HTX", f"30{turn}{n:07d}", "Đất Mũi"] for n in range(60)]
        content = workbook([HEADS, *rows])
        jobs = [asked(hands, content) for _ in range(4)]
        start = Barrier(len(jobs))

        def go(job_id: int, start: Barrier = start) -> None:
            start.wait()
            work_on_import(hands, job_id)

        with ThreadPoolExecutor(len(jobs)) as pool:
            list(pool.map(go, jobs))
        with racing_database.begin(write=False) as db:
            made = [db.get_one(ImportJob, job_id).counts["made"] for job_id in jobs]
            named = Entity.name.startswith(f"HTX {turn} ")
            count = db.scalar(select(func.count()).select_from(Entity).where(named))
            seqs = db.scalars(select(AuditEvent.seq).order_by(AuditEvent.seq)).all()
        assert sorted(one["new"] for one in made) == [0, 0, 0, 60]
        assert sorted(one["same"] for one in made) == [0, 60, 60, 60]
        assert count == 60
        assert list(seqs) == list(range(seqs[0], seqs[0] + len(seqs)))


def test_an_import_and_work_by_hand_never_both_take_a_number(racing_database: Database) -> None:
    hands = Hands(racing_database, lambda: make.NOW, "96")
    for turn in range(3):
        number = f"40{turn:08d}"
        rows = [[f"Nhập {turn} {n}", "HTX", f"41{turn}{n:07d}", "Đất Mũi"] for n in range(50)]
        job_id = asked(hands, workbook([HEADS, *rows, ["Nhập tay", "HTX", number, "Đất Mũi"]]))
        start = Barrier(2)

        def by_hand(number: str = number, start: Barrier = start) -> bool:
            start.wait()
            facts = {"name": "Tay", "kind": "household", "tax_no": number}
            try:
                with racing_database.begin() as db:
                    add_entity(db, actor=make.SYSTEM, now=make.NOW, **facts)
            except (IntegrityError, TaxNumberTaken):
                return False
            return True

        def by_file(job_id: int = job_id, start: Barrier = start) -> None:
            start.wait()
            work_on_import(hands, job_id)

        with ThreadPoolExecutor(2) as pool:
            hand, file = pool.submit(by_hand), pool.submit(by_file)
            file.result()
            won = hand.result()
        with racing_database.begin(write=False) as db:
            job = db.get_one(ImportJob, job_id)
            there = db.scalars(select(Entity.name).where(Entity.tax_no == number)).all()
            count = db.scalar(select(func.count()).where(Entity.name.startswith(f"Nhập {turn} ")))
        # All of the file, or nothing of it and the officer looks again.
        assert (job.state, job.stale, list(there), count) == (
            ("planned", True, ["Tay"], 0) if won else ("done", False, ["Nhập tay"], 50)
        )
