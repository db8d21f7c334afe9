"""The `ocop` command on a real database of its own."""

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.config import Settings
from app.identity.factor_models import SecondFactor
from app.kit.db import Database
from tests import make
from tests.conftest import new_settings

Run = Callable[..., Result]


@pytest.fixture
def settings_here(dialect: str, tmp_path: Path, worker_id: str) -> Settings:
    return new_settings(dialect, tmp_path, f"ocop_cli_{worker_id}")


@pytest.fixture
def run(settings_here: Settings) -> Run:
    environment = {
        "DATABASE_URL": settings_here.database_url,
        "DATABASE_OWNER_URL": settings_here.owner_url,
        "DATABASE_SCAN_URL": settings_here.scan_url,
        "OCOP_KEYS_FILE": str(settings_here.keys_file),
        "OCOP_FILES": str(settings_here.files),
        "OCOP_BASE_URL": settings_here.base_url,
        "OCOP_LANG": "en",
    }

    def invoke(*arguments: object) -> Result:
        held = os.umask(0o022)
        try:
            return CliRunner().invoke(main, [str(one) for one in arguments], env=environment)
        finally:
            os.umask(held)

    return invoke


def said(result: Result) -> Any:  # noqa: ANN401 - JSON
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def product_of(settings: Settings) -> int:
    database = Database(settings.database_url)
    with database.begin() as db:
        product = make.product(db, of=make.entity(db))
    database.close()
    return product.id


def test_a_batch_goes_from_request_to_codes(
    run: Run, settings_here: Settings, tmp_path: Path
) -> None:
    assert run("migrate").exit_code == 0
    assert run("migrate").exit_code == 0
    product = product_of(settings_here)
    batch = said(run("--json", "batch", "request", product, 50, "--reason", "Vụ mới"))["id"]
    assert run("batch", "issue", batch).exit_code == 1
    run("batch", "approve", batch, 50, "--decision", "1/QĐ")
    assert said(run("--json", "batch", "issue", batch))["counts"]["issued"] == 50
    out = tmp_path / "codes.csv"
    told = said(run("--json", "batch", "codes", batch, out, "--reason", "In tem"))
    assert len(told["sha256"]) == 64
    assert out.stat().st_mode & 0o077 == 0
    with out.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    assert [row["number"] for row in rows] == [str(number) for number in range(1, 51)]
    again = run("batch", "codes", batch, out, "--reason", "In tem")
    assert (again.exit_code, "there already" in again.stderr) == (1, True)
    pdf = tmp_path / "sheets.pdf"
    assert run("batch", "print", batch, pdf, "--reason", "In tem").exit_code == 0
    assert pdf.read_bytes().startswith(b"%PDF-")
    run("batch", "handover", batch, 50, "--receiver", "Chị Chủ")
    shown = said(run("--json", "stamp", "show", rows[9]["code"]))
    assert (shown["number"], shown["state"]) == (10, "received")
    void = run("stamp", "void", rows[0]["code"], rows[4]["code"], "--reason", "Rách", "--yes")
    assert void.exit_code == 0, void.output
    assert said(run("--json", "batch", "show", batch))["counts"]["void"] == 5
    assert [one["id"] for one in said(run("--json", "batch", "list"))] == [batch]
    assert run("doctor").exit_code == 0


@pytest.mark.on("sqlite")
def test_people_and_keys_are_made(run: Run) -> None:
    run("migrate")
    added = said(run("--json", "user", "add", "0912 345 678", "Nguyễn Văn A", "--role", "officer"))
    assert added["link"].startswith("https://ocop.test/enrol/")
    assert run("user", "add", "0912345678", "Khác", "--role", "officer").exit_code == 1
    assert said(run("--json", "user", "link", "0912345678"))["link"] != added["link"]
    assert said(run("--json", "key", "new", "0912345678", "cửa hàng"))["key"].startswith("ocop_")
    assert said(run("--json", "user", "list"))[0]["roles"] == "officer"
    assert run("key", "new", "0999999999", "x").exit_code == 1
    assert run("user", "add", "0912345679", "Chị", "--owner-of", 9).exit_code == 1
    assert run("user", "add", "0912345679", "Chị").exit_code == 1
    assert run("user", "add", "0912345679", "Chị\u202e", "--role", "officer").exit_code == 1
    both = run("user", "add", "0912345679", "Chị", "--owner-of", 1, "--worker-of", 1)
    assert both.exit_code == 2


@pytest.mark.on("sqlite")
def test_the_operator_resets_the_second_factor_when_nobody_else_can(
    run: Run, settings_here: Settings
) -> None:
    run("migrate")
    made = said(run("--json", "user", "add", "0912345678", "Chị Hạnh", "--role", "administrator"))
    reset = ("accounts", "reset-second-factor", "0912 345 678")
    none = run(*reset)
    assert (none.exit_code, "no second factor" in none.output) == (1, True)
    database = Database(settings_here.database_url)
    with database.begin() as db:
        facts = {"secret": b"", "confirmed_at": make.NOW, "last_step": 0}
        db.add(SecondFactor(account_id=made["id"], **facts))
    assert run(*reset).exit_code == 0
    with database.begin(write=False) as db:
        assert db.get(SecondFactor, made["id"]) is None
    database.close()
    assert run("accounts", "reset-second-factor", "0999999999").exit_code == 1


@pytest.mark.on("sqlite")
def test_keys_rotate_and_are_never_overwritten(run: Run, settings_here: Settings) -> None:
    run("migrate")
    before = settings_here.keys_file.read_text()
    assert run("keys", "new").exit_code == 1
    assert settings_here.keys_file.read_text() == before
    assert said(run("--json", "keys", "rotate"))["epoch"] == 1
    assert set(json.loads(settings_here.keys_file.read_text())["roots"]) == {"0", "1"}
    assert settings_here.keys_file.stat().st_mode & 0o077 == 0


@pytest.mark.on("sqlite")
def test_what_goes_wrong_is_told_with_its_exit_code(run: Run, settings_here: Settings) -> None:
    before = run("batch", "list")
    assert (before.exit_code, "database" in before.stderr) == (3, True)
    assert run("doctor").exit_code != 0
    run("migrate")
    refused = run("--json", "batch", "show", 1)
    assert (refused.exit_code, json.loads(refused.stderr)["error"]) == (1, "stamps.no_such_batch")
    assert run("batch", "approve", "one", 2).exit_code == 2
    settings_here.keys_file.chmod(0o644)
    assert "chmod 600" in run("serve").stderr
