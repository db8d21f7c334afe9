"""Photos of the diary: what is accepted, who sees them, and what erasing leaves."""

import os
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from PIL import Image
from sqlalchemy import delete

from app.diary.models import Lot, LotPhoto
from app.diary.photo_actions import sweep_photos
from app.kit.db import Database
from app.kit.files import Files
from tests import make
from tests.client import Client
from tests.conftest import Cast, Visit

pytestmark = pytest.mark.on("sqlite")


@pytest.fixture
def lot(database: Database, cast: Cast) -> Lot:
    with database.begin() as db:
        return make.lot(db, of=make.product(db, of=cast.entity))


@pytest.fixture
def path(lot: Lot) -> str:
    return f"/api/v1/lots/{lot.id}"


def send(client: Client, path: str, raw: bytes, name: str = "a.jpg") -> Any:  # noqa: ANN401 - httpx's response
    return client.post(f"{path}/photos", files={"photo": (name, raw, "image/jpeg")})


def entry(*photos: str, **facts: object) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "kind": "harvest",
        "performed_at": "2026-03-10T08:30:00+07:00",
        "photos": list(photos),
    } | facts


def test_a_photo_is_sent_then_named_by_its_entry(visit: Visit, cast: Cast, path: str) -> None:
    client = visit(api=cast.colleague)
    kept = send(client, path, make.picture())
    assert kept.status_code == 201, kept.text
    assert (kept.json()["width"], kept.json()["height"]) == (1280, 960)
    sha256 = kept.json()["sha256"]
    body = entry(sha256)
    made = client.post(f"{path}/entries", json=body)
    assert made.status_code == 201, made.text
    assert [photo["sha256"] for photo in made.json()["photos"]] == [sha256]
    assert client.post(f"{path}/entries", json=body).status_code == 200
    # Another entry of the lot may show the same photo.
    assert client.post(f"{path}/entries", json=entry(sha256)).status_code == 201
    shown = visit().get(made.json()["photos"][0]["url"])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert Image.open(BytesIO(shown.content)).size == (1280, 960)
    small = visit().get(f"/photos/{sha256}-320.webp")
    assert (small.status_code, small.headers["content-type"]) == (200, "image/webp")


def test_the_same_photo_sent_twice_is_kept_once(visit: Visit, cast: Cast, path: str) -> None:
    client = visit(api=cast.owner)
    raw = make.picture()
    assert send(client, path, raw).json() == send(client, path, raw).json()


def test_what_a_photo_says_of_its_place_is_dropped(visit: Visit, cast: Cast, path: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "nhà riêng 8.6N 104.7E"
    client = visit(api=cast.owner)
    sha256 = send(client, path, make.picture(exif=exif)).json()["sha256"]
    client.post(f"{path}/entries", json=entry(sha256))
    shown = visit().get(f"/photos/{sha256}-1280.jpg").content
    assert b"104.7E" not in shown


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "fields_invalid"),
        (b"<svg onload=alert(1)>", "products.picture_unreadable"),
        (b"%PDF-1.7 no picture", "products.picture_unreadable"),
        (make.picture("GIF"), "products.picture_unreadable"),
        (make.picture()[:200], "products.picture_unreadable"),
        (make.picture("PNG", (8000, 5000)), "products.picture_too_big"),
        (b"\xff\xd8" + b"0" * (9 * 1024 * 1024), "products.picture_too_heavy"),
    ],
    ids=["empty", "script", "pdf", "gif", "cut off", "40 megapixels", "9 MB"],
)
def test_what_is_no_good_picture_is_refused(
    visit: Visit, cast: Cast, path: str, raw: bytes, code: str
) -> None:
    refused = send(visit(api=cast.owner), path, raw)
    assert refused.status_code == 422
    assert refused.json()["code"] in {code, "products.picture_unreadable"}
    assert refused.json()["errors"][0]["field"] == "photo"


def test_a_photo_of_a_foreign_lot_is_refused(visit: Visit, cast: Cast, path: str) -> None:
    assert send(visit(api=cast.outsider), path, make.picture()).status_code == 404
    assert send(visit(api=cast.officer), path, make.picture()).status_code == 403
    assert send(visit(), path, make.picture()).status_code == 401


def test_a_photo_sent_to_one_lot_is_not_named_in_another(
    visit: Visit, cast: Cast, path: str, database: Database
) -> None:
    with database.begin() as db:
        other = make.lot(db, of=make.product(db, of=cast.entity))
    client = visit(api=cast.owner)
    sha256 = send(client, path, make.picture()).json()["sha256"]
    refused = client.post(f"/api/v1/lots/{other.id}/entries", json=entry(sha256))
    assert (refused.status_code, refused.json()["code"]) == (422, "diary.unknown_photo")


def test_a_private_photo_is_seen_by_those_who_keep_or_check_the_diary(
    visit: Visit, cast: Cast, path: str
) -> None:
    client = visit(api=cast.owner)
    sha256 = send(client, path, make.picture(size=(700, 500))).json()["sha256"]
    url = f"/photos/{sha256}-1280.jpg"
    # Not named by an entry yet: its own people see it in the form.
    assert [visit().get(url).status_code, client.get(url).status_code] == [404, 200]
    client.post(f"{path}/entries", json=entry(sha256, public=False))
    seen = [
        visit().get(url).status_code,
        visit(page=cast.outsider).get(url).status_code,
        visit(page=cast.colleague).get(url).status_code,
        visit(page=cast.officer).get(url).status_code,
    ]
    assert seen == [404, 404, 200, 200]


def test_a_photo_of_an_entry_that_waits_is_public_once_it_is_accepted(
    visit: Visit, cast: Cast, path: str
) -> None:
    client, worker = visit(api=cast.owner), visit(api=cast.colleague)
    sha256 = send(worker, path, make.picture(size=(720, 500))).json()["sha256"]
    body = entry(sha256, performed_at="2026-02-10T08:30:00+07:00")
    assert worker.post(f"{path}/entries", json=body).json()["approval"] == "waiting"
    url = f"/photos/{sha256}-1280.jpg"
    assert [one.get(url).status_code for one in (visit(), client)] == [404, 200]
    decided = client.post(f"{path}/entries/{body['id']}/decide", json={"accepted": True})
    assert decided.status_code == 200, decided.text
    assert visit().get(url).status_code == 200


def test_an_erased_photo_is_seen_by_nobody(visit: Visit, cast: Cast, path: str) -> None:
    client = visit(api=cast.owner)
    sha256 = send(client, path, make.picture(size=(600, 500))).json()["sha256"]
    body = entry(sha256)
    client.post(f"{path}/entries", json=body)
    officer = visit(api=cast.officer)
    officer.post(f"{path}/entries/{body['id']}/erase", json={"reason": "Có người trong ảnh"})
    url = f"/photos/{sha256}-1280.jpg"
    assert [one.get(url).status_code for one in (visit(), client, officer)] == [404, 404, 404]


@pytest.mark.parametrize(
    "name",
    ["x.jpg", "0" * 64 + "-1280.jpg", "0" * 64 + ".pdf", "..%2f..%2fkeys.json", "0" * 64],
)
def test_no_other_file_is_served(visit: Visit, cast: Cast, name: str) -> None:
    assert visit(page=cast.officer).get(f"/photos/{name}").status_code == 404


def test_a_diary_photo_is_no_product_picture(visit: Visit, cast: Cast, path: str) -> None:
    sha = send(visit(api=cast.owner), path, make.picture()).json()["sha256"]
    assert visit(api=cast.owner).get(f"/photos/{sha}-320.webp").status_code == 200
    assert visit().get(f"/pictures/{sha}-320.webp").status_code == 404


def test_what_no_row_names_is_swept_a_day_later(
    visit: Visit, cast: Cast, path: str, database: Database, app: FastAPI
) -> None:
    files: Files = app.state.files
    sha = send(visit(api=cast.owner), path, make.picture()).json()["sha256"]
    kept = files.path(f"{sha}-320.webp")
    with database.begin() as db:
        for age, row, there in ((3, True, True), (0, False, True), (3, False, False)):
            if not row:
                db.execute(delete(LotPhoto))
            written = make.NOW - timedelta(days=age)
            os.utime(kept, (written.timestamp(),) * 2)
            sweep_photos(db, files=files, now=make.NOW)
            assert kept.exists() is there
