"""Badges over time, from the database: what the API wrote decides, day by day."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.kit.db import Database
from app.products.models import Product
from app.rights.lines import lines
from app.rights.models import IpRight, RightProduct, UseRight
from app.rights.queries import facts_for
from app.rights.rules import badges
from tests import make
from tests.conftest import Cast, Visit

ONE = timedelta(days=1)
FROM, TO = date(2024, 1, 1), date(2028, 12, 31)
SUSPENDED, RESUMED, ENDED = date(2025, 3, 1), date(2025, 6, 1), date(2027, 1, 1)


@pytest.fixture
def product(database: Database, cast: Cast) -> Product:
    with database.begin() as db:
        return make.product(db, of=cast.entity)


@pytest.fixture
def right(database: Database) -> IpRight:
    with database.begin() as db:
        return make.right(db, type="certification_mark", expires_on=TO)


@pytest.fixture
def use_right(database: Database, right: IpRight, product: Product) -> UseRight:
    with database.begin() as db:
        return make.use_right(db, of=right, product=product, valid_from=FROM, valid_to=TO)


def badged(database: Database, product: Product, day: date) -> bool:
    with database.begin(write=False) as db:
        found = facts_for(db, entity_id=product.entity_id, product_id=product.id)
    return bool(badges(*found, product.entity_id, product.id, day))


def days(*first_days: date) -> list[date]:
    return [day for first in first_days for day in (first - ONE, first)]


def test_a_badge_lasts_from_the_first_day_to_the_last(
    database: Database, product: Product, use_right: UseRight
) -> None:
    assert use_right.valid_to == TO
    found = [badged(database, product, day) for day in days(FROM, TO + ONE)]
    assert found == [False, True, True, False]


@pytest.mark.parametrize("what", ["rights", "use-rights"])
def test_suspending_resuming_and_ending_turn_the_badge_on_their_days(
    what: str,
    visit: Visit,
    cast: Cast,
    database: Database,
    product: Product,
    use_right: UseRight,
) -> None:
    client = visit(api=cast.officer)
    path = f"/api/v1/{what}/{use_right.right_id if what == 'rights' else use_right.id}"
    for kind, day in (("suspended", SUSPENDED), ("resumed", RESUMED), ("ended", ENDED)):
        paper = {"decision_no": "1/QĐ", "decided_on": "2026-03-10", "reason": "QĐ"}
        given = {"kind": kind, "effective_on": f"{day}", "past_is_meant": True}
        sent = client.post(f"{path}/decisions", json=given | paper)
        assert sent.status_code == 201, sent.text
    found = [badged(database, product, day) for day in days(SUSPENDED, RESUMED, ENDED)]
    assert found == [True, False, False, True, True, False]


def test_a_right_that_expires_first_ends_the_badge(
    visit: Visit, cast: Cast, database: Database, product: Product, use_right: UseRight
) -> None:
    last = date(2026, 5, 31)
    path = f"/api/v1/rights/{use_right.right_id}"
    sent = visit(api=cast.officer).patch(
        path, json={"expires_on": f"{last}", "against": "Bản chính"}
    )
    assert sent.status_code == 200
    assert [badged(database, product, day) for day in days(last + ONE)] == [True, False]


def test_an_unchecked_number_gives_no_badge_until_it_is_checked(
    visit: Visit, cast: Cast, database: Database, product: Product, use_right: UseRight
) -> None:
    client = visit(api=cast.officer)
    path = f"/api/v1/rights/{use_right.right_id}"
    assert badged(database, product, make.TODAY)
    client.patch(path, json={"registration_no": "165802"})
    assert not badged(database, product, make.TODAY)
    client.post(f"{path}/check", json={"against": "Bản chính"})
    assert badged(database, product, make.TODAY)
    client.patch(path, json={"registration_no": None})
    assert not badged(database, product, make.TODAY)


def test_an_application_gives_no_badge(database: Database, product: Product, cast: Cast) -> None:
    with database.begin() as db:
        applied = make.right(
            db,
            registration_no=None,
            registration_no_as_written="",
            registration_date="",
            application_no="6-2024-00001",
            checked_on=None,
            checked_by="",
        )
        make.use_right(db, of=applied, product=product)
    assert cast.entity.id == product.entity_id
    assert not badged(database, product, make.TODAY)


def test_another_product_or_entity_gets_no_badge_from_it(
    database: Database, product: Product, use_right: UseRight, cast: Cast
) -> None:
    with database.begin() as db:
        sister = make.product(db, of=cast.entity, name=product.name)
        theirs = make.product(db, of=cast.other, name=product.name)
    assert use_right.product_id == product.id
    assert badged(database, product, make.TODAY)
    assert not badged(database, sister, make.TODAY)
    assert not badged(database, theirs, make.TODAY)


def test_a_linked_trademark_of_the_entity_itself_gives_a_badge(
    visit: Visit, cast: Cast, database: Database, product: Product
) -> None:
    with database.begin() as db:
        mark = make.right(
            db,
            type="trademark",
            sign="Rạch Gốc",
            owner_entity_id=cast.entity.id,
            registration_no="4-0165802-000",
            expires_on=date(2030, 1, 1),
        )
    client = visit(api=cast.officer)
    path = f"/api/v1/rights/{mark.id}"
    assert not badged(database, product, make.TODAY)
    client.post(f"{path}/products", json={"product_id": product.id})
    assert badged(database, product, make.TODAY)
    held = {"against": "Bản chính"}
    client.patch(path, json=held | {"owner_entity_id": cast.other.id})
    assert not badged(database, product, make.TODAY)
    client.patch(path, json=held | {"owner_entity_id": cast.entity.id})
    assert badged(database, product, make.TODAY)
    client.post(f"{path}/products/{product.id}/unlink")
    assert not badged(database, product, make.TODAY)


def test_a_suspended_right_still_tells_it_held_when_the_lot_was_made(
    visit: Visit, cast: Cast, database: Database, product: Product, use_right: UseRight
) -> None:
    paper = {"decision_no": "1/QĐ", "decided_on": "2026-02-01", "reason": "QĐ"}
    given = paper | {"kind": "suspended", "effective_on": "2026-02-01", "past_is_meant": True}
    visit(api=cast.officer).post(f"/api/v1/use-rights/{use_right.id}/decisions", json=given)
    with database.begin(write=False) as db:
        found = facts_for(db, entity_id=product.entity_id, product_id=product.id)
    made = {
        day: lines(*found, product.entity_id, product.id, make.TODAY, made_on=day)[0]
        for day in (date(2026, 1, 31), date(2026, 2, 1))
    }
    assert [line.in_force_when_made for line in made.values()] == [True, False]
    assert [line.badge for line in made.values()] == [None, None]


def test_the_facts_of_a_product_take_three_queries_at_most(db: Session, cast: Cast) -> None:
    product = make.product(db, of=cast.entity)
    for _ in range(5):
        make.use_right(db, of=make.right(db), product=product)
    mark = make.right(
        db, type="trademark", owner_entity_id=cast.entity.id, registration_no="4-0165802-000"
    )
    db.add(RightProduct(right_id=mark.id, product_id=product.id))
    db.flush()
    asked: list[str] = []
    listener = "before_cursor_execute"

    def count(*given: object) -> None:
        asked.append(str(given[2]))

    event.listen(db.get_bind(), listener, count)
    found = facts_for(db, entity_id=cast.entity.id, product_id=product.id)
    event.remove(db.get_bind(), listener, count)
    assert (len(found.rights), len(found.use_rights)) == (6, 5)
    assert len(asked) <= 3
