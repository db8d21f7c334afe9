"""Prepares the demo: its own database, keys and files under var/, and `var/demo.json`."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.config import Settings
from app.keyfile import load_keyring, make_keys
from app.kit.db import Database
from app.kit.files import Files
from app.migrate import migrate
from app.sample.load import load


def prepare(var: Path, *, host: str, port: int, say: Callable[[str], object]) -> dict[str, str]:
    """Make the demo's data unless it stands, write demo.json, print the ways in.

    Returns the environment to serve it with. A run that was killed half-way starts afresh: the
    data counts as made once demo.json is written, with all that this version has.
    """
    environment = _environment(var, host=host, port=port)
    settings = Settings.from_env(os.environ | environment)
    told = var / "demo.json"
    if not _is_whole(told):
        say("Loading sample data (the 2024 Cà Mau allotment: 60,000 stamps) ...")
        _wipe(var)
        make_keys(settings.keys_file, sample=True)
        migrate(settings)
        _write(told, _load(settings))
    else:
        migrate(settings)
    facts = json.loads(told.read_text(encoding="utf-8"))
    if facts["base_url"] != settings.base_url:
        facts = json.loads(json.dumps(facts).replace(facts["base_url"], settings.base_url))
        _write(told, facts)
    for line in _lines(facts, told):
        say(line)
    return environment


def _is_whole(told: Path) -> bool:
    return told.exists() and "oversight" in json.loads(told.read_text(encoding="utf-8"))


def _environment(var: Path, *, host: str, port: int) -> dict[str, str]:
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    return {
        "DATABASE_URL": f"sqlite:///{var / 'demo.sqlite'}",
        "DATABASE_OWNER_URL": "",
        "DATABASE_SCAN_URL": "",
        "OCOP_KEYS": "",
        "OCOP_KEYS_FILE": str(var / "demo-keys.json"),
        "OCOP_FILES": str(var / "demo-files"),
        "OCOP_BASE_URL": os.environ.get("OCOP_BASE_URL") or f"http://{shown}:{port}",
        "OCOP_SAMPLE": "1",
        "OCOP_CONTACT_NAME": "Sở Khoa học và Công nghệ tỉnh Cà Mau",
        # So that the printed ways in work at once; who sets one up is asked for it all the same.
        "OCOP_SECOND_FACTOR": "optional",
        "OCOP_WORK_IN_PROCESS": "1",
    }


def _wipe(var: Path) -> None:
    shutil.rmtree(var / "demo-files", ignore_errors=True)
    for name in ("demo.sqlite", "demo.sqlite-wal", "demo.sqlite-shm", "demo-keys.json"):
        (var / name).unlink(missing_ok=True)


def _load(settings: Settings) -> dict[str, Any]:
    database = Database(settings.database_url)
    try:
        with database.begin() as db:
            return load(
                db,
                files=Files(settings.files),
                keyring=load_keyring(settings),
                base_url=settings.base_url,
                now=datetime.now(UTC),
            )
    finally:
        database.close()


def _write(path: Path, facts: dict[str, Any]) -> None:
    draft = path.with_suffix(".draft")
    # It holds passwords and keys, if only of sample accounts.
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(facts, out, ensure_ascii=False, indent=1)
    draft.replace(path)


def _lines(facts: dict[str, Any], told: Path) -> list[str]:
    base = facts["base_url"]
    accounts = [
        f"  {account['role']:<14} {account['phone']:<12} {account['password']}"
        for account in facts["accounts"]
    ]
    stamps = [f"  {name:<14} {stamp['url']}" for name, stamp in facts["stamps"].items()]
    product = facts["products"][0]
    tour = {
        "page": product["url"],
        "badge": f"{base}/badge/{product['id']}.svg",
        "linkset": f"{base}/01/{product['gtin']}?linkType=linkset",
        "redirect": f"{base}/01/{product['gtin']}",
        "sandbox": f"{base}/api/v1/verify/TEST-RECALLED",
        "recalls": f"{base}/recalls",
        "report": f"{base}/report/{facts['report']} (what its sender follows)",
        "copied": f"{base}/office/anomalies (for officers)",
    }
    now = facts["oversight"]
    office = {
        "queue": f"{base}/office/queue (officer: what waits, and for whom)",
        "inspect": f"{base}/inspections/app (inspector: one is due today)",
        "held": f"{base}/office/inspections/{now['held']} (signed, with a measure)",
        "failed": f"{base}/office/tests/{now['failed']} (a test that blocks a lot)",
        "expiries": f"{base}/office/expiries (a certificate and a use right end soon)",
        "managed": f"{base}/office/use-rights/{now['use_right']} (manager: answer)",
        "figures": f"{base}/office/figures?year=2024 (officer: what the province did in 2024)",
    }
    raw, packed, late = (facts["diary"][name] for name in ("raw", "packed", "late"))
    diary = {
        "phone app": f"{base}/app/diary (owner, worker; learner has a practice farm)",
        "public page": f"{base}/l/{packed} (crab meat, of crabs of /l/{raw})",
        "trace": f"{base}/app/lots/{packed}/trace (owner), {base}/office/lots/{packed}/trace",
        "waiting": f"{base}/app/lots/{late} (owner: an entry written 11 days late)",
        "officers": f"{base}/office/diaries (who falls silent, late or incomplete)",
        "templates": f"{base}/office/templates (officer)",
    }
    key = facts["shop_key"]
    return [
        "",
        f"Sign in at {base}/sign-in (role, phone, password):",
        *accounts,
        "  (no second factor is asked for here; a real installation needs one for every role)",
        "",
        "Scan (or open) a stamp:",
        *stamps,
        "",
        "The diary, from a pond to the shop:",
        *(f"  {name:<14} {address}" for name, address in diary.items()),
        "",
        "A product, as cameras, shops and buyers ask about it:",
        *(f"  {name:<14} {address}" for name, address in tour.items()),
        "",
        "What the Department works on this year:",
        *(f"  {name:<14} {address}" for name, address in office.items()),
        "",
        "What happened, as a shop reads it:",
        f"  curl -H 'Authorization: Bearer {key}' {base}/api/v1/events",
        "",
        f"API: {base}/docs (keys in {told})",
        "",
    ]
