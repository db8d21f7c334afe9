"""Shops by the `ocop` command."""

from app.config import Settings
from app.kit.db import Database
from app.partners.key_queries import KeyRevoked, get_held_key
from tests import make
from tests.test_cli import Run, run, said, settings_here

__all__ = ["run", "settings_here"]


def test_a_shop_and_its_key_are_made_and_ended(run: Run, settings_here: Settings) -> None:
    said(run("--json", "migrate"))
    refused = run("partner", "add", "Chợ Quê", "--host", "com.vn")
    assert refused.exit_code == 1
    shop = said(run("--json", "partner", "add", "Chợ Quê", "--host", "choque.vn"))["id"]
    made = said(run("--json", "partner", "key", shop, "web", "--scope", "listings"))
    assert [one["keys"] for one in said(run("--json", "partner", "list"))] == [1]
    said(run("--json", "partner", "revoke", shop, made["id"]))
    database = Database(settings_here.database_url)
    with database.begin(write=False) as db:
        try:
            get_held_key(db, token=made["token"], now=make.NOW)
            ended = False
        except KeyRevoked:
            ended = True
    database.close()
    assert ended
