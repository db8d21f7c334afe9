"""The pages of what a lot is made of and where it went, as producers and officers use them."""

import re
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from app.diary.models import Lot
from app.kit.db import Database
from app.products.models import Product
from tests import make, make_trace
from tests.client import Client
from tests.conftest import Cast, Visit

pytestmark = pytest.mark.on("sqlite")

KILOS = {"quantity": 100, "unit": "KGM", "unit_as_entered": "kg"}


@pytest.fixture
def product(database: Database, cast: Cast) -> Product:
    with database.begin() as db:
        return make.product(db, of=cast.entity, name="Tôm khô Rạch Gốc")


@pytest.fixture
def lots(database: Database, product: Product) -> list[Lot]:
    with database.begin() as db:
        raw = make.lot(db, of=product, number="RAW", material="Tôm sống", **KILOS)
        return [raw, make.lot(db, of=product, number="DRY", **KILOS)]


def post(client: Client, path: str, **fields: Any) -> str:  # noqa: ANN401 - what a form sends
    """Send a form, and return the page it leads to or that it is shown again on."""
    answer = client.post(path, data=fields)
    if answer.status_code != 303:
        assert answer.status_code == 422, answer.text
        return f"wrong: {answer.text}"
    return client.get(answer.headers["location"]).text


def test_a_producer_writes_what_went_in_and_where_it_went(
    visit: Visit, cast: Cast, lots: list[Lot]
) -> None:
    raw, dry = lots
    client, base = visit(page=cast.colleague), f"/app/lots/{lots[1].id}"
    form = client.get(f"{base}/inputs/lot").text
    assert f'value="{raw.id}">RAW · Tôm sống' in form
    wrong = post(client, f"{base}/inputs/lot", quantity="10", unit="KGM")
    assert wrong.startswith("wrong")
    assert 'value="10"' in wrong
    page = post(client, f"{base}/inputs/lot", source_lot_id=raw.id, quantity="120", unit="KGM")
    assert page.startswith("wrong")
    assert "RAW" in page
    page = post(client, f"{base}/inputs/lot", source="RAW", quantity="80", unit="KGM")
    assert "80 " in page
    page = post(client, f"{base}/inputs/bought", material="Muối", supplier="Đại lý Tư")
    assert "Đại lý Tư" in page
    mend = re.findall(rf"{base}/inputs/[0-9]+", page)[0]
    assert post(client, f"{mend}/fill", quantity="", unit="KGM").startswith("wrong")
    assert "3 " in post(client, f"{mend}/fill", quantity="3", unit="KGM")
    assert post(client, f"{mend}/withdraw", reason="").startswith("wrong")
    assert "Ghi nhầm" in post(client, f"{mend}/withdraw", reason="Ghi nhầm")
    sent = {"receiver_kind": "shop", "receiver": "Siêu thị A", "quantity": "30", "unit": "KGM"}
    assert "Siêu thị A" in post(client, f"{base}/dispatches/new", **sent)
    assert post(client, f"{base}/dispatches/new", **sent | {"quantity": "80"}).startswith("wrong")
    lot = client.get(base).text
    for told in ("RAW", "Siêu thị A", f"{base}/trace"):
        assert told in lot
    assert "DRY" in client.get(f"/app/lots/{raw.id}").text
    office = visit(page=cast.officer).get(f"/office/lots/{dry.id}").text
    assert f"/office/lots/{raw.id}" in office
    assert visit(page=cast.officer).get(f"{base}/inputs/lot").status_code == 403
    assert visit(page=cast.outsider).get(f"{base}/goods").status_code == 404


def test_a_lot_like_the_last_is_open_after_three_taps(
    visit: Visit, cast: Cast, database: Database, lots: list[Lot]
) -> None:
    with database.begin() as db:
        make_trace.bought(db, lots[1], "Muối", supplier="Đại lý Tư")
    client = visit(page=cast.colleague)
    listed = client.get("/app/lots").text
    link = re.search(r'href="(/app/lots/new\?like=[0-9]+)"', listed)
    assert link is not None
    form = client.get(link[1]).text
    fields = dict(re.findall(r'name="(\w+)"[^>]*value="([^"]*)"', form))
    assert fields["production_date"] == str(make.TODAY)
    assert fields["quantity"] == ""
    new = post(client, "/app/lots/new", **fields)
    assert "L2603-01" in new
    assert "Đại lý Tư" in new


def test_lots_are_parted_put_together_released_and_distributed(
    visit: Visit, cast: Cast, lots: list[Lot], product: Product
) -> None:
    raw, dry = lots
    client, base = visit(page=cast.owner), f"/app/lots/{lots[0].id}"
    wrong = post(client, f"{base}/split", quantity_1="x", unit="KGM")
    assert 'id="quantity_1-wrong"' in wrong
    # What is left is said as it stands, not as if the first part had been taken.
    too_much = post(client, f"{base}/split", quantity_1="6", quantity_2="106", unit="KGM")
    left = re.search(r"<b>([^<]*)</b></p>", client.get(f"{base}/split").text)
    assert left is not None
    assert too_much.startswith("wrong")
    assert f"<b>{left[1]}</b></p>" in too_much
    parted = post(client, f"{base}/split", quantity_1="30", quantity_2="20", unit="KGM")
    assert "RAW.2" in parted
    merge: dict[str, Any] = {"product_id": product.id, f"lot_{raw.id}": "on"}
    assert post(client, "/app/lots/merge", **merge).startswith("wrong")
    merged = post(client, "/app/lots/merge", **merge | {f"lot_{dry.id}": "on"})
    assert "L2603-01" in merged
    path = f"/app/lots/{dry.id}"
    post(client, f"{path}/close")
    released = client.post(f"{path}/release")
    assert released.status_code == 303
    assert post(client, f"{path}/distribution", left="20").startswith("wrong")
    done = post(client, f"{path}/distribution", left="0")
    assert not done.startswith("wrong")
    assert post(client, f"{path}/resume", reason="").startswith("wrong")
    assert not post(client, f"{path}/resume", reason="Khách trả hàng").startswith("wrong")


def test_a_trace_is_drawn_listed_and_had_as_a_file(
    visit: Visit, cast: Cast, database: Database, lots: list[Lot]
) -> None:
    raw, dry = lots
    with database.begin() as db:
        make_trace.link(db, raw, dry, quantity=20)
        theirs = make.product(db, of=cast.other)
        sold = make.lot(db, of=theirs, number="SOLD", state="released")
        hidden = make.lot(db, of=theirs, number="SECRET")
        make_trace.link(db, dry, sold)
        make_trace.link(db, dry, hidden)
    client = visit(page=cast.owner)
    page = client.get(f"/app/lots/{dry.id}/trace", headers={"accept-language": "en"}).text
    assert page.count('<rect class="lot') == 4
    assert page.count('class="joined"') == 3
    assert f'href="/l/{sold.id}"' in page
    assert "SECRET" not in page
    assert "SOLD" not in client.get(f"/app/lots/{dry.id}/trace?way=up").text
    office = visit(page=cast.inspector).get(f"/office/lots/{dry.id}/trace").text
    assert "SECRET" in office
    for kind in ("xlsx", "csv", "json"):
        file = client.get(f"/app/lots/{dry.id}/trace?file={kind}")
        assert file.status_code == 200
        assert b"SECRET" not in file.content
    book = load_workbook(BytesIO(client.get(f"/app/lots/{dry.id}/trace?file=xlsx").content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert len(rows) == 5
    assert rows[1][1] == "DRY"
    assert str(rows[1][10]).startswith("RAW 20")
    assert client.get(f"/app/lots/{dry.id}/trace?way=sideways").status_code == 422
    assert visit(page=cast.outsider).get(f"/app/lots/{dry.id}/trace").status_code == 404
