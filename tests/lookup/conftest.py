from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session

from app.diary.entry_actions import record_entry
from app.diary.models import Lot
from app.diary.rules import EntryKind
from app.diary.written import Written
from app.entities.part_models import Facility
from app.kit.db import Database
from app.products.models import OcopCertificate, Product, ProductPack, ProductStandard
from app.scans.counter_actions import Counter
from app.stamps.codes import encode_many, unline
from app.stamps.keyring import Keyring
from app.stamps.models import Batch
from app.stamps.queries import get_stamp
from app.stamps.span_actions import activate_span
from tests import make
from tests.conftest import Cast

PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"


@dataclass(frozen=True)
class Scene:
    """A batch of ten stamps of a product with a lot: four active, four received, two issued."""

    product: Product
    lot: Lot
    batch: Batch
    codes: tuple[str, ...]
    database: Database
    keyring: Keyring
    cast: Cast

    @property
    def active(self) -> str:
        return self.codes[0]

    @property
    def received(self) -> str:
        return self.codes[4]

    @property
    def issued(self) -> str:
        return self.codes[8]

    def line(self, code: str) -> int:
        with self.database.begin() as db:
            return get_stamp(db, keyring=self.keyring, text=code).line

    def change(self, work: Callable[[Session], object]) -> None:
        """Do something in a transaction of its own."""
        with self.database.begin() as db:
            work(db)


@pytest.fixture
def keyring(app: FastAPI) -> Keyring:
    held: Keyring = app.state.keyring
    return held


@pytest.fixture
def counter(app: FastAPI) -> Counter:
    held: Counter = app.state.counter
    return held


@pytest.fixture
def scene(database: Database, keyring: Keyring, cast: Cast) -> Scene:
    with database.begin() as db:
        product = make.product(db, of=cast.entity, name="Tôm khô Rạch Gốc loại đặc biệt")
        db.add(
            OcopCertificate(
                product_id=product.id,
                stars=4,
                decision_no="512/QĐ-UBND",
                issuer="UBND tỉnh Cà Mau",
                valid_from=date(2025, 1, 15),
                valid_to=date(2028, 1, 15),
            )
        )
        db.add(ProductStandard(product_id=product.id, kind="tccs", number="TCCS 01:2024/RG"))
        make.use_right(db, of=make.right(db), product=product)
        lot = make.lot(db, of=product, expiry_date=date(2026, 9, 10))
        for day in range(1, 6):
            entry(db, cast, lot, day)
        batch = make.issued_batch(db, of=product, keyring=keyring, quantity=10, handed=8)
        codes = codes_of(keyring, batch)
        activate_span(
            db,
            actor=cast.owner.actor,
            now=make.NOW,
            keyring=keyring,
            first_code=codes[0],
            last_code=codes[3],
            lot_id=lot.id,
        )
    return Scene(product, lot, batch, codes, database, keyring, cast)


def codes_of(keyring: Keyring, batch: Batch) -> tuple[str, ...]:
    assert batch.first is not None
    assert batch.secret is not None
    epoch, number = unline(batch.first)
    count = batch.granted or 0
    return tuple(encode_many(keyring.root(epoch), batch.secret, first=number, count=count))


def entry(
    db: Session,
    cast: Cast,
    lot: Lot,
    day: int,
    note: str = "Phơi nắng hai ngày",
    serial: int = 0,
) -> None:
    """Add a public entry made on a day of March; `serial` tells several of a day apart."""
    done = datetime(2026, 3, day, 8, 0, tzinfo=UTC)
    record_entry(
        db,
        actor=cast.owner.actor,
        now=done + timedelta(hours=2),
        lot_id=lot.id,
        written=Written(
            id=UUID(int=lot.id * 1000 + (serial or day)),
            kind=EntryKind.PROCESSING,
            stage="Phơi tôm",
            performed_at=done,
            values={"Khối lượng (kg)": 20 + day},
            note=note,
            public=True,
            location_code=make.PLACE,
        ),
    )


def heading(page: str) -> str:
    """Return the words of the page's one heading."""
    return page.partition("<h1>")[2].partition("</h1>")[0]


def mistyped(code: str) -> str:
    """Return the code with its last character mistyped."""
    return code[:-1] + ("0" if code[-1] != "0" else "1")


GTIN, PACK, OTHER = "09520001000010", "19520001000017", "09520002000019"
GLN, POND = "9520001000003", "9520002000002"


@pytest.fixture
def gs1(scene: Scene) -> Scene:
    """The scene with a GTIN, a pack of its own, and GLNs of the producer and of its pond."""

    def register(db: Session) -> None:
        db.merge(scene.product).gtin = GTIN
        db.merge(scene.cast.entity).gln = GLN
        db.add(ProductPack(product_id=scene.product.id, name="Thùng", gtin=PACK))
        when = {"created_at": make.NOW, "updated_at": make.NOW}
        place = {"name": "Ao số 3", "folded": "ao so 3", "location_code": POND}
        db.add(Facility(entity_id=scene.cast.entity.id, **place, **when))

    scene.change(register)
    return scene
