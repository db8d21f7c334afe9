import csv
import hashlib
import os
import signal
import stat
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest
import zxingcpp
from fastapi import FastAPI
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.identity.rules import Role
from app.kit.db import Database
from app.kit.work import Runner, Task
from app.migrate import migrate
from app.stamps.export_actions import PresetTooSmall, Wanted, ask_export
from app.stamps.export_api import press_of
from app.stamps.models import Export
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
from tests.conftest import Cast, Visit, new_settings


@pytest.fixture
def press(app: FastAPI) -> Press:
    return press_of(app)


@pytest.fixture
def issue(database: Database, app: FastAPI, cast: Cast) -> Callable[..., int]:
    """Issue a batch of the cast's own product and return its id."""

    def of_quantity(quantity: int, gtin: str | None = None) -> int:
        with database.begin() as db:
            made = make.product(db, of=cast.entity, gtin=gtin)
            keyring = app.state.keyring
            return make.issued_batch(db, of=made, keyring=keyring, quantity=quantity).id

    return of_quantity


Issue = Callable[..., int]


def path(batch_id: int, **asked: object) -> str:
    query = {"format": "csv", "reason": "In lần đầu"} | asked
    return f"/api/v1/batches/{batch_id}/export?" + "&".join(f"{k}={v}" for k, v in query.items())


def asked(press: Press, cast: Cast, batch_id: int, **more: object) -> int:
    facts: dict[str, object] = {"format": "csv", "reason": "In thử"} | more
    wanted = Wanted(batch_id=batch_id, **facts)  # type: ignore[arg-type]
    with press.database.begin() as db:
        actor = cast.officer.actor
        return ask_export(db, actor=actor, now=make.NOW, press=press, wanted=wanted).id


def found(database: Database, export_id: int) -> Export:
    with database.begin(write=False) as db:
        return db.get_one(Export, export_id)


def stored(press: Press) -> list[Path]:
    return [one for one in press.files.root.rglob("*") if one.is_file()]


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_a_printed_pdf_holds_exactly_the_codes_of_the_list(
    visit: Visit, cast: Cast, issue: Issue
) -> None:
    batch_id, client = issue(50, gtin="09520001000013"), visit(api=cast.officer)
    listed = client.get(path(batch_id))
    assert listed.status_code == 200, listed.text
    rows = rows_of(listed.text)
    assert list(rows[0]) == ["code", "url", "number"]
    assert [int(row["number"]) for row in rows] == list(range(1, 51))
    printed = client.get(path(batch_id, format="pdf"))
    assert printed.headers["content-type"] == "application/pdf"
    seen = {
        code.text
        for page in pypdfium2.PdfDocument(printed.content)
        for code in zxingcpp.read_barcodes(page.render(scale=300 / 72).to_pil())
    }
    assert {one for one in seen if "/APP/" not in one.upper()} == {row["url"] for row in rows}


def test_a_repeated_export_is_the_same_file_and_the_same_record(
    visit: Visit, cast: Cast, issue: Issue
) -> None:
    batch_id, client = issue(90), visit(api=cast.officer)
    first = client.get(path(batch_id, format="pdf", preset=24))
    again = visit(api=cast.approver).get(path(batch_id, format="pdf", preset=24))
    assert first.content == again.content
    sha256 = hashlib.sha256(first.content).hexdigest()
    assert first.headers["x-content-sha256"] == again.headers["x-content-sha256"] == sha256
    assert first.headers["etag"] == f'"{sha256}"'
    assert "attachment" in first.headers["content-disposition"]
    (record,) = client.get(f"/api/v1/batches/{batch_id}/exports").json()
    assert (record["sha256"], record["size"]) == (sha256, len(first.content))
    assert (record["state"], record["done"], record["count"]) == ("ready", 90, 90)
    assert client.get(path(batch_id, format="pdf", preset=24, reason="Khác")).status_code == 200
    assert len(client.get(f"/api/v1/batches/{batch_id}/exports").json()) == 2


def test_a_list_is_one_record_whatever_sheet_was_named(
    visit: Visit, cast: Cast, issue: Issue
) -> None:
    batch_id, client = issue(5), visit(api=cast.officer)
    client.get(path(batch_id, preset=24))
    client.get(path(batch_id, preset=84))
    assert len(client.get(f"/api/v1/batches/{batch_id}/exports").json()) == 1


def test_first_and_count_select_running_numbers(visit: Visit, cast: Cast, issue: Issue) -> None:
    batch_id, client = issue(100), visit(api=cast.officer)
    whole = rows_of(client.get(path(batch_id)).text)
    assert rows_of(client.get(path(batch_id, first=11, count=7)).text) == whole[10:17]
    assert rows_of(client.get(path(batch_id, first=98)).text) == whole[97:]


def test_what_leaves_is_on_the_audit_trail_with_its_hash(
    visit: Visit, cast: Cast, issue: Issue, database: Database
) -> None:
    batch_id = issue(8)
    sent = visit(api=cast.officer).get(path(batch_id, first=3))
    with database.begin(write=False) as db:
        events = list(
            db.scalars(
                select(AuditEvent)
                .where(AuditEvent.subject_kind == "export")
                .order_by(AuditEvent.seq)
            )
        )
    assert [event.action for event in events] == ["export.ask", "export.made", "export.fetch"]
    fetch = events[-1]
    assert fetch.actor_id == cast.officer.account_id
    assert fetch.after == {
        "batch": batch_id,
        "format": "csv",
        "preset": "",
        "first": 3,
        "count": 6,
        "reason": "In lần đầu",
        "sha256": sent.headers["x-content-sha256"],
    }
    assert rows_of(sent.text)[0]["code"] not in str([event.after for event in events])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "%20%20"}, "reason"),
        ({"reason": "a%E2%80%AEb"}, "reason"),
        ({"format": "xlsx"}, "format"),
        ({"preset": "41"}, "preset"),
        ({"first": 0}, "first"),
        ({"first": 11}, "first"),
        ({"count": 0}, "first"),
        ({"count": 11}, "first"),
        ({"first": 10**30}, "first"),
        ({"count": "x"}, "count"),
    ],
)
def test_a_wrong_request_is_refused_and_leaves_nothing(
    visit: Visit, cast: Cast, issue: Issue, press: Press, wrong: dict[str, object], field: str
) -> None:
    batch_id, client = issue(10), visit(api=cast.officer)
    before = stored(press)
    refused = client.get(path(batch_id, **wrong))
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert client.get(f"/api/v1/batches/{batch_id}/exports").json() == []
    assert stored(press) == before


def test_more_than_a_million_codes_do_not_fit_a_file(
    visit: Visit, cast: Cast, issue: Issue
) -> None:
    refused = visit(api=cast.officer).get(path(issue(1_000_001)))
    assert (refused.status_code, refused.json()["code"]) == (422, "stamps.too_many_codes")


def test_a_batch_has_no_codes_before_it_is_issued(
    visit: Visit, cast: Cast, database: Database
) -> None:
    with database.begin() as db:
        product = make.product(db, of=cast.entity)
    client = visit(api=cast.officer)
    body = {"product_id": product.id, "quantity": 5, "reason": "Mới"}
    batch = client.post("/api/v1/batches", json=body)
    refused = client.get(path(batch.json()["id"]))
    assert (refused.status_code, refused.json()["code"]) == (409, "stamps.not_issued")


def test_only_officers_see_codes(visit: Visit, cast: Cast, issue: Issue) -> None:
    batch_id = issue(3)
    code = rows_of(visit(api=cast.officer).get(path(batch_id)).text)[0]["code"]
    own = (path(batch_id), f"/api/v1/batches/{batch_id}/exports")
    for route in (*own, f"/api/v1/stamps/{code}/image.svg", f"/api/v1/stamps/{code}/image.png"):
        assert visit().get(route).status_code == 401
        for person in (cast.owner, cast.colleague, cast.inspector):
            assert visit(api=person).get(route).status_code == 403, route
    for route in own:
        assert visit(api=cast.outsider).get(route).status_code == 404


def test_head_makes_and_records_nothing(
    visit: Visit, cast: Cast, issue: Issue, press: Press, database: Database
) -> None:
    batch_id, client = issue(30), visit(api=cast.officer)
    before = stored(press)
    assert client.head(path(batch_id)).status_code == 404
    assert client.get(f"/api/v1/batches/{batch_id}/exports").json() == []
    assert stored(press) == before
    sent = client.get(path(batch_id))
    with database.begin(write=False) as db:
        events = len(list(db.scalars(select(AuditEvent.seq))))
    looked = client.head(path(batch_id))
    assert (looked.status_code, looked.content) == (200, b"")
    assert looked.headers["x-content-sha256"] == sent.headers["x-content-sha256"]
    code = rows_of(sent.text)[0]["code"]
    assert client.head(f"/api/v1/stamps/{code}/image.svg").status_code == 200
    with database.begin(write=False) as db:
        assert len(list(db.scalars(select(AuditEvent.seq)))) == events


def test_files_of_codes_are_private_on_disk(
    visit: Visit, cast: Cast, issue: Issue, press: Press
) -> None:
    sent = visit(api=cast.officer).get(path(issue(3)))
    file = press.files.path(f"{sent.headers['x-content-sha256']}.csv")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for folder in (file.parent, press.files.root, press.files.root / "drafts"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_lost_file_is_made_the_same_again_whatever_was_renamed(
    visit: Visit, cast: Cast, issue: Issue, press: Press
) -> None:
    batch_id, client = issue(41), visit(api=cast.officer)
    first = client.get(path(batch_id, format="pdf"))
    press.files.path(f"{first.headers['x-content-sha256']}.pdf").unlink()
    renamed = client.patch(f"/api/v1/entities/{cast.entity.id}", json={"name": "HTX Tên Mới"})
    assert renamed.status_code == 200
    assert client.get(path(batch_id, format="pdf")).content == first.content


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
    batch_id = issue(4, gtin="09520001000013")
    long = replace(press, base_url="https://" + "a" * 90 + ".test")
    with pytest.raises(PresetTooSmall):
        asked(long, cast, batch_id, format="pdf", preset="84")


def test_one_stamp_is_drawn_as_svg_and_png(visit: Visit, cast: Cast, issue: Issue) -> None:
    batch_id, client = issue(3), visit(api=cast.officer)
    row = rows_of(client.get(path(batch_id)).text)[1]
    svg = client.get(f"/api/v1/stamps/{row['code'].lower()}/image.svg")
    assert svg.headers["content-type"].startswith("image/svg+xml")
    assert svg.text.startswith("<svg")
    png = client.get(f"/api/v1/stamps/{row['code']}/image.png?preset=24")
    assert png.content.startswith(b"\x89PNG")
    assert client.get(f"/api/v1/stamps/{'0' * 20}/image.svg").status_code == 404
    assert client.get(f"/api/v1/stamps/{row['code']}/image.gif").status_code == 422


KILLED_WHILE_MAKING = """
import os, signal, sys
from app.config import Settings
from app.stamps.export_api import press_of
from app.stamps.print_actions import make_export
from app.wiring import create_app
def die(done):
    if done >= 400:
        os.kill(os.getpid(), signal.SIGKILL)
make_export(press_of(create_app(Settings.from_env())), int(sys.argv[1]), die)
"""


def test_a_file_whose_maker_was_killed_is_made_by_the_next_leader(
    dialect: str, tmp_path: Path, worker_id: str
) -> None:
    settings = new_settings(dialect, tmp_path, f"ocop_killed_{worker_id}")
    migrate(settings)
    press = press_of(create_app(settings))
    with press.database.begin() as db:
        officer = make.person(db, "Cán bộ", Role.OFFICER).actor
        product = make.product(db, of=make.entity(db))
        batch = make.issued_batch(db, of=product, keyring=press.keyring, quantity=1000)
        wanted = Wanted(batch_id=batch.id, format="pdf", reason="In")
        export = ask_export(db, actor=officer, now=make.NOW, press=press, wanted=wanted)
    env = os.environ | {
        "DATABASE_URL": settings.database_url,
        "OCOP_KEYS_FILE": str(settings.keys_file),
        "OCOP_FILES": str(settings.files),
        "OCOP_BASE_URL": settings.base_url,
    }
    command = [sys.executable, "-c", KILLED_WHILE_MAKING, str(export.id)]
    killed = subprocess.run(command, env=env, check=False)  # noqa: S603 - our own script
    assert killed.returncode == -signal.SIGKILL
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
    press.database.close()


def test_progress_is_told_while_a_file_is_made(cast: Cast, issue: Issue, press: Press) -> None:
    told: list[int] = []
    make_export(press, asked(press, cast, issue(95), format="pdf"), told.append)
    assert told == [40, 80, 95]


@pytest.mark.slow
def test_sixty_thousand_stamps_take_no_more_memory_than_six(
    cast: Cast, issue: Issue, press: Press
) -> None:
    batch_id = issue(60_000)

    def peak(count: int) -> int:
        export_id = asked(press, cast, batch_id, format="pdf", preset="84", count=count)
        tracemalloc.start()
        assert make_export(press, export_id).done == count
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(84)
    assert peak(60_000) < peak(6_000) + 1_000_000
