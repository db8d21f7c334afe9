"""An inspection out of reach: nothing typed is lost, and the server gets it once."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser
from sqlalchemy import func, select

from app.kit.db import Database
from app.oversight.checklist_actions import publish_checklist
from app.oversight.inspection_actions import write_inspection
from app.oversight.inspection_models import ChecklistVersion, Inspection, InspectionPhoto
from app.oversight.inspections import Content
from tests import make
from tests.browser import line
from tests.browser.conftest import World, shoot
from tests.browser.field import (
    BODY,
    CHECKLIST,
    INSPECTOR,
    NO,
    YES,
    FieldHand,
    Round,
    fill,
    kept,
)
from tests.browser.hand import WORDS
from tests.browser.line import Line
from tests.browser.test_phone_app_screens import faults
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.on("sqlite")]

NewHand = Callable[[], FieldHand]
NEXT = "main .pair .button:not(.quiet)"


@pytest.fixture(scope="module")
def database(world: World) -> Iterator[Database]:
    opened = Database(world.settings.owner_url)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def planned(database: Database, world: World) -> Round:
    return fill(database, world)


@pytest.fixture
def new_hand(chromium: Browser, bad_line: Line, planned: Round) -> Iterator[NewHand]:
    assert planned.right
    hands: list[FieldHand] = []
    wrong: list[str] = []

    def opened() -> FieldHand:
        hands.append(FieldHand.new(chromium, f"http://127.0.0.1:{bad_line.port}"))
        hands[-1].page.on("pageerror", lambda error: wrong.append(str(error)))
        hands[-1].sign_in(INSPECTOR)
        assert until(hands[-1].kept)
        return hands[-1]

    yield opened
    for hand in hands:
        hand.context.close()
    assert not wrong


def sent(hand: FieldHand) -> bool:
    return until(lambda: set(hand.states()) == {"sent"})


def begin(hand: FieldHand, uid: object) -> None:
    hand.open(f"visit/{uid}")
    hand.tap("main button:has-text('Bắt đầu kiểm tra')")
    hand.page.wait_for_selector(".item")


def answer_all(hand: FieldHand, uid: object) -> None:
    """Answer every question, with a photo where one is wanted."""
    hand.open(f"check/{uid}/0")
    hand.answer("vung", YES)
    hand.photograph(1)
    hand.page.wait_for_selector("#i-vung .shot")
    hand.type("#i-lanh input >> nth=0", "4,5")
    hand.tap(NEXT)
    hand.page.wait_for_selector("#i-nhan")
    hand.answer("nhan", YES)
    hand.answer("noi-dan", NO)
    hand.see("Đã trả lời 4/5", within="main")


def conclude(hand: FieldHand, uid: object, outcome: str = "Đạt") -> None:
    hand.open(f"end/{uid}")
    hand.tap(f".chip:text-is('{outcome}')")
    hand.open(f"review/{uid}")
    hand.tap("main button:has-text('Kết thúc, ký và gửi')")
    hand.see("Đã kết thúc", within=WORDS)


def test_an_inspection_out_of_reach_outlives_its_page_and_arrives_once(
    new_hand: NewHand, bad_line: Line, database: Database, planned: Round
) -> None:
    hand = new_hand()
    hand.see("Quá hạn", within="main")
    hand.lose_network()
    hand.restart()
    hand.tap("main a:has-text('Cà Mau')", "main button:has-text('Bắt đầu kiểm tra')")
    hand.page.wait_for_selector(".item")
    answer_all(hand, planned.right)
    hand.tap("#i-nhan >> .pick >> nth=1")
    hand.type("#i-nhan .finding textarea >> nth=1", "Thay nhãn cũ bằng nhãn được duyệt")
    hand.type("#i-nhan .finding input[type=date]", "2027-01-31")
    hand.tap("#i-khac summary")
    hand.page.type("#i-khac .shots textarea", "Đang gõ dở")
    hand.restart()

    hand.see("Chưa xong", within="main")
    hand.tap("main a:has-text('Cà Mau')", "main a:has-text('Sử dụng dấu hiệu')")
    hand.page.wait_for_selector("#i-khac")
    assert hand.page.input_value("#i-khac .shots textarea") == "Đang gõ dở"
    assert hand.page.input_value("#i-nhan .finding input[type=date]") == "2027-01-31"
    hand.open(f"review/{planned.right}")
    hand.see("Còn thiếu trước khi kết thúc: 2", within="main")
    hand.tap("main .band a >> nth=0")
    hand.tap(".chip:text-is('Thấy đang sử dụng')", ".chip:text-is('Đạt')")
    hand.type("main textarea >> nth=0", "Một nhãn cũ còn dùng")
    hand.open(f"review/{planned.right}")
    hand.see("Đã ghi phát hiện: kết luận phải phù hợp", within="main")
    conclude(hand, planned.right, "Nghi vấn")
    hand.see("Chờ gửi", within="main")
    assert hand.page.inner_text("#bar .badge").startswith("1")

    bad_line.faults = {
        "POST /api/v1/inspections/sync": [line.cut_within, line.deaf, line.truncated],
        "PUT ": [line.cut_within, line.deaf],
    }
    hand.context.set_offline(False)
    assert until(lambda: hand.run() == "idle" and not any(bad_line.faults.values()), 30)
    assert sent(hand)
    found = kept(database, planned.right)
    assert (found.state, found.signed_by) == ("signed", "Thanh tra Bình")
    told = {code: one["value"] for code, one in found.answers.items()}
    assert told == {"vung": "yes", "lanh": 4.5, "nhan": "no", "noi-dan": "thung", "khac": None}
    assert found.answers["khac"]["note"] == "Đang gõ dở"
    [finding] = found.findings
    assert (finding["item"], finding["deadline"]) == ("nhan", "2027-01-31")
    assert finding["text"] == "Nhãn có đúng mẫu được duyệt không: Không."
    assert (found.in_use, found.outcome, found.team) == (True, "doubt", ["Thanh tra Bình"])
    with database.begin(write=False) as db:
        received = select(func.count()).where(InspectionPhoto.sha256.is_not(None))
        assert db.scalar(received) == 1
    hand.call("await sync.run();")
    hand.restart()
    assert kept(database, planned.right).version == found.version


def test_what_two_wrote_is_shown_beside_each_other_and_a_newer_checklist_changes_nothing_begun(
    new_hand: NewHand, database: Database, planned: Round
) -> None:
    hand = new_hand()
    begin(hand, planned.entity)
    hand.lose_network()
    answer_all(hand, planned.entity)
    hand.open(f"held/{planned.entity}")
    hand.context.grant_permissions(["geolocation"])
    hand.context.set_geolocation({"latitude": 8.758512, "longitude": 104.996634})
    hand.tap("main button:has-text('Thêm vị trí này')")
    hand.see("8.7585, 104.9966", within="main")
    hand.type("main input:not([type=date])", "Ấp Rạch Gốc")
    conclude(hand, planned.entity)
    with database.begin() as db:
        found = db.scalars(select(Inspection).where(Inspection.uid == planned.entity)).one()
        first = db.scalars(select(ChecklistVersion.id)).first()
        write_inspection(
            db,
            actor=make.SYSTEM,
            now=datetime.now(UTC),
            inspection_id=found.id,
            checklist_version_id=first,
            content=Content(place="Ấp Kiến Vàng", present="Ông Năm", team=["Cán bộ Lan"]),
        )
        newer = {**BODY, "sections": BODY["sections"][:1]}
        publish_checklist(db, actor=make.SYSTEM, now=datetime.now(UTC), body=newer, **CHECKLIST)

    hand.find_network()
    assert until(lambda: "fixing" in hand.states())
    hand.open(f"visit/{planned.entity}")
    hand.see("Người khác cũng đã sửa", within="main")
    hand.tap("main a:has-text('Xem cả hai bản')")
    hand.see("Ấp Kiến Vàng", within="main")
    shoot(hand.page, "field-conflict")
    hand.page.evaluate(AXE_SCRIPT)
    assert not list(faults(hand, "vi"))
    hand.page.set_viewport_size({"width": 360, "height": 640})
    hand.tap(".card:has-text('Đoàn kiểm tra') >> .pick >> nth=1")
    hand.tap("main button:has-text('Gửi bản đã chọn')")
    assert sent(hand)
    found = kept(database, planned.entity)
    assert (found.place, found.present) == ("Ấp Rạch Gốc", "Ông Năm")
    assert (found.latitude, found.longitude) == (8.7585, 104.9966)
    assert (found.team, found.checklist_version_id) == (["Cán bộ Lan"], first)
    assert set(found.answers) == {"vung", "lanh", "nhan", "noi-dan"}
