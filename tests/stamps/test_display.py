"""Packs on display: marked by their producer, few of a batch, and never hidden behind."""

from io import BytesIO
from typing import Any

import pytest
import qrcode
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.kit.db import Database
from app.scans import signal_actions
from app.scans.models import DisplayPack
from tests.client import Client
from tests.conftest import Visit
from tests.lookup.conftest import Scene, counter, keyring, mistyped, scene

__all__ = ["counter", "keyring", "scene"]
PATH = "/app/stamps/displays"
PLACE = "Tủ kính chợ Năm Căn"


@pytest.fixture
def worker(visit: Visit, scene: Scene) -> Client:
    return visit(page=scene.cast.colleague)


def mark(who: Client, code: str, place: str = PLACE) -> Any:  # noqa: ANN401 - an answer of the client
    return who.post(PATH, data={"first_code": code, "place": place})


def marked(database: Database) -> list[tuple[str, str]]:
    with database.begin(write=False) as db:
        packs = db.scalars(select(DisplayPack).order_by(DisplayPack.line))
        return [(pack.place, pack.marked_by) for pack in packs]


def test_a_worker_marks_a_pack_by_any_form_of_its_code_and_takes_the_mark_off(
    scene: Scene, worker: Client, database: Database
) -> None:
    address = f"HTTPS://OCOP.TEST/T/{scene.active}"
    for code in (address, scene.active.lower(), scene.active):
        assert mark(worker, code).status_code == 303
    assert marked(database) == [(PLACE, "Anh Thợ")]
    page = worker.get(PATH).text
    assert PLACE in page
    assert scene.product.name in page
    for _ in range(2):
        gone = worker.post(f"{PATH}/remove", data={"first_code": scene.active})
        assert gone.status_code == 303
    assert marked(database) == []
    with database.begin(write=False) as db:
        query = select(AuditEvent.action, AuditEvent.entity_id).order_by(AuditEvent.seq.desc())
        acts = [tuple(row) for row in db.execute(query.limit(2))]
    entity_id = scene.cast.entity.id
    assert acts == [("stamp.undisplay", entity_id), ("stamp.display", entity_id)]


def test_only_own_active_stamps_and_so_many_of_a_batch_are_marked(
    scene: Scene,
    worker: Client,
    visit: Visit,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(signal_actions, "MOST_DISPLAYS", 2)
    outsider = visit(page=scene.cast.outsider)
    for who, code, place in (
        (worker, scene.received, PLACE),
        (worker, mistyped(scene.active), PLACE),
        (worker, "", PLACE),
        (worker, scene.active, " "),
        (worker, scene.active, "a\u202eb"),
        (outsider, scene.active, PLACE),
    ):
        answer = mark(who, code, place)
        assert answer.status_code == 422, (code, place)
        assert "aria-invalid" in answer.text
    assert marked(database) == []
    statuses = [mark(worker, code).status_code for code in scene.codes[:3]]
    assert statuses == [303, 303, 422]
    assert "nhiều nhất 2 gói" in mark(worker, scene.codes[3]).text
    assert outsider.post(f"{PATH}/remove", data={"first_code": scene.active}).status_code == 422
    assert len(marked(database)) == 2
    assert PLACE not in outsider.get(PATH).text
    assert visit(page=scene.cast.inspector).get(PATH).status_code == 403


def test_an_officer_marks_and_unmarks_on_the_page_of_the_stamp(
    scene: Scene, visit: Visit, database: Database
) -> None:
    officer, path = visit(page=scene.cast.officer), f"/office/stamps/{scene.active}"
    assert officer.post(f"{path}/display", data={"place": ""}).status_code == 422
    assert officer.post(f"{path}/display", data={"place": PLACE}).status_code == 303
    assert PLACE in officer.get(path).text
    assert officer.post(f"{path}/display", data={"lift": "1"}).status_code == 303
    assert marked(database) == []
    reader = visit(page=scene.cast.inspector)
    assert reader.post(f"{path}/display", data={"place": PLACE}).status_code == 403


def test_a_photo_of_the_stamp_fills_the_form_in(scene: Scene, worker: Client) -> None:
    photo = BytesIO()
    qrcode.make(f"HTTPS://OCOP.TEST/T/{scene.active}").save(photo, "PNG")
    files = {"photo": ("a.png", photo.getvalue(), "image/png")}
    read = worker.post(f"{PATH}/photo", data={"first_code": "", "place": PLACE}, files=files)
    assert read.status_code == 200
    assert f'value="{scene.active}"' in read.text
    assert PLACE in read.text
    assert "camera=(self)" in read.headers["permissions-policy"]
    nothing = {"photo": ("a.png", b"no picture", "image/png")}
    assert worker.post(f"{PATH}/photo", files=nothing).status_code == 422
