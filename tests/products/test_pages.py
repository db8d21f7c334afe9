from datetime import date

import pytest

from app.kit.db import Database
from app.products.models import OcopCertificate, Product
from tests import make
from tests.conftest import Cast, Visit


@pytest.fixture
def product(database: Database, cast: Cast) -> Product:
    with database.begin() as db:
        return make.product(db, of=cast.entity, name="Tôm khô <đất>", picture=False)


@pytest.fixture
def certificate(database: Database, product: Product) -> OcopCertificate:
    with database.begin() as db:
        made = OcopCertificate(
            product_id=product.id,
            stars=4,
            decision_no="12/QĐ-UBND",
            issuer="UBND tỉnh",
            valid_from=date(2025, 1, 1),
            valid_to=date(2028, 1, 1),
        )
        db.add(made)
        db.flush()
        return made


def test_an_officer_adds_a_product_by_the_form(visit: Visit, cast: Cast) -> None:
    client = visit(page=cast.officer)
    form = client.get(f"/office/products/new?entity={cast.entity.id}")
    assert f'value="{cast.entity.id}" selected' in form.text
    typed = {"entity_id": str(cast.entity.id), "name": "Mật <ong>", "gtin": "", "ocop_group": ""}
    held = {"net_quantity": "0,5", "net_unit": "lít"}
    sent = client.post("/office/products/new", data=typed | held)
    assert sent.status_code == 303
    page = client.get(sent.headers["location"])
    assert page.status_code == 200
    assert "Mật &lt;ong&gt;" in page.text
    assert "0,5" in page.text
    assert "Mật &lt;ong&gt;" in client.get("/office/products?q=mat").text


def test_a_wrong_form_keeps_what_was_typed(visit: Visit, cast: Cast) -> None:
    client = visit(page=cast.officer)
    typed = {"entity_id": str(cast.entity.id), "name": "Tôm", "gtin": "123", "story": "dòng\nhai"}
    sent = client.post("/office/products/new", data=typed)
    assert sent.status_code == 422
    assert 'id="gtin-wrong"' in sent.text
    assert ('value="Tôm"' in sent.text, "dòng\nhai</textarea>" in sent.text) == (True, True)
    assert f'value="{cast.entity.id}" selected' in sent.text


def test_a_taken_gtin_is_said_beside_its_field(visit: Visit, cast: Cast, product: Product) -> None:
    client = visit(page=cast.officer)
    gtin = {"name": "Một", "gtin": "9520123456788", "status": "active"}
    client.post(f"/office/products/{product.id}/edit", data=gtin)
    typed = {"entity_id": str(cast.other.id), "name": "Hai", "gtin": "9520123456788"}
    sent = client.post("/office/products/new", data=typed)
    assert sent.status_code == 422
    assert 'id="gtin-wrong"' in sent.text


def test_the_edit_form_shows_and_changes_every_field(
    visit: Visit, cast: Cast, product: Product
) -> None:
    client = visit(page=cast.officer)
    path = f"/office/products/{product.id}/edit"
    assert 'value="Tôm khô &lt;đất&gt;"' in client.get(path).text
    typed = {"name": "Tôm khô", "shelf_life_days": "90", "ocop_group": "food", "model": "Loại 1"}
    assert client.post(path, data=typed).status_code == 303
    changed = client.get(path).text
    assert ('value="90"' in changed, 'value="Loại 1"' in changed) == (True, True)
    assert 'value="food" selected' in changed


def test_a_producer_sees_the_product_without_forms_of_officers(
    visit: Visit, cast: Cast, product: Product
) -> None:
    path = f"/office/products/{product.id}"
    page = visit(page=cast.owner).get(path)
    assert page.status_code == 200
    assert ("/edit" in page.text, 'enctype="multipart' in page.text) == (False, False)
    assert visit(page=cast.owner).get(f"{path}/edit").status_code == 403
    assert visit(page=cast.outsider).get(path).status_code == 404
    assert visit(page=cast.owner).get(f"{path}/certificates/new").status_code == 403


def test_a_refused_picture_is_said_beside_its_field(
    visit: Visit, cast: Cast, product: Product
) -> None:
    client = visit(page=cast.officer)
    path = f"/office/products/{product.id}/pictures"
    sent = client.post(path, files={"picture": ("a.png", b"no picture", "image/png")})
    assert sent.status_code == 422
    assert 'id="picture-wrong"' in sent.text
    empty = client.post(path, data={})
    assert (empty.status_code, 'id="picture-wrong"' in empty.text) == (422, True)


def test_a_certificate_is_recorded_and_revoked_by_forms(
    visit: Visit, cast: Cast, product: Product
) -> None:
    client = visit(page=cast.officer)
    client.http.headers["accept-language"] = "en"
    path = f"/office/products/{product.id}"
    typed = {"stars": "4", "decision_no": "7/QĐ", "issuer": "Tỉnh", "valid_from": "2024-12-31"}
    wrong = client.post(f"{path}/certificates/new", data=typed | {"score": "12"})
    assert (wrong.status_code, 'value="7/QĐ"' in wrong.text) == (422, True)
    assert client.post(f"{path}/certificates/new", data=typed).status_code == 303
    assert "31/12/2027" in client.get(path).text


def test_a_revoked_certificate_says_since_when_and_why(
    visit: Visit, cast: Cast, product: Product, certificate: OcopCertificate
) -> None:
    client = visit(page=cast.officer)
    revoke = f"/office/products/{product.id}/certificates/{certificate.id}/revoke"
    assert "12/QĐ-UBND" in client.get(revoke).text
    lacking = client.post(revoke, data={"decision_no": "99/QĐ"})
    assert (lacking.status_code, 'id="reason-wrong"' in lacking.text) == (422, True)
    given = {"decision_no": "99/QĐ", "reason": "Cơ sở <giải thể>", "revoked_on": "2026-03-10"}
    assert client.post(revoke, data=given).status_code == 303
    page = client.get(f"/office/products/{product.id}").text
    assert "99/QĐ: Cơ sở &lt;giải thể&gt;" in page
    assert revoke not in page


def test_stars_in_the_list_are_those_of_today(
    visit: Visit, cast: Cast, product: Product, certificate: OcopCertificate
) -> None:
    client = visit(page=cast.officer)
    listed = f"/office/products?entity={cast.entity.id}&lang=en"
    assert "4 stars</td>" in client.get(listed).text
    given = {"decision_no": "99/QĐ", "reason": "x", "revoked_on": "2026-03-10"}
    client.post(f"/office/products/{product.id}/certificates/{certificate.id}/revoke", data=given)
    assert "4 stars</td>" not in client.get(listed).text


def test_standards_come_and_go_by_forms(visit: Visit, cast: Cast, product: Product) -> None:
    client = visit(page=cast.officer)
    path = f"/office/products/{product.id}"
    typed = {"kind": "tccs", "number": "TCCS 01", "issued": "nay"}
    wrong = client.post(f"{path}/standards/new", data=typed)
    assert (wrong.status_code, 'value="TCCS 01"' in wrong.text) == (422, True)
    assert client.post(f"{path}/standards/new", data=typed | {"issued": ""}).status_code == 303
    page = client.get(path).text
    assert "TCCS 01" in page
    retire = page.split('action="')[-1].split('"')[0]
    assert client.post(retire).status_code == 303
    left, _, history = client.get(path).text.partition('id="history"')
    assert ("TCCS 01" in left, "TCCS 01" in history) == (False, True)


def test_the_product_leads_to_its_batches_lots_and_use_rights(
    visit: Visit, cast: Cast, product: Product
) -> None:
    page = visit(page=cast.officer).get(f"/office/products/{product.id}").text
    for area in ("batches", "lots", "use-rights"):
        assert f'href="/office/{area}?product={product.id}"' in page
