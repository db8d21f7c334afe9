import re
from io import BytesIO

import pytest
from fastapi import FastAPI
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from app.kit.db import Database
from app.products.models import Product
from app.stamps.allotment_models import Allotment, AllotmentRow
from app.stamps.allotting import MOST_ROWS
from app.stamps.ledger_models import Handover
from app.stamps.models import Batch
from tests import make
from tests.client import Client
from tests.conftest import Cast, Visit
from tests.stamps.test_allotments import YEAR, draft_of, granted

pytestmark = pytest.mark.on("sqlite")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DECISION = {"decision_no": "15/QĐ-SKHCN", "decided_on": "2026-03-10", "programme": "OCOP"}


@pytest.fixture
def products(database: Database, cast: Cast, app: FastAPI) -> list[Product]:
    """Two products of one producer and one of another, with 1,000 stamps each last year."""
    with database.begin() as db:
        made = [
            make.product(db, of=cast.entity, name="Ba khía muối"),
            make.product(db, of=cast.entity, name="Tôm khô"),
            make.product(db, of=cast.other, name="Mắm lóc"),
        ]
        for one in made:
            granted(db, one, YEAR - 1, 1000, keyring=app.state.keyring)
        return made


def read_draft(database: Database, path: str) -> tuple[int, dict[str, int]]:
    """Return the version of a plan and the ids of its rows by product."""
    with database.begin(write=False) as db:
        draft = db.get_one(Allotment, int(path.rpartition("/")[2]))
        rows = db.execute(
            select(Product.name, AllotmentRow.id)
            .join(AllotmentRow, AllotmentRow.product_id == Product.id)
            .where(AllotmentRow.allotment_id == draft.id)
        )
        return draft.version, {name: key for name, key in rows}  # noqa: C416 - a Row is no plain pair to dict()


def quantities(database: Database, path: str) -> dict[str, int]:
    with database.begin(write=False) as db:
        rows = db.execute(
            select(Product.name, AllotmentRow.quantity)
            .join(AllotmentRow, AllotmentRow.product_id == Product.id)
            .where(AllotmentRow.allotment_id == int(path.rpartition("/")[2]))
        )
        return {name: quantity for name, quantity in rows}  # noqa: C416 - as above


def new_draft(client: Client) -> str:
    form = {"year": str(YEAR), "basis": "same", "requests": "on", "programme": "OCOP"}
    answer = client.post("/office/allotments/new", data=form)
    assert answer.status_code == 303
    return str(answer.headers["location"].partition("?")[0])


@pytest.mark.usefixtures("products")
def test_a_plan_goes_from_last_year_to_printed_minutes(
    visit: Visit, cast: Cast, database: Database
) -> None:
    client = visit(page=cast.officer)
    assert "Chưa có kế hoạch" in client.get("/office/allotments").text
    path = new_draft(client)
    version, rows = read_draft(database, path)
    edit = {
        "version": str(version),
        f"q-{rows['Ba khía muối']}": "1.500",
        f"n-{rows['Ba khía muối']}": "Hũ 500 g",
        f"remove-{rows['Tôm khô']}": "1",
    }
    answer = client.post(f"{path}/rows", data=edit)
    assert answer.status_code == 303, answer.text
    assert quantities(database, path) == {"Ba khía muối": 1500, "Mắm lóc": 1000}
    page = client.get(path).text
    assert "Hũ 500 g" in page
    assert re.search(r'<output id="total">2\.500</output>', page)

    approval = DECISION | {"version": str(version + 1)}
    issued = client.post(f"{path}/approve", data=approval)
    assert issued.status_code == 303, issued.text
    page = client.get(path).text
    assert f'href="{path}/exports"' in page
    receivers = dict(re.findall(r'name="receiver-(\d+)" value="([^"]*)"', page))
    assert sorted(receivers.values()) == ["Chị Chủ", "Người Ngoài"]
    form = {"prefix": "BB-", "number": "07"}
    for key, receiver in receivers.items():
        form |= {f"receiver-{key}": receiver, f"take-{key}": "1"}
    given = client.post(f"{path}/handover", data=form)
    assert given.headers["location"].startswith(f"{path}/minutes?")
    minutes = client.get(f"{path}/minutes").text
    assert minutes.count('<article class="minutes"') == 2
    assert re.findall(r'data-total="(\d+)"', minutes) == ["1000", "1500"]
    assert re.findall(r"(BB-\d+)", minutes) == ["BB-07", "BB-08"]
    listed = client.get("/office/allotments").text
    assert "15/QĐ-SKHCN" in listed
    assert "2.500" in listed
    with database.begin(write=False) as db:
        assert len(db.scalars(select(Handover)).all()) == 2


@pytest.mark.usefixtures("products")
def test_a_wrong_row_is_told_beside_it_and_nothing_typed_is_lost(
    visit: Visit, cast: Cast, database: Database
) -> None:
    client = visit(page=cast.officer)
    path = new_draft(client)
    version, rows = read_draft(database, path)
    edit = {
        "version": str(version),
        f"q-{rows['Ba khía muối']}": "nhiều",
        f"q-{rows['Tôm khô']}": "1234",
        f"n-{rows['Mắm lóc']}": "giữ lại",
    }
    wrong = client.post(f"{path}/rows", data=edit)
    assert wrong.status_code == 422
    assert f'id="w-{rows["Ba khía muối"]}"' in wrong.text
    for kept in (
        'value="nhiều"',
        'value="1234"',
        'value="giữ lại"',
        f'name="version" value="{version}"',
    ):
        assert kept in wrong.text
    assert set(quantities(database, path).values()) == {1000}

    unsaved = client.post(f"{path}/approve", data=DECISION | edit)
    assert unsaved.status_code == 422
    assert 'value="nhiều"' in unsaved.text
    assert "15/QĐ-SKHCN" in unsaved.text

    colleague = visit(page=cast.approver)
    edit[f"q-{rows['Ba khía muối']}"] = "900"
    other = {"version": str(version), f"q-{rows['Ba khía muối']}": "800"}
    assert colleague.post(f"{path}/rows", data=other).status_code == 303
    late = client.post(f"{path}/rows", data=edit)
    assert late.status_code == 422
    assert cast.approver.actor.label in late.text
    for kept in ('value="900"', 'value="1234"', f'name="version" value="{version + 1}"'):
        assert kept in late.text
    assert "800" in late.text
    again = edit | {"version": str(version + 1)}
    assert client.post(f"{path}/rows", data=again).status_code == 303
    assert quantities(database, path) == {"Ba khía muối": 900, "Tôm khô": 1234, "Mắm lóc": 1000}
    stale = client.post(f"{path}/approve", data=DECISION | {"version": str(version + 1)})
    assert stale.status_code == 422
    with database.begin(write=False) as db:
        assert db.scalars(select(Batch).where(Batch.budget_year == YEAR)).all() == []


def sheet(path: str, client: Client) -> tuple[Workbook, dict[str, int]]:
    """Return the workbook of a plan, and where each column stands by its heading."""
    book = load_workbook(BytesIO(client.get(f"{path}?file=xlsx").content))
    heads = [str(cell.value) for cell in next(book.worksheets[0].iter_rows())]
    return book, {head: at for at, head in enumerate(heads, start=1)}


def upload(client: Client, path: str, book: Workbook, version: int) -> tuple[int, str]:
    out = BytesIO()
    book.save(out)
    answer = client.post(
        f"{path}/upload",
        data={"version": str(version)},
        files={"file": ("ke-hoach.xlsx", out.getvalue(), XLSX)},
    )
    return answer.status_code, answer.text


@pytest.mark.usefixtures("products")
def test_the_plan_goes_out_as_a_workbook_and_comes_back_whole_or_not_at_all(
    visit: Visit, cast: Cast, database: Database
) -> None:
    client = visit(page=cast.officer)
    path = new_draft(client)
    version, _ = read_draft(database, path)
    book, at = sheet(path, client)
    rows = book.worksheets[0]
    assert rows.max_row == 4
    quantity, product = at["Số lượng"], at["Sản phẩm"]
    rows.cell(2, quantity).value = 0
    rows.cell(3, quantity).value = "nhiều"
    rows.cell(4, product).value = "Không có"
    status, text = upload(client, path, book, version)
    assert status == 422
    told = re.findall(r'<td class="number">(\d)</td><td>([^<]+)</td><td>[^<]+</td>', text)
    assert told == [("2", "Số lượng"), ("3", "Số lượng"), ("4", "Sản phẩm")]
    assert set(quantities(database, path).values()) == {1000}

    name = rows.cell(2, product).value
    rows.cell(2, quantity).value = 2500
    rows.delete_rows(3, 2)
    rows.append([None] * len(at))
    last = {at["Sản phẩm"]: "TÔM KHÔ", at["Chủ thể"]: cast.entity.name, quantity: "3.000"}
    for column, value in last.items():
        rows.cell(3, column).value = value
    status, text = upload(client, path, book, version)
    assert status == 303, text
    assert quantities(database, path) == {name: 2500, "Tôm khô": 3000}
    # The same file again was taken from a version that is no more.
    status, text = upload(client, path, book, version + 1)
    assert status == 422
    for content in (b"", b"%PDF-1.7", b"PK\x03\x04xx"):
        bad = client.post(f"{path}/upload", files={"file": ("a.xlsx", content, XLSX)})
        assert bad.status_code in {413, 422}
    assert quantities(database, path) == {name: 2500, "Tôm khô": 3000}


def test_a_product_is_found_by_part_of_its_name_and_added(
    visit: Visit, cast: Cast, database: Database, products: list[Product]
) -> None:
    client = visit(page=cast.officer)
    with database.begin() as db:
        make.product(db, of=cast.other, name="Cá thòi lòi khô")
        request = make.product(db, of=cast.entity, name="Mật ong rừng")
    ask = {"product_id": str(request.id), "quantity": "400"}
    assert client.post("/office/batches/new", data=ask).status_code == 303
    form = {"year": str(YEAR), "basis": ""}
    path = client.post("/office/allotments/new", data=form).headers["location"].partition("?")[0]
    offered = client.get(f"{path}/add").text
    assert "Mật ong rừng" in offered
    assert offered.count('action="/office/allotments/') == 5
    found = client.get(f"{path}/add?q=thoi+loi").text
    key = re.search(r'name="product_id" value="(\d+)"', found)
    assert key
    wrong = client.post(
        f"{path}/add", data={"version": "1", "product_id": key[1], "quantity": "x", "q": "thoi loi"}
    )
    assert wrong.status_code == 422
    added = client.post(
        f"{path}/add", data={"version": "1", "product_id": key[1], "quantity": "3.000"}
    )
    assert added.status_code == 303
    asked = re.search(r'name="request_id" value="(\d+)"', offered)
    assert asked
    more = {"version": "2", "product_id": str(request.id), "request_id": asked[1]}
    assert client.post(f"{path}/add", data=more | {"quantity": "401"}).status_code == 422
    assert client.post(f"{path}/add", data=more | {"quantity": "350"}).status_code == 303
    assert quantities(database, path) == {"Cá thòi lòi khô": 3000, "Mật ong rừng": 350}
    refilled = client.post(f"{path}/refill", data={"version": "3", "basis": "use"})
    assert refilled.status_code == 303
    assert quantities(database, path) == {"Cá thòi lòi khô": 3000, "Mật ong rừng": 350}
    given_up = client.post(f"{path}/cancel", data={"version": "4", "reason": "Nhập nhầm năm"})
    assert given_up.status_code == 303
    assert "Nhập nhầm năm" in client.get(path).text
    for act in ("cancel", "rows", "add", "refill", "approve"):
        assert client.post(f"{path}/{act}", data={}).status_code == 409
    assert "Mật ong rừng" in client.get(f"{new_draft(client)}").text
    assert len(products) == 3


def test_a_plan_of_very_many_rows_is_shown_and_saved_at_once(
    visit: Visit, cast: Cast, database: Database
) -> None:
    with database.begin() as db:
        entity = make.entity(db)
        many = [make.product(db, of=entity, picture=False) for _ in range(MOST_ROWS)]
        draft = draft_of(db, cast.officer.actor, *many, quantity=1)
    client, path = visit(page=cast.officer), f"/office/allotments/{draft.id}"
    page = client.get(path).text
    fields = dict(re.findall(r'name="([qn]-\d+|version)" value="([^"]*)"', page))
    assert len(fields) == 2 * MOST_ROWS + 1
    fields |= {name: "7" for name in fields if name.startswith("q-")}
    assert client.post(f"{path}/rows", data=fields).status_code == 303
    assert set(quantities(database, path).values()) == {7}


@pytest.mark.usefixtures("products")
def test_the_api_drafts_sets_rows_and_approves_with_faults_by_field(
    visit: Visit, cast: Cast
) -> None:
    client = visit(api=cast.officer)
    key = {"Idempotency-Key": "plan-2026"}
    body = {"year": YEAR, "basis": "same"}
    made = client.post("/api/v1/allotments", json=body, headers=key)
    assert made.status_code == 201
    plan = made.json()
    assert client.post("/api/v1/allotments", json=body, headers=key).json() == plan
    assert (plan["rows"], plan["quantity"], len(plan["items"])) == (3, 3000, 3)
    path = f"/api/v1/allotments/{plan['id']}"
    first, second = (row["product_id"] for row in plan["items"][:2])
    rows = [{"product_id": first, "quantity": 5}, {"product_id": second, "quantity": 0}]
    wrong = client.request("PUT", f"{path}/rows", json={"version": plan["version"], "rows": rows})
    assert wrong.status_code == 422
    assert [one["field"] for one in wrong.json()["errors"]] == ["rows.1.quantity"]
    rows[1]["quantity"] = 6
    sent = {"version": plan["version"], "rows": rows}
    saved = client.request("PUT", f"{path}/rows", json=sent, headers={"Idempotency-Key": "rows"})
    assert (saved.status_code, saved.json()["quantity"]) == (200, 11)
    stale = client.request("PUT", f"{path}/rows", json=sent)
    assert (stale.status_code, stale.json()["code"]) == (409, "stamps.allotment_changed")
    decision = {"decision_no": "15/QĐ", "decided_on": "2026-03-10"}
    approval = decision | {"version": saved.json()["version"]}
    issued = client.post(f"{path}/approve", json=approval, headers={"Idempotency-Key": "ok"})
    assert issued.json()["state"] == "issued"
    assert (
        client.post(f"{path}/approve", json=approval, headers={"Idempotency-Key": "ok"}).json()
        == issued.json()
    )
    again = client.post(f"{path}/approve", json=approval)
    assert (again.status_code, again.json()["code"]) == (409, "stamps.allotment_decided")
    minutes = [{"entity_id": cast.entity.id, "receiver": "Chị Chủ", "document_no": "1"}]
    given = client.post(f"{path}/handover", json={"minutes": minutes}).json()
    assert given["handed_over"] == 6
    listed = client.get(f"/api/v1/allotments?year={YEAR}&state=issued").json()["items"]
    assert [one["id"] for one in listed] == [plan["id"]]
    other = client.post("/api/v1/allotments", json={"year": YEAR}).json()
    reason = {"version": 1, "reason": "Thừa"}
    cancelled = client.post(f"/api/v1/allotments/{other['id']}/cancel", json=reason)
    assert cancelled.json()["state"] == "cancelled"
