import re
from datetime import date

import pytest

from app.kit.db import Database
from app.products.models import Product
from app.rights.models import IpRight, UseRight
from tests import make
from tests.conftest import Cast, Visit

pytestmark = pytest.mark.on("sqlite")

NO_BADGE = "Not checked by an officer yet: gives no badge"
UNCHECKED = {"checked_on": None, "checked_by": ""}


@pytest.fixture
def product(database: Database, cast: Cast) -> Product:
    with database.begin() as db:
        return make.product(db, of=cast.entity, name="Tôm <khô>")


@pytest.fixture
def right(database: Database) -> IpRight:
    with database.begin() as db:
        return make.right(db, sign="Cà Mau")


@pytest.fixture
def unchecked(database: Database) -> IpRight:
    with database.begin() as db:
        return make.right(db, sign="Vĩnh Châu", **UNCHECKED)


@pytest.fixture
def use_right(database: Database, right: IpRight, product: Product) -> UseRight:
    with database.begin() as db:
        return make.use_right(db, of=right, product=product, certificate_no="GCN-77")


def test_an_officer_adds_a_right_by_the_form_and_checks_it(visit: Visit, cast: Cast) -> None:
    client = visit(page=cast.officer)
    typed = {"type": "gi", "sign": "Cà <Mau>", "registration_no": "116"}
    sent = client.post("/office/rights/new", data=typed | {"registration_date": "07/2022"})
    assert sent.status_code == 303
    path = sent.headers["location"].split("?")[0]
    page = client.get(f"{path}?lang=en").text
    assert ("Cà &lt;Mau&gt;" in page, "(00116)" in page, "07/2022" in page) == (True, True, True)
    assert NO_BADGE in page
    assert client.post(f"{path}/check", data={"against": "Bản chính"}).status_code == 303
    page = client.get(f"{path}?lang=en").text
    assert NO_BADGE not in page
    assert "10/03/2026 by Cán bộ Lan, against: Bản chính" in page


def test_a_check_must_say_against_what(visit: Visit, cast: Cast, unchecked: IpRight) -> None:
    client = visit(page=cast.officer)
    path = f"/office/rights/{unchecked.id}"
    sent = client.post(f"{path}/check", data={"against": ""})
    assert (sent.status_code, 'id="against-wrong"' in sent.text) == (422, True)
    assert NO_BADGE in client.get(f"{path}?lang=en").text


def test_what_another_changed_meanwhile_is_not_what_was_checked(
    visit: Visit, cast: Cast, unchecked: IpRight
) -> None:
    client, api = visit(page=cast.officer), visit(api=cast.officer)
    path = f"/office/rights/{unchecked.id}"
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', client.get(path).text)
    assert api.patch(f"/api/v1/rights/{unchecked.id}", json={"goods": "Cua"}).status_code == 200
    late = client.post(f"{path}/check", data={"against": "Bản chính", "seen": seen})
    assert (late.status_code, "Cua" in late.text) == (422, True)
    assert NO_BADGE in client.get(f"{path}?lang=en").text
    (now,) = re.findall(r'name="seen" value="([^"]+)"', late.text)
    again = client.post(f"{path}/check", data={"against": "Bản chính", "seen": now})
    assert again.status_code == 303
    late = client.post(f"{path}/uncheck", data={"reason": "Nhầm", "seen": now})
    assert late.status_code == 422


def test_the_list_says_which_rights_are_unchecked(
    visit: Visit, cast: Cast, right: IpRight, unchecked: IpRight
) -> None:
    client = visit(page=cast.officer)
    for query, shown in (("", 2), ("&checked=no", 1), ("&checked=yes", 1), ("&q=vinh", 1)):
        page = client.get(f"/office/rights?lang=en{query}").text
        assert page.count('href="/office/rights/') - page.count("/new") == shown, query
    page = client.get("/office/rights?lang=en&q=vinh").text
    assert "not yet: no badge" in page
    assert right.id != unchecked.id


def test_a_wrong_right_form_keeps_what_was_typed(visit: Visit, cast: Cast) -> None:
    client = visit(page=cast.officer)
    typed = {
        "type": "collective_mark",
        "sign": "Mật ong",
        "registration_no": "4-2011-12345",
        "area_as_written": "xã Một\nxã Hai",
    }
    sent = client.post("/office/rights/new", data=typed)
    assert sent.status_code == 422
    assert 'id="registration_no-wrong"' in sent.text
    assert 'value="4-2011-12345"' in sent.text
    assert 'value="collective_mark" selected' in sent.text
    assert "xã Một\nxã Hai</textarea>" in sent.text


def test_the_edit_form_gives_number_and_dates_back_as_written(
    visit: Visit, cast: Cast, database: Database
) -> None:
    with database.begin() as db:
        mark = make.right(
            db,
            type="certification_mark",
            registration_no="4-0165802-000",
            registration_no_as_written="165802",
            expires_on=date(2030, 1, 2),
        )
    client = visit(page=cast.officer)
    path = f"/office/rights/{mark.id}"
    form = client.get(f"{path}/edit").text
    for value in ("165802", "07/2022", "2030-01-02"):
        assert f'value="{value}"' in form
    typed = {"type": "certification_mark", "sign": "Cát Hải", "registration_no": "165802"}
    held = typed | {"against": "Bản chính"}
    assert client.post(f"{path}/edit", data=held).status_code == 303
    assert NO_BADGE not in client.get(f"{path}?lang=en").text
    assert client.post(f"{path}/edit", data=typed | {"registration_no": "9"}).status_code == 303
    assert NO_BADGE in client.get(f"{path}?lang=en").text


def test_a_right_shows_its_users_and_whether_they_have_a_badge_today(
    visit: Visit, cast: Cast, right: IpRight, use_right: UseRight
) -> None:
    path = f"/office/rights/{right.id}?lang=en"
    client = visit(page=cast.officer)
    page = client.get(path).text
    assert ("Tôm &lt;khô&gt;" in page, "GCN-77" in page) == (True, True)
    assert page.count("</span> badge shown</span>") == 1
    turned = {"kind": "ended", "effective_on": "2026-03-10", "reason": "Trả lại"}
    client.post(f"/office/use-rights/{use_right.id}/standing", data=turned)
    assert client.get(path).text.count("</span> no badge</span>") == 1


def test_an_owner_reads_a_right_and_sees_only_its_own_use_rights(
    visit: Visit, cast: Cast, right: IpRight, use_right: UseRight
) -> None:
    path = f"/office/rights/{right.id}"
    mine, theirs = visit(page=cast.owner).get(path), visit(page=cast.outsider).get(path)
    assert (mine.status_code, theirs.status_code) == (200, 200)
    assert ("GCN-77" in mine.text, "GCN-77" in theirs.text) == (True, False)
    assert "/edit" not in mine.text
    assert f"{path}/check" not in mine.text
    one = f"/office/use-rights/{use_right.id}"
    assert visit(page=cast.owner).get(one).status_code == 200
    assert visit(page=cast.outsider).get(one).status_code == 404
    for form in (f"{path}/edit", f"{path}/decisions/new", f"{one}/edit", f"{one}/standing"):
        assert visit(page=cast.owner).get(form).status_code == 403
    assert "GCN-77" not in visit(page=cast.outsider).get("/office/use-rights").text


def test_suspending_without_a_reason_is_refused_beside_the_field(
    visit: Visit, cast: Cast, use_right: UseRight
) -> None:
    client = visit(page=cast.officer)
    path = f"/office/use-rights/{use_right.id}"
    given = {"kind": "suspended", "effective_on": "2026-03-10", "decision_no": "8/QĐ"}
    sent = client.post(f"{path}/standing", data=given)
    assert (sent.status_code, 'id="reason-wrong"' in sent.text) == (422, True)
    assert 'value="2026-03-10"' in sent.text
    told = given | {"reason": "QĐ <1>", "decided_on": "2026-03-01"}
    assert client.post(f"{path}/standing", data=told).status_code == 303
    page = client.get(f"{path}?lang=en").text
    assert ("Suspended" in page, "QĐ &lt;1&gt;" in page) == (True, True)


def test_a_use_right_is_recorded_by_the_form(
    visit: Visit, cast: Cast, right: IpRight, product: Product
) -> None:
    client = visit(page=cast.officer)
    form = client.get(f"/office/use-rights/new?right={right.id}&product={product.id}").text
    assert form.count(" selected") == 2
    typed = {"right_id": str(right.id), "product_id": str(product.id), "certificate_no": "GCN-1"}
    wrong = client.post("/office/use-rights/new", data=typed)
    assert (wrong.status_code, 'id="valid_from-wrong"' in wrong.text) == (422, True)
    assert ('value="GCN-1"' in wrong.text, wrong.text.count(" selected")) == (True, 2)
    sent = client.post("/office/use-rights/new", data=typed | {"valid_from": "2024-01-01"})
    assert sent.status_code == 303
    page = client.get(sent.headers["location"]).text
    assert ("GCN-1" in page, cast.entity.name in page) == (True, True)


def test_a_use_right_is_changed_and_found(visit: Visit, cast: Cast, use_right: UseRight) -> None:
    client = visit(page=cast.officer)
    path = f"/office/use-rights/{use_right.id}"
    form = client.get(f"{path}/edit").text
    assert ('value="GCN-77"' in form, 'value="2024-01-01"' in form) == (True, True)
    typed = {"certificate_no": "GCN-78", "valid_from": "2024-01-01", "form": "live"}
    early = client.post(f"{path}/edit", data=typed | {"valid_to": "2023-01-01"})
    assert (early.status_code, 'id="valid_to-wrong"' in early.text) == (422, True)
    assert client.post(f"{path}/edit", data=typed).status_code == 303
    listed = f"/office/use-rights?product={use_right.product_id}"
    assert "GCN-78" in client.get(f"{listed}&q=gcn-78").text
    assert "GCN-78" not in client.get(f"{listed}&q=gcn-77").text


def test_a_use_right_under_an_unchecked_right_says_it_gives_no_badge(
    visit: Visit, cast: Cast, unchecked: IpRight, product: Product, database: Database
) -> None:
    with database.begin() as db:
        made = make.use_right(db, of=unchecked, product=product)
    page = visit(page=cast.officer).get(f"/office/use-rights/{made.id}?lang=en").text
    assert NO_BADGE in page
    assert "</span> no badge</span>" in page


def test_a_trademark_is_given_to_products_of_its_owner_by_a_form(
    visit: Visit, cast: Cast, product: Product, database: Database
) -> None:
    with database.begin() as db:
        mark = make.right(
            db, type="trademark", owner_entity_id=cast.entity.id, registration_no="4-0165802-000"
        )
        make.product(db, of=cast.other, name="Mắm")
    client = visit(page=cast.officer)
    path = f"/office/rights/{mark.id}"
    assert "Mắm" not in client.get(path).text
    missing = client.post(f"{path}/products", data={})
    assert (missing.status_code, 'id="product_id-wrong"' in missing.text) == (422, True)
    link = {"product_id": str(product.id)}
    assert client.post(f"{path}/products", data=link).status_code == 303
    assert f'href="/office/products/{product.id}"' in client.get(path).text
    assert client.post(f"{path}/products/{product.id}/unlink").status_code == 303
    assert f'href="/office/products/{product.id}"' not in client.get(path).text
