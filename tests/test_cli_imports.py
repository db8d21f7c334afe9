"""`ocop import` and `ocop template`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from app.cli import main
from app.entities.models import Entity
from app.kit.db import Database
from app.kit.sheets import read_table
from app.migrate import migrate
from tests.conftest import new_settings
from tests.workbooks import workbook

Run = Callable[..., Result]
HEADS = ["Tên chủ thể", "Loại hình", "Mã số thuế", "Xã, phường"]
GOOD = ["HTX Một", "HTX", "2000111222", "Đất Mũi"]
BAD = ["HTX Hai", "tập đoàn", "2000111333", "Đất Mũi"]


@pytest.fixture
def database(dialect: str, tmp_path: Path, worker_id: str) -> Database:
    settings = new_settings(dialect, tmp_path, f"ocop_cli_import_{worker_id}")
    migrate(settings)
    return Database(settings.database_url)


@pytest.fixture
def run(database: Database) -> Run:
    url = database.url.render_as_string(hide_password=False)

    def invoke(*arguments: object) -> Result:
        environment = {"DATABASE_URL": url, "OCOP_LANG": "en"}
        return CliRunner().invoke(main, [str(one) for one in arguments], env=environment)

    return invoke


def names(database: Database) -> list[str]:
    with database.begin(write=False) as db:
        return list(db.scalars(select(Entity.name).order_by(Entity.id)))


def test_a_file_is_imported_whole_or_in_part_or_only_looked_at(
    run: Run, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "ds.xlsx"
    file.write_bytes(workbook([HEADS, GOOD, BAD]))
    looked = run("--json", "import", "entities", file, "--dry-run")
    assert looked.exit_code == 0, looked.output
    assert "3: HTX Hai: Kind of entity: Not one of the values allowed" in looked.stderr
    assert json.loads(looked.stdout) | {"state": "dropped", "new": 1, "refused": 1} == json.loads(
        looked.stdout
    )
    whole = run("import", "entities", file)
    assert whole.exit_code == 1
    assert "Some rows are refused" in whole.stderr
    assert names(database) == []
    part = run("--json", "import", "entities", file, "--partial")
    assert (part.exit_code, json.loads(part.stdout)["state"]) == (0, "done")
    assert names(database) == ["HTX Một"]
    file.write_bytes(workbook([HEADS, GOOD]))
    again = json.loads(run("--json", "import", "entities", file).stdout)
    assert (again["same"], again["state"]) == (1, "planned")
    broken = tmp_path / "x.xlsx"
    broken.write_bytes(b"%PDF")
    refused = run("import", "use-rights", broken)
    assert (refused.exit_code, "The file is no spreadsheet" in refused.stderr) == (1, True)
    assert run("import", "people", file).exit_code == 2
    database.close()


@pytest.mark.parametrize("full", [False, True])
def test_a_template_is_written(tmp_path: Path, *, full: bool) -> None:
    out = tmp_path / "mau.xlsx"
    more = ["--full"] if full else []
    made = CliRunner().invoke(
        main, ["template", "products", str(out), *more], env={"OCOP_LANG": "vi"}
    )
    assert made.exit_code == 0, made.output
    table = read_table(out.read_bytes(), name="mau.xlsx")
    assert table.sheet == "Sản phẩm"
    assert len(table.rows[0].cells) == (29 if full else 2)
