"""A full phone, a wrong clock, a newer app, another phone: nothing that waits is lost."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from PIL import Image
from sqlalchemy import select

from app.diary.models import DiaryEntry
from app.kit.db import Database
from tests.browser import line
from tests.browser.conftest import NewPhone, World
from tests.browser.line import Line
from tests.browser.offline import APP, entry, photos, picture, written
from tests.served import Server, free_port
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.on("sqlite")]

YEAR = timedelta(days=365)
ORIENTATION, MODEL, LEFT_SIDE_DOWN = 0x0112, 0x0110, 6
SAVED = """
  const bytes = new Uint8Array(await (await backup.save()).arrayBuffer());
  return btoa(bytes.reduce((text, one) => text + String.fromCharCode(one), ""));
"""
EDITED = """
  const [last] = (await outbox.list()).slice(-1);
  await outbox.edit(last.id, given);
  await sync.run();
"""
REFUSED = """
  const [last] = (await outbox.list()).slice(-1);
  return outbox.edit(last.id, {}).catch((error) => error.code);
"""
# What the next version of the app does first, with an app of before in the same store.
UPGRADED = """
  store.STEPS.push((db, unit) => unit.objectStore("outbox").createIndex("state", "state"));
  (await store.open()).onversionchange();
  return (await outbox.list()).map((one) => one.state);
"""
SHRUNK = """
  try {
    const bytes = new Uint8Array(await (await photos.shrink(blob(given))).arrayBuffer());
    return btoa(bytes.reduce((text, one) => text + String.fromCharCode(one), ""));
  } catch (error) {
    return error.code;
  }
"""
FULL = """
  return outbox.add(given[0], given[1].map(blob)).catch((error) => error.code);
"""
READ = """
  try { return await backup.read(blob(given)); } catch (error) { return error.code; }
"""


@pytest.fixture
def database(world: World) -> Iterator[Database]:
    opened = Database(world.settings.owner_url)
    yield opened
    opened.close()


def test_a_full_phone_and_a_wrong_clock_are_said_plainly(
    new_phone: NewPhone, bad_line: Line, database: Database, world: World, diary_lot: int
) -> None:
    phone = new_phone()
    phone.page.goto("/sign-in")
    devtools = phone.context.new_cdp_session(phone.page)
    origin = f"http://127.0.0.1:{bad_line.port}"
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 2_400_000})
    phone.sign_in(world.owner)
    assert until(phone.kept)
    bad_line.faults["POST /api/v1/sync "] = [line.cut_before] * 99
    heavy = [base64.b64encode(picture(number, side=560)).decode() for number in range(10)]
    said = phone.call(FULL, [entry(diary_lot, 0), heavy])
    assert (said, phone.states()) == ("full", [])
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin})

    phone.page.clock.set_system_time(datetime.now(UTC) + YEAR)
    phone.page.reload()
    wrong = (datetime.now(UTC) + YEAR).isoformat()
    phone.add([(entry(diary_lot, 1), []), (entry(diary_lot, 2, performed_at=wrong), [])])
    phone.page.goto("/account")
    phone.page.click("main form[action='/sign-out'] button")
    assert until(lambda: phone.page.is_visible("#unsent-ocop-diary"))
    phone.page.goto(APP)
    bad_line.faults.clear()
    phone.run()
    assert phone.states() == ["sent", "fixing"]
    skew = phone.call("return sync.status().skew;")
    assert abs(skew - YEAR.total_seconds()) < 60
    # What is written now is of now, and the screen says what is wrong.
    meant = datetime.fromtimestamp(phone.call("return sync.now();") / 1000, UTC)
    assert abs(meant - datetime.now(UTC)) < timedelta(minutes=1)
    assert until(lambda: "Giờ của máy lệch" in phone.page.inner_text("main"))
    with database.begin(write=False) as db:
        kept = select(DiaryEntry.skew_seconds).where(DiaryEntry.lot_id == diary_lot)
        assert all(abs((one or 0) - skew) < 60 for one in db.scalars(kept))
    phone.call(EDITED, {"performed_at": "2026-01-03T03:00:00Z"})
    assert written(database, diary_lot) == ["Ghi lần 1", "Ghi lần 2"]


@pytest.fixture
def newer(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The same installation, served with another version of the app."""
    monkeypatch.setenv("OCOP_SAMPLE", "1")
    server = Server(world.settings, free_port(), tmp_path / "server.log")
    server.start()
    yield server
    server.stop()


def test_a_newer_app_and_another_phone_take_over_what_waits(
    new_phone: NewPhone,
    bad_line: Line,
    newer: Server,
    database: Database,
    world: World,
    diary_lot: int,
) -> None:
    phone = new_phone()
    phone.sign_in(world.owner)
    assert until(phone.kept)
    bad_line.faults["POST /api/v1/sync "] = [line.cut_before] * 99
    phone.add((entry(diary_lot, number), [picture(number)]) for number in range(3))
    saved = phone.call(SAVED)
    before = phone.version()
    bad_line.to = newer.port
    bad_line.cut()
    phone.page.reload()
    assert until(lambda: phone.version() not in {before, ""})
    assert phone.states() == ["waiting"] * 3

    other = new_phone()
    other.sign_in(world.owner)
    assert other.call(READ, saved[:-400]) == "damaged"
    assert other.call(READ, saved) == {"added": 3, "same": 0}
    assert other.call(READ, saved) == {"added": 0, "same": 3}
    phone.context.set_offline(offline=True)
    bad_line.faults.clear()
    other.run()
    # The first phone does not know yet that the other sent them, and changes one.
    phone.call(EDITED, {"note": "Ghi lần 3"})
    phone.context.set_offline(offline=False)
    assert until(lambda: phone.run() == "idle")
    assert other.states() == ["sent"] * 3
    assert phone.states() == ["sent", "sent", "fixing"]
    # What the server has differs by now: the change becomes a correction, with a reason.
    phone.call(EDITED, {"reason": "Ghi nhầm"})
    assert phone.states() == ["sent"] * 3
    assert phone.call(REFUSED) == "sent"
    assert written(database, diary_lot) == [f"Ghi lần {number}" for number in range(4)]
    assert photos(database, diary_lot) == 4

    bad_line.lose()
    phone.add([(entry(diary_lot, 5), [])])
    assert phone.call(UPGRADED) == [*["sent"] * 3, "waiting"]
    phone.page.reload()
    said = phone.call("return store.read('device').catch((error) => error.code);")
    assert said == "outdated", "an app of before leaves alone what a newer one has changed"


def test_a_photo_is_made_small_and_upright_without_what_the_camera_added(
    new_phone: NewPhone,
) -> None:
    phone = new_phone()
    phone.page.goto(APP)
    exif = Image.Exif()
    exif[ORIENTATION], exif[MODEL] = LEFT_SIDE_DOWN, "Máy ảnh của tôi"
    noise = Random(1).randbytes(2000 * 1500 * 3)  # noqa: S311 - a picture, no secret
    taken = BytesIO()
    Image.frombytes("RGB", (2000, 1500), noise).save(taken, "JPEG", quality=60, exif=exif)
    made = phone.call(SHRUNK, base64.b64encode(taken.getvalue()).decode())
    content = base64.b64decode(made)
    small = Image.open(BytesIO(content))
    assert len(content) <= 300 * 1024
    assert small.height > small.width, "the camera was held upright"
    assert not small.getexif()
    said = phone.call(SHRUNK, base64.b64encode(b"%PDF-1.7 is no picture").decode())
    assert said == "not_a_picture"
