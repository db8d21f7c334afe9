from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from app.entities.models import Entity
from app.entities.part_models import Facility, Training
from app.kit.paging import Cut
from app.office.figure_queries import count_by_platform, list_figure_rows, read_figures
from app.office.figures import MEANINGS, Year, year_of
from app.oversight.inspection_models import Checklist, Inspection
from app.oversight.quality_models import QualityTest
from app.products.link_models import ProductLink
from app.products.models import Product
from app.rights.models import IpRight
from app.rights.use_models import UseObservation
from tests import make
from tests.conftest import Cast, Visit

THEN = Year(2024)
DAY = date(2024, 6, 20)
AT = datetime(2024, 6, 20, 3, tzinfo=UTC)


@dataclass
class Province:
    """Two entities with a product each, and marks to be inspected."""

    db: Session
    checklist: int
    entities: list[Entity]
    products: list[Product]

    def inspect(self, right: IpRight, day: date = DAY, **facts: object) -> Inspection:
        given = {
            "uid": uuid4(),
            "cause": "ad_hoc",
            "subject": "right",
            "right_id": right.id,
            "held_on": day,
            "state": "held",
            "checklist_id": self.checklist,
            "folded": "",
            "created_at": AT,
            "created_by": "Thanh tra",
            "updated_at": AT,
        }
        made = Inspection(**given | facts)
        self.db.add(made)
        self.db.flush()
        return made

    def see(self, right: IpRight, entity: Entity, *, used: bool, day: date = DAY) -> None:
        told = {"in_use": used, "recorded_at": AT, "recorded_by": "Thanh tra"}
        self.db.add(UseObservation(right_id=right.id, entity_id=entity.id, seen_on=day, **told))
        self.db.flush()

    def test(self, product: Product, day: date = DAY, **facts: object) -> None:
        given = {
            "entity_id": product.entity_id,
            "product_id": product.id,
            "sampled_on": day,
            "sampled_by": "Anh Tư",
            "laboratory": "Trung tâm 3",
            "folded": "",
            "recorded_at": AT,
            "recorded_by": "Cán bộ",
            "changed_at": AT,
        }
        self.db.add(QualityTest(**given | facts))
        self.db.flush()

    def value(self, code: str, year: Year = THEN) -> int:
        """Return a figure, once it was held against the rows it opens."""
        value = read_figures(self.db, year)[code].value
        rows = list_figure_rows(self.db, code, year, cut=Cut(limit=1000)).items
        counted = sum(row.quantity for row in rows) if MEANINGS[code].summed else len(rows)
        assert counted == value, code
        return value


@pytest.fixture
def province(db: Session) -> Province:
    checklist = Checklist(code="thu", name="Thử", created_at=AT, changed_at=AT)
    db.add(checklist)
    db.flush()
    entities = [make.entity(db) for _ in range(2)]
    return Province(db, checklist.id, entities, [make.product(db, of=one) for one in entities])


def test_an_empty_database_has_figures_of_nought(db: Session) -> None:
    found = read_figures(db, THEN)
    assert found.keys() == MEANINGS.keys()
    assert {one.value for one in found.values()} == {0}


def test_marks_are_counted_once_however_often_they_are_inspected(province: Province) -> None:
    db = province.db
    marks = {
        kind: [make.right(db, type=kind) for _ in range(2)]
        for kind in ("gi", "certification_mark", "collective_mark", "trademark")
    }
    for right in (one for group in marks.values() for one in group):
        province.inspect(right)
    province.inspect(marks["collective_mark"][0], DAY + timedelta(days=1))
    late = make.right(db, type="collective_mark")
    province.inspect(late, THEN.last + timedelta(days=1))
    planned = make.right(db, type="collective_mark")
    province.inspect(planned, state="planned", held_on=None)
    province.inspect(planned, state="cancelled", cancel_reason="Mưa bão")
    kinds = "gi", "marks", "certification", "collective"
    assert [province.value(f"inspected_{kind}") for kind in kinds] == [2, 6, 2, 2]
    assert province.value("inspected_collective", Year(2025)) == 1


def test_registered_are_those_whose_use_right_held_on_the_day_of_the_inspection(
    province: Province,
) -> None:
    db, (one, other) = province.db, province.entities
    right, idle = make.right(db, type="collective_mark"), make.right(db)
    for edge, expected in ((DAY, 1), (DAY - timedelta(days=1), 0)):
        made = make.use_right(db, of=right, product=province.products[0], valid_to=edge)
        inspection = province.inspect(right)
        assert province.value("users_registered") == expected, edge
        db.delete(inspection)
        db.delete(made)
        db.flush()
    make.use_right(db, of=right, product=province.products[0])
    make.use_right(db, of=right, product=make.product(db, of=one))
    make.use_right(db, of=right, product=province.products[1], ended_on=DAY)
    make.use_right(db, of=idle, product=province.products[1])
    province.inspect(right)
    assert province.value("users_registered") == 1
    # Seen in use without a use right, it is found by the inspectors and no registered user.
    for entity in (one, other):
        province.see(right, entity, used=True)
    province.see(right, one, used=False)
    assert province.value("users_found") == 1
    assert province.value("users_found", Year(2025)) == 0


def test_establishments_are_places_of_production(province: Province) -> None:
    db, product = province.db, province.products[0]
    places = [
        Facility(entity_id=product.entity_id, name=f"Xưởng {n}", folded="", created_at=AT,
                 updated_at=AT)
        for n in range(2)
    ]  # fmt: skip
    db.add_all(places)
    db.flush()
    for place in (*places, places[0]):
        province.test(product, facility_id=place.id)
    province.test(province.products[1], verdict="failed")
    province.test(make.product(db, of=province.entities[1]), struck_at=AT, strike_reason="Nhầm")
    assert province.value("products_tested") == 2
    assert province.value("places_tested") == 3
    assert province.value("products_failed") == 1


def test_a_year_begins_and_ends_at_midnight_in_vietnam(province: Province) -> None:
    def trained(day: date) -> None:
        told = {"trainer": "Chị Ba", "people": 3, "recorded_at": AT, "recorded_by": "Cán bộ"}
        province.db.add(Training(entity_id=province.entities[0].id, held_on=day, **told))
        province.db.flush()

    trained(THEN.first)
    trained(THEN.last)
    trained(THEN.last + timedelta(days=1))
    assert [province.value("entities_trained", Year(year)) for year in (2023, 2024, 2025)] == [
        0,
        1,
        1,
    ]
    lot = make.lot(province.db, of=province.products[0], production_date=THEN.first)
    for at in (THEN.begin, THEN.end - timedelta(seconds=1), THEN.end):
        make.entry(province.db, lot=lot, now=at)
    assert [province.value("entities_with_diary", Year(year)) for year in (2024, 2025)] == [1, 1]


def test_links_to_shops_count_by_platform_while_they_stand(province: Province) -> None:
    def link(product: Product, host: str, **facts: object) -> None:
        told = {"url": f"https://{host}/1", "title": "Mua", "rel": "hasRetailers", "made_at": AT}
        province.db.add(ProductLink(product_id=product.id, host=host, **told | facts))
        province.db.flush()

    first, second = province.products
    link(first, "shopee.vn")
    link(first, "tiki.vn")
    link(second, "shopee.vn", retired_on=date(2025, 3, 1))
    link(second, "lazada.vn", retired_on=DAY)
    link(second, "tiki.vn", rel="recipeInfo")
    assert province.value("products_in_shops") == 2
    assert province.value("products_in_shops", Year(2025)) == 1
    assert count_by_platform(province.db, THEN) == [("shopee.vn", 2), ("tiki.vn", 1)]
    rows = list_figure_rows(province.db, "products_in_shops", THEN, cut=Cut(), platform="tiki.vn")
    assert [row.id for row in rows.items] == [first.id]


def test_practice_farms_count_for_nothing(province: Province) -> None:
    db = province.db
    for entity in province.entities:
        entity.practice = True
    right = make.right(db, type="collective_mark")
    make.use_right(db, of=right, product=province.products[0])
    province.inspect(right)
    province.see(right, province.entities[0], used=True)
    province.test(province.products[0])
    db.flush()
    found = {code: one.value for code, one in read_figures(db, THEN).items() if one.value}
    assert found == {"inspected_marks": 1, "inspected_collective": 1}


def test_a_year_that_is_none_is_the_present_one() -> None:
    asked = ("2024", "", "abc", "1999", "9999", "٢٠٢٤", "-2024", "2027")
    assert [year_of(text, usual=2026) for text in asked] == [2024, *[2026] * 6, 2027]


def test_the_workbook_holds_each_figure_and_its_rows(cast: Cast, visit: Visit) -> None:
    officer = visit(page=cast.officer)
    page = officer.get("/office/figures?year=2024")
    assert page.status_code == 200
    book = load_workbook(BytesIO(officer.get("/office/figures?year=2024&file=xlsx").content))
    assert len(book.sheetnames) == len(MEANINGS) + 1
    codes = [row[0].value for row in book.worksheets[0].iter_rows(min_row=2)]
    assert codes == list(MEANINGS)
    told = visit(api=cast.officer).get("/api/v1/figures?year=2024").json()
    assert [one["code"] for one in told["figures"]] == list(MEANINGS)
    for path in ("/office/figures/none", "/office/figures/stamps_granted?platform=x"):
        assert officer.get(path).status_code == 404
    assert visit(page=cast.owner).get("/office/figures").status_code == 403
