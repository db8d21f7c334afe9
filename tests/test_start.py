"""What is refused at start: missing, weak, open, sample or foreign keys; bad settings."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from app.config import BadSettings, Settings
from app.doctor import examine
from app.keyfile import BadKeys, add_root, make_keys
from app.kit.db import Database
from app.kit.fences import EVERYTHING
from app.stamps import actions
from app.stamps.epoch_actions import rotate_epoch
from app.stamps.queries import RootMismatch
from app.wiring import create_app
from tests import make
from tests.client import client_for
from tests.conftest import migrated_settings


@pytest.fixture
def installed(dialect: str, tmp_path: Path, worker_id: str) -> Settings:
    """Settings of an installation of its own, with one issued batch of three stamps."""
    settings = migrated_settings(dialect, tmp_path, f"ocop_start_{worker_id}")
    app = create_app(settings)
    database = Database(settings.database_url)
    with database.begin() as db:
        product = make.product(db, of=make.entity(db))
        batch = actions.request_batch(
            db,
            actor=make.SYSTEM,
            now=make.NOW,
            product_id=product.id,
            quantity=3,
            reason="x",
            largest=3,
        )
        actions.approve_batch(
            db, actor=make.SYSTEM, now=make.NOW, batch_id=batch.id, quantity=3, decision_no="1"
        )
        actions.issue_batch(
            db, actor=make.SYSTEM, now=make.NOW, batch_id=batch.id, keyring=app.state.keyring
        )
        code = make.code(batch, 2, keyring=app.state.keyring)
    database.close()
    (tmp_path / "code").write_text(code)
    return settings


def served(app: FastAPI) -> None:
    """Run the application from its start to its end, as a server does."""

    async def run() -> None:
        async with app.router.lifespan_context(app):
            pass

    asyncio.run(run())


def wrong(settings: Settings) -> dict[str, str]:
    return {found.check: found.detail for found in examine(settings) if not found.ok}


def test_an_installation_as_it_should_be_starts(installed: Settings) -> None:
    served(create_app(installed))
    assert wrong(installed) == {}


@pytest.mark.on("sqlite")
def test_missing_open_weak_and_sample_keys_are_refused(installed: Settings, tmp_path: Path) -> None:
    with pytest.raises(BadKeys, match="ocop keys new"):
        create_app(replace(installed, keys_file=tmp_path / "nowhere.json"))
    installed.keys_file.chmod(0o644)
    with pytest.raises(BadKeys, match="chmod 600"):
        create_app(installed)
    for text, why in (
        ('{"roots": {"0": "' + "00" * 32 + '"}}', "weak"),
        ('{"roots": {"0": "' + "1f" * 16 + '"}}', "weak"),
        ('{"roots": {"0": "zz"}}', "hexadecimal"),
        ('{"roots": {}}', "no keys"),
        ("no json", "no keys"),
    ):
        with pytest.raises(BadKeys, match=why):
            create_app(replace(installed, keys_text=text))
    sample = tmp_path / "sample.json"
    make_keys(sample, sample=True)
    with pytest.raises(BadKeys, match="sample keys"):
        create_app(replace(installed, keys_file=sample))


def test_keys_are_made_once_and_only_for_their_owner(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    make_keys(path)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(BadKeys, match="there already"):
        make_keys(path)


def test_a_root_that_does_not_match_is_refused_at_start(
    installed: Settings, tmp_path: Path
) -> None:
    other = tmp_path / "other.json"
    make_keys(other)
    foreign = replace(installed, keys_file=other)
    with pytest.raises(RootMismatch):
        served(create_app(foreign))
    assert "does not match" in wrong(foreign)["keys"]


def test_codes_of_an_epoch_without_its_root_could_not_be_checked(
    installed: Settings, tmp_path: Path
) -> None:
    code = (tmp_path / "code").read_text()
    add_root(installed.keys_file)
    app = create_app(installed)
    with app.state.site.database.scoped(EVERYTHING).begin() as db:
        rotate_epoch(db, actor=make.SYSTEM, now=make.NOW, keyring=app.state.keyring)
    with client_for(app) as client:
        assert client.get(f"/api/v1/verify/{code}").status_code == 200
    app.state.site.close()
    held = json.loads(installed.keys_file.read_text())
    del held["roots"]["0"]
    lost = replace(installed, keys_text=json.dumps(held))
    app = create_app(lost)
    served(app)
    with client_for(app) as client:
        page = client.get(f"/t/{code}")
        assert (page.status_code, "Retry-After" in page.headers) == (503, True)
        said = client.get(f"/api/v1/verify/{code}")
        assert (said.status_code, said.json()["verdict"]) == (503, "unavailable")
        assert client.get("/t/" + "1" * 20).status_code == 404
    app.state.site.close()
    assert "root of epoch 0 is missing" in wrong(lost)["keys"]


def test_bad_settings_are_named() -> None:
    for env, name in (
        ({"OCOP_BASE_URL": "tem.vn"}, "OCOP_BASE_URL"),
        ({"OCOP_BASE_URL": "https://tem.vn/a"}, "OCOP_BASE_URL"),
        ({"OCOP_MAX_BATCH": "0"}, "OCOP_MAX_BATCH"),
        ({"OCOP_MAX_BATCH": "many"}, "OCOP_MAX_BATCH"),
        ({"OCOP_SAMPLE": "yes"}, "OCOP_SAMPLE"),
    ):
        with pytest.raises(BadSettings, match=name):
            Settings.from_env(env)


def test_a_plain_postgresql_address_gets_the_driver_that_is_shipped() -> None:
    settings = Settings.from_env({"DATABASE_URL": "postgres://a:b@db/ocop"})
    assert settings.database_url == settings.owner_url == "postgresql+psycopg://a:b@db/ocop"
    assert not settings.work_in_process
