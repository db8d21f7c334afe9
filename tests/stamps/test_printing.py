import hashlib
import os
import signal
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest

from app.config import Settings
from app.identity.rules import Role
from app.kit.work import Runner, Task
from app.stamps.export_actions import Wanted, ask_export
from app.stamps.export_api import press_of
from app.stamps.models import Export
from app.stamps.preset_checks import PresetTooSmall
from app.stamps.print_actions import (
    ExportDiffers,
    ExportFailed,
    Press,
    make_export,
    make_waiting_exports,
    reopen_exports,
)
from app.wiring import create_app
from tests import make
from tests.conftest import Cast, Visit, migrated_settings
from tests.served import FORKS
from tests.stamps.conftest import Issue, asked, confirmed, found, stored


def test_a_lost_file_is_made_the_same_again_whatever_was_renamed(
    visit: Visit, cast: Cast, issue: Issue, press: Press
) -> None:
    batch_id, client = issue(41), visit(api=cast.officer)
    path = f"/api/v1/batches/{batch_id}/export?format=pdf&reason=In"
    first = client.get(path)
    press.files.path(f"{first.headers['x-content-sha256']}.pdf").unlink()
    renamed = client.patch(f"/api/v1/entities/{cast.entity.id}", json={"name": "HTX Tên Mới"})
    assert renamed.status_code == 200
    assert client.get(path).content == first.content


def test_a_file_that_would_come_out_otherwise_is_never_passed_off_as_the_same(
    cast: Cast, issue: Issue, press: Press
) -> None:
    export_id = asked(press, cast, issue(4))
    export = make_export(press, export_id)
    press.files.path(f"{export.sha256}.csv").unlink()
    with press.database.begin() as db:
        record = db.get_one(Export, export_id)
        record.facts = record.facts | {"base_url": "https://elsewhere.test"}
    with pytest.raises(ExportDiffers):
        make_export(press, export_id)
    assert found(press.database, export_id).state == "ready"


def test_the_runner_makes_what_waits_and_what_a_dead_maker_left(
    cast: Cast, issue: Issue, press: Press
) -> None:
    batch_id = issue(60)
    waiting, begun = (asked(press, cast, batch_id, reason=reason) for reason in ("Một", "Hai"))
    with press.database.begin() as db:
        export = db.get_one(Export, begun)
        export.state, export.done = "making", 20
    assert make_waiting_exports(press) == 1
    assert found(press.database, waiting).state == "ready"
    assert found(press.database, begun).state == "making"
    reopen_exports(press)
    assert make_waiting_exports(press) == 1
    assert make_waiting_exports(press) == 0
    one, two = found(press.database, waiting), found(press.database, begun)
    assert (one.state, two.state) == ("ready", "ready")
    assert one.sha256 == two.sha256


def test_a_failure_says_why_and_a_repeat_makes_the_file(
    cast: Cast, issue: Issue, press: Press, tmp_path: Path
) -> None:
    batch_id = issue(12)
    export_id = asked(press, cast, batch_id)
    # A file stands where the folder should be.
    blocked = tmp_path / "exports"
    blocked.write_text("")
    files = type(press.files)(blocked)
    with pytest.raises(ExportFailed):
        make_export(replace(press, files=files), export_id)
    failed = found(press.database, export_id)
    assert failed.state == "failed"
    assert failed.problem
    assert asked(press, cast, batch_id) == export_id
    assert found(press.database, export_id).state == "waiting"
    assert make_export(press, export_id).state == "ready"


def test_a_missing_key_is_named_and_no_file_is_left(cast: Cast, issue: Issue, press: Press) -> None:
    export_id, before = asked(press, cast, issue(12)), stored(press)
    other = replace(press, keyring=type(press.keyring)({}))
    assert make_waiting_exports(other) == 1
    failed = found(press.database, export_id)
    assert failed.state == "failed"
    assert "0" in failed.problem
    assert stored(press) == before


def test_a_host_too_long_for_the_stamp_is_refused_before_anything_is_asked(
    cast: Cast, issue: Issue, press: Press
) -> None:
    batch_id = issue(4)
    long = replace(press, base_url="https://" + "a" * 150 + ".test")
    with pytest.raises(PresetTooSmall):
        asked(long, cast, batch_id, format="pdf", preset="84")


def make_until_killed(settings: Settings, export_id: int) -> None:
    def die(done: int) -> None:
        if done >= 400:
            os.kill(os.getpid(), signal.SIGKILL)

    make_export(press_of(create_app(settings)), export_id, die)


def test_a_file_whose_maker_was_killed_is_made_by_the_next_leader(
    dialect: str, tmp_path: Path, worker_id: str
) -> None:
    settings = migrated_settings(dialect, tmp_path, f"ocop_killed_{worker_id}")
    app = create_app(settings)
    press = press_of(app)
    with press.database.begin() as db:
        officer = make.person(db, "Cán bộ", Role.OFFICER).actor
        product = make.product(db, of=make.entity(db))
        batch = make.issued_batch(db, of=product, keyring=press.keyring, quantity=1000)
        wanted = Wanted(batch_id=batch.id, format="pdf", reason="In")
        export = ask_export(db, actor=officer, now=make.NOW, press=press, wanted=wanted)
    maker = FORKS.Process(target=make_until_killed, args=(settings, export.id))
    maker.start()
    maker.join()
    assert maker.exitcode == -signal.SIGKILL
    assert found(press.database, export.id).state == "making"
    (draft,) = stored(press)
    assert draft.parent.name == "drafts"
    work = Task("print", 1, lambda: make_waiting_exports(press), lambda: reopen_exports(press))
    runner = Runner(press.database, [work])
    assert runner.run_once()
    runner.leadership.drop()
    made = found(press.database, export.id)
    assert (made.state, made.done) == ("ready", 1000)
    content = press.files.path(f"{made.sha256}.pdf").read_bytes()
    assert hashlib.sha256(content).hexdigest() == made.sha256
    assert len(pypdfium2.PdfDocument(content)) == 25
    os.utime(draft, (0, 0))
    reopen_exports(press)
    assert not draft.exists()
    app.state.site.close()
    press.database.close()


def test_progress_is_told_while_a_file_is_made(cast: Cast, issue: Issue, press: Press) -> None:
    told: list[int] = []
    make_export(press, asked(press, cast, issue(95), format="pdf"), told.append)
    assert told == [40, 80, 95]


@pytest.mark.slow
@pytest.mark.on("sqlite")
def test_sixty_thousand_stamps_take_no_more_memory_than_six(
    cast: Cast, issue: Issue, press: Press
) -> None:
    batch_id = issue(60_000)

    def peak(count: int) -> int:
        asked_for = asked(press, cast, batch_id, format="pdf", preset="84", count=count)
        export_id = confirmed(press, cast, asked_for)
        tracemalloc.start()
        assert make_export(press, export_id).done == count
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(84)
    assert peak(60_000) < peak(6_000) + 1_000_000
