"""The server dies between an inspection's text and its photos: what it acknowledged is there."""

import random
from pathlib import Path
from threading import Event

import httpx
import pytest
from sqlalchemy import select

from app.doctor import examine
from app.identity.rules import Role
from app.kit.db import Database
from app.oversight.inspection_models import Inspection, InspectionPhoto
from tests import make, make_inspections
from tests import make_sync as phone
from tests.conftest import migrated_settings
from tests.journeys.test_sync_kill import PART, Phone, shot
from tests.served import Server, free_port

pytestmark = [pytest.mark.slow, pytest.mark.on("sqlite")]


def test_a_server_killed_between_text_and_photos_loses_nothing_it_acknowledged(
    dialect: str, tmp_path: Path, worker_id: str
) -> None:
    settings = migrated_settings(dialect, tmp_path, f"ocop_inspection_kill_{worker_id}")
    database = Database(settings.database_url)
    raw = shot(random.Random(7))  # noqa: S311 - a picture, no secret
    promised = phone.promised(raw)
    with database.begin() as db:
        inspector = make.person(db, "Thanh tra Hải", Role.INSPECTOR)
        found = make_inspections.inspection(db, record_id=make.entity(db).id)
        answers = {"nhat-ky": {"value": "no", "note": "Bỏ trống", "photos": [promised]}}
        told = make_inspections.sent(found, make_inspections.annual(db), answers=answers)
    server = Server(settings, free_port(), tmp_path / "server.log")
    server.start()
    headers = {"authorization": f"Bearer {inspector.key}"}
    base = f"http://127.0.0.1:{server.port}"
    with httpx.Client(base_url=base, timeout=30, headers=headers) as http:
        hand = Phone(http, 0, 0, Event(), random.Random(7))  # noqa: S311 - as above
        body = {"format": 1, "app": "1", "device": str(found.uid), "sent_at": make.NOW.isoformat()}
        sync = "/api/v1/inspections/sync"
        path = f"/api/v1/inspections/photos/{found.uid}/{promised['sha256']}"
        body["inspections"] = [told]
        first = hand.ask("POST", sync, json=body).json()["results"][0]
        server.kill()
        server.start()
        # The phone that never heard the answer sends it once more.
        again = hand.ask("POST", sync, json=body).json()["results"][0]
        assert (first["result"], again["version"]) == ("accepted", first["version"])
        assert again["photos_due"] == [promised["sha256"]]
        part = raw[:PART]
        digest = {"content-digest": phone.digest(part)}
        assert hand.ask("PUT", f"{path}?offset=0", content=part, headers=digest).is_success
        server.kill()
        server.start()
        # What was acknowledged of the photo need not be sent again.
        assert hand.ask("GET", path).json()["offset"] == PART
        hand.upload(path, raw)
        server.kill()
    with database.begin(write=False) as db:
        after = db.scalars(select(Inspection)).one()
        (photo,) = db.scalars(select(InspectionPhoto)).all()
    assert (after.version, after.answers["nhat-ky"]["note"]) == (first["version"], "Bỏ trống")
    assert (photo.source_sha256, photo.received_at is None) == (promised["sha256"], False)
    database.close()
    assert [found for found in examine(settings) if not found.ok] == []
