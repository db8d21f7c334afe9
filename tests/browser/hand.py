"""A producer's hand on the app's screens: every tap is counted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Self

from playwright.sync_api import Browser, FilePayload, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.diary.models import Lot, ProductionProcess
from app.diary.template_actions import install_ready
from app.diary.template_models import ProcessTemplate, ProcessTemplateVersion
from app.identity.actions import join_entity
from app.identity.models import Account
from app.identity.rules import Belonging
from app.kit.db import Database
from app.products.models import Product
from tests import make
from tests.browser.conftest import World
from tests.browser.offline import APP, Phone, picture
from tests.waiting import until

LONG: Final = "Hợp tác xã Nông nghiệp Dịch vụ Nuôi trồng Thủy sản Đất Mũi"
WORDS: Final = "#said"


@dataclass
class Hand(Phone):
    """A phone in a hand. Typing is the keyboard's; the tap into a field counts."""

    taps: int = field(default=0)

    @classmethod
    def on(cls, chromium: Browser, world: World, **more: Any) -> Self:  # noqa: ANN401 - of a context
        given: dict[str, Any] = {
            "viewport": {"width": 360, "height": 640},
            "locale": "vi-VN",
            "timezone_id": "Asia/Ho_Chi_Minh",
        }
        context = chromium.new_context(base_url=world.base_url, **{**given, **more})
        context.set_default_timeout(30_000)
        return cls(context, context.new_page())

    def tap(self, *selectors: str) -> None:
        for selector in selectors:
            self.page.click(selector)
            self.taps += 1

    def type(self, selector: str, text: str) -> None:
        self.page.fill(selector, text)
        self.taps += 1

    def choose(self, selector: str, label: str) -> None:
        """Open a list of choices and take one."""
        self.page.select_option(selector, label=label)
        self.taps += 2

    def photograph(self, *numbers: int) -> None:
        """Press the camera's button in the app, its shutter, and that the photo is good."""
        files: Sequence[FilePayload] = [
            {"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": picture(number)}
            for number in numbers
        ]
        for file in files:
            self.page.set_input_files("input[capture]", [file])
            self.taps += 3

    def counted(self) -> int:
        taps, self.taps = self.taps, 0
        return taps

    def see(self, text: str, *, within: str = "body") -> None:
        def seen() -> bool:
            return text in self.page.inner_text(within)

        assert until(seen), f"{text!r} is not in:\n{self.page.inner_text(within)}"

    def open(self, screen: str = "") -> None:
        self.page.goto(f"{APP}#/{screen}")
        self.page.wait_for_selector("#bar [aria-current], h1")

    def lose_network(self) -> None:
        self.context.set_offline(True)

    def find_network(self) -> None:
        self.context.set_offline(False)
        self.call("await sync.run();")


@dataclass(frozen=True)
class Farm:
    """What the screens have to show: lots of a template, and a second farm."""

    pond: int
    other_pond: int
    second: str


def fill(database: Database, world: World) -> Farm:
    """Give the producer two lots in a pond, and another farm with a lot of its own."""
    with database.begin() as db:
        if found := db.scalars(select(Lot).where(Lot.number == "TS-01")).first():
            other = db.scalars(select(Lot).where(Lot.number == "TS-02")).one()
            return Farm(found.id, other.id, LONG)
        version = _version(db)
        product = db.get_one(Product, world.product_id)
        facts: dict[str, Any] = {
            "template_version_id": version,
            "expiry_date": make.TODAY + timedelta(days=180),
            "quantity": 800,
            "unit": "KGM",
        }
        process: dict[str, Any] = {"stages": ["Cho ăn"], "template_version_id": version}
        db.add(
            ProductionProcess(
                product_id=product.id,
                entity_id=product.entity_id,
                version=1,
                made_at=make.NOW,
                made_by="test",
                valid_from=make.TODAY,
                approved_at=make.NOW,
                **process,
            )
        )
        # The one opened last stands first.
        other = make.lot(db, of=product, number="TS-02", **facts)
        pond = make.lot(db, of=product, number="TS-01", **facts)
        entity = make.entity(db, name=LONG)
        make.lot(db, of=make.product(db, of=entity, name="Khô cá lóc"), number="K-01")
        owner = db.scalars(select(Account).where(Account.phone.endswith(world.owner[1:]))).one()
        who: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}
        join_entity(db, account_id=owner.id, entity_id=entity.id, belonging=Belonging.OWNER, **who)
        return Farm(pond.id, other.id, LONG)


def _version(db: Session) -> int:
    install_ready(db, actor=make.SYSTEM, now=make.NOW)
    query = select(ProcessTemplateVersion.id).join(ProcessTemplate)
    return db.scalars(query.where(ProcessTemplate.code == "tom-cua")).one()


def kept_file(page: Page, selector: str, folder: Path) -> Path:
    """Press what saves a file; return it."""
    with page.expect_download() as got:
        page.click(selector)
    path = folder / got.value.suggested_filename
    got.value.save_as(path)
    return path
