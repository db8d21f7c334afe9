"""An officer's day at a desk and an inspector's with a phone, from the first search to the end."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page
from sqlalchemy import func, select

from app.kit.clock import VIETNAM, day_of
from app.kit.db import Database
from app.oversight.inspection_models import Inspection, InspectionPhoto
from app.products.models import Product
from app.rights.models import IpRight
from tests import make_documents, make_quality
from tests.browser.conftest import Open, World, shoot, sign_in
from tests.browser.field import INSPECTOR, NO, YES, FieldHand, Round, fill, kept
from tests.waiting import press, until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.on("sqlite")]

SIGN: Final = "Rạch Gốc"
ENTITY: Final = "Hợp tác xã Tôm khô Rạch Gốc"
PRODUCT: Final = "Tôm khô đất loại 1"
MEASURE: Final = "Thay nhãn cũ bằng nhãn được duyệt"
RULES: Final = {"resultTypes": ["violations"], "preload": False}
NEXT: Final = "main .pair .button:not(.quiet)"


@pytest.fixture(scope="module")
def database(world: World) -> Iterator[Database]:
    opened = Database(world.settings.owner_url)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def planned(database: Database, world: World) -> Round:
    return fill(database, world)


@pytest.fixture(scope="module")
def tested(database: Database, world: World) -> int:
    """Have the product tested; return the year that counts it."""
    with database.begin() as db:
        return make_quality.sample(db, of=db.get_one(Product, world.product_id)).sampled_on.year


def send(page: Page, act: str = "", **fields: str) -> None:
    """Fill in a form and send it."""
    for name, text in fields.items():
        page.fill(f"#{name}", text)
    press(page, f"form[action*='{act}'] button >> nth=-1" if act else "main .acts > button")


def looked_at(page: Page, name: str) -> None:
    """Keep a picture of a page, and hold it to all that axe asks for."""
    shoot(page, f"day-{name}")
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("(rules) => axe.run(rules)", RULES)["violations"]
    assert not [(one["id"], one["nodes"][0]["html"][:120]) for one in found], name


def search(page: Page, path: str, text: str, row: str) -> str:
    """Search a list of the office; return where the row with that text leads."""
    page.goto(path)
    page.fill("main [name=q]", text)
    press(page, "main form.filter button")
    found = page.get_attribute(f"main tr:has-text('{row}') a", "href")
    assert found
    return found


def said(page: Page, path: str = "") -> str:
    """Return what a page says now."""
    page.goto(path or page.url)
    return page.inner_text("main")


def today() -> str:
    return day_of(datetime.now(UTC)).isoformat()


def register(page: Page) -> str:
    """Add a right without its number, then its number and certificate; check it."""
    page.goto("/office/rights/new")
    page.select_option("#type", "gi")
    send(page, sign=SIGN, goods="tôm khô", owner="Ủy ban nhân dân tỉnh Cà Mau")
    right = page.url.split("?")[0]
    assert "Chưa có số đăng ký" in page.inner_text("main .warn[role=note]")
    page.goto(f"{right}/edit")
    send(page, registration_no="99", registration_date="07/2022", decision_no="2345/QĐ-SHTT")
    page.click("#documents ~ details summary")
    paper = make_documents.pdf("Giấy chứng nhận đăng ký chỉ dẫn địa lý số 00099")
    page.set_input_files(
        "#document", {"name": "gcn.pdf", "mimeType": "application/pdf", "buffer": paper}
    )
    send(page, "/documents", document_title="Giấy chứng nhận 00099")
    assert page.is_visible("text=Giấy chứng nhận 00099")
    send(page, "/check", against="Bản chính giấy chứng nhận số 00099")
    assert "Bản chính giấy chứng nhận số 00099" in page.inner_text("dl.facts")
    looked_at(page, "officer-right")
    return right


def grant(page: Page, right_id: int) -> str:
    """Grant the use of the right to a product found without its marks."""
    page.goto("/office/use-rights/new")
    page.fill("#sought", "tom kho dat")
    press(page, ".pick button")
    page.select_option("#right_id", str(right_id))
    page.select_option("#product_id", index=1)
    send(page, certificate_no="GCN-RG-07", decision_no="45/QĐ-SKHCN", valid_from=today())
    looked_at(page, "officer-use-right")
    return page.url.split("?")[0]


def suspend(page: Page, use_right: str) -> datetime:
    """Suspend the use right by a decision; return the last whole second before it."""
    before = datetime.now(VIETNAM).replace(microsecond=0) + timedelta(seconds=1)
    assert until(lambda: datetime.now(VIETNAM) > before)
    page.goto(f"{use_right}/standing")
    page.select_option("#kind", "suspended")
    paper = {"decision_no": "99/QĐ-SKHCN", "decided_on": today(), "effective_on": today()}
    send(page, **paper, reason="Bán tôm khô từ nơi khác dưới tên được bảo hộ")
    looked_at(page, "officer-suspended")
    return before


def close_the_report(page: Page, entity: str) -> None:
    """Take what the public reported from the queue, have it assigned, and close it."""
    page.goto("/office/queue?kind=report")
    looked_at(page, "officer-queue")
    press(page, f"main tr:has-text('{entity}') a")
    page.select_option("#assignee_id", label="Cán bộ Lan")
    page.select_option("#priority", "high")
    press(page, "main form .acts button")
    page.goto("/office/queue?whose=mine")
    press(page, f"main tr:has-text('{entity}') a")
    press(page, "main .acts a.button >> nth=0")
    press(page, "form[action$='/take'] button")
    page.select_option("#outcome", "confirmed")
    answer = {"answer": "Cảm ơn bạn. Cơ sở đã bị đình chỉ quyền sử dụng.", "reason": "Đã xác minh"}
    send(page, "/close", **answer)
    looked_at(page, "officer-report")


def test_an_officers_day(open_page: Open, world: World, database: Database, tested: int) -> None:
    page, shopper = open_page(1280, 800), open_page(360, 640)
    sign_in(page, world.officer)
    assert search(page, "/office/rights", "ca mau", "Cà Mau").startswith("/office/rights/")
    right_path = register(page)
    with database.begin(write=False) as db:
        right = db.scalars(select(IpRight).where(IpRight.sign == SIGN)).one()
    assert (right.registration_no, right.checked_by) == ("00099", "Cán bộ Lan")
    use_right = grant(page, right.id)
    product, line = f"/p/{world.product_id}", f"#right-{right.id}"
    users = f"/r/{right.id}?q=tom+kho+dat"
    shopper.goto(product)
    assert "Còn hiệu lực" in shopper.inner_text(f"{line}.holds")
    looked_at(shopper, "shopper-badge")
    assert "GCN-RG-07" in said(shopper, users)
    shopper.goto(f"/report?about=product&id={world.product_id}")
    shopper.select_option("#trouble", "sign")
    send(shopper, text="Gói này không phải tôm khô Rạch Gốc như trên nhãn", place="Chợ Năm Căn")
    report = shopper.url
    before = suspend(page, use_right)
    shopper.goto(product)
    assert "đình chỉ" in shopper.inner_text(f"{line}.ended")
    assert not shopper.is_visible(f"{line}.holds")
    looked_at(shopper, "shopper-no-badge")
    assert "GCN-RG-07" not in said(shopper, users)
    assert "GCN-RG-07" in said(shopper, f"/r/{right.id}?users=former")
    page.goto(right_path)
    assert "đình chỉ" in page.inner_text("main tr:has-text('GCN-RG-07')")
    close_the_report(page, ENTITY)
    assert "Cơ sở đã bị đình chỉ quyền sử dụng" in said(shopper, report)
    look_back(page, world, before)
    figures(page, tested)


def look_back(page: Page, world: World, before: datetime) -> None:
    """Read what the product's page said before the suspension, and what made the difference."""
    page.goto("/office/past")
    page.fill("#about", str(world.product_id))
    page.fill("#day", before.date().isoformat())
    page.fill("#time", before.time().isoformat())
    press(page, "main form .acts button")
    page.wait_for_url("**/office/past/products/**")
    assert "khác" in page.inner_text("table.compared tr:has-text('≠') >> nth=0")
    told = page.inner_text("main")
    assert "Còn hiệu lực" in told
    assert "99/QĐ-SKHCN" in told
    looked_at(page, "officer-past")
    press(page, "main .acts a >> nth=0")
    assert "Còn hiệu lực" in page.inner_text(f"li.right:has-text('{SIGN}')")
    shoot(page, "day-officer-page-of-the-past")


def figures(page: Page, year: int) -> None:
    """Open the year's figures, and the rows of one."""
    page.goto(f"/office/figures?year={year}")
    looked_at(page, "officer-figures")
    press(page, f"main a[href*='/products_tested?year={year}'] >> nth=0")
    assert PRODUCT in page.inner_text("main tbody")


def inspect(hand: FieldHand, uid: object, held_on: str, deadline: str) -> None:
    """Answer the checklist out of reach, with a photo and a finding; leave it to be sent."""
    hand.tap(f"main a[href$='visit/{uid}']", "main button:has-text('Bắt đầu kiểm tra')")
    hand.page.wait_for_selector(".item")
    hand.answer("vung", YES)
    hand.photograph(1)
    hand.page.wait_for_selector("#i-vung .shot")
    hand.type("#i-lanh input >> nth=0", "-18")
    hand.tap(NEXT)
    hand.page.wait_for_selector("#i-nhan")
    hand.answer("nhan", NO)
    hand.answer("noi-dan", YES)
    hand.type("#i-nhan .finding textarea >> nth=1", MEASURE)
    hand.type("#i-nhan .finding input[type=date]", deadline)
    hand.open(f"held/{uid}")
    hand.type("main input[type=date]", held_on)
    hand.type("main input:not([type=date])", "Ấp Rạch Gốc")
    hand.open(f"end/{uid}")
    hand.tap(".chip:text-is('Nghi vấn')")
    hand.type("main textarea >> nth=0", "Một nhãn cũ còn dùng")
    hand.open(f"review/{uid}")
    hand.page.wait_for_selector("main button:has-text('Kết thúc, ký và gửi')")
    looked_at(hand.page, "inspector-review")
    hand.open(f"visit/{uid}")
    hand.tap("main details summary", "main button:has-text('Gửi phần đã ghi')")
    hand.see("1", within="#bar .badge")


def test_an_inspectors_day(
    chromium: Browser, world: World, database: Database, planned: Round
) -> None:
    hand = FieldHand.on(chromium, world)
    wrong: list[str] = []
    sent: list[str] = []
    hand.page.on("pageerror", lambda error: wrong.append(str(error)))
    hand.page.on("response", lambda one: sent.append(one.url))
    hand.sign_in(INSPECTOR)
    assert until(hand.kept)
    hand.page.wait_for_selector(f"main a[href$='visit/{planned.entity}']")
    looked_at(hand.page, "inspector-list")
    hand.lose_network()
    now = datetime.now(UTC)
    held_on, deadline = (day_of(now - timedelta(days=days)).isoformat() for days in (3, 1))
    inspect(hand, planned.entity, held_on, deadline)
    assert kept(database, planned.entity).state == "planned"

    hand.find_network()
    assert until(lambda: hand.states() == ["sent"])
    hand.call("await sync.run();")
    found = kept(database, planned.entity)
    assert (found.state, str(found.held_on)) == ("held", held_on)
    assert found.answers["vung"]["value"] == "yes"
    assert len([one for one in sent if one.endswith("/inspections/sync")]) == 1
    with database.begin(write=False) as db:
        photos = select(func.count()).where(InspectionPhoto.sha256.is_not(None))
        assert db.scalar(photos) == 1
        assert db.scalar(select(func.count(Inspection.id))) == len(vars(planned))
    sign_at_the_desk(hand.page, found.id)
    assert kept(database, planned.entity).state == "signed"
    hand.page.goto("/office/queue?kind=measure")
    looked_at(hand.page, "inspector-queue")
    assert MEASURE in hand.page.inner_text("main tbody")
    assert MEASURE in said(hand.page, "/office/alerts")
    hand.context.close()
    assert not wrong


def sign_at_the_desk(page: Page, inspection_id: int) -> None:
    """Read the inspection in the office's pages, sign it, and print its minutes."""
    path = f"/office/inspections/{inspection_id}"
    page.goto(path)
    looked_at(page, "inspector-held")
    assert page.locator(f"img[src^='{path}/photos/']").first.evaluate("one => one.complete")
    press(page, "form[action$='/sign'] button")
    assert "Đã ký" in page.inner_text("main")
    page.goto(f"{path}/minutes")
    looked_at(page, "inspector-minutes")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    shoot(page, "day-inspector-minutes-printed")
    told = page.inner_text("main .minutes")
    assert not [one for one in (MEASURE, "Thanh tra Bình", "Ấp Rạch Gốc") if one not in told]
    assert not page.is_visible("[data-print]")
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 360, "height": 640})
