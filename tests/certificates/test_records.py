"""Certificates recorded, renewed, revoked and struck out, over the API and in the database."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.certificates import actions, queries
from app.certificates.kinds import Kind
from app.certificates.models import Certificate
from app.certificates.rules import Source
from app.entities.facility_actions import add_code, add_facility, retire_code
from app.entities.parts import NotYet
from app.kit.db import Database
from tests import make, make_certificates
from tests.conftest import Cast, Visit

API = "/api/v1/certificates"
WHO: dict[str, Any] = {"actor": make.SYSTEM, "now": make.NOW}


def test_bad_input_is_refused_by_its_field_and_nothing_is_kept(
    db: Session, database: Database, visit: Visit, cast: Cast
) -> None:
    with database.begin() as made:
        product = make.product(made, of=cast.entity)
        foreign = make.product(made, of=make.entity(made))
        gone = make.entity(made, status="dissolved", dissolved_on=date(2026, 1, 31))
        make_certificates.certificate(made, of=cast.entity, number="12/2025/VG", kind="vietgap")
    client = visit(api=cast.officer)
    good = {
        "entity_id": cast.entity.id,
        "kind": "food_safety",
        "number": "7/ATTP",
        "valid_from": "2026-01-01",
        "valid_to": "2028-12-31",
    }
    wrong: list[tuple[dict[str, Any], int, str, str]] = [
        ({"valid_to": "2025-12-31"}, 422, "certificates.ends_before_it_begins", "valid_to"),
        ({"issued_on": "2029-01-01"}, 422, "certificates.issued_after_its_end", "issued_on"),
        ({"number": "--/--"}, 422, "certificates.no_number", "number"),
        ({"kind": "tccs"}, 422, "certificates.product_needed", "product_id"),
        ({"kind": "growing_area"}, 422, "certificates.of_a_place", "kind"),
        ({"product_id": foreign.id}, 422, "certificates.other_entity", "product_id"),
        ({"facility_id": 2**40}, 422, "certificates.other_entity", "facility_id"),
        ({"entity_id": gone.id}, 409, "certificates.entity_dissolved", "entity_id"),
        ({"entity_id": 2**40}, 404, "entities.not_found", ""),
        ({"kind": "vietgap", "number": "12 2025.vg"}, 409, "certificates.there", "number"),
    ]
    for change, code, name, field in wrong:
        answer = client.post(API, json=good | change)
        assert (answer.status_code, answer.json()["code"]) == (code, name), answer.text
        assert not field or field in answer.text
    # The same number is another certificate's for one product, and after its term.
    for change in (
        {"kind": "vietgap", "number": "12/2025/VG", "product_id": product.id},
        {"kind": "vietgap", "number": "12/2025/VG", "valid_from": "2028-01-01"},
    ):
        assert client.post(API, json=good | change).status_code == 201
    assert len(db.scalars(select(Certificate.id)).all()) == 3


def test_one_that_follows_leaves_the_earlier_as_it_was(
    database: Database, visit: Visit, cast: Cast
) -> None:
    with database.begin() as db:
        old = make_certificates.certificate(
            db, of=cast.entity, valid_to=make.TODAY + timedelta(days=30)
        )
    client, path = visit(api=cast.officer), f"{API}/{old.id}"
    expiring = {"state": "expiring"}
    assert [one["id"] for one in client.get(API, params=expiring).json()["items"]] == [old.id]
    term = {"number": "99/ATTP", "valid_from": str(make.TODAY + timedelta(days=31))}
    new = client.post(f"{path}/renew", json=term).json()
    assert (new["follows_id"], new["kind"], new["status"]) == (old.id, old.kind, "not_yet")
    assert client.get(path).json()["status"] == "in_force"
    assert client.get(API, params=expiring).json()["items"] == []
    again = client.post(f"{path}/renew", json=term | {"number": "100/ATTP"})
    assert (again.status_code, again.json()["code"]) == (409, "certificates.renewed")
    # A renewal that was a mistake is struck out, and another may follow.
    struck = client.post(f"{API}/{new['id']}/strike", json={"reason": "Ghi nhầm chủ thể"}).json()
    assert (struck["status"], struck["public"]) == ("struck", False)
    assert client.post(f"{path}/renew", json=term).status_code == 201
    for act in ("strike", "renew"):
        body = {"reason": "x"} if act == "strike" else term
        answer = client.post(f"{API}/{new['id']}/{act}", json=body)
        assert answer.json()["code"] == "certificates.struck"


def test_one_decision_revokes_all_or_none_and_may_be_of_a_past_day(
    database: Database, visit: Visit, cast: Cast
) -> None:
    with database.begin() as db:
        first, second = (make_certificates.certificate(db, of=cast.entity) for _ in range(2))
        late = make_certificates.certificate(db, of=cast.entity, valid_from=date(2026, 3, 1))
    client = visit(api=cast.officer)
    decision: dict[str, Any] = {"decision_no": "77/QĐ", "reason": "Giải thể"}
    decision["revoked_on"] = "2026-02-01"

    def revoke(*ids: int) -> Any:  # noqa: ANN401 - an answer of the client
        return client.post(f"{API}/revoke", json=decision | {"certificates": ids})

    refused = revoke(first.id, late.id)
    assert refused.json()["code"] == "certificates.revoked_outside_its_term"
    assert revoke(first.id, second.id).json()["code"] == "takes_effect_in_the_past"
    assert client.get(f"{API}/{first.id}").json()["status"] == "in_force"
    decision["past_is_meant"] = True
    done = revoke(first.id, second.id, first.id).json()
    assert {(one["status"], one["revoked_on"]) for one in done} == {("revoked", "2026-02-01")}
    assert revoke(second.id).json()["code"] == "certificates.revoked"
    assert revoke().status_code == 422
    # The new one of the same number may begin once the old is revoked.
    again = {
        "entity_id": cast.entity.id,
        "kind": first.kind,
        "number": first.number,
        "valid_from": "2026-02-01",
    }
    assert client.post(API, json=again).status_code == 201


def test_the_later_of_two_officers_is_told_and_each_change_leaves_what_was(
    db: Session, database: Database, visit: Visit, cast: Cast
) -> None:
    with database.begin() as made:
        one = make_certificates.certificate(made, of=cast.entity)
    client, path = visit(api=cast.officer), f"{API}/{one.id}"
    read = client.get(path).json()
    term = {
        name: read[name]
        for name in ("kind", "number", "issuer", "valid_from", "valid_to", "public")
    }
    mine = term | {"seen": read["updated_at"], "valid_to": "2028-01-31"}
    assert client.request("PUT", path, json=mine).json()["valid_to"] == "2028-01-31"
    stale = client.request("PUT", path, json=mine | {"public": False})
    assert (stale.status_code, stale.json()["code"]) == (409, "record_changed")
    event = db.scalars(select(AuditEvent).where(AuditEvent.action == "certificate.change")).one()
    assert (event.entity_id, event.subject_id) == (cast.entity.id, str(one.id))
    told = event.before or {}, event.after or {}
    assert [facts["valid_to"] for facts in told] == ["2027-12-31", "2028-01-31"]


def test_what_is_told_with_places_and_products_stands_among_the_others(db: Session) -> None:
    entity = make.entity(db)
    product = make.product(
        db, of=entity, self_declaration_no="01/TCB/2026", self_declared_on=date(2026, 1, 5)
    )
    on: dict[str, Any] = WHO | {"entity_id": entity.id}
    facility = add_facility(db, **on, name="Vuông 1")
    code = add_code(
        db,
        **on,
        facility_id=facility.id,
        scheme="growing_area",
        code="VN-CMOR-0001",
        market="Trung Quốc",
        area_ha=12.5,
        crop="lúa ST25",
    )

    def found() -> dict[Kind, Source]:
        known = queries.certificates_for(db, entity_id=entity.id, product_id=product.id)
        return {one.kind: one.source for one in known}

    assert found() == {Kind.GROWING_AREA: Source.CODE, Kind.SELF_DECLARATION: Source.PRODUCT}
    assert actions.list_declarations(db, **WHO) == 1
    assert found()[Kind.SELF_DECLARATION] is Source.CERTIFICATE
    assert actions.list_declarations(db, **WHO) == 0
    listed = db.scalars(select(Certificate)).one()
    assert (listed.number, listed.valid_from) == ("01/TCB/2026", date(2026, 1, 5))
    assert not listed.public
    assert product.self_declaration_no == "01/TCB/2026"
    # Struck out it is not brought back by the product.
    actions.strike_certificate(db, **WHO, certificate_id=listed.id, reason="Số cũ")
    assert actions.list_declarations(db, **WHO) == 0
    assert Kind.SELF_DECLARATION not in found()
    ended: dict[str, Any] = on | {"facility_id": facility.id, "code_id": code.id}
    with pytest.raises(NotYet):
        retire_code(db, **ended, retired_on=make.TODAY + timedelta(days=1))
    retire_code(db, **ended, retired_on=date(2026, 2, 1), decision_no="5/QĐ", reason="Hủy mã")
    (grown,) = queries.certificates_for(db, entity_id=entity.id)
    assert grown.revoked_on == date(2026, 2, 1)
