"""Who owns and manages a right over time, and where it holds."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.kit.db import Database
from app.places.models import FormerPlace
from app.rights.area_queries import suggest_units
from app.rights.areas import names_in
from app.rights.holder_queries import areas_of, holders_of
from app.rights.models import IpRight
from app.rights.right_models import RightHolder
from tests import make
from tests.client import Client
from tests.conftest import Cast, Visit

HANDED = {"role": "owner", "name": "Liên hiệp HTX", "document": "HĐ 12", "takes_over": True}


@pytest.fixture
def right(visit: Visit, cast: Cast) -> int:
    client = visit(api=cast.officer)
    facts: dict[str, Any] = {"type": "trademark", "sign": "Rạch Gốc", "registration_no": "165802"}
    facts |= {"owner_entity_id": cast.entity.id, "managing_body": "Sở KH&CN"}
    added: int = client.post("/api/v1/rights", json=facts).json()["id"]
    client.post(f"/api/v1/rights/{added}/check", json={"against": "Bản chính"})
    return added


def add(client: Client, right: int, **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    found: dict[str, Any] = client.post(f"/api/v1/rights/{right}/holders", json=facts).json()
    return found


def test_an_owner_follows_another_and_what_badges_read_follows(
    visit: Visit, cast: Cast, database: Database, right: int
) -> None:
    client = visit(api=cast.officer)
    given = HANDED | {"entity_id": cast.other.id, "from_day": "2026-01-15"}
    refused = add(client, right, **given | {"takes_over": False})
    assert (refused["code"], refused["status"]) == ("rights.holders_overlap", 409)
    assert cast.entity.name in refused["detail"]
    found = add(client, right, **given)
    assert (found["owner"], found["owner_entity_id"]) == ("Liên hiệp HTX", cast.other.id)
    assert found["confirmed"] is True
    with database.begin(write=False) as db:
        on = {day: holders_of(db, [right], day=day)[right] for day in days(14, 15)}
    assert [[one.entity_id for one in held if one.role == "owner"] for held in on.values()] == [
        [cast.entity.id],
        [cast.other.id],
    ]
    assert {one["role"] for one in found["holders"]} == {"owner", "manager"}
    struck = next(one["id"] for one in found["holders"] if one["name"] == "Liên hiệp HTX")
    path = f"/api/v1/rights/{right}/holders"
    gone = client.post(f"{path}/{struck}/strike", json={"reason": "Nhầm"}).json()
    assert (gone["owner"], gone["owner_entity_id"], gone["confirmed"]) == ("", None, False)
    assert client.post(f"{path}/{struck}/strike", json={"reason": "Nhầm"}).status_code == 404


def days(*numbers: int) -> list[date]:
    return [date(2026, 1, number) for number in numbers]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"name": ""}, "rights.holder_needed"),
        ({"document": ""}, "fields_invalid"),
        ({"from_day": "2026-03-11"}, "rights.holder_later"),
        ({"to_day": "2026-03-11"}, "rights.holder_later"),
        ({"from_day": "2026-02-01", "to_day": "2026-01-01"}, "rights.range_ends_before_it_begins"),
        ({"entity_id": 10**9}, "entities.not_found"),
        ({"from_day": "2019"}, "fields_invalid"),
    ],
)
@pytest.mark.on("sqlite")
def test_a_holder_that_makes_no_sense_is_refused_and_leaves_nothing(
    facts: dict[str, Any], code: str, visit: Visit, cast: Cast, database: Database, right: int
) -> None:
    refused = add(visit(api=cast.officer), right, **HANDED | {"from_day": "2026-01-15"} | facts)
    assert refused["code"] == code
    with database.begin(write=False) as db:
        assert len(db.scalars(select(RightHolder)).all()) == 2
        assert all(one.to_day is None for one in holders_of(db, [right])[right])


def test_a_correction_by_hand_strikes_the_line_that_was_wrong(
    visit: Visit, cast: Cast, database: Database, right: int
) -> None:
    client, path = visit(api=cast.officer), f"/api/v1/rights/{right}"
    changed = client.patch(path, json={"managing_body": "Hội Nông dân"}).json()
    assert (changed["managing_body"], changed["confirmed"]) == ("Hội Nông dân", True)
    ended = [one for one in client.get(path).json()["holders"] if one["role"] == "manager"]
    assert [one["name"] for one in ended] == ["Hội Nông dân"]
    body = {"to_day": "2026-02-01"}
    found = client.post(f"{path}/holders/{ended[0]['id']}/end", json=body).json()
    assert found["managing_body"] == ""
    twice = client.post(f"{path}/holders/{ended[0]['id']}/end", json=body).json()
    assert twice["code"] == "rights.range_ended"
    with database.begin(write=False) as db:
        lines = db.scalars(select(RightHolder).where(RightHolder.role == "manager")).all()
    assert [(one.name, one.struck_at is None) for one in lines] == [
        ("Sở KH&CN", False),
        ("Hội Nông dân", True),
    ]


def test_a_merged_commune_keeps_its_name_and_suggests_what_it_is_now(
    visit: Visit, cast: Cast, database: Database, right: int
) -> None:
    with database.begin() as db:
        former = {"district": "Huyện Ngọc Hiển", "district_folded": "huyen ngoc hien"}
        for name, folded in (("Viên An Đông", "vien an dong"), ("Đất Mũi", "dat mui")):
            db.add(FormerPlace(name=name, folded=folded, commune_code=make.DAT_MUI, **former))
        db.flush()
        asked = {
            name: [one.code for one in suggest_units(db, name, on=make.TODAY)]
            for name in (
                "xã Viên An Đông",
                "Viên An Đông, huyện Ngọc Hiển",
                "Viên An Đông, huyện Năm Căn",
                "huyện Ngọc Hiển",
                "Ngọc Hiển",
                "Đất Mũi",
                "Không Đâu",
                ",",
            )
        }
    home = [make.DAT_MUI]
    assert list(asked.values()) == [home, home, [], home, home, home, [], []]
    client, path = visit(api=cast.officer), f"/api/v1/rights/{right}/areas"
    given = {"as_written": "xã Viên An Đông", "place_codes": home, "from_day": "2022-07-15"}
    found = client.post(path, json=given).json()
    assert [(one["as_written"], one["place_code"]) for one in found["areas"]] == [
        ("xã Viên An Đông", make.DAT_MUI)
    ]
    assert client.post(path, json=given).json()["code"] == "rights.area_there"
    wrong = client.post(path, json={"as_written": "x", "place_codes": ["99999"]})
    assert wrong.json()["code"] == "rights.no_such_unit"
    line = f"{path}/{found['areas'][0]['id']}"
    assert client.post(f"{line}/end", json={"to_day": "2022-07-14"}).status_code == 422
    assert client.post(f"{line}/end", json={"to_day": "2025-06-30"}).status_code == 200
    with database.begin(write=False) as db:
        on = [areas_of(db, [right], day=day)[right] for day in (date(2025, 6, 30), make.TODAY)]
        assert db.get_one(IpRight, right).checked_on == make.TODAY
    assert [len(one) for one in on] == [1, 0]
    page = visit(page=cast.officer)
    form = page.get(f"/office/rights/{right}/areas/new?as_written=Viên An Đông&lang=en").text
    assert f'id="place_{make.DAT_MUI}" name="place_{make.DAT_MUI}" type="checkbox" checked' in form
    sent = {"as_written": "Viên An Đông", f"place_{make.DAT_MUI}": "on"}
    assert page.post(f"/office/rights/{right}/areas/new", data=sent).status_code == 303
    assert "xã Đất Mũi, tỉnh Cà Mau" in page.get(f"/office/rights/{right}").text


def test_names_are_read_off_a_passage_of_a_document() -> None:
    passage = "các xã Lai Hòa, Vĩnh Tân và Vĩnh Hải; Phường 1 (theo báo chí)\nLai Hòa."
    assert names_in(passage) == ["xã Lai Hòa", "Vĩnh Tân", "Vĩnh Hải", "Phường 1", "Lai Hòa"]
