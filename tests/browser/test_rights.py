"""An officer keeps the register of rights: from the paper to what a page shows as fact."""

import pytest
from playwright.sync_api import FilePayload, Page

from app.kit.db import Database
from app.places.models import FormerPlace
from app.rights.models import IpRight
from tests import make, make_documents
from tests.browser.conftest import Open, World, shoot, sign_in
from tests.waiting import press

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.on("sqlite")]
VIEN_AN = "xã Viên An Đông"


@pytest.fixture
def merged(world: World) -> None:
    """A commune that is one no more, a part of which Đất Mũi is now."""
    database = Database(world.settings.owner_url)
    with database.begin() as db:
        former = {"folded": "vien an dong", "district": "Huyện Ngọc Hiển"}
        former |= {"district_folded": "huyen ngoc hien", "commune_code": make.DAT_MUI}
        db.add(FormerPlace(name="Viên An Đông", **former))
        make.right(db, sign="Cua Năm Căn", goods="cua giống")
    database.close()


def send(page: Page, act: str) -> None:
    """Press a form's button and wait for the page it leads to."""
    press(page, f"form[action$='{act}'] button" if act else "main form button >> nth=-1")


@pytest.mark.usefixtures("merged")
def test_an_officer_keeps_a_right_from_its_paper_to_its_renewal(
    world: World, open_page: Open
) -> None:
    page = open_page()
    sign_in(page, world.officer)
    page.goto("/office/rights/new")
    page.select_option("#type", "collective_mark")
    for field, text in {
        "sign": "Cua Năm Căn",
        "goods": "cua biển",
        "classes": "31, 29",
        "application_no": "4-2016-01234",
        "application_date": "10/04/2016",
        "registration_no": "300123",
        "registration_date": "09/2017",
        "decision_no": "5678/QĐ-SHTT",
        "expires_on": "2026-04-10",
        "owner": "Hội Nông dân huyện Năm Căn",
        "area_as_written": "các xã Viên An Đông và Đất Mũi",
        "rules_of_use": "Cua nuôi trong rừng, từ 250 g một con.",
    }.items():
        page.fill(f"#{field}", text)
    shoot(page, "office-right-new")
    send(page, "")
    right = page.url.split("?")[0]
    page.wait_for_selector(f"text={'quyền khác mang tên này'}")
    page.fill("#against", "Bản chính giấy chứng nhận")
    send(page, "/check")

    page.goto(f"{right}/areas/new?as_written={VIEN_AN}")
    assert page.is_checked(f"#place_{make.DAT_MUI}")
    shoot(page, "office-right-area")
    send(page, "")
    page.goto(f"{right}/holders/new?role=owner")
    page.fill("#name", "Hội Nông dân tỉnh Cà Mau")
    page.fill("#from_day", "2025-07-01")
    page.fill("#document", "QĐ 12/QĐ-SHTT ngày 20/06/2025")
    shoot(page, "office-right-holder")
    send(page, "")
    page.goto(f"{right}/decisions/new?kind=renewed")
    page.fill("#decision_no", "99/QĐ-SHTT")
    page.fill("#decided_on", "03/2026")
    shoot(page, "office-right-renewal")
    send(page, "")

    page.goto(right)
    page.click("#documents ~ details summary")
    page.set_input_files("#document", files=[_file("gcn.pdf", make_documents.pdf())])
    send(page, "/documents")
    page.goto(right)
    page.set_input_files("#picture_file", files=[_file("a.jpg", make.picture(size=(640, 480)))])
    send(page, "/picture")
    page.fill("#against", "Bản chính giấy chứng nhận, có hình")
    send(page, "/check")
    page.goto(right)
    shoot(page, "office-right")
    narrow = open_page(360, 640)
    sign_in(narrow, world.officer)
    narrow.goto(right)
    shoot(narrow, "office-right-narrow")
    narrow.goto(f"{right}/edit")
    shoot(narrow, "office-right-edit-narrow")
    told = narrow.goto(right)
    assert told is not None
    assert told.status == 200
    assert_kept(world)


def assert_kept(world: World) -> None:
    database = Database(world.settings.owner_url)
    with database.begin(write=False) as db:
        kept = db.query(IpRight).filter_by(registration_no="4-0300123-000").one()
    database.close()
    assert (kept.classes, str(kept.expires_on)) == ("29, 31", "2036-04-10")
    assert kept.owner == "Hội Nông dân tỉnh Cà Mau"
    assert kept.checked_against == "Bản chính giấy chứng nhận, có hình"


def _file(name: str, content: bytes) -> FilePayload:
    kind = "application/pdf" if name.endswith("pdf") else "image/jpeg"
    return {"name": name, "mimeType": kind, "buffer": content}
