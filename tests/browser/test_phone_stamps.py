"""A producer's stamps on a phone, from the request to the history, by every way there is."""

import base64
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest
import zxingcpp
from PIL import Image, ImageOps
from playwright.sync_api import Browser, FilePayload, Page
from sqlalchemy import select

from app.keyfile import load_keyring
from app.kit.db import Database
from app.products.models import Product
from app.stamps import actions
from app.stamps.models import Batch
from tests import make
from tests.browser.conftest import FLAGS, Open, World, shoot, sign_in
from tests.browser.test_journeys import make_file
from tests.waiting import press

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CAMERA = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
# What Chromium on a phone has of itself: it reads the frames of the camera that it is given.
READER = """
window.BarcodeDetector ??= class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect(video) {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    canvas.getContext("2d").drawImage(video, 0, 0);
    return readFrame(canvas.toDataURL("image/png"));
  }
};
"""


@pytest.fixture
def database(world: World) -> Iterator[Database]:
    opened = Database(world.settings.owner_url)
    yield opened
    opened.close()


def department(database: Database, world: World, quantity: int) -> int:
    """Decide, issue and hand over the request that waits; return its batch."""
    who: dict[str, Any] = {"actor": make.SYSTEM, "now": datetime.now(UTC)}
    keyring = load_keyring(world.settings)
    with database.begin() as db:
        batch = db.scalars(select(Batch).where(Batch.state == "requested")).one()
        given: dict[str, Any] = {"batch_id": batch.id, "quantity": quantity}
        actions.approve_batch(db, decision_no="7/QĐ-SKHCN", **given, **who)
        actions.issue_batch(db, batch_id=batch.id, keyring=keyring, **who)
        actions.hand_over(db, receiver="Chị Chủ", **given, **who)
        return batch.id


def complete_lot(database: Database, world: World, number: str) -> int:
    with database.begin() as db:
        product = db.get_one(Product, world.product_id)
        return make.complete_lot(db, of=product, number=number).id


def printed_sheet(office: Page, batch_id: int) -> Image.Image:
    """Return the first page of the sheets that an officer prints, as it comes from the printer."""
    pdf = pypdfium2.PdfDocument(make_file(office, f"/office/batches/{batch_id}", "pdf"))
    page: Image.Image = pdf[0].render(scale=200 / 72).to_pil()
    return page.convert("RGB")


def photo(picture: Image.Image) -> FilePayload:
    out = BytesIO()
    picture.rotate(2, expand=True, fillcolor="white").save(out, "JPEG", quality=80)
    return {"name": "tem.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def request_and_receive(phone: Page, database: Database, world: World) -> int:
    phone.goto("/app/stamps/new")
    phone.click("[data-by='1']")
    assert phone.input_value("#quantity") == "100"
    press(phone, "main form button:not([type=button])")
    assert "Chờ quyết định" in phone.inner_text("main")
    batch_id = department(database, world, 100)
    phone.goto("/app/today")
    press(phone, "a[href='/app/notices']:has-text('việc cần làm')")
    shoot(phone, "phone-notices")
    press(phone, f"a[href^='/app/stamps/{batch_id}#']")
    shoot(phone, "phone-receipt")
    press(phone, "text=Đã nhận đủ 100 tem")
    assert "Đã xác nhận 100 tem" in phone.inner_text("main")
    return batch_id


@pytest.mark.on("postgresql")
def test_stamps_go_from_the_request_to_the_history_on_a_phone(
    open_page: Open, world: World, database: Database
) -> None:
    phone, office = open_page(360, 640), open_page()
    sign_in(phone, world.owner)
    sign_in(office, world.officer)
    batch_id = request_and_receive(phone, database, world)
    lot = complete_lot(database, world, "L-DT")

    phone.goto(f"/app/activate?lot={lot}")
    assert not phone.is_visible(".camera"), "this Chromium reads no codes, so it offers no camera"
    shoot(phone, "phone-activate-ways")
    phone.fill(f"#quantity-{batch_id}", "25")
    press(phone, "form[action$=next] button:not([type=button])")
    assert "Tem số 1-25: 25 tem, lô L-DT" in phone.inner_text("h1")
    press(phone, "form[action$=confirm] button")
    press(phone, "text=Hoàn tác kích hoạt này")
    assert "Đã hoàn tác" in phone.inner_text("main")
    shoot(phone, "phone-history")

    sheet = printed_sheet(office, batch_id)
    phone.goto(f"/app/activate?lot={lot}")
    phone.set_input_files("#photo", photo(sheet))
    phone.wait_for_selector("text=Đã đọc")
    shoot(phone, "phone-photo-read")
    press(phone, "#codes button")
    said = phone.inner_text("h1")
    assert said.startswith("Tem số 1-")
    press(phone, "form[action$=confirm] button")
    assert "tem đã kích hoạt" in phone.inner_text("h1")

    phone.goto("/app/spoiled")
    # The upper left corner of the sheet: its first stamps, and no label.
    phone.set_input_files("#photo", photo(sheet.crop((0, 0, sheet.width // 3, sheet.height // 6))))
    phone.wait_for_selector("text=Đã đọc")
    phone.fill("#reason", "Dính nước")
    press(phone, "#codes button")
    shoot(phone, "phone-spoiled")
    press(phone, "form[action$=confirm] button")
    history = phone.inner_text("main")
    assert all(words in history for words in ("Dính nước", "Hoàn tác kích hoạt", "Bàn giao tem"))


def as_camera(sheet: Image.Image, path: Path) -> str:
    """Have the camera see the label of the sheet; return Chromium's word for it."""
    codes = zxingcpp.read_barcodes(sheet)
    label = next(one.position for one in codes if "first=" in one.text)
    box = (
        label.top_left.x - 40,
        label.top_left.y - 40,
        label.bottom_right.x + 40,
        label.bottom_right.y + 40,
    )
    seen = ImageOps.pad(sheet.crop(box), (1280, 720), color="white")
    frame = BytesIO()
    seen.save(frame, "JPEG", quality=90)
    path.write_bytes(frame.getvalue() * 5)
    return f"--use-file-for-fake-video-capture={path}"


def read_frame(address: str) -> list[dict[str, Any]]:
    content = base64.b64decode(address.partition(",")[2])
    return [
        {
            "rawValue": one.text,
            "boundingBox": {
                "x": one.position.top_left.x,
                "y": one.position.top_left.y,
                "width": one.position.top_right.x - one.position.top_left.x,
                "height": one.position.bottom_left.y - one.position.top_left.y,
            },
        }
        for one in zxingcpp.read_barcodes(Image.open(BytesIO(content)))
    ]


@pytest.mark.on("sqlite")
def test_the_camera_reads_the_label_of_a_sheet(
    open_page: Open, world: World, database: Database, chromium: Browser, tmp_path: Path
) -> None:
    phone, office = open_page(360, 640), open_page()
    sign_in(phone, world.owner)
    sign_in(office, world.officer)
    batch_id = request_and_receive(phone, database, world)
    lot = complete_lot(database, world, "L-CAM")
    film = as_camera(printed_sheet(office, batch_id), tmp_path / "label.mjpeg")
    browser = chromium.browser_type.launch(
        executable_path=shutil.which("chromium"), args=[*FLAGS, *CAMERA, film]
    )
    context = browser.new_context(
        base_url=world.base_url, viewport={"width": 360, "height": 640}, locale="vi-VN"
    )
    page = context.new_page()
    page.expose_function("readFrame", read_frame)
    page.add_init_script(READER)
    sign_in(page, world.owner)
    page.goto(f"/app/activate?lot={lot}")
    page.click(".camera button")
    page.wait_for_selector("text=Đã đọc cả hai tem")
    shoot(page, "phone-camera")
    press(page, "#codes button:not([type=button])")
    assert page.inner_text("h1").startswith("Tem số 1-")
    browser.close()
