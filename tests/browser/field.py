"""An inspector's hand on the app for inspections, and what there is to inspect."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actions import add_account, grant_role, hash_password
from app.identity.models import Account
from app.identity.rules import Role
from app.kit.clock import day_of
from app.kit.db import Database
from app.oversight.checklist_actions import publish_checklist
from app.oversight.inspection_actions import Arranged, open_inspection
from app.oversight.inspection_models import Inspection
from app.oversight.inspection_queries import find_target
from app.oversight.rules import Subject
from app.products.models import Product
from app.rights.models import UseRight
from tests import make
from tests.browser.conftest import World
from tests.browser.hand import Hand
from tests.browser.offline import PASSWORD
from tests.waiting import press, until

FIELD: Final = "/inspections/app"
INSPECTOR, COLLEAGUE = "0912000021", "0912000022"
YES, NO = ".pick >> nth=0", ".pick >> nth=1"


@dataclass
class FieldHand(Hand):
    """A phone in an inspector's hand."""

    def sign_in(self, account: str) -> None:
        self.page.goto(f"/sign-in?after={FIELD}")
        self.page.fill("#phone", account)
        self.page.fill("#password", PASSWORD)
        press(self.page, "main button")
        known = "return !!(await store.state());"
        assert until(lambda: bool(self.call(known))), self.page.inner_text("body")

    def open(self, screen: str = "") -> None:
        self.page.goto(f"{FIELD}#/{screen}")
        self.page.wait_for_selector("#bar [aria-current], h1")

    def restart(self) -> None:
        """Kill the page as a phone does that needs its memory, and open the app anew."""
        self.page.close()
        self.page = self.context.new_page()
        self.open()

    def answer(self, code: str, which: str) -> None:
        self.tap(f"#i-{code} >> {which}")


def item(code: str, text: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - an item's own
    return {"code": code, "text": text, "text_en": f"Item {code}", "bad": ["no"], **more}


BODY: Final[dict[str, Any]] = {
    "format": 1,
    "sections": [
        {
            "code": "noi-lam",
            "name": "Nơi sản xuất",
            "name_en": "Place of production",
            "items": [
                item("vung", "Nơi sản xuất có nằm trong vùng được bảo hộ không?", photo=True),
                item("lanh", "Nhiệt độ kho", kind="number", unit="°C", bad=[]),
            ],
        },
        {
            "code": "dau-hieu",
            "name": "Sử dụng dấu hiệu",
            "name_en": "Use of the sign",
            "items": [
                item("nhan", "Nhãn có đúng mẫu được duyệt không?"),
                item(
                    "noi-dan",
                    "Nhãn được dán ở đâu?",
                    kind="choice",
                    bad=[],
                    choices=[
                        {"value": "goi", "label": "Trên từng gói", "label_en": "On each pack"},
                        {"value": "thung", "label": "Trên thùng", "label_en": "On the box"},
                    ],
                ),
                item("khac", "Điều khác ghi nhận", kind="text", bad=[], required=False),
            ],
        },
    ],
}
CHECKLIST: Final[dict[str, Any]] = {
    "code": "thu",
    "name": "Bảng kiểm thử",
    "name_en": "Trial checklist",
}


@dataclass(frozen=True)
class Round:
    """What an inspector has before them."""

    right: UUID
    entity: UUID
    product: UUID


def fill(database: Database, world: World) -> Round:
    """Have two inspectors, a checklist, and three inspections for today and this month."""
    with database.begin() as db:
        who: dict[str, Any] = {"actor": make.SYSTEM, "now": datetime.now(UTC)}
        publish_checklist(db, body=BODY, **CHECKLIST, **who)
        for phone, name in ((INSPECTOR, "Thanh tra Bình"), (COLLEAGUE, "Thanh tra An")):
            secret = hash_password(PASSWORD)
            made = add_account(db, phone=phone, name=name, password_hash=secret, **who)
            grant_role(db, account_id=made.id, role=Role.INSPECTOR, **who)
        product = db.get_one(Product, world.product_id)
        right = db.scalars(select(UseRight.right_id)).first() or 0
        return Round(
            plan(db, Subject.RIGHT, right, days=-1),
            plan(db, Subject.ENTITY, product.entity_id),
            plan(db, Subject.PRODUCT, product.id, days=40),
        )


def plan(db: Session, subject: Subject, record_id: int, *, days: int = 0) -> UUID:
    """Plan an inspection so many days from today; return its uid."""
    day = day_of(datetime.now(UTC)) + timedelta(days=days)
    target = find_target(db, subject=subject, record_id=record_id)
    lead = db.scalars(select(Account.id).where(Account.phone.endswith(INSPECTOR[1:]))).one()
    made = open_inspection(
        db,
        actor=make.SYSTEM,
        now=datetime.now(UTC),
        uid=uuid4(),
        target=target,
        arranged=Arranged(planned_on=day, lead_id=lead),
    )
    return made.uid


def kept(database: Database, uid: UUID) -> Inspection:
    """Return an inspection as the server has it."""
    with database.begin(write=False) as db:
        found = db.scalars(select(Inspection).where(Inspection.uid == uid)).one()
        db.expunge(found)
        return found
