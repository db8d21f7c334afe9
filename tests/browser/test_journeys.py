"""An officer, a producer and a shopper, each in their own browser."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from app.entities.part_models import Facility
from app.kit.db import Database
from app.products.models import Product
from tests import make
from tests.browser.conftest import Open, World, shoot, sign_in
from tests.waiting import press

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def batch_from_request_to_hand_over(page: Page, world: World, quantity: int) -> Path:
    """Take a batch through the office's pages; return the CSV of its codes."""
    page.goto("/office/batches/new")
    page.select_option("#product_id", str(world.product_id))
    page.fill("#quantity", str(quantity))
    page.fill("#reason", "Vụ mới")
    press(page, "main form button")
    page.fill("#quantity", str(quantity))
    page.fill("#decision_no", "12/QĐ-SKHCN")
    press(page, "form[action$='/approve'] button")
    press(page, "form[action$='/issue'] button")
    batch = page.url.split("?")[0]
    shoot(page, "office-batch-issued")
    pdf = make_file(page, batch, "pdf")
    assert pdf.read_bytes().startswith(b"%PDF-")
    shoot(page, "office-exports")
    codes = make_file(page, batch, "csv")
    page.goto(batch)
    page.fill("#receiver", "Chị Chủ")
    page.fill("#quantity", str(quantity))
    press(page, "form[action$='/handover'] button")
    shoot(page, "office-batch-handed-over")
    return codes


def make_file(page: Page, batch: str, file_format: str) -> Path:
    page.goto(f"{batch}/exports")
    page.select_option("#format", file_format)
    page.fill("#reason", f"In tem {file_format}")
    press(page, "main form button")
    link = page.locator(f"tr:has-text('In tem {file_format}') a[download]")
    link.wait_for(timeout=120_000)
    with page.expect_download() as download:
        link.click()
    return Path(download.value.path())


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))


def with_a_place(world: World) -> None:
    """Give the producer a place of work that has a code; a lot without one gets no stamps."""
    database = Database(world.settings.owner_url)
    with database.begin() as db:
        entity_id = db.get_one(Product, world.product_id).entity_id
        place = {"name": "Sân phơi", "folded": "san phoi", "location_code": make.PLACE}
        at = {"created_at": make.NOW, "updated_at": make.NOW}
        db.add(Facility(entity_id=entity_id, **place, **at))
    database.close()


def lot_with_an_entry(page: Page) -> str:
    """Open a lot and write an entry on the phone; return the lot's address."""
    page.goto("/app/today")
    shoot(page, "phone-today")
    page.goto("/app/lots/new")
    page.fill("#number", "L01")
    press(page, "main form button")
    lot = page.url.split("?")[0]
    press(page, "text=Ghi nhật ký")
    shoot(page, "phone-kinds")
    press(page, "a[href*='stage=packing']")
    shoot(page, "phone-entry")
    page.fill("#note", "Hút chân không, dán tem")
    page.click("summary:has-text('Nơi làm')")
    page.select_option("#location_code", make.PLACE)
    page.set_input_files("#photo", picture())
    press(page, "main form button")
    page.wait_for_selector("main :text('Hút chân không')")
    shoot(page, "phone-lot")
    return lot


def picture() -> Path:
    """Return a real photo file, drawn here."""
    from PIL import Image  # noqa: PLC0415 - needed here only

    path = Path("var/screenshots/photo.jpg")
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.effect_mandelbrot((640, 480), (-2, -1.2, 1, 1.2), 40).convert("RGB").save(path)
    return path


@pytest.mark.on("sqlite")
def test_a_stamp_goes_from_the_office_over_the_phone_to_the_shopper(
    open_page: Open, world: World
) -> None:
    office = open_page(1280, 800)
    sign_in(office, world.officer)
    shoot(office, "office-home")
    path = batch_from_request_to_hand_over(office, world, 120)
    rows = rows_of(path)
    assert len(rows) == 120

    with_a_place(world)
    phone = open_page(360, 640)
    sign_in(phone, world.owner)
    lot = lot_with_an_entry(phone)
    phone.goto(lot)
    assert not phone.locator("main .band.warn").count(), phone.inner_text("main")
    press(phone, "a[href*='/app/activate']")
    # The last one first: either order will do.
    phone.fill("#first_code", rows[59]["code"])
    phone.fill("#last_code", rows[0]["code"].lower())
    shoot(phone, "phone-activate")
    press(phone, "#codes button")
    assert re.search(r"60\s+tem", phone.inner_text("main"))
    shoot(phone, "phone-activate-preview")
    press(phone, "form[action='/app/activate/confirm'] button")
    shoot(phone, "phone-activated")

    shopper = open_page(360, 640, script=False)
    shopper.goto(f"/T/{rows[30]['code']}")
    shoot(shopper, "shopper-active")
    said = shopper.inner_text("main")
    for words in ("Tôm khô đất loại 1", "Rạch Gốc", "L01", "Cà Mau", "Hút chân không"):
        assert words in said
    assert shopper.context.cookies() == []
    shopper.goto(f"/t/{rows[100]['code']}?lang=en")
    assert shopper.inner_text("h1")
    shoot(shopper, "shopper-not-activated-en")


@pytest.mark.on("postgresql")
def test_a_typed_code_with_one_fault_is_asked_about_and_leads_to_its_page(
    open_page: Open, world: World
) -> None:
    office = open_page()
    sign_in(office, world.officer)
    path = batch_from_request_to_hand_over(office, world, 10)
    code = rows_of(path)[0]["code"]
    shopper = open_page(320, 640, script=False)
    shopper.goto("/")
    shoot(shopper, "shopper-home")
    shopper.fill("#code", code[:7] + ("A" if code[7] != "A" else "B") + code[8:])
    press(shopper, "main form button")
    shoot(shopper, "shopper-did-you-mean")
    press(shopper, f"a[href*='{code}']")
    assert code in shopper.url.upper()
    assert shopper.locator("h1").count() == 1
