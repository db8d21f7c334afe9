"""The server is stopped as `docker stop` does it, and started again."""

import os
from collections.abc import Mapping
from pathlib import Path

import httpx
from sqlalchemy import select

from app.cli import main
from app.config import Settings
from app.identity.rules import Role
from app.keyfile import load_keyring
from app.kit.db import Database
from app.scans.models import ScanTotal
from tests import make
from tests.conftest import migrated_settings
from tests.served import FORKS, PATIENCE, Server, free_port
from tests.waiting import until

PHONE = {"user-agent": "Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36"}


def test_what_was_counted_and_answered_outlives_a_stop_and_the_log_names_nobody(
    dialect: str, tmp_path: Path, worker_id: str
) -> None:
    settings = migrated_settings(dialect, tmp_path, f"ocop_restart_{worker_id}")
    database = Database(settings.database_url)
    with database.begin() as db:
        product = make.product(db, of=make.entity(db))
        batch = make.issued_batch(db, of=product, keyring=load_keyring(settings), handed=1)
        code = make.code(batch, 1, keyring=load_keyring(settings))
        officer = make.person(db, "Cán bộ Kín", Role.OFFICER)
    server = Server(settings, free_port(), tmp_path / "server.log")
    server.start()
    wish = {"product_id": product.id, "quantity": 20, "reason": "Vụ tết"}
    headers = {"authorization": f"Bearer {officer.key}", "idempotency-key": "mot-lan-thoi"}
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=60) as client:
        first = client.post("/api/v1/batches", json=wish, headers=headers)
        assert client.get(f"/t/{code}", headers=PHONE).status_code == 200
        client.post("/sign-in", data={"phone": "0987654321", "password": "x"})
    server.stop()
    with database.begin(write=False) as db:
        assert db.scalars(select(ScanTotal.lookups)).all() == [1]
    server.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=60) as client:
        again = client.post("/api/v1/batches", json=wish, headers=headers)
    server.stop()
    database.close()
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    log = server.log.read_text()
    assert '"route": "stamp_page"' in log
    for secret in (code, "987654321", officer.key, "Cán bộ Kín"):
        assert secret not in log


def test_the_background_work_ends_when_it_is_asked_to(settings: Settings, tmp_path: Path) -> None:
    env = {
        "DATABASE_URL": settings.database_url,
        "OCOP_KEYS_FILE": str(settings.keys_file),
        "OCOP_FILES": str(tmp_path),
    }
    log = tmp_path / "work.log"
    log.touch()
    work = FORKS.Process(target=work_until_asked, args=(env, log), daemon=True)
    work.start()
    assert until(lambda: "leads the background work" in log.read_text() or not work.is_alive())
    work.terminate()
    work.join(PATIENCE)
    assert work.exitcode == 0, log.read_text()
    assert "Traceback" not in log.read_text()


def work_until_asked(environment: Mapping[str, str], log: Path) -> None:
    with log.open("ab") as told:
        os.dup2(told.fileno(), 2)
    os.environ.update(environment)
    main(["work"])
