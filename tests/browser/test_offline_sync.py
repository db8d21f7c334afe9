"""What is written without a network arrives once and in order, whatever the network does."""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser
from sqlalchemy import func, select

from app.diary.models import DiaryContent, DiaryEntry, DiaryPhoto
from app.kit.db import Database
from app.products.models import Product
from tests import make
from tests.browser import line
from tests.browser.conftest import World
from tests.browser.line import Line, refusing
from tests.browser.offline import APP, Phone, entry, picture
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.on("sqlite")]

KINDS = ("GET /api/v1/sync/state", "POST /api/v1/sync ", "GET /api/v1/sync/photos", "PUT ")
# The last of them gets through; after it there may be nothing left to send.
FAULTS = (
    line.cut_before,
    line.cut_within,
    line.deaf,
    line.cut_answer,
    line.truncated,
    line.portal,
    refusing("502 Bad Gateway"),
    refusing("429 Too Many Requests", "retry-after: 1\r\n"),
    refusing("413 Payload Too Large"),
    line.slowly_twice,
)
ENTRIES = 20


@pytest.fixture
def database(world: World) -> Iterator[Database]:
    opened = Database(world.settings.owner_url)
    yield opened
    opened.close()


@pytest.fixture
def bad_line(world: World) -> Iterator[Line]:
    opened = Line(int(world.base_url.rpartition(":")[2]))
    yield opened
    opened.close()


NewPhone = Callable[..., Phone]


@pytest.fixture
def new_phone(chromium: Browser) -> Iterator[NewPhone]:
    phones: list[Phone] = []

    def opened(port: int) -> Phone:
        phones.append(Phone.new(chromium, f"http://127.0.0.1:{port}"))
        return phones[-1]

    yield opened
    for phone in phones:
        phone.context.close()


def lot(database: Database, world: World) -> int:
    with database.begin() as db:
        return make.lot(db, of=db.get_one(Product, world.product_id)).id


def test_twenty_entries_with_photos_survive_every_fault_of_a_line(
    new_phone: NewPhone, world: World, bad_line: Line, database: Database
) -> None:
    lot_id = lot(database, world)
    phone = new_phone(bad_line.port)
    phone.sign_in(world.owner)
    assert until(phone.kept)
    phone.page.close()

    bad_line.lose()
    phone.page = phone.context.new_page()
    start = time.monotonic()
    phone.page.goto(APP)
    phone.page.wait_for_selector("main a, main button")
    print(f"\ncold start without a network: {time.monotonic() - start:.2f} s")  # noqa: T201 - measured, to be read
    sides = [430 if number % 5 == 0 else 60 for number in range(ENTRIES)]
    times = phone.add(
        (entry(lot_id, number), [picture(number, side=side)]) for number, side in enumerate(sides)
    )
    print(f"saved on the phone after {max(times):.0f} ms at most")  # noqa: T201 - as above
    assert phone.run() == "offline"
    assert phone.states() == ["waiting"] * ENTRIES

    bad_line.faults = {kind: list(FAULTS) for kind in KINDS}
    bad_line.down = False
    assert until(lambda: phone.run() == "idle" and not any(bad_line.faults.values()), 90)
    assert set(phone.states()) == {"sent"}
    assert len(bad_line.met) == len(KINDS) * len(FAULTS)
    with database.begin(write=False) as db:
        told = select(DiaryContent.note).join(DiaryEntry, DiaryEntry.id == DiaryContent.entry_id)
        notes = db.scalars(told.order_by(DiaryEntry.sequence)).all()
        assert notes == [f"Ghi lần {number}" for number in range(ENTRIES)]
        assert db.scalar(select(func.count()).select_from(DiaryPhoto)) == ENTRIES
