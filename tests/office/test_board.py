import csv
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session

from app.diary.entry_actions import record_entry
from app.diary.models import ProductionProcess
from app.diary.rules import EntryKind
from app.diary.written import Written
from app.entities.models import Entity
from app.entities.part_models import Training
from app.identity.rules import Actor, Belonging
from app.kit.db import Database
from app.kit.paging import Cut
from app.office.board_queries import STEPS, count_reached, list_board
from app.products.models import Product
from app.stamps.span_actions import activate_span
from tests import make
from tests.conftest import Cast, Visit

BOARD = "/office/board"


def reached(db: Session, entity: Entity) -> dict[str, tuple[str, ...]]:
    """Return what an entity lacks at each step, by the steps' names."""
    db.flush()
    page = list_board(db, actor=make.SYSTEM, cut=Cut(), text=entity.name)
    (row,) = page.items
    return {cell.step.name: tuple(d.name for d in cell.lacking) for cell in row.cells}


def described(db: Session, entity: Entity) -> Product:
    return make.product(db, of=entity, ingredients="tôm, muối", shelf_life="12 tháng")


def trained(db: Session, entity: Entity, **facts: Any) -> Training:  # noqa: ANN401 - the columns of the record
    given = {"held_on": make.TODAY, "trainer": "Cô Mai", "people": 4} | facts
    made = Training(entity_id=entity.id, recorded_at=make.NOW, recorded_by="Lan", **given)
    db.add(made)
    return made


def approved(db: Session, product: Product) -> None:
    db.add(
        ProductionProcess(
            product_id=product.id, entity_id=product.entity_id, version=1, stages=["Phơi"],
            made_at=make.NOW, made_by="Lan", approved_at=make.NOW, approved_by="Lan",
        )
    )  # fmt: skip


def test_each_step_is_reached_by_its_records_and_by_nothing_else(db: Session, app: FastAPI) -> None:
    entity = make.entity(db, name="Tổ hợp tác Bảng", address="", commune_code=None)
    everything = {step.name: tuple(d.name for d in step.demands) for step in STEPS}
    # Without a product, no product lacks a picture.
    everything["records"] = ("address", "number", "person", "product")
    assert reached(db, entity) == everything

    product = make.product(db, of=entity, picture=False)
    assert reached(db, entity)["records"][-3:] == ("person", "picture", "facts")
    product.status = "retired"
    product = described(db, entity)
    entity.address, entity.commune_code, entity.tax_no = "Ấp Mũi", make.DAT_MUI, "2000000001"
    entity.representative, entity.phone = "Chị Út", "0290 3831 234"
    assert reached(db, entity)["records"] == ()

    struck = trained(db, entity, struck_at=make.NOW)
    assert reached(db, entity)["training"] == ("training",)
    struck.struck_at = None
    approved(db, product)
    keyring = app.state.keyring
    batch = make.issued_batch(db, of=product, keyring=keyring)
    found = reached(db, entity)
    assert (found["training"], found["process"], found["stamps"]) == ((), (), ("stamps",))

    batch = make.issued_batch(db, of=product, keyring=keyring, handed=10)
    lot = make.complete_lot(db, of=product)
    found = reached(db, entity)
    assert (found["stamps"], found["diary"]) == ((), ())
    assert (found["activation"], found["distribution"]) == (("activation",), ("distribution",))
    owner = Actor(account_id=None, label="test", memberships={entity.id: Belonging.OWNER})
    code = make.code(batch, 1, keyring=keyring)
    activate_span(
        db, actor=owner, now=make.NOW, keyring=keyring, first_code=code, last_code=code,
        lot_id=lot.id,
    )  # fmt: skip
    sent = Written(id=uuid4(), kind=EntryKind.SHIPPING, performed_at=make.NOW, values={})
    record_entry(db, actor=owner, now=make.NOW, lot_id=lot.id, written=sent)
    assert not any(reached(db, entity).values())
    total, counts = count_reached(db, actor=make.SYSTEM)
    assert total >= 1
    assert set(counts.values()) == {1}


@pytest.fixture
def names(database: Database, cast: Cast) -> list[str]:
    with database.begin() as db:
        trained(db, cast.other, held_on=make.TODAY - timedelta(days=9), people=1)
        trained(db, cast.other, trainer="=Thầy Ba", people=7)
    return [cast.other.name, cast.entity.name]


def test_the_board_names_the_last_training_and_opens_what_is_lacking(
    visit: Visit, cast: Cast, names: list[str]
) -> None:
    officer = visit(page=cast.officer)
    page = officer.get(BOARD).text
    assert [name in page for name in names] == [True, True]
    assert "Thầy Ba · 7 người" in page
    assert "1 người" not in page
    assert f'href="{BOARD}/{cast.other.id}#process"' in page
    one = officer.get(f"{BOARD}/{cast.other.id}").text
    assert f'href="/office/products?entity={cast.other.id}"' in one
    assert 'id="process"' in one
    only = officer.get(f"{BOARD}?step=training").text
    assert [name in only for name in names] == [False, True]
    assert "empty" in officer.get(f"{BOARD}?q=khongco").text


def test_the_board_is_had_as_a_file_with_every_entity(
    visit: Visit, cast: Cast, names: list[str]
) -> None:
    officer = visit(page=cast.officer)
    answer = officer.get(f"{BOARD}?file=csv&lang=en")
    assert answer.headers["content-disposition"] == 'attachment; filename="onboarding.csv"'
    rows = {row["Entity"]: row for row in csv.DictReader(StringIO(answer.text.lstrip("\ufeff")))}
    assert set(names) <= set(rows)
    other = rows[cast.other.name]
    # A sheet must not take a name for a formula.
    assert other["Trainer"].lstrip("'\t ") == "=Thầy Ba"
    assert not other["Trainer"].startswith("=")
    assert other["People trained"] == "7"
    assert "An approved process" in other["What is lacking"]
    asked = officer.get(f"{BOARD}?file=json&step=training").json()
    assert [row["entity"] for row in asked] == [cast.entity.name]
    assert officer.get(f"{BOARD}?file=exe").status_code == 422
