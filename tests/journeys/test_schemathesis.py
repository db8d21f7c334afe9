"""The API against what its description promises, by a tool that makes up requests from it.

Every check of the tool is on. `OCOP_FUZZ` says how many requests are made up for each operation;
with it everybody asks, and the tool's systematic requests are made too, which takes long.
"""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.identity.rules import Role
from app.kit.db import Database
from app.partners.actions import add_partner
from app.partners.key_actions import issue_key
from app.partners.rules import MOST_A_DAY, MOST_A_MINUTE, Scope
from tests import make
from tests.conftest import migrated_settings
from tests.served import Server, free_port

pytestmark = pytest.mark.slow

CONFIG = Path(__file__).parent / "schemathesis.toml"
MADE_UP = os.environ.get("OCOP_FUZZ", "")
# Without it: who gets far, on one engine each.
SOME = {("sqlite", "administrator"), ("postgresql", "shop")}


@pytest.mark.parametrize("who", ["nobody", "administrator", "owner", "shop"])
def test_the_api_keeps_its_promises(dialect: str, who: str, tmp_path: Path, worker_id: str) -> None:
    if not MADE_UP and (dialect, who) not in SOME:
        pytest.skip("asks only where OCOP_FUZZ is set")
    settings = migrated_settings(dialect, tmp_path, f"ocop_fuzz_{worker_id}")
    port = free_port()
    settings = replace(settings, base_url=f"http://127.0.0.1:{port}")
    keys = _keys(settings.database_url)
    server = Server(settings, port, tmp_path / "server.log")
    server.start()
    phases = "examples,coverage,fuzzing,stateful" if MADE_UP else "fuzzing"
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"]
    command += [f"{settings.base_url}/openapi.json", "--phases", phases, "--no-color"]
    command += ["--wait-for-schema", "60", "--max-examples", MADE_UP or "1", "--seed", "1"]
    if who in keys:
        command += ["-H", f"Authorization: Bearer {keys[who]}"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)  # noqa: S603 - our own command
    finally:
        server.stop()
    assert told.returncode == 0, told.stdout[-8000:] + told.stderr[-2000:]
    assert "unexpected error" not in (tmp_path / "server.log").read_text(encoding="utf-8")


def _keys(url: str) -> dict[str, str]:
    """Fill a database a little; return a key of each who asks."""
    database = Database(url)
    with database.begin() as db:
        entity = make.entity(db)
        product = make.product(db, of=entity)
        make.use_right(db, of=make.right(db), product=product)
        administrator = make.person(db, "Quản trị", Role.ADMINISTRATOR)
        owner = make.person(db, "Chị Chủ", entity=entity)
        who: dict[str, Any] = {"actor": administrator.actor, "now": datetime.now(UTC)}
        shop = add_partner(db, **who, name="Chợ quê", kind="shop", hosts=["choque.vn"])
        # Enough for a tool that asks without a pause.
        limits: dict[str, Any] = {"per_minute": MOST_A_MINUTE, "per_day": MOST_A_DAY}
        key = issue_key(db, **who, partner_id=shop.id, label="Thử", scopes=list(Scope), **limits)
    database.close()
    return {"administrator": administrator.key, "owner": owner.key, "shop": key[1]}
