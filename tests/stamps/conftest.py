from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session

from app.diary.models import Lot
from app.identity.rules import Actor
from app.kit.db import Database
from app.products.models import Product
from app.stamps import span_actions
from app.stamps.batch_queries import list_runs
from app.stamps.codes import Root
from app.stamps.export_actions import Wanted, ask_export, confirm_export
from app.stamps.export_api import press_of
from app.stamps.keyring import Keyring
from app.stamps.models import Batch, Export
from app.stamps.print_actions import Press
from tests import make
from tests.conftest import Cast

KEYRING = Keyring({0: Root(0, bytes(range(32)))})


def by(actor: Actor, minute: int = 0) -> dict[str, Any]:
    return {"actor": actor, "now": make.NOW + timedelta(minutes=minute)}


@dataclass(frozen=True)
class Scene:
    """A batch of 100 stamps, 60 of them handed over, and a lot of its product that is complete."""

    db: Session
    cast: Cast
    batch: Batch
    lot: Lot

    def ends(self, first: int, last: int, *, of: Batch | None = None) -> dict[str, Any]:
        codes = [make.code(of or self.batch, n, keyring=KEYRING) for n in (first, last)]
        return {"keyring": KEYRING, "first_code": codes[0], "last_code": codes[1]}

    def activate(self, first: int, last: int, **more: Any) -> None:  # noqa: ANN401 - arguments of the action
        facts: dict[str, Any] = {
            "actor": self.cast.owner.actor,
            "now": make.NOW,
            "lot_id": self.lot.id,
        }
        span_actions.activate_span(self.db, **(facts | self.ends(first, last) | more))

    def void(self, first: int, last: int, **more: Any) -> None:  # noqa: ANN401 - as above
        facts: dict[str, Any] = {
            "actor": self.cast.owner.actor,
            "now": make.NOW,
            "reason": "Tem in hỏng",
        }
        span_actions.void_span(self.db, **(facts | self.ends(first, last) | more))

    def runs(self) -> list[tuple[int, int, str]]:
        base = self.batch.first or 0
        told = [run.numbered(base) for run in list_runs(self.db, batch_id=self.batch.id)]
        return [(run.first, run.last, run.state) for run in told]


@pytest.fixture
def scene(db: Session, cast: Cast) -> Scene:
    product = make.product(db, of=cast.entity)
    make.issued_batch(db, of=product, keyring=KEYRING, quantity=7)
    batch = make.issued_batch(db, of=product, keyring=KEYRING, quantity=100, handed=60)
    return Scene(db, cast, batch, make.complete_lot(db, of=product))


@pytest.fixture
def product(database: Database, cast: Cast) -> Product:
    with database.begin() as db:
        return make.product(db, of=cast.entity, name="Tôm khô Rạch Gốc")


@pytest.fixture
def keyring(app: FastAPI) -> Keyring:
    held: Keyring = app.state.keyring
    return held


Made = Callable[..., Batch]


@pytest.fixture
def issued(database: Database, product: Product, keyring: Keyring) -> Made:
    """Make an issued batch of 100 stamps, 60 of them handed over."""

    def make_one(*, of: Product | None = None) -> Batch:
        with database.begin() as db:
            return make.issued_batch(db, of=of or product, keyring=keyring, handed=60)

    return make_one


@pytest.fixture
def lot(database: Database, product: Product) -> Lot:
    with database.begin() as db:
        return make.complete_lot(db, of=product)


@pytest.fixture
def press(app: FastAPI) -> Press:
    return press_of(app)


@pytest.fixture
def issue(database: Database, app: FastAPI, cast: Cast) -> Callable[..., int]:
    """Issue a batch of the cast's own product and return its id."""

    def of_quantity(quantity: int, gtin: str | None = None) -> int:
        with database.begin() as db:
            made = make.product(db, of=cast.entity, gtin=gtin)
            keyring = app.state.keyring
            return make.issued_batch(db, of=made, keyring=keyring, quantity=quantity).id

    return of_quantity


Issue = Callable[..., int]


def asked(press: Press, cast: Cast, batch_id: int, **more: object) -> int:
    facts: dict[str, object] = {"format": "csv", "reason": "In thử"} | more
    wanted = Wanted(batch_id=batch_id, **facts)  # type: ignore[arg-type]
    with press.database.begin() as db:
        actor = cast.officer.actor
        return ask_export(db, actor=actor, now=make.NOW, press=press, wanted=wanted).id


def confirmed(press: Press, cast: Cast, export_id: int) -> int:
    """Let another officer confirm a file of so many codes that two people are needed."""
    with press.database.begin() as db:
        export = db.get_one(Export, export_id)
        confirm_export(db, actor=cast.approver.actor, now=make.NOW, export=export)
    return export_id


def found(database: Database, export_id: int) -> Export:
    with database.begin(write=False) as db:
        return db.get_one(Export, export_id)


def stored(press: Press) -> list[Path]:
    return [one for one in press.files.root.rglob("*") if one.is_file()]
