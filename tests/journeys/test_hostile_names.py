"""Names and hosts as they come: through the API, the pages, the list of codes and the print."""

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pypdfium2  # type: ignore[import-untyped]
import pytest
import zxingcpp

from app.config import Settings
from app.kit.db import Database
from app.stamps.codes import grouped
from app.wiring import create_app
from tests import make
from tests.client import Client, client_for
from tests.conftest import Cast, Clock, Visit

pytestmark = pytest.mark.on("sqlite")

NAMES = [
    "</script><script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "Mắm 🦐 “ngon” & <b>rẻ</b>",
    unicodedata.normalize("NFD", "Tôm khô Rạch Gốc đặc biệt"),
    '=HYPERLINK("http://e.test","x")',
    "{{7*7}} %s %(name)s {0}",
    "ﷺ" * 200,
    "X" * 200,
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_any_name_goes_the_whole_way_and_stays_text(visit: Visit, cast: Cast, name: str) -> None:
    officer, owner, public = visit(api=cast.officer), visit(api=cast.owner), visit()
    wish = {"entity_id": cast.entity.id, "name": name, "story": name, "own_code": "SP-1"}
    added = officer.post("/api/v1/products", json=wish)
    assert added.status_code == 201, added.text
    product, kept = added.json()["id"], unicodedata.normalize("NFC", name)
    assert added.json()["name"] == kept
    picture = {"picture": ("a.jpg", make.picture(size=(90, 80)), "image/jpeg")}
    officer.post(f"/api/v1/products/{product}/pictures", files=picture)
    standard = {"kind": "tccs", "number": "TCCS 01", "title": name}
    assert officer.post(f"/api/v1/products/{product}/standards", json=standard).status_code == 201
    batch, rows = listed(officer, owner, product, name)
    assert "alert" not in str(rows)
    assert "HYPERLINK" not in str(rows)
    lot = owner.post(
        "/api/v1/lots",
        json={"product_id": product, "number": "A1", "production_date": "2026-03-09"},
    ).json()["id"]
    entry = {"id": str(uuid4()), "kind": "packing", "performed_at": "2026-03-10T08:00:00+07:00"}
    said = {"note": name, "stage": name[:60], "values": {name[:60]: name[:500]}}
    said["location_code"] = make.PLACE
    assert owner.post(f"/api/v1/lots/{lot}/entries", json=entry | said).status_code == 201
    span = {"first_code": rows[0]["code"], "last_code": rows[1]["code"], "lot_id": lot}
    activated = owner.post("/api/v1/spans/activate", json=span)
    assert activated.status_code == 200, activated.text
    path = rows[0]["url"].removeprefix("HTTPS://OCOP.TEST")
    assert public.get(f"/api/v1/verify/{rows[0]['code']}").json()["product"]["name"] == kept
    office, phone = visit(page=cast.officer), visit(page=cast.owner)
    pages = {
        public: (path, f"/p/{product}"),
        office: ("/office/products", f"/office/products/{product}", f"/office/batches/{batch}"),
        phone: ("/app/today", f"/app/lots/{lot}", "/app/stamps"),
    }
    for client, paths in pages.items():
        for one in paths:
            page = client.get(one)
            assert page.status_code == 200, one
            for markup in ("<script>alert", "<img src=x", "<b>rẻ"):
                assert markup not in page.text, one


def listed(
    officer: Client, owner: Client, product: int, words: str
) -> tuple[int, list[dict[str, str]]]:
    """Bring two stamps of a product to its owner; return the batch and its list of codes."""
    wish = {"product_id": product, "quantity": 2, "reason": words}
    batch = int(owner.post("/api/v1/batches", json=wish).json()["id"])
    path = f"/api/v1/batches/{batch}"
    grant = {"quantity": 2, "decision_no": words[:60]}
    for step, body in (("approve", grant), ("issue", {})):
        assert officer.post(f"{path}/{step}", json=body).status_code == 200
    given = {"receiver": words[:100], "quantity": 2}
    assert officer.post(f"{path}/handover", json=given).status_code == 200
    for form in ("pdf", "csv"):
        sent = officer.get(f"{path}/export", params={"format": form, "reason": words[:200]})
        assert sent.status_code == 200, sent.text
    return batch, list(csv.DictReader(io.StringIO(sent.text.removeprefix("\N{BOM}"))))


@pytest.fixture(
    params=[f"https://{'truyxuatnguongoc' * 2}camau.vn", "https://tem.camau.vn:8443"],
    ids=["forty letters", "port"],
)
def elsewhere(
    request: pytest.FixtureRequest, settings: Settings, clock: Clock, database: Database
) -> Iterator[tuple[str, Client]]:
    """The application at another public address, and a client of it."""
    base: str = request.param
    app = create_app(replace(settings, base_url=base), clock=clock, database=database)
    with client_for(app) as client:
        yield base, client


def test_a_sheet_printed_for_any_host_leads_to_its_pages(
    elsewhere: tuple[str, Client], cast: Cast, database: Database
) -> None:
    base, client = elsewhere
    with database.begin() as db:
        product = make.product(db, of=cast.entity).id
    client.with_key(cast.officer.key)
    batch, rows = listed(client, client, product, "In")
    sent = client.get(f"/api/v1/batches/{batch}/export?format=pdf&reason=In&preset=84")
    seen = {
        code.text
        for page in pypdfium2.PdfDocument(sent.content)
        for code in zxingcpp.read_barcodes(page.render(scale=400 / 72).to_pil())
    }
    assert {row["url"] for row in rows} < seen
    for row in rows:
        assert row["url"] == f"{base.upper()}/T/{row['code']}"
        page = client.get(row["url"].removeprefix(base.upper()))
        assert page.status_code == 200
        assert grouped(row["code"]) in page.text
