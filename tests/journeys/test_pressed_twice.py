"""A form that is pressed twice is acted on once: no second record, and no error for the second."""

import re

import pytest
from sqlalchemy import func, select

from app.entities.models import Entity
from app.entities.part_models import Contact, Facility, Training
from app.kit.db import Base, Database
from app.products.models import Product
from app.rights.models import IpRight
from app.stamps.models import Batch
from tests import make
from tests.client import Client
from tests.conftest import Cast, Visit


def count(database: Database, model: type[Base]) -> int:
    with database.begin(write=False) as db:
        return db.scalar(select(func.count()).select_from(model)) or 0


def pressed_twice(client: Client, path: str, form: dict[str, str]) -> None:
    once = re.search(r'name="once" value="([0-9a-f]+)"', client.get(path).text)
    assert once
    first, second = (client.post(path, data=form | {"once": once[1]}) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303), first.text
    assert first.headers["location"].split("?")[0] == second.headers["location"].split("?")[0]


@pytest.mark.on("sqlite")
def test_what_is_added_twice_by_a_double_press_is_there_once(
    visit: Visit, cast: Cast, database: Database
) -> None:
    with database.begin() as db:
        product = make.product(db, of=cast.entity)
    home, officer, owner = f"/office/entities/{cast.entity.id}", cast.officer, cast.owner
    person = {"name": "Chị Út", "phone": "0912345678"}
    of_theirs = {f"entity_{cast.entity.id}": "on", f"people_{cast.entity.id}": "3"}
    training = {"held_on": "2026-03-01", "trainer": "Sở KH&CN", **of_theirs}
    cases = [
        (officer, Entity, "/office/entities/new", {"name": "HTX Một Lần", "kind": "cooperative"}),
        (officer, Facility, f"{home}/facilities/new", {"name": "Xưởng 2", "kind": "workshop"}),
        (officer, Contact, f"{home}/contacts/new", person),
        (officer, Training, "/office/trainings/new", training),
        (officer, Product, "/office/products/new", {"name": "X", "entity_id": str(cast.entity.id)}),
        (officer, IpRight, "/office/rights/new", {"type": "trademark", "sign": "Rồng Vàng"}),
        (owner, Batch, "/app/stamps/new", {"product_id": str(product.id), "quantity": "50"}),
    ]
    for who, model, path, form in cases:
        before = count(database, model)
        pressed_twice(visit(page=who), path, form)
        assert (path, count(database, model)) == (path, before + 1)
