import re

import pytest
from sqlalchemy import select

from app.diary.models import Lot
from app.kit.db import Database
from app.products.models import Product
from app.stamps.batch_queries import list_runs
from app.stamps.keyring import Keyring
from app.stamps.models import Batch, Refusal
from app.stamps.typed import typed_code, typed_id
from tests import make
from tests.conftest import Cast, Visit
from tests.stamps.conftest import Made

pytestmark = pytest.mark.on("sqlite")


def form_of(batch: Batch, keyring: Keyring, lot: Lot, first: int, last: int) -> dict[str, str]:
    return {
        "lot_id": str(lot.id),
        "first_code": make.code(batch, first, keyring=keyring),
        "last_code": make.code(batch, last, keyring=keyring),
    }


def active_of(database: Database, batch: Batch) -> list[tuple[int, int, int | None]]:
    with database.begin(write=False) as db:
        told = [run.numbered(batch.first or 0) for run in list_runs(db, batch_id=batch.id)]
    return [(run.first, run.last, run.lot_id) for run in told if run.state == "active"]


@pytest.mark.parametrize(
    "text",
    [
        "3QJARMR24WVJ91K4F4DM",
        "  3QJARMR24WVJ91K4F4DM\n",
        "https://ocop.test/t/3QJARMR24WVJ91K4F4DM",
        "HTTPS://OCOP.TEST/T/3QJARMR24WVJ91K4F4DM/",
        "ocop.test/t/3QJARMR24WVJ91K4F4DM?lang=en#top",
        "https://ocop.test/01/09520001000010/21/3QJARMR24WVJ91K4F4DM",
        "/t/3QJARMR24WVJ91K4F4DM",
    ],
)
def test_a_code_is_found_in_what_was_pasted(text: str) -> None:
    assert typed_code(text) == "3QJARMR24WVJ91K4F4DM"


def test_a_code_typed_in_groups_stays_as_it_is_and_no_text_breaks_the_reading() -> None:
    assert typed_code("3QJAR-MR24W VJ91K-4F4DM") == "3QJAR-MR24W VJ91K-4F4DM"
    for text in ("", "/", "///", "http://", "a/b?c/d"):
        assert typed_code(text) in {"", "b"}
    for text in ("[/", "http://[/", "a]/b"):
        assert typed_code(text) == text


def test_an_id_is_a_number_the_database_can_hold() -> None:
    assert typed_id("12") == 12
    for text in ("", "x", "-1", "١٢", "9" * 19):
        assert typed_id(text) is None


def test_an_owner_asks_for_stamps_and_sees_the_request(
    visit: Visit, cast: Cast, product: Product
) -> None:
    client = visit(page=cast.owner)
    assert "chưa có tem" in client.get("/app/stamps").text
    form = {"product_id": str(product.id), "quantity": "1.500", "reason": "Vụ tết"}
    sent = client.post("/app/stamps/new", data=form)
    assert sent.status_code == 303
    page = client.get(sent.headers["location"]).text
    assert "Đã gửi yêu cầu" in page
    assert product.name in page
    assert "1.500" in page


def test_a_wrong_request_keeps_its_values(visit: Visit, cast: Cast, product: Product) -> None:
    form = {"product_id": str(product.id), "quantity": "1e3", "reason": "Vụ hè"}
    page = visit(page=cast.owner).post("/app/stamps/new", data=form)
    assert page.status_code == 422
    assert 'id="quantity-wrong"' in page.text
    assert 'value="1e3"' in page.text
    assert "Vụ hè" in page.text


def test_own_stamps_are_counted(
    visit: Visit, cast: Cast, issued: Made, lot: Lot, keyring: Keyring
) -> None:
    batch, client = issued(), visit(page=cast.owner)
    client.post("/app/activate/confirm", data=form_of(batch, keyring, lot, 1, 25))
    counts = re.findall(r"<dd>([\d.]+)</dd>", client.get("/app/stamps").text)
    assert counts == ["35", "60", "25", "0"]


@pytest.mark.parametrize("ends", [(12, 41), (41, 12)])
def test_stamps_are_shown_back_in_either_order_and_then_activated(
    visit: Visit,
    cast: Cast,
    issued: Made,
    lot: Lot,
    keyring: Keyring,
    database: Database,
    ends: tuple[int, int],
) -> None:
    batch, client = issued(), visit(page=cast.colleague)
    form = form_of(batch, keyring, lot, *ends)
    form["first_code"] = f"HTTPS://OCOP.TEST/T/{form['first_code']}"
    preview = client.post("/app/activate", data=form)
    assert preview.status_code == 200
    assert f"Tem số 12-41: 30 tem, lô {lot.number}" in preview.text
    assert active_of(database, batch) == []
    sent = client.post("/app/activate/confirm", data=form)
    assert sent.status_code == 303
    page = client.get(sent.headers["location"])
    assert "30 tem đã kích hoạt" in page.text
    assert f'href="/app/lots/{lot.id}"' in page.text
    assert active_of(database, batch) == [(12, 41, lot.id)]


def test_the_sheets_own_link_fills_the_form(
    visit: Visit, cast: Cast, issued: Made, lot: Lot, keyring: Keyring, database: Database
) -> None:
    with database.begin() as db:
        other = make.complete_lot(db, of=make.product(db, of=cast.entity))
    batch = issued()
    form = form_of(batch, keyring, lot, 1, 40)
    query = f"first={form['first_code']}&last={form['last_code']}"
    page = visit(page=cast.owner).get(f"/app/activate?{query}").text
    assert f'value="{form["first_code"]}"' in page
    assert f'value="{form["last_code"]}"' in page
    assert 'spellcheck="false"' in page
    assert lot.number in page
    assert other.number not in page
    signed_out = visit().get(f"/app/activate?{query}")
    assert signed_out.headers["location"].startswith("/sign-in?after=/app/activate")


def test_an_incomplete_lot_lists_what_is_missing_with_a_way_to_mend_it(
    visit: Visit, cast: Cast, issued: Made, product: Product, keyring: Keyring, database: Database
) -> None:
    with database.begin() as db:
        bare = make.lot(db, of=product, production_date=None)
    batch, client = issued(), visit(page=cast.owner)
    form = form_of(batch, keyring, bare, 1, 5)
    for page in (
        client.get(f"/app/activate?lot={bare.id}"),
        client.post("/app/activate", data=form),
        client.post("/app/activate/confirm", data=form),
    ):
        assert "Lô chưa có ngày sản xuất" in page.text
        assert "Nhật ký của lô chưa có mục nào" in page.text
        assert f'href="/app/lots/{bare.id}"' in page.text
    assert page.status_code == 422
    assert f"first={form['first_code']}&amp;last={form['last_code']}" in page.text
    assert active_of(database, batch) == []
    with database.begin(write=False) as db:
        kept = list(db.scalars(select(Refusal.code)))
    assert kept == ["stamps.lot_incomplete"] * 2


def test_errors_name_the_field_and_keep_the_values(
    visit: Visit, cast: Cast, issued: Made, lot: Lot, keyring: Keyring
) -> None:
    batch, second, client = issued(), issued(), visit(page=cast.owner)
    form = form_of(batch, keyring, lot, 1, 5)
    elsewhere = make.code(second, 5, keyring=keyring)
    beyond = make.code(batch, 61, keyring=keyring)
    for wrong, said in (
        ({"lot_id": ""}, 'id="lot_id-wrong"'),
        ({"last_code": "XYZ"}, 'id="last_code-wrong"'),
        ({"last_code": elsewhere}, 'id="last_code-wrong"'),
        ({"last_code": beyond}, "61"),
        ({"first_code": "\u202e" + form["first_code"]}, 'id="first_code-wrong"'),
    ):
        page = client.post("/app/activate", data=form | wrong)
        assert page.status_code == 422, wrong
        assert said in page.text
        kept = wrong.get("last_code", form["last_code"])
        assert f'value="{kept}"' in page.text


def test_a_lot_of_another_product_is_refused(
    visit: Visit, cast: Cast, issued: Made, keyring: Keyring, database: Database
) -> None:
    with database.begin() as db:
        other = make.complete_lot(db, of=make.product(db, of=cast.entity))
    batch = issued()
    page = visit(page=cast.owner).post("/app/activate", data=form_of(batch, keyring, other, 1, 2))
    assert page.status_code == 422
    assert 'id="lot_id-wrong"' in page.text


def test_strangers_and_officers_activate_nothing(
    visit: Visit, cast: Cast, issued: Made, lot: Lot, keyring: Keyring, database: Database
) -> None:
    batch = issued()
    form = form_of(batch, keyring, lot, 1, 2)
    with database.begin() as db:
        theirs = make.complete_lot(db, of=make.product(db, of=cast.other))
    for route in ("/app/activate", "/app/activate/confirm"):
        assert visit(page=cast.outsider).post(route, data=form).status_code == 422
        assert visit(page=cast.officer).post(route, data=form).status_code == 403
        foreign = visit(page=cast.owner).post(route, data=form | {"lot_id": str(theirs.id)})
        assert foreign.status_code == 404
        assert visit().post(route, data=form).headers["location"].startswith("/sign-in")
    page = visit(page=cast.outsider).get(f"/app/activate?lot={lot.id}&first={form['first_code']}")
    assert lot.number not in page.text
    done = f"/app/activate/done?batch={batch.id}&first=1&last=2"
    assert visit(page=cast.outsider).get(done).status_code == 404
    assert visit(page=cast.owner).get(done).headers["location"] == "/app/stamps"
    assert active_of(database, batch) == []


def test_only_owners_ask_for_stamps_and_only_for_own_products(
    visit: Visit, cast: Cast, product: Product
) -> None:
    form = {"product_id": str(product.id), "quantity": "10"}
    assert visit(page=cast.colleague).get("/app/stamps/new").status_code == 403
    assert visit(page=cast.colleague).post("/app/stamps/new", data=form).status_code == 403
    assert visit(page=cast.outsider).post("/app/stamps/new", data=form).status_code == 404
    assert product.name not in visit(page=cast.outsider).get("/app/stamps/new").text
    assert "/app/stamps/new" not in visit(page=cast.colleague).get("/app/stamps").text
