"""A product in full: packs, measures, sub-groups, process, its end, and its history."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.diary.models import ProductionProcess
from app.diary.processes import NoStages, StageTwice, in_force, read_stages
from app.identity.rules import Role
from app.kit.db import Database
from app.products.models import OcopCertificate, OcopSubgroup, Product, ProductStandard
from app.products.subgroup_actions import load_subgroups
from app.products.subgroups import BadSubgroupLine, NoSubgroups, SubgroupTwice, read_subgroups
from tests import make
from tests.conftest import Cast, Clock, Visit

GTIN, OTHER = "9520123456788", "9520123456795"
PATH = "/api/v1/products/{}"


@pytest.fixture
def product(database: Database, cast: Cast) -> Product:
    with database.begin() as db:
        return make.product(db, of=cast.entity, name="Tôm khô Rạch Gốc")


def test_a_gtin_is_one_products_or_one_packs(visit: Visit, cast: Cast, product: Product) -> None:
    client, path = visit(api=cast.officer), PATH.format(product.id)
    box = {"name": "Thùng 12 hộp", "net_quantity": 6, "net_unit": "kg", "gtin": GTIN}
    pack = client.post(f"{path}/packs", json=box).json()
    assert (pack["net_unit"], pack["gtin"]) == ("KGM", f"0{GTIN}")
    taken = client.patch(path, json={"gtin": GTIN})
    assert taken.json()["code"] == "products.gtin_taken"
    assert "Thùng" in taken.json()["detail"]
    assert client.patch(path, json={"gtin": OTHER}).status_code == 200
    assert client.post(f"{path}/packs", json={"name": "x", "gtin": OTHER}).status_code == 409
    for wrong in ({"net_quantity": 5}, {"net_unit": "kg"}, {"net_quantity": 5, "net_unit": "giờ"}):
        assert client.post(f"{path}/packs", json={"name": "x"} | wrong).status_code == 422
    one = f"{path}/packs/{pack['id']}"
    assert client.patch(one, json={"gtin": GTIN, "name": "Thùng"}).status_code == 200
    assert client.post(f"{one}/retire").json()["retired_on"] == make.TODAY.isoformat()
    assert client.patch(one, json={"name": "x"}).status_code == 409
    assert client.post(f"{one}/restore").json()["retired_on"] is None
    assert visit(api=cast.owner).get(f"{path}/packs").json()[0]["name"] == "Thùng"


def test_what_a_piece_holds_has_a_quantity_and_a_unit(
    visit: Visit, cast: Cast, product: Product
) -> None:
    client, path = visit(api=cast.officer), PATH.format(product.id)
    assert client.patch(path, json={"net_quantity": 500}).status_code == 422
    held = client.patch(path, json={"net_quantity": 0.5, "net_unit": "Kg"}).json()
    assert (held["net_quantity"], held["net_unit"]) == (0.5, "KGM")
    assert client.patch(path, json={"net_quantity": 0.25}).json()["net_unit"] == "KGM"
    assert client.patch(path, json={"net_quantity": None, "net_unit": ""}).status_code == 200


def test_a_certificate_is_of_a_sub_group_and_names_who_issues_such_stars(
    visit: Visit, cast: Cast, product: Product
) -> None:
    client, path = visit(api=cast.officer), PATH.format(product.id)
    lists = client.get("/api/v1/subgroups?version=2023").json()
    assert [len(lists), lists[7]["ocop_group"], lists[25]["ocop_group"]] == [26, "food", "tourism"]
    client.patch(path, json={"ocop_group": "food"})
    body = {"stars": 4, "decision_no": "1/QĐ", "valid_from": "2025-01-31"}
    for reference, code in (("2023/99", "unknown_subgroup"), ("2023/14", "other_group")):
        refused = client.post(f"{path}/certificates", json=body | {"subgroup": reference})
        assert refused.json()["code"] == f"products.{code}"
    four = client.post(f"{path}/certificates", json=body | {"subgroup": "2023/08"}).json()
    assert (four["issuer"], four["valid_to"]) == ("Ủy ban nhân dân tỉnh Cà Mau", "2028-01-31")
    five = client.post(f"{path}/certificates", json=body | {"stars": 5, "decision_no": "2"}).json()
    assert five["issuer"] == "Bộ Nông nghiệp và Môi trường"
    assert "Chế biến từ thịt" in visit(page=cast.officer).get(f"/office/products/{product.id}").text
    form = visit(page=cast.officer).get(f"/office/products/{product.id}/certificates/new").text
    assert "2023/08" in form
    assert "2023/14" not in form
    assert "2026/08" not in form, "that list is used from May 2026"


def test_a_list_of_sub_groups_is_added_by_an_administrator_and_never_changed(
    visit: Visit, cast: Cast, database: Database
) -> None:
    with database.begin() as db:
        admin = make.person(db, "Quản trị", Role.ADMINISTRATOR)
        load_subgroups(db)
        assert len(db.scalars(select(OcopSubgroup)).all()) == 52
    form = {"version": "2030", "source": "QĐ 1", "valid_from": "2030-01-01"}
    lines = "code;group;name\n1;food;Tôm, cua\n2;beverages;Rượu"
    assert visit(page=cast.officer).post("/office/subgroups/new", data=form).status_code == 403
    client = visit(page=admin)
    assert client.post("/office/subgroups/new", data=form | {"lines": "1;fod;x"}).status_code == 422
    sent = client.post(
        "/office/subgroups/new", data=form, files={"list": ("a.csv", lines.encode(), "text/csv")}
    )
    assert sent.status_code == 303
    assert "Tôm, cua" in client.get(sent.headers["location"]).text
    again = client.post("/office/subgroups/new", data=form | {"lines": lines})
    assert 'id="version-wrong"' in again.text


def test_pasted_lines_are_read_or_refused_by_their_number() -> None:
    assert [one.code for one in read_subgroups('01,food,"Rau, củ"\n\n02,herbs,Cao')] == ["01", "02"]
    assert read_subgroups("\ufeff1\tfood\tRau")[0].name == "Rau"
    for text, wrong in (
        ("1;food;a\n1;food;b", SubgroupTwice),
        ("1;food", BadSubgroupLine),
        (";food;a", BadSubgroupLine),
        ("  \n", NoSubgroups),
        ("\n".join(f"{n};food;a" for n in range(201)), NoSubgroups),
    ):
        with pytest.raises(wrong):
            read_subgroups(text)


def test_a_process_holds_once_it_is_approved_and_is_changed_by_a_new_version(
    visit: Visit, cast: Cast, product: Product, database: Database
) -> None:
    path = f"/office/products/{product.id}/process"
    owner, officer = visit(page=cast.owner), visit(page=cast.officer)
    assert owner.post(path, data={"stages": "1. Rửa\n2. Rửa"}).status_code == 422
    assert owner.post(path, data={"stages": "1. Rửa\n- Phơi\n"}).status_code == 303
    assert owner.post(path, data={"stages": "Rửa\nPhơi"}).status_code == 422
    with database.begin(write=False) as db:
        first = db.scalars(select(ProductionProcess)).one()
        assert (first.version, first.stages, first.approved_at) == (1, ["Rửa", "Phơi"], None)
    assert owner.post(f"{path}/{first.id}/approve").status_code == 403
    assert officer.post(f"{path}/{first.id}/approve").status_code == 303
    assert officer.post(f"{path}/{first.id}/approve").status_code == 422
    assert officer.post(path, data={"stages": "Rửa\nLuộc\nPhơi"}).status_code == 303
    page = officer.get(f"{path}?lang=en").text
    assert page.index("waits for approval") < page.index("in force</span>")
    stranger = visit(page=cast.outsider)
    assert stranger.get(path).status_code == 404
    history = officer.get(f"/office/products/{product.id}/history?lang=en").text
    assert "Process approved" in history
    assert "Rửa; Phơi</del>" in history


def test_the_process_in_force_is_the_latest_approved_that_has_begun() -> None:
    made = [
        ProductionProcess(version=1, approved_at=make.NOW, valid_from=date(2026, 1, 1)),
        ProductionProcess(version=2, approved_at=make.NOW, valid_from=date(2026, 6, 1)),
        ProductionProcess(version=3, approved_at=None, valid_from=None),
    ]
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 1))
    found = [in_force(made, day) for day in days]
    assert [one.version if one else None for one in found] == [None, 1, 2]
    assert read_stages("1) Rửa\n\n2) Phơi nắng") == ["Rửa", "Phơi nắng"]
    for text, wrong in (
        ("", NoStages),
        ("Rửa\nRUA", StageTwice),
        ("\n".join("abc" * 50), StageTwice),
    ):
        with pytest.raises(wrong):
            read_stages(text)


def test_what_ended_takes_no_new_lots_and_can_come_back(
    visit: Visit, cast: Cast, product: Product
) -> None:
    officer, owner = visit(page=cast.officer), visit(api=cast.owner)
    retire, lot = (
        f"/office/products/{product.id}/retire",
        {"product_id": product.id, "number": "L1"},
    )
    assert "Products on the market" not in officer.get(f"{retire}?lang=en").text
    assert officer.post(retire).status_code == 303
    assert owner.post("/api/v1/lots", json=lot).json()["code"] == "products.retired"
    assert officer.post(f"/office/products/{product.id}/restore").status_code == 303
    assert owner.post("/api/v1/lots", json=lot).status_code == 201
    dissolve = f"/office/entities/{cast.entity.id}/dissolve"
    page = officer.get(f"{dissolve}?lang=en").text
    assert 'Products on the market</a></td><td class="number">1</td>' in page
    assert officer.post(dissolve, data={"dissolved_on": "2027-01-01"}).status_code == 422
    gone = {"dissolved_on": "2026-03-01", "past_is_meant": "on"}
    assert officer.post(dissolve, data=gone).status_code == 303
    assert owner.post("/api/v1/lots", json=lot | {"number": "L2"}).json()["code"] == (
        "entities.dissolved"
    )
    api = visit(api=cast.officer)
    new = {"entity_id": cast.entity.id, "name": "Cua"}
    assert api.post("/api/v1/products", json=new).status_code == 409
    batch = {"product_id": product.id, "quantity": 5}
    assert owner.post("/api/v1/batches", json=batch).status_code == 409
    assert officer.post(f"/office/entities/{cast.entity.id}/revive").status_code == 303
    assert officer.post(f"/office/entities/{cast.entity.id}/revive").status_code == 409
    assert api.post("/api/v1/products", json=new).status_code == 201
    history = officer.get(f"/office/entities/{cast.entity.id}/history?lang=en").text
    assert history.count("Dissolved on") == 2


def test_a_standard_that_is_taken_off_stays_on_record(
    visit: Visit, cast: Cast, product: Product, database: Database
) -> None:
    client, path = visit(api=cast.officer), f"{PATH.format(product.id)}/standards"
    made = client.post(path, json={"kind": "tccs", "number": "TCCS 09:2025"}).json()
    assert "TCCS 09:2025" in visit().get(f"/p/{product.id}").text
    assert client.post(f"{path}/{made['id']}/retire").status_code == 204
    assert client.post(f"{path}/{made['id']}/retire").status_code == 409
    assert "TCCS 09:2025" not in visit().get(f"/p/{product.id}").text
    with database.begin(write=False) as db:
        assert db.get_one(ProductStandard, made["id"]).retired_on == make.TODAY


def test_the_later_of_two_who_change_a_product_loses_nothing(
    visit: Visit, cast: Cast, product: Product, clock: Clock
) -> None:
    first, path = visit(page=cast.officer), f"/office/products/{product.id}/edit?lang=en"
    seen = first.get(path).text.partition('name="seen" value="')[2].partition('"')[0]
    form = {"name": product.name, "net_content": "500 g", "seen": seen}
    clock.now += timedelta(minutes=1)
    assert first.post(path, data=form | {"ocop_group": "food"}).status_code == 303
    late = visit(page=cast.approver).post(path, data=form | {"story": "Chuyện dài"})
    assert late.status_code == 422
    assert "Now it says: Food" in late.text
    assert "Chuyện dài" in late.text


def test_products_are_narrowed_by_their_certificates_today(
    visit: Visit, cast: Cast, database: Database
) -> None:
    terms = {
        "Bốn": (4, date(2024, 1, 1), date(2027, 1, 1), None),
        "Sắp": (3, date(2023, 4, 1), date(2026, 4, 1), None),
        "Hết": (3, date(2022, 1, 1), date(2025, 1, 1), None),
        "Thu": (5, date(2024, 1, 1), date(2027, 1, 1), date(2025, 1, 1)),
        "Không": None,
    }
    with database.begin() as db:
        for name, term in terms.items():
            made = make.product(db, of=cast.entity, name=f"{name} sao")
            if term:
                facts = dict(
                    zip(("stars", "valid_from", "valid_to", "revoked_on"), term, strict=True)
                )
                db.add(OcopCertificate(product_id=made.id, decision_no="1", issuer="UBND", **facts))
    client = visit(api=cast.officer)

    def names(query: str) -> list[str]:
        items = client.get(f"/api/v1/products?sort=name&{query}").json()["items"]
        return [item["name"].partition(" ")[0] for item in items]

    assert names("certificate=stars_4") == ["Bốn"]
    assert names("certificate=valid") == ["Bốn", "Sắp"]
    assert names("certificate=expiring") == ["Sắp"]
    assert names("certificate=expired") == ["Hết"]
    assert names("certificate=revoked") == ["Thu"]
    assert names("certificate=none") == ["Không"]
    assert client.get("/api/v1/products?certificate=x").status_code == 422
    page = visit(page=cast.officer).get("/office/products?certificate=expiring").text
    assert "Sắp sao" in page
    assert "Bốn sao" not in page
    kept = visit(page=cast.officer).get("/office/products?certificate=valid&file=json")
    assert [one["name"] for one in kept.json()] == ["Bốn sao", "Sắp sao"]
