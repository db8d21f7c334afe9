import re
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.kit.db import Database
from app.products.models import Product
from app.stamps.actions import request_batch
from app.stamps.batch_queries import list_runs
from app.stamps.export_api import press_of
from app.stamps.keyring import Keyring
from app.stamps.models import Batch, Export, Refusal
from app.stamps.print_actions import make_waiting_exports
from tests import make
from tests.client import Client
from tests.conftest import Cast, Visit
from tests.stamps.conftest import Made

pytestmark = pytest.mark.on("sqlite")


def runs_of(database: Database, batch: Batch) -> list[tuple[int, int, str]]:
    with database.begin(write=False) as db:
        told = [run.numbered(batch.first or 0) for run in list_runs(db, batch_id=batch.id)]
    return [(run.first, run.last, run.state) for run in told]


def sent(client: Client, path: str, **form: str) -> str:
    """Send a form that succeeds and return the page it leads to."""
    answer = client.post(path, data=form)
    assert answer.status_code == 303, answer.text
    page = client.get(answer.headers["location"])
    assert page.status_code == 200
    return page.text


def test_an_officer_takes_a_batch_its_whole_way(visit: Visit, cast: Cast, product: Product) -> None:
    client = visit(page=cast.officer)
    assert product.name in client.get("/office/batches/new").text
    form = {"product_id": str(product.id), "quantity": "1500", "reason": "Vụ tết"}
    added = client.post("/office/batches/new", data=form)
    path = added.headers["location"].partition("?")[0]
    page = client.get(path).text
    assert "Đã phê duyệt" not in page
    assert "1.500" in page
    page = sent(client, f"{path}/approve", quantity="1200", decision_no="7/QĐ-SNN")
    assert "Cấp 1.200 tem" in page
    assert "Phê duyệt</button>" not in page
    page = sent(client, f"{path}/issue")
    assert "Còn 1.200 tem chưa bàn giao" in page
    page = sent(client, f"{path}/handover", receiver="Chị Chủ", quantity="1200", document_no="BB1")
    for happened in ("Vụ tết", "7/QĐ-SNN", "số 1 đến 1.200", "Chị Chủ", "BB1", "Cán bộ Lan"):
        assert happened in page
    assert f'{path}/handover"' not in page


def test_a_handover_sent_twice_is_done_once(
    visit: Visit, cast: Cast, issued: Made, database: Database
) -> None:
    batch, client = issued(), visit(page=cast.officer)
    path = f"/office/batches/{batch.id}"
    seen = client.get(path).text.partition('name="seen" value="')[2].partition('"')[0]
    form = {"receiver": "Chị Chủ", "quantity": "10", "seen": seen}
    assert client.post(f"{path}/handover", data=form).status_code == 303
    assert client.post(f"{path}/handover", data=form).status_code == 409
    assert runs_of(database, batch)[-1] == (71, 100, "issued")


def test_the_budget_year_of_a_request_is_the_one_it_is_in_vietnam(
    visit: Visit, cast: Cast, product: Product, database: Database
) -> None:
    eve = datetime(2025, 12, 31, 18, 30, tzinfo=UTC)
    facts: dict[str, Any] = {"product_id": product.id, "quantity": 10, "reason": "", "largest": 10}
    with database.begin() as db:
        batch = request_batch(db, actor=make.SYSTEM, now=eve, **facts)
    page = visit(page=cast.officer).get(f"/office/batches/{batch.id}").text
    assert 'value="2026"' in page.partition('name="budget_year"')[2].partition(">")[0]


def test_a_refused_batch_says_why_and_offers_nothing_more(
    visit: Visit, cast: Cast, product: Product
) -> None:
    client = visit(page=cast.approver)
    form = {"product_id": str(product.id), "quantity": "10"}
    path = client.post("/office/batches/new", data=form).headers["location"].partition("?")[0]
    page = sent(client, f"{path}/refuse", reason="Còn nhiều <tem>")
    assert "Còn nhiều &lt;tem&gt;" in page
    assert 'action="' + path not in page


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"quantity": "5"}, "product_id"),
        ({"quantity": "nhiều"}, "quantity"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "99999999"}, "quantity"),
    ],
)
def test_a_wrong_request_comes_back_with_its_reason_and_values(
    visit: Visit, cast: Cast, product: Product, form: dict[str, str], field: str
) -> None:
    given = {"reason": "Vụ hè"} | form
    if field != "product_id":
        given["product_id"] = str(product.id)
    page = visit(page=cast.officer).post("/office/batches/new", data=given)
    assert page.status_code == 422
    assert f'id="{field}-wrong"' in page.text
    assert "Vụ hè" in page.text


def test_wrong_steps_keep_what_was_written(visit: Visit, cast: Cast, issued: Made) -> None:
    client, batch = visit(page=cast.officer), issued()
    path = f"/office/batches/{batch.id}"
    page = client.post(f"{path}/handover", data={"receiver": "Chị Tư", "quantity": "41"})
    assert page.status_code == 422
    assert 'id="quantity-wrong"' in page.text
    assert 'value="Chị Tư"' in page.text
    late = client.post(f"{path}/approve", data={"quantity": "5", "decision_no": "1"})
    assert late.status_code == 422
    assert 'role="alert"' in late.text


def test_the_list_is_filtered_by_state_entity_and_product(
    visit: Visit, cast: Cast, issued: Made, product: Product, database: Database, keyring: Keyring
) -> None:
    with database.begin() as db:
        theirs = make.product(db, of=cast.other, name="Mắm ba khía")
        make.issued_batch(db, of=theirs, keyring=keyring)
    issued()
    client = visit(page=cast.officer)
    everything = client.get("/office/batches").text
    assert product.name in everything
    assert "Mắm ba khía" in everything
    for query in (f"entity={cast.entity.id}", f"product={product.id}"):
        page = client.get(f"/office/batches?{query}").text
        assert product.name in page
        assert "Mắm ba khía" not in page
    assert product.name not in client.get("/office/batches?state=requested").text
    assert client.get("/office/batches?entity=&product=x&state=").status_code == 200
    first = client.get("/office/batches?limit=1").text
    assert re.search(r'href="/office/batches\?[^"]*after=\d+"', first)


def test_stamps_are_made_void_only_after_they_were_named(
    visit: Visit, cast: Cast, issued: Made, keyring: Keyring, database: Database
) -> None:
    client, batch = visit(page=cast.officer), issued()
    path = f"/office/batches/{batch.id}/void"
    form = {
        "first_code": f"https://ocop.test/t/{make.code(batch, 75, keyring=keyring)}",
        "last_code": make.code(batch, 41, keyring=keyring).lower(),
        "reason": "Rách khi in",
    }
    preview = client.post(path, data=form)
    assert preview.status_code == 200
    assert "Tem số 41-75: 35 tem" in preview.text
    assert "Hủy 35 tem" in preview.text
    assert runs_of(database, batch) == [(1, 60, "received"), (61, 100, "issued")]
    assert "Đã hủy tem" in sent(client, f"{path}/confirm", **form)
    assert (41, 60, "void") in runs_of(database, batch)
    again = client.post(f"{path}/confirm", data=form)
    assert again.status_code == 422
    assert "41-75" in again.text


def test_a_refused_void_is_kept_and_says_what_to_mend(
    visit: Visit, cast: Cast, issued: Made, keyring: Keyring, database: Database
) -> None:
    client, batch, other = visit(page=cast.officer), issued(), issued()
    path = f"/office/batches/{batch.id}/void"
    code = make.code(batch, 1, keyring=keyring)
    form = {"first_code": code, "last_code": "0" * 20, "reason": "Rách"}
    unknown = client.post(path, data=form)
    assert unknown.status_code == 422
    assert 'id="last_code-wrong"' in unknown.text
    assert f'value="{code}"' in unknown.text
    foreign = {name: make.code(other, 3, keyring=keyring) for name in ("first_code", "last_code")}
    elsewhere = client.post(path, data=form | foreign)
    assert elsewhere.status_code == 422
    assert str(other.id) in elsewhere.text
    assert client.post(path, data=form | {"reason": " "}).status_code == 422
    with database.begin(write=False) as db:
        kept = list(db.scalars(select(Refusal.code).order_by(Refusal.id)))
    assert kept == ["stamps.unknown_code", "stamps.other_batch"]


def test_a_file_is_asked_for_watched_and_taken_out(
    visit: Visit, cast: Cast, issued: Made, app: FastAPI
) -> None:
    client, batch = visit(page=cast.officer), issued()
    path = f"/office/batches/{batch.id}/exports"
    form = {"format": "pdf", "preset": "24", "reason": "In lần đầu", "first": "11", "count": "48"}
    page = sent(client, path, **form)
    assert "data-unfinished" in page
    assert "<progress" in page
    assert 'http-equiv="refresh"' in page
    assert "/file" not in page
    assert make_waiting_exports(press_of(app)) == 1
    page = client.get(path).text
    assert "data-unfinished" not in page
    assert "11-58" in page
    link = re.search(rf'href="({path}/\d+/file)"', page)
    assert link is not None
    file = client.get(link[1])
    assert file.content.startswith(b"%PDF")
    assert "attachment" in file.headers["content-disposition"]
    assert "In tờ tem" in client.get(f"/office/batches/{batch.id}").text
    assert len(re.findall("/file", sent(client, path, **form))) == 1


def test_a_file_that_is_not_ready_is_not_sent(
    visit: Visit, cast: Cast, issued: Made, database: Database
) -> None:
    client, batch = visit(page=cast.officer), issued()
    path = f"/office/batches/{batch.id}/exports"
    sent(client, path, reason="In")
    with database.begin(write=False) as db:
        export_id = db.scalar(select(Export.id))
    assert client.get(f"{path}/{export_id}/file").status_code == 409
    assert client.get(f"/office/batches/{issued().id}/exports/{export_id}/file").status_code == 404


def test_a_wrong_file_is_named_beside_its_field(visit: Visit, cast: Cast, issued: Made) -> None:
    client, path = visit(page=cast.officer), f"/office/batches/{issued().id}/exports"
    for form, field in (({}, "reason"), ({"reason": "In", "first": "101"}, "first")):
        page = client.post(path, data=form)
        assert page.status_code == 422
        assert f'id="{field}-wrong"' in page.text


def test_nothing_is_printed_before_it_is_issued(visit: Visit, cast: Cast, product: Product) -> None:
    client = visit(page=cast.officer)
    form = {"product_id": str(product.id), "quantity": "10"}
    path = client.post("/office/batches/new", data=form).headers["location"].partition("?")[0]
    assert client.get(f"{path}/exports").status_code == 409


def test_only_officers_act_and_strangers_see_nothing(
    visit: Visit, cast: Cast, issued: Made, keyring: Keyring, database: Database
) -> None:
    batch = issued()
    path = f"/office/batches/{batch.id}"
    code = make.code(batch, 1, keyring=keyring)
    ends = {"first_code": code, "last_code": code, "reason": "x"}
    writes = {
        f"{path}/approve": {"quantity": "1", "decision_no": "1"},
        f"{path}/refuse": {"reason": "x"},
        f"{path}/issue": {},
        f"{path}/handover": {"receiver": "x", "quantity": "1"},
        f"{path}/exports": {"reason": "x"},
        f"{path}/void": ends,
        f"{path}/void/confirm": ends,
    }
    reads = [f"{path}/exports", f"{path}/exports/1/file", f"{path}/void"]
    before = runs_of(database, batch)
    for person, status in ((cast.outsider, 404), (cast.owner, 403), (cast.inspector, 403)):
        client = visit(page=person)
        for route in reads:
            assert client.get(route).status_code == status, route
        for route, form in writes.items():
            assert client.post(route, data=form).status_code == status, route
    assert visit(page=cast.outsider).get(path).status_code == 404
    own = visit(page=cast.owner).get(path)
    assert own.status_code == 200
    assert '<form method="post" action="/office' not in own.text
    assert f"{path}/exports" not in own.text
    for route in (path, *reads):
        assert visit().get(route).headers["location"].startswith("/sign-in")
    assert visit(page=cast.owner).get("/office/batches/new").status_code == 403
    assert runs_of(database, batch) == before
