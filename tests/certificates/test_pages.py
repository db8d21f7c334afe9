"""Certificates in the office, on the phone and before the public, from recording to revocation."""

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from app.identity.rules import Role
from app.kit.db import Database
from app.products.issuer_queries import list_issuers
from app.products.issuers import IssuerRule, Level, level_told, other_level, rule_on
from app.products.models import OcopCertificate
from app.products.subgroup_queries import list_subgroups, list_versions
from tests import make, make_certificates, make_documents
from tests.conftest import Cast, Visit

NEW = "/office/certificates/new"


def test_an_officer_records_attaches_renews_and_strikes_out(
    database: Database, visit: Visit, cast: Cast
) -> None:
    with database.begin() as db:
        product = make.product(db, of=cast.entity)
    officer, here = visit(page=cast.officer), f"{NEW}?entity={cast.entity.id}"
    assert cast.entity.name in officer.get(NEW).text
    form = {"kind": "tccs", "number": "TCCS 01:2026/HTX", "valid_from": "2026-03-01"}
    wrong = officer.post(here, data=form)
    assert (wrong.status_code, "Hãy chọn sản phẩm được cấp giấy" in wrong.text) == (422, True)
    assert 'value="TCCS 01:2026/HTX"' in wrong.text
    one = officer.post(here, data=form | {"product_id": str(product.id)}).headers["location"]
    path = one.partition("?")[0]
    for name, raw in (("a.pdf", b"%PDF-1.7 no"), ("b.png", b"MZ\x90"), ("c.pdf", b"")):
        sent = {"document": (name, raw, "application/pdf")}
        refused = officer.post(f"{path}/documents", data={"kind": "certificate"}, files=sent)
        assert (refused.status_code, 'id="document-wrong"' in refused.text) == (422, True)
    scan = {"document": ("tccs.pdf", make_documents.pdf(), "application/pdf")}
    kept = officer.post(f"{path}/documents", data={"kind": "certificate"}, files=scan)
    assert kept.status_code == 303
    page = officer.get(path).text
    assert "tccs.pdf" in page
    assert "Đã ghi giấy chứng nhận" in page
    listed = officer.get("/office/certificates", params={"q": "tccs 01"}).text
    assert "TCCS 01:2026/HTX" in listed
    assert officer.get(f"{path}/strike").status_code == 200
    assert officer.post(f"{path}/strike", data={"reason": ""}).status_code == 422
    assert officer.post(f"{path}/strike", data={"reason": "Ghi nhầm"}).status_code == 303
    assert "TCCS 01:2026/HTX" not in officer.get("/office/certificates").text
    assert "Ghi nhầm" in officer.get(path).text


def test_the_later_of_two_forms_keeps_what_was_written(
    database: Database, visit: Visit, cast: Cast
) -> None:
    with database.begin() as db:
        path = f"/office/certificates/{make_certificates.certificate(db, of=cast.entity).id}"
        product = make.product(db, of=cast.entity)
    officer, other = visit(page=cast.officer), visit(page=cast.approver)
    seen = re.search(r'name="seen" value="([^"]+)"', officer.get(f"{path}/edit").text)
    assert seen is not None
    form = {
        "kind": "food_safety",
        "number": "1/ATTP",
        "product_id": str(product.id),
        "valid_from": "2026-01-01",
        "seen": seen[1],
    }
    crossed = other.post(
        f"{path}/edit", data=form | {"valid_from": "2027-01-01", "valid_to": "2026-12-31"}
    )
    assert (crossed.status_code, "valid_to-wrong" in crossed.text) == (422, True)
    assert other.post(f"{path}/edit", data=form | {"issuer": "Sở Y tế"}).status_code == 303
    late = officer.post(f"{path}/edit", data=form | {"issuer": "Chi cục"})
    assert late.status_code == 422
    assert 'value="Chi cục"' in late.text
    assert "Sở Y tế" in late.text


def public(client: Any, product_id: int) -> dict[str, bool]:  # noqa: ANN401 - a client of the tests
    """Return on which surfaces the number stands."""
    page = client.get(f"/p/{product_id}").text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    shop = client.get(f"/api/v1/verify/products/{product_id}").json()
    held = json.loads(found[1]).get("hasCertification", [])
    return {
        "page": "VG-77" in page.replace(found[0], ""),
        "ld": any(one["certificationIdentification"] == "VG-77" for one in held),
        "shop": any(one["number"] == "VG-77" for one in shop["certificates"]),
    }


def test_the_public_is_told_of_what_is_in_force_and_marked_public_alone(
    database: Database, visit: Visit, cast: Cast, app: FastAPI
) -> None:
    with database.begin() as db:
        product = make.product(db, of=cast.entity)
        batch = make.issued_batch(db, of=product, keyring=app.state.keyring, handed=5)
        code = make.code(batch, 1, keyring=app.state.keyring)
        one = make_certificates.certificate(
            db, of=cast.entity, product=product, kind="vietgap", number="VG-77", public=False
        )
    client, officer = visit(), visit(api=cast.officer)
    path = f"/api/v1/certificates/{one.id}"
    hidden = dict.fromkeys(("page", "ld", "shop"), False)
    assert public(client, product.id) == hidden
    term = {
        "kind": "vietgap",
        "number": "VG-77",
        "product_id": product.id,
        "valid_from": "2025-01-01",
        "public": True,
    }
    assert officer.request("PUT", path, json=term).status_code == 200
    assert public(client, product.id) == dict.fromkeys(hidden, True)
    assert "VG-77" in client.get(f"/t/{code}").text
    revocation = {"certificates": [one.id], "decision_no": "5/QĐ", "reason": "Vi phạm"}
    assert officer.post("/api/v1/certificates/revoke", json=revocation).status_code == 200
    assert public(client, product.id) == hidden
    assert "VG-77" not in client.get(f"/t/{code}").text
    assert "VG-77" not in json.dumps(client.get(f"/api/v1/verify/{code}").json())


def test_a_producer_sees_on_the_phone_what_ends_and_nobody_elses(
    database: Database, visit: Visit, cast: Cast
) -> None:
    with database.begin() as db:
        soon = make.TODAY + timedelta(days=20)
        make_certificates.certificate(db, of=cast.entity, number="SAP-HET", valid_to=soon)
        make_certificates.certificate(db, of=make.entity(db), number="NGUOI-KHAC")
        make_certificates.ocop(db, of=make.product(db, of=cast.entity), decision_no="8/QĐ-OCOP")
    page = visit(page=cast.owner).get("/app/certificates").text
    assert "SAP-HET" in page
    assert "Hết hạn ngày" in page
    assert "8/QĐ-OCOP" in page
    assert "NGUOI-KHAC" not in page


def test_stars_of_dissolved_makers_are_revoked_by_one_decision_or_none(
    database: Database, visit: Visit, cast: Cast
) -> None:
    with database.begin() as db:
        gone = make.entity(db, status="dissolved", dissolved_on=date(2026, 2, 1))
        products = [make.product(db, of=gone) for _ in range(2)]
        ids = [make_certificates.ocop(db, of=one).id for one in products]
        late = make_certificates.ocop(db, of=products[0], valid_from=make.TODAY, decision_no="9/Q")
    officer, path = visit(page=cast.officer), "/office/ocop-certificates"
    listed = officer.get(path, params={"state": "dissolved"}).text
    assert listed.count('name="one"') == 3
    form = {f"one_{one}": "on" for one in (*ids, late.id)}
    form |= {"decision_no": "20/QĐ-UBND", "reason": "Giải thể", "revoked_on": "2026-02-01"}
    refused = officer.post(f"{path}/revoke", data=form)
    assert refused.status_code == 422
    assert "9/Q" in refused.text
    with database.begin(write=False) as db:
        assert db.get_one(OcopCertificate, ids[0]).revoked_on is None
    del form[f"one_{late.id}"]
    asked = officer.post(f"{path}/revoke", data=form)
    assert (asked.status_code, 'name="past_is_meant"' in asked.text) == (422, True)
    assert officer.post(f"{path}/revoke", data=form | {"past_is_meant": "on"}).status_code == 303
    shops = visit()
    for one in products[1:]:
        assert shops.get(f"/api/v1/verify/products/{one.id}").json()["stars"]["stars"] is None
    assert officer.post(f"{path}/revoke", data=form).status_code == 422
    strike = officer.post(f"{path}/{late.id}/strike", data={"reason": "Nhầm sản phẩm"})
    assert strike.status_code == 303
    states = shops.get(f"/api/v1/verify/products/{products[0].id}").json()["stars"]
    assert (states["status"], states["stars"]) == ("revoked", None)


RULES = [
    IssuerRule(id=1, stars=3, level=Level.DISTRICT, valid_from=date(2023, 2, 24), source="148"),
    IssuerRule(id=2, stars=3, level=Level.PROVINCE, valid_from=date(2025, 7, 6), source="1489"),
]


@pytest.mark.parametrize(
    ("day", "level", "unusual"),
    [
        (date(2023, 2, 23), Level.PROVINCE, None),
        (date(2025, 7, 5), Level.DISTRICT, None),
        (date(2025, 7, 5), Level.PROVINCE, RULES[0]),
        (date(2025, 7, 6), Level.PROVINCE, None),
        (date(2025, 7, 6), Level.DISTRICT, RULES[1]),
        (date(2025, 7, 6), None, None),
    ],
)
def test_who_grants_stars_turns_with_the_decision(
    day: date, level: Level | None, unusual: IssuerRule | None
) -> None:
    assert other_level(RULES, 3, day, level) == unusual
    assert rule_on(RULES, 4, day) is None


def test_the_level_is_told_by_the_issuers_name() -> None:
    assert level_told("UBND huyện Năm Căn") is Level.DISTRICT
    assert level_told("Ủy ban nhân dân tỉnh Cà Mau") is Level.PROVINCE
    assert level_told("Bộ Nông nghiệp và Môi trường") is Level.CENTRE
    assert level_told("UBND thành phố Cà Mau") is None


def test_the_list_of_issuers_suggests_and_warns_and_refuses_nothing(
    database: Database, visit: Visit, cast: Cast
) -> None:
    with database.begin() as db:
        product = make.product(db, of=cast.entity)
        administrator = make.person(db, "Quản trị", Role.ADMINISTRATOR)
        assert len(list_issuers(db)) == 5
        for version in list_versions(db):
            groups = list_subgroups(db, version)
            assert (len(groups), len({one.ocop_group for one in groups})) == (26, 6)
    officer, path = visit(api=cast.officer), f"/api/v1/products/{product.id}/certificates"
    given = {"stars": 3, "decision_no": "1/QĐ", "valid_from": "2025-07-05"}
    unsaid = officer.post(path, json=given)
    assert (unsaid.status_code, unsaid.json()["code"]) == (422, "products.issuer_unsaid")
    made = officer.post(path, json=given | {"valid_from": "2025-07-06"}).json()
    assert (made["issuer"], made["issuer_level"]) == ("Ủy ban nhân dân tỉnh Cà Mau", "province")
    odd = officer.post(path, json=given | {"decision_no": "2/QĐ", "issuer": "UBND tỉnh Cà Mau"})
    assert odd.status_code == 201
    page = visit(page=cast.officer).get(f"/office/ocop-certificates/{odd.json()['id']}").text
    assert "148/QĐ-TTg" in page
    line = {"stars": "3", "level": "centre", "valid_from": "2026-03-01", "source": "QĐ mới"}
    admin = visit(page=administrator)
    assert admin.post("/office/issuers", data=line).status_code == 303
    assert admin.post("/office/issuers", data=line).status_code == 422
    given = {"stars": 3, "decision_no": "3/QĐ", "valid_from": "2026-03-02"}
    assert officer.post(path, json=given).json()["issuer_level"] == "centre"
