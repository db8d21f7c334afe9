"""Photos that come after their entry, in parts, over networks that break."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image
from sqlalchemy import select

from app.diary.models import DiaryPhoto, Lot
from app.diary.upload_actions import CHUNK_BYTES, sweep_arriving
from app.diary.upload_models import PhotoPromise
from app.kit.arriving import Arriving
from app.kit.db import Database
from tests import make
from tests import make_sync as phone
from tests.client import Client
from tests.conftest import Cast, Clock, Visit

# A photo of noise: a plain one is so small that it needs no parts.
NOISE = Image.effect_noise((400, 300), 90)


@pytest.fixture(scope="module")
def raw() -> bytes:
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "nhà riêng 8.6N 104.7E"
    NOISE.save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()


@pytest.fixture
def lot(database: Database, cast: Cast) -> Lot:
    with database.begin() as db:
        return make.lot(db, of=make.product(db, of=cast.entity))


@pytest.fixture
def client(visit: Visit, cast: Cast) -> Client:
    return visit(api=cast.owner)


@pytest.fixture
def entry(client: Client, lot: Lot, raw: bytes) -> dict[str, Any]:
    """An entry that waits for a photo."""
    made = phone.entry(lot, photos=[phone.promised(raw)])
    [done] = phone.send(client, made)["results"]
    assert done["photos_due"] == [phone.promised(raw)["sha256"]]
    return made


def parts(raw: bytes, size: int) -> Iterator[tuple[int, bytes]]:
    return ((at, raw[at : at + size]) for at in range(0, len(raw), size))


def photos(database: Database, of: dict[str, Any]) -> list[DiaryPhoto]:
    with database.begin(write=False) as db:
        rows = db.scalars(select(DiaryPhoto).order_by(DiaryPhoto.position))
        return [row for row in rows if str(row.entry_id) == of["id"]]


def told(answer: httpx.Response) -> tuple[int, str | None, int | None]:
    body = answer.json()
    return answer.status_code, body.get("code"), body.get("offset")


def test_a_photo_is_cut_at_every_part_and_arrives(
    visit: Visit, cast: Cast, client: Client, entry: dict[str, Any], raw: bytes, database: Database
) -> None:
    path = phone.photo_path(entry, raw)
    assert client.get(path).json() == {"offset": 0, "complete": False}
    size = len(raw) // 7
    for at, part in parts(raw, size):
        # The answer is lost each time: it is asked where to go on, and cut at another byte.
        half = part[: len(part) // 2]
        phone.put(client, path, half, at)
        known = client.get(path).json()["offset"]
        assert known == min(at + len(half), len(raw) - 1)
        answer = phone.put(client, path, part[known - at :], known)
        assert answer.status_code == 200, answer.text
    assert answer.json() == {"offset": len(raw), "complete": True}
    again = phone.put(client, path, raw[:100], 0)
    assert (again.status_code, again.json()["complete"]) == (200, True)
    assert client.get(path).json() == {"offset": len(raw), "complete": True}
    [kept] = photos(database, entry)
    assert (kept.source_sha256, kept.width) == (phone.promised(raw)["sha256"], 400)
    shown = visit().get(f"/photos/{kept.sha256}-1280.jpg")
    assert shown.status_code == 200
    assert b"104.7E" not in shown.content
    assert not Image.open(BytesIO(shown.content)).getexif()
    [due] = phone.send(visit(api=cast.colleague), entry)["results"]
    assert (due["result"], due["photos_due"]) == ("duplicate", [])


def test_what_is_here_is_never_sent_twice_and_never_skipped(
    client: Client, entry: dict[str, Any], raw: bytes
) -> None:
    path, half = phone.photo_path(entry, raw), len(raw) // 2
    assert told(phone.put(client, path, raw[half:], half)) == (409, "diary.photo_offset", 0)
    assert phone.put(client, path, raw[:half], 0).json() == {"offset": half, "complete": False}
    # The same part again, a shorter one of it, and one from further on.
    assert phone.put(client, path, raw[:half], 0).json() == {"offset": half, "complete": False}
    assert told(phone.put(client, path, raw[:9], 0)) == (409, "diary.photo_offset", half)
    far = phone.put(client, path, raw[half + 9 :], half + 9)
    assert told(far) == (409, "diary.photo_offset", half)
    broken = phone.put(client, path, raw[half:], half, **{"content-digest": phone.digest(b"x")})
    assert told(broken) == (409, "diary.photo_part_damaged", half)
    for wrong in ("", "sha-256=abc", "sha-256=:!!:", "md5=:aaaa:"):
        refused = phone.put(client, path, raw[half:], half, **{"content-digest": wrong})
        assert told(refused)[:2] == (422, "diary.photo_digest_needed"), wrong
    two = f"sha-512=:aaaa:, {phone.digest(raw[half:])}"
    assert phone.put(client, path, raw[half:], half, **{"content-digest": two}).json()["complete"]


def test_a_photo_that_is_whole_but_unconfirmed_is_confirmed_by_any_part(
    client: Client, entry: dict[str, Any], raw: bytes, app: FastAPI, database: Database
) -> None:
    # As after a server was killed between the last byte and the entry.
    arriving = Arriving(app.state.files.root)
    name = phone.photo_path(entry, raw).removeprefix(f"{phone.PATH}/photos/")
    arriving.add(name.replace("-", "").replace("/", "-"), raw, at=0)
    path = phone.photo_path(entry, raw)
    known = client.get(path).json()
    assert known == {"offset": len(raw) - 1, "complete": False}
    assert phone.put(client, path, raw[-1:], known["offset"]).json()["complete"] is True
    assert len(photos(database, entry)) == 1


def test_a_file_that_is_another_is_begun_anew(
    client: Client, entry: dict[str, Any], raw: bytes, database: Database
) -> None:
    path, wrong = phone.photo_path(entry, raw), bytes(len(raw))
    assert told(phone.put(client, path, wrong, 0)) == (409, "diary.photo_differs", 0)
    assert client.get(path).json()["offset"] == 0
    assert photos(database, entry) == []
    more = phone.put(client, path, raw + b"x", 0)
    assert told(more)[:2] == (422, "diary.photo_more_than_promised")
    assert client.get(path).json()["offset"] == 0
    heavy = phone.put(client, path, bytes(CHUNK_BYTES + 1), 0)
    assert told(heavy)[:2] == (413, "diary.body_too_large")
    assert phone.put(client, path, raw, 0).json()["complete"] is True


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda: make.picture("GIF"), "products.picture_unreadable"),
        (lambda: b"%PDF-1.7 no picture", "products.picture_unreadable"),
        (lambda: make.picture()[:500], "products.picture_unreadable"),
        (lambda: make.picture("PNG", (8000, 5000)), "products.picture_too_big"),
    ],
    ids=["gif", "pdf", "cut off", "40 megapixels"],
)
@pytest.mark.on("sqlite")
def test_what_is_no_good_picture_is_refused_and_stays_awaited(
    client: Client,
    lot: Lot,
    made: Callable[[], bytes],
    code: str,
) -> None:
    raw = made()
    one = phone.entry(lot, photos=[phone.promised(raw)])
    phone.send(client, one)
    path = phone.photo_path(one, raw)
    for at, part in parts(raw, CHUNK_BYTES):
        answer = phone.put(client, path, part, at)
    assert told(answer)[:2] == (422, code)
    assert client.get(path).json() == {"offset": 0, "complete": False}
    [due] = phone.send(client, one)["results"]
    assert due["photos_due"] == [phone.promised(raw)["sha256"]]

    def lacks() -> bool:
        [row] = client.get(f"{phone.PATH}/state").json()["lots"]
        return "photos_due" in {item["code"] for item in row["missing"]}

    # A photo that never comes does not hold the lot up for ever.
    assert lacks()
    phone.send(client, phone.correction(one, photos=[]))
    assert not lacks()


def test_promises_are_bounded(client: Client, lot: Lot) -> None:
    many = [{"sha256": f"{number:064x}", "size": 9} for number in range(11)]
    wrong = [
        many,
        many[:1] * 2,
        [many[0] | {"size": 0}],
        [many[0] | {"size": 9 * 2**20}],
        [many[0] | {"sha256": "A" * 64}],
    ]
    for photos_ in wrong:
        [done] = phone.send(client, phone.entry(lot, photos=photos_))["results"]
        assert (done["result"], done["error"]["field"].split(".")[0]) == ("refused", "photos")


def test_nobody_else_sends_or_asks_after_a_photo(
    visit: Visit, cast: Cast, client: Client, entry: dict[str, Any], raw: bytes
) -> None:
    path = phone.photo_path(entry, raw)
    foreign = [
        phone.put(visit(api=cast.outsider), path, raw, 0),
        visit(api=cast.outsider).get(path),
        phone.put(client, phone.photo_path({"id": uuid4()}, raw), raw, 0),
        phone.put(client, phone.photo_path(entry, b"another"), raw, 0),
    ]
    assert {told(one)[:2] for one in foreign} == {(404, "diary.photo_not_awaited")}
    assert phone.put(visit(api=cast.officer), path, raw, 0).status_code == 403
    assert phone.put(visit(), path, raw, 0).status_code == 401
    for wrong in (f"{path[:-1]}X?offset=0", f"{path}?offset=-1", f"{path}?offset={9 * 2**20}"):
        assert client.request("PUT", wrong, content=raw).status_code == 422
    assert phone.put(visit(page=cast.colleague), path, raw, 0).json()["complete"] is True


def test_an_erased_entry_waits_for_nothing(
    visit: Visit, cast: Cast, client: Client, entry: dict[str, Any], raw: bytes, lot: Lot,
    database: Database, app: FastAPI,
) -> None:  # fmt: skip
    path, half = phone.photo_path(entry, raw), len(raw) // 2
    phone.put(client, path, raw[:half], 0)
    address = f"/api/v1/lots/{lot.id}/entries/{entry['id']}/erase"
    visit(api=cast.officer).post(address, json={"reason": "Có người trong ảnh"})
    assert told(phone.put(client, path, raw[half:], half))[0] == 404
    with database.begin(write=False) as db:
        assert list(db.scalars(select(PhotoPromise))) == []
    arriving = Arriving(app.state.files.root)
    later = make.NOW + timedelta(days=36500)
    with database.begin() as db:
        assert sweep_arriving(db, arriving=arriving, now=later) >= 1
    assert arriving.names(before=later) == []


def test_parts_nobody_adds_to_are_swept_and_may_come_again(
    client: Client, entry: dict[str, Any], raw: bytes, database: Database, app: FastAPI,
    clock: Clock,
) -> None:  # fmt: skip
    path, half = phone.photo_path(entry, raw), len(raw) // 2
    arriving = Arriving(app.state.files.root)
    phone.put(client, path, raw[:half], 0)
    [name] = [
        one.name
        for one in arriving.root.iterdir()
        if one.name.startswith(entry["id"].replace("-", ""))
    ]
    for days, there in ((29, True), (31, False)):
        written = (clock.now - timedelta(days=days)).timestamp()
        os.utime(arriving.root / name, (written, written))
        with database.begin() as db:
            sweep_arriving(db, arriving=arriving, now=clock.now)
        assert (arriving.root / name).exists() is there
    clock.now += timedelta(days=60)
    assert told(phone.put(client, path, raw[half:], half)) == (409, "diary.photo_offset", 0)
    assert phone.put(client, path, raw, 0).json()["complete"] is True


def test_two_files_of_one_picture_are_one_photo_and_both_have_arrived(
    client: Client, lot: Lot, database: Database
) -> None:
    files = [make.picture(), make.picture() + b"trailing"]
    one = phone.entry(lot, photos=[phone.promised(raw) for raw in files])
    phone.send(client, one)
    for raw in files:
        assert phone.put(client, phone.photo_path(one, raw), raw, 0).json()["complete"] is True
    assert len(photos(database, one)) == 1
    assert phone.send(client, one)["results"][0]["photos_due"] == []
